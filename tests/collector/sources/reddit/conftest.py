"""A stand-in with 30 items of one subreddit, and a source that reads it."""

import time

import pytest

from tests.collector.harness import things
from tests.collector.sources.reddit.clients import source_for


@pytest.fixture
def reddit(stand_in):
    return stand_in(things(("aws",), 30, newest=time.time()))


@pytest.fixture
def source(reddit):
    opened = source_for(reddit.base_url)
    yield opened
    opened.close()
