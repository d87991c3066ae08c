"""Rescoring: all items get the current method, statistics agree, and nothing is lost."""

import asyncio
import random
import signal
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collector.collection.cycle import Collector
from collector.maintenance.cleanup import Cleaner
from collector.maintenance.rescore import RescoreEnd
from collector.sentiment.base import NO_WORDS, Method
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from collector.writers.lease import LeaseWait, lease
from local.reddit.limits import RateLimit
from shared.errors import CycleRunning
from shared.models import Comment, Post
from shared.settings import Settings
from shared.stats.cells import method_of
from shared.store import COMMUNITIES, LEASES, POSTS, WORK, Query, Store
from shared.store.community_states import never_read
from shared.store.sqlite import SqliteStore
from shared.times import utc_now
from tests.api.world import NAMES, a_comment, a_post, keep
from tests.collector.crashing import (
    LINEAR,
    DeadStore,
    Killed,
    copied,
    die_rescoring,
    linear_score,
    opened,
    rescorer,
)
from tests.collector.harness import (
    FAST,
    WatchedStore,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
    things,
)
from tests.fixtures.forked import CONTEXT

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
METHODS = ["vader", "vader 3.3.2", "linear 0", "linear 1"]
ITEMS = st.lists(
    st.tuples(
        st.integers(0, 60 * 3600),  # Seconds before now.
        st.sampled_from(NAMES),
        st.sampled_from(METHODS),
        st.booleans(),  # a post
        st.booleans(),  # deleted
    ),
    max_size=25,
)
Drawn = tuple[int, str, str, bool, bool]


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return any_store_settings.model_copy(update={"subreddits": NAMES})


def scored_by(item: Any, method: str) -> Any:
    """Return the item as stored by this method; without a version it has no language either."""
    name, _, version = method.partition(" ")
    made = {**item, "sentiment": {**item["sentiment"], "method": name, "version": version}}
    if not version:
        del made["language"], made["sentiment"]["version"]
    return made


def items_of(drawn: list[Drawn]) -> tuple[list[Post], list[Comment]]:
    posts, comments = [], []
    for number, (age, name, method, is_post, deleted) in enumerate(drawn):
        created = NOW - timedelta(seconds=age)
        item: Any = (a_post if is_post else a_comment)(number, created, name)
        item |= {"content": f"Words {number}", "deleted": deleted}
        (posts if is_post else comments).append(scored_by(item, method))
    return posts, comments


def some_items(count: int, *, step: timedelta = timedelta(minutes=40)) -> Any:
    drawn = [
        (int(n * step.total_seconds()), NAMES[n % 3], METHODS[n % 2], n % 3 == 0, n % 7 == 6)
        for n in range(count)
    ]
    return items_of(drawn)


def less_the_score(item: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in item.items() if k not in {"sentiment", "language", "_etag"}}


def check_rescored(before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]]) -> None:
    """Assert that all items have LINEAR's scores, and that nothing else in them changed."""
    assert after.keys() == before.keys()
    for fullname, item in after.items():
        earlier = before[fullname]
        assert less_the_score(item) == less_the_score(earlier)
        assert method_of(item["sentiment"]) == "linear 1"
        if method_of(earlier["sentiment"]) == "linear 1":
            assert (item["sentiment"], item["language"]) == (
                earlier["sentiment"],
                earlier["language"],
            )
            continue
        text = f"{item['title']}\n\n{item['content']}" if "title" in item else item["content"]
        found = NO_WORDS if item["deleted"] else linear_score(text)
        assert item["language"] == found.language
        assert item["sentiment"]["compound"] == found.compound
        assert item["sentiment"]["label"] == found.label


def stale_in(items: dict[str, dict[str, Any]]) -> int:
    return sum(method_of(item["sentiment"]) != "linear 1" for item in items.values())


async def test_everything_is_brought_to_the_current_method(store, settings) -> None:
    await keep(store, *some_items(60))
    before = await stored_items(store, NAMES)
    told: list[tuple[int, int]] = []
    done = await rescorer(
        store, settings, batch_items=10, progress=lambda *counts: told.append(counts)
    ).run()
    check_rescored(before, await stored_items(store, NAMES))
    await check_statistics(store, NAMES)
    assert (done.rescored, done.waiting, done.goes_on) == (60, 0, False)
    assert told[0] == (0, 60)
    assert told[-1] == (60, 60)
    assert told == sorted(told)
    assert len(told) > 3
    assert (await store.read(LEASES, "lease", "lease"))["holder"] is None


@given(drawn=ITEMS, batch_items=st.integers(1, 12))
@hypothesis_settings(max_examples=40, deadline=None)
async def test_whatever_is_stored_only_its_scores_change(
    tmp_path_factory, drawn: list[Drawn], batch_items: int
) -> None:
    path = tmp_path_factory.mktemp("rescore") / "undertone.db"
    store = await SqliteStore.open(path, retry_seconds=20)
    try:
        await keep(store, *items_of(drawn))
        before = await stored_items(store, NAMES)
        settings = Settings(subreddits=NAMES)
        done = await rescorer(store, settings, batch_items=batch_items).run()
        check_rescored(before, await stored_items(store, NAMES))
        await check_statistics(store, NAMES)
        assert (done.rescored, done.waiting) == (stale_in(before), 0)
    finally:
        await store.close()


async def test_a_second_rescore_reads_and_writes_no_item(store, settings) -> None:
    await keep(store, *some_items(30))
    await rescorer(store, settings).run()
    watched = WatchedStore(store)
    again = await rescorer(watched, settings, now=NOW + timedelta(minutes=1)).run()  # type: ignore[arg-type]
    assert (again.id, again.rescored, again.waiting) == (None, 0, 0)
    assert watched.written.keys() == {"cycles"}
    (work,) = await store.query(Query(WORK, "rescore", 10, order_by="id"))
    assert (work["status"], work["rescored"]) == ("completed", 30)


async def test_a_plan_counts_and_writes_nothing(store, settings) -> None:
    await keep(store, *some_items(30))
    watched = WatchedStore(store)
    plan = await rescorer(watched, settings).plan()  # type: ignore[arg-type]
    assert (plan.method, plan.stale) == ("linear 1", 30)
    assert plan.methods == {"vader": 15, "vader 3.3.2": 15}
    assert not watched.written


async def test_items_of_a_subreddit_that_is_no_longer_watched_count_too(store, settings) -> None:
    await keep(store, *some_items(9))
    state = never_read(NAMES[2])
    await store.upsert(COMMUNITIES, [state])
    fewer = settings.model_copy(update={"subreddits": NAMES[:2]})
    assert (await rescorer(store, fewer).run()).rescored == 9


async def test_it_says_when_another_method_still_adds_items(sqlite_store, sqlite_settings) -> None:
    settings = sqlite_settings.model_copy(update={"subreddits": NAMES})
    await keep(sqlite_store, *some_items(5))
    late = scored_by(a_post(99, NOW - timedelta(days=3)), "vader 3.3.2")
    is_new = True

    def meanwhile(container: Any) -> Any:
        nonlocal is_new
        if container is POSTS and is_new:
            is_new = False
            return keep(sqlite_store, [late])
        return None

    done = await rescorer(Interrupting(sqlite_store, meanwhile), settings).run()  # type: ignore[arg-type]
    assert (done.rescored, done.waiting, done.goes_on) == (5, 1, True)
    later = await rescorer(sqlite_store, settings, now=NOW + timedelta(minutes=1)).run()
    assert (later.rescored, later.waiting) == (1, 0)


class Interrupting:
    """A store that runs a function before each of its upserts."""

    def __init__(self, inner: Store, meanwhile: Callable[[Any], Any]) -> None:
        self._inner = inner
        self._meanwhile = meanwhile

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def upsert(self, container: Any, documents: Any) -> None:
        if (happens := self._meanwhile(container)) is not None:
            await happens
        await self._inner.upsert(container, documents)


async def test_while_another_writer_works_it_waits_for_its_turn(store, settings) -> None:
    await keep(store, *some_items(3))
    async with lease(store, "cycle_1", seconds=60, clock=lambda: NOW):
        with pytest.raises(CycleRunning):
            await rescorer(store, settings).run()


async def test_killed_at_any_write_statistics_agree_again_and_the_next_one_goes_on(
    sqlite_settings,
) -> None:
    before = sqlite_settings.model_copy(update={"subreddits": NAMES})
    async with opened(before) as store:
        await keep(store, *some_items(24, step=timedelta(minutes=25)))
        stale = await stored_items(store, NAMES)
    whole = copied(before, "whole")
    async with opened(whole) as store:
        counting: Any = DeadStore(store, -2)
        await rescorer(counting, whole, now=NOW, batch_items=9).run()
    assert len(counting.batches) > 15
    for step in counting.steps():
        settings = copied(before, f"step{step}")
        async with opened(settings) as store:
            deadly: Any = DeadStore(store, step)
            with pytest.raises(Killed):
                await rescorer(deadly, settings, now=NOW, batch_items=9).run()
            # Its lease expires, and the next writer finishes its work.
            moment = NOW + timedelta(seconds=61)
            await Cleaner(store, settings, lambda at=moment: at).run()  # type: ignore[misc]
            await check_statistics(store, NAMES)
            already = 24 - stale_in(await stored_items(store, NAMES))
            moment += timedelta(seconds=1)
            done = await rescorer(store, settings, now=moment, batch_items=9).run()
            assert (done.rescored, done.waiting) == (24 - already, 0), step
            check_rescored(stale, await stored_items(store, NAMES))
            await check_statistics(store, NAMES)
            unreconciled = Query(WORK, "rescore", 10, order_by="id", equals={"reconciled": "no"})
            assert await store.query(unreconciled) == []


async def test_processes_killed_while_rescoring_lose_nothing(store, settings) -> None:
    await keep(store, *some_items(24))
    before = await stored_items(store, NAMES)
    for number, step in enumerate(random.Random(5).sample(range(4, 30), 5)):
        died = NOW + timedelta(minutes=5 * number)
        process = CONTEXT.Process(target=die_rescoring, args=(settings, step, died))
        process.start()
        await asyncio.to_thread(process.join)
        assert process.exitcode in {0, -signal.SIGKILL}
    await rescorer(store, settings, now=NOW + timedelta(hours=1)).run()
    check_rescored(before, await stored_items(store, NAMES))
    await check_statistics(store, NAMES)


async def test_told_to_stop_it_gives_the_lease_back_and_the_next_one_goes_on(
    store, settings
) -> None:
    await keep(store, *some_items(40))
    before = await stored_items(store, NAMES)
    begun = asyncio.Event()

    def told(done: int, _of: int) -> None:
        if done:
            begun.set()

    work = asyncio.create_task(rescorer(store, settings, batch_items=2, progress=told).run())
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert (await store.read(LEASES, "lease", "lease"))["holder"] is None
    done = await rescorer(store, settings, now=NOW + timedelta(minutes=1)).run()
    assert 0 < done.rescored < 40
    check_rescored(before, await stored_items(store, NAMES))
    await check_statistics(store, NAMES)


async def test_a_collection_gets_its_turn_and_loses_nothing(stand_in, store, settings) -> None:
    reddit = stand_in(
        things(NAMES, 90, newest=time.time()), rate_limit=RateLimit(requests=1_000_000)
    )
    here = settings_for(settings, reddit.base_url, NAMES)
    await run_cycle(store, here)
    fresh = things(NAMES, 6, newest=time.time(), seed=3)
    for number, thing in enumerate(fresh):
        thing["data"] |= {"id": f"n{number}", "name": f"{thing['kind']}_n{number}"}
    reddit.control.add(fresh)
    reddit.control.edit("t1_c7", "Something else altogether")
    reddit.control.set_score("t3_p3", 999)
    reddit.control.delete("t1_c4")
    is_collecting = asyncio.Event()
    ended: list[str] = []

    async def rescores() -> RescoreEnd:
        # Batch after batch, with the lease free for a second between two.
        working = rescorer(
            store, here, now=None, batch_items=4, let_go_seconds=1,
            progress=lambda done, _of: is_collecting.set() if done else None,
        )  # fmt: skip
        done = await working.run(lease_wait=LeaseWait(120))
        ended.append("rescore")
        return done

    async def collects() -> None:
        await is_collecting.wait()
        source = RedditSource(here, wait=wait_until(time.monotonic() + 120), backoff=FAST)
        try:
            collector = Collector(store, {"reddit": source}, LINEAR, here, clock=utc_now)
            cycle = await collector.run("cli", lease_wait=LeaseWait(120))
        finally:
            source.close()
        assert (cycle["new"], cycle["edited"], cycle["removed"]) == (6, 1, 1)
        ended.append("cycle")

    done, _ = await asyncio.gather(rescores(), collects())
    assert ended == ["cycle", "rescore"]
    assert done.waiting == 0
    items = await stored_items(store, NAMES)
    assert len(items) == 95
    assert stale_in(items) == 0
    assert items["t1_c7"]["content"] == "Something else altogether"
    assert items["t3_p3"]["upvotes"] == 999
    await check_statistics(store, NAMES)


def test_a_method_is_named_with_its_version() -> None:
    assert isinstance(LINEAR, Method)
    assert rescorer(None, Settings()).backlog.current == "linear 1"  # type: ignore[arg-type]
