"""What every test has: clean settings, and the fixtures of the parts."""

import os
from collections.abc import Iterator

import pytest

from shared.settings import settings

pytest_plugins = ["tests.host_fixtures", "tests.reddit_fixtures", "tests.storage", "tests.stores"]


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Give each test the environment back as it was, without settings of this machine."""
    before = dict(os.environ)
    settings.cache_clear()
    yield
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()
