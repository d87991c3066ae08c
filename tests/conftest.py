"""What every test has: clean settings, and the fixtures of the parts."""

import logging
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
