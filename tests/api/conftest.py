"""The API in one process, with a separate database file for each test."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from api.process import close
from shared.settings import Settings, settings
from shared.store import Store, open_store
from tests.api.world import NAMES
from tests.clocks import wait_for_a_whole_hour

LONGEST_TEST_SECONDS = 20


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
