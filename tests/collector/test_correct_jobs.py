"""The queue function that writes corrections, and the same step at the end of a collection."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from collector.correct_jobs import correct_on_request, write_corrections
from collector.writers.lease import lease
from shared.corrections.documents import LISTED, WAITING, read_notes
from shared.corrections.queue import CorrectionMessage
from shared.errors import BadMessage
from shared.models import Label
from shared.settings import Settings
from shared.store import POSTS, Store
from shared.times import utc_now
from tests.api.world import NAMES, a_post, keep
from tests.collector.crashing import opened
from tests.collector.harness import check_statistics
from tests.collector.maintenance.test_correct import say

T = TypeVar("T")

MESSAGE = CorrectionMessage(correction="post:p0").model_dump_json().encode()


@pytest.fixture
def settings(sqlite_settings: Settings) -> Settings:
    """Store a post with a correction that waits."""
    here = sqlite_settings.model_copy(update={"subreddits": NAMES})

    async def fill(store: Store) -> None:
        now = utc_now()
        post: Any = a_post(0, now - timedelta(hours=1), NAMES[0], "positive")
        await keep(store, [post])
        await say(store, post, now, label="negative")

    in_store(here, fill)
    return here


def in_store(settings: Settings, work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    async def run() -> T:
        async with opened(settings) as store:
            return await work(store)

    return asyncio.run(run())


def found(settings: Settings) -> tuple[Label, int]:
    """Return the label of the post, and the number of corrections that wait."""

    async def read(store: Store) -> tuple[Label, int]:
        await check_statistics(store, NAMES)
        post = await store.read(POSTS, NAMES[0], "p0")
        assert post is not None
        return post["sentiment"]["label"], len(await read_notes(store, WAITING, 10))

    return in_store(settings, read)


def test_a_message_has_what_waits_written(settings) -> None:
    assert found(settings) == ("positive", 1)
    correct_on_request(settings, MESSAGE)
    assert found(settings) == ("negative", 0)
    # A message that comes twice does nothing.
    correct_on_request(settings, MESSAGE)
    assert found(settings) == ("negative", 0)
    assert len(in_store(settings, lambda store: read_notes(store, LISTED, 10))) == 1


def test_a_message_that_is_none_is_refused(settings) -> None:
    with pytest.raises(BadMessage):
        correct_on_request(settings, b"{}")
    assert found(settings) == ("positive", 1)


def test_while_another_writer_works_it_is_left_to_the_next_collection(
    settings, monkeypatch
) -> None:
    monkeypatch.setattr("collector.correct_jobs.LEASE_WAIT_SECONDS", 0.1)

    async def busy(store: Store) -> None:
        async with lease(store, "cycle_1", seconds=60, clock=utc_now):
            await write_corrections(store, settings, time.monotonic() + 60)

    in_store(settings, busy)
    assert found(settings) == ("positive", 1)
    in_store(settings, lambda s: write_corrections(s, settings, time.monotonic() + 60))
    assert found(settings) == ("negative", 0)
