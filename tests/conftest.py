"""Set-up of every test: clean settings, and the shared fixtures."""

import logging
import math
import os
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

# An example may take any time on a busy machine.
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
