"""The API in one process, with a separate database file for each test."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from api.process import close
from shared.host_json import queue_poll_interval
from shared.settings import Settings, settings
from shared.store import Store, open_store
from tests.api.world import NAMES
from tests.clocks import wait_for_a_whole_hour

LONGEST_TEST_SECONDS = 20
POLLING = "AzureFunctionsJobHost__extensions__queues__maxPollingInterval"


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Settings]:
    """Set up the process from the environment; a test may change it before its first call.

    It never starts just before a new hour, because two answers about a window would then differ.
    """
    wait_for_a_whole_hour(LONGEST_TEST_SECONDS)
    os.environ.update(
        SQLITE_PATH=str(tmp_path / "data" / "undertone.db"),
        SUBREDDITS=",".join(NAMES),
        ORIGIN="sample",
        CACHE_SECONDS="0",
    )
    yield settings()
    await close()


@pytest.fixture
async def written(process: Settings) -> AsyncIterator[Store]:
    """Open the process's database, as a collector in another process does."""
    store = await open_store(process, retry_seconds=20)
    yield store
    await store.close()


@pytest.fixture
def poll_every(monkeypatch) -> Callable[[str | None], None]:
    """Set how often an idle queue is polled, as an app setting does."""

    def every(interval: str | None) -> None:
        monkeypatch.setenv(POLLING, interval or "")
        queue_poll_interval.cache_clear()

    return every


@pytest.fixture
def two_seconds(poll_every) -> Iterator[None]:
    """Let an idle queue be polled every two seconds."""
    poll_every("00:00:02")
    yield
    queue_poll_interval.cache_clear()
