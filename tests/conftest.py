"""Set-up of every test: clean settings, and the shared fixtures."""

import gc
import logging
import math
import os
import sys
from collections.abc import Iterator

import hypothesis
import pytest

from shared.logs import RETRYING, process_repeats
from shared.settings import settings

pytest_plugins = [
    "tests.fixtures.host",
    "tests.fixtures.reddit",
    "tests.fixtures.storage",
    "tests.fixtures.stores",
]

# Hundreds of processes that tests start would compile the product again, each for itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What is imported and collected stays: to look for garbage in it takes seconds.
gc.disable()

# On a busy machine an example takes as long as it takes.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


# Each takes up to a minute. If one began last, all other processes would wait for it.
LONG = (
    "tests/bench/test_load.py",
    "tests/collector/collection/test_crashes.py",
    "tests/collector/collection/test_recorded_cycle.py",
    "tests/e2e/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of pytest-xdist begin with its share of the long tests.

    Each first gets consecutive tests of the list: https://pytest-xdist.readthedocs.io/en/stable/distribution.html
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long = [item for item in items if item.nodeid.startswith(LONG)]
    rest = [item for item in items if not item.nodeid.startswith(LONG)]
    share = math.ceil(len(rest) / processes)
    items[:] = [
        item
        for number in range(processes)
        for item in (
            *long[number::processes],
            *rest[number * share : (number + 1) * share],
        )
    ]


def pytest_collection_finish() -> None:
    """Look for garbage from now on, now and then, in what tests make."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Run each test without this machine's settings, and restore the environment after it."""
    before = dict(os.environ)
    settings.cache_clear()
    yield
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()
    process_repeats.forget()
    # For a logger that doesn't propagate, pytest adds its own handler beside the app's.
    for name in RETRYING:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
