"""The functions of a cycle in shards: the timer begins it, the queue's function works on it."""

import asyncio
from collections import deque

import pytest

from collector import shard_runs
from collector.jobs import collect, collect_on_request, collect_on_timer
from collector.shard_jobs import collect_shard_on_message
from local.reddit.limits import RateLimit
from shared.cycles import is_orphaned
from shared.errors import BadMessage
from shared.models import Cycle
from shared.settings import Settings
from shared.shards import Sharding
from shared.store import COLLECTION, CURRENT, CYCLES, SHARDS, TOPICS, Query
from shared.times import utc_now
from tests.collector.crashing import opened
from tests.collector.harness import check_statistics, settings_for, things

NAMES = ("aws", "claude", "OpenAI", "cursor", "gemini")
REQUEST = b'{"cycle": "cycle_20261125_120000", "asked_at": "2026-11-25T12:00:00Z"}'


class Output:
    """An output binding, which puts its messages on a queue."""

    def __init__(self) -> None:
        self.messages: deque[str] = deque()

    def set(self, messages: list[str]) -> None:
        self.messages.extend(messages)


@pytest.fixture
def settings(sqlite_settings: Settings, stand_in, monkeypatch) -> Settings:
    monkeypatch.setattr(shard_runs, "SHARDING", Sharding(fewest=4, size=3))
    unlimited = RateLimit(requests=1_000_000)
    reddit = stand_in(things(NAMES, 60, newest=utc_now().timestamp()), rate_limit=unlimited)
    return settings_for(sqlite_settings, reddit.base_url, NAMES, sweep_requests=2)


async def newest_cycle(settings: Settings) -> Cycle:
    async with opened(settings) as store:
        (cycle,) = await store.query(Query(CYCLES, "cycle", 1, order_by="id", descending=True))
    return cycle


def work_through(settings: Settings, output: Output) -> list[bool]:
    ended: list[bool] = []
    while output.messages:
        body = output.messages.popleft().encode()
        ended.append(collect_shard_on_message(settings, body, output))  # type: ignore[arg-type]
    return ended


async def test_the_timer_begins_a_cycle_whose_shards_the_queue_collects(
    settings: Settings,
) -> None:
    output = Output()
    await asyncio.to_thread(collect_on_timer, settings, past_due=False, output=output)
    assert len(output.messages) == 1  # One client, one message at a time.
    begun = await newest_cycle(settings)
    assert (begun["status"], begun["new"], len(begun["open_shards"])) == ("running", 0, 2)
    assert not is_orphaned(begun, None, utc_now())
    ended = await asyncio.to_thread(work_through, settings, output)
    assert ended == [False, False, True]
    cycle = await newest_cycle(settings)
    assert (cycle["id"], cycle["status"], cycle["errors"]) == (begun["id"], "completed", [])
    assert (cycle["new"], sorted(cycle["communities_processed"])) == (60, sorted(NAMES))
    assert set(cycle["turns"]) == {"shard_reddit_0001", "shard_reddit_0002"}
    async with opened(settings) as store:
        await check_statistics(store, NAMES)
        state = await store.read(COLLECTION, "collection", "collection")
    assert (state["last_cycle"], state["shards"]) == (cycle["id"], {"count": 2, "failed": {}})
    # The tick has had its collection; one that is asked for collects all again.
    await asyncio.to_thread(collect_on_timer, settings, past_due=False, output=output)
    assert not output.messages
    await asyncio.to_thread(collect_on_request, settings, REQUEST, output)
    await asyncio.to_thread(work_through, settings, output)
    async with opened(settings) as store:
        asked = await store.read(CYCLES, "cycle", "cycle_20261125_120000")
    assert (asked["status"], len(asked["communities_processed"])) == ("completed", len(NAMES))


async def test_with_fewer_communities_one_cycle_collects_them_again(settings: Settings) -> None:
    in_shards = await collect(settings, "cli")
    assert (in_shards["status"], in_shards["new"]) == ("completed", 60)
    async with opened(settings) as store:
        # By hand, topics are found in the same process.
        assert await store.read(TOPICS, CURRENT, CURRENT)
    few = settings.model_copy(update={"subreddits": NAMES[:3]})
    alone = await collect(few, "cli")
    assert alone["status"] == "completed"
    assert "turns" not in alone
    async with opened(settings) as store:
        assert await store.query(Query(SHARDS, "shard", 10, order_by="id")) == []
        assert "shards" not in await store.read(COLLECTION, "collection", "collection")
        await check_statistics(store, NAMES)
    again = await collect(settings, "cli")
    assert (again["status"], len(again["turns"])) == ("completed", 2)


def test_a_message_that_cannot_be_read_is_refused(settings: Settings) -> None:
    for body in (b"", b"{}", b'{"cycle": "x"}', b'{"cycle": "cycle_20261125_120000", "turn": 0}'):
        with pytest.raises(BadMessage):
            collect_shard_on_message(settings, body, Output())  # type: ignore[arg-type]
    unknown = b'{"cycle": "cycle_20261125_120000", "shard": "shard_nowhere_0001"}'
    assert not collect_shard_on_message(settings, unknown, Output())  # type: ignore[arg-type]
