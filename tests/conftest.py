"""What every test has: clean settings, and the fixtures of the parts."""

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

# On a busy machine an example takes as long as it takes.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


# They take up to a minute each: begun last, one of them would keep all other processes waiting.
LONG = (
    "tests/bench/test_load.py",
    "tests/collector/collection/test_crashes.py",
    "tests/collector/collection/test_recorded_cycle.py",
    "tests/e2e/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have each of pytest-xdist's processes begin with its share of the long tests.

    Each gets a run of the list at first: https://pytest-xdist.readthedocs.io/en/stable/distribution.html
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
    """Return each test the environment back as it was, without settings of this machine."""
    before = dict(os.environ)
    settings.cache_clear()
    yield
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()
    process_repeats.forget()
    # pytest captures a logger that doesn't propagate by a handler of its own, beside ours.
    for name in RETRYING:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
