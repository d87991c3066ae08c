"""Scoring by shard: the same as over all communities, beside collections, and after any kill."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from collector import score_jobs, shard_runs
from collector.maintenance.backlog import Backlog, PartProgress
from collector.maintenance.rescore import RescoreEnd, Rescorer
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.rounds.documents import read_round
from collector.rounds.rescore import ShardRescorer
from collector.rounds.worker import workers_of_round
from collector.score_jobs import (
    plan_rescore,
    rescore_by_hand,
    score_on_message,
    score_waiting,
    send_due_scoring,
)
from collector.sentiment.base import Method, Score, Text
from collector.sentiment.rescoring import Paused, Prepared
from collector.threads.parents import Parents
from collector.writers.lease import LeaseWait, lease
from local.host.invoke import Output
from shared.models import Item, Mention, ScoringState
from shared.scoring import LOST_AFTER, read_scoring
from shared.settings import Settings
from shared.stats.cells import method_name, method_of
from shared.store import DAYS, LEASES, POSTS, WORK, Query, Store
from shared.store.community_states import read_states
from shared.times import hour_of, utc_now
from tests.collector.crashing import (
    LINEAR,
    DeadlyStore,
    DeadStore,
    Killed,
    copied,
    linear_score,
    opened,
)
from tests.collector.harness import METHOD, check_statistics, final_data, stored_items
from tests.collector.shards.test_cycle import SUBJECTS
from tests.collector.shards.world import (
    NAMES,
    SHARDING,
    Server,
    Workers,
    a_seen_post,
    a_server,
    change_something_of_each_kind,
    notes_left,
    settings_of,
)
from tests.watchlists import watch

ITEMS = 4 * len(NAMES)
SLOW = "slow 1"
EARLIER = timedelta(minutes=5)
LATER = LOST_AFTER + timedelta(minutes=1)
"""By then the leases of a killed worker have expired, and its message counts as lost."""
BEGAN = utc_now()


@dataclass(frozen=True)
class Slow(Method):
    """A method that fails at some texts, and has steps before others, in the thread that scores."""

    steps: dict[str, Callable[[], object]] = field(default_factory=dict)
    fails_at: list[str] = field(default_factory=list)

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        for word in [w for w in self.steps if any(w in text.markdown for text in texts)]:
            self.steps.pop(word)()
        if any(word in text.markdown for text in texts for word in self.fails_at):
            raise ValueError("this one can't be scored")
        return super().score_many(texts)


def a_slow_method(*fails_at: str) -> Slow:
    return Slow(
        "slow", "1", linear_score, fallback=lambda: LINEAR, is_slow=True, fails_at=list(fails_at)
    )


@pytest.fixture
def settings(sqlite_settings: Settings) -> Settings:
    return settings_of(sqlite_settings)


async def begin(settings: Settings, server: Server | None = None) -> Server:
    """Collect once, by another method than that of these tests."""
    server = server or a_server(BEGAN - timedelta(hours=1))
    async with opened(settings) as store:
        await watch(store, 1, *SUBJECTS)
        await Workers(settings, server, -EARLIER).collect(store)
    return server


def rescorer(store: Store, settings: Settings, method: Method = LINEAR, **more: Any) -> Rescorer:
    later = more.pop("later", timedelta(0))

    def clock() -> datetime:
        return utc_now() + later

    given: dict[str, Any] = {"clock": clock, "batch_items": 3, "let_go_seconds": 0.0, **more}
    return Rescorer(store, method, settings, **given)


def in_shards(
    store: Store, settings: Settings, method: Method = LINEAR, wait: float = 10.0, **more: Any
) -> ShardRescorer:
    return ShardRescorer(
        rescorer(store, settings, method, **more),
        LeaseWait(wait),
        totals_lag=timedelta(0),
    )


async def asked(work: ShardRescorer) -> str:
    """Return the ticket of the message that is due, after its round has begun."""
    ticket = await work.rescorer.backlog.ask()
    assert ticket is not None
    assert await work.begin(ticket)
    assert not await work.begin(ticket), "a round begins once"
    return ticket


async def state_of(store: Store) -> ScoringState:
    state = await read_scoring(store)
    assert state is not None
    return state


async def methods(store: Store) -> dict[str, str]:
    items = await stored_items(store, NAMES)
    return {name: method_of(item["sentiment"]) for name, item in items.items()}


async def check_nothing_waits(store: Store) -> None:
    """Assert that every cell is a recount, and that no work, note or item is left."""
    await check_statistics(store, NAMES)
    assert await notes_left(store) == 0
    unreconciled: Query[Any] = Query(
        WORK, "rescore", 10, order_by="id", equals={"reconciled": "no"}
    )
    assert await store.query(unreconciled) == []
    state = await state_of(store)
    assert (state["waiting"], state["failed"], state["ticket"]) == (0, {}, None)


def meanwhile(settings: Settings, work: Callable[[Store], Awaitable[object]]) -> Callable[[], None]:
    """Return a step in which another process works on the same database."""

    async def do() -> None:
        async with opened(settings) as other:
            await work(other)

    return lambda: asyncio.run(do())


async def test_shards_leave_the_same_as_a_rescore_of_all(settings: Settings) -> None:
    await begin(settings)
    alone = copied(settings, "alone")
    async with opened(alone) as store:
        done = await rescorer(store, alone).run()
        assert done.rescored == ITEMS
        expected = await final_data(store, NAMES)
    shown: list[tuple[int, int]] = []
    async with opened(settings) as store:
        work = in_shards(store, settings, progress=lambda *counts: shown.append(counts))
        ended = await work.to_its_end()
        assert (ended.rescored, ended.waiting, ended.goes_on) == (ITEMS, 0, False)
        assert await final_data(store, NAMES) == expected
        assert set((await methods(store)).values()) == {"linear 1"}
        await check_nothing_waits(store)
        found = await read_round(store, "score")
        assert found is not None
        assert (found["open"], found["counts"]["items"]) == ([], ITEMS)
    assert (shown[0], shown[-1]) == ((0, ITEMS), (ITEMS, ITEMS))
    assert shown == sorted(shown)


async def test_the_newest_hours_of_all_shards_come_early(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        over = iter([False, False, False, True])
        work = in_shards(store, settings, is_over=lambda: next(over), batch_items=1)
        ticket = await asked(work)
        end = await work.run(ticket)
        assert (end.goes_on, end.ticket) == (True, ticket)
        items = (await stored_items(store, NAMES)).values()
        scored = [each for each in items if method_of(each["sentiment"]) == "linear 1"]
        shards = {name: state["shard"] for name, state in (await read_states(store, NAMES)).items()}
        assert len({shards[each["community"]] for each in scored}) == 3
        newest: dict[str, str] = {}
        for each in items:
            shard, hour = shards[each["community"]], hour_of(each["order_key"])
            newest[shard] = max(newest.get(shard, ""), hour)
        assert all(
            hour_of(each["order_key"]) == newest[shards[each["community"]]] for each in scored
        )
        state = await state_of(store)
        assert (state["waiting"], state["ticket"]) == (ITEMS - len(scored), ticket)


async def test_shards_are_collected_while_texts_are_scored_and_what_they_write_wins(
    settings: Settings,
) -> None:
    server = await begin(settings)
    change_something_of_each_kind(server, BEGAN - timedelta(hours=1))

    async def collect(store: Store) -> None:
        cycle = await Workers(settings, server).collect(store)
        assert (cycle["status"], cycle["edited"], cycle["removed"]) == ("completed", 1, 1)

    slow = a_slow_method()
    slow.steps["it 0x0"] = meanwhile(settings, collect)
    async with opened(settings) as store:
        work = in_shards(store, settings, slow, batch_items=1000)
        await work.finish(await asked(work))
        items = await stored_items(store, NAMES)
        edited = items["t3_p0x0"]
        assert edited["title"] == "Awful, I hate it"
        assert method_of(edited["sentiment"]) == method_name(METHOD.name, METHOD.version)
        assert "t3_p1x0" not in items or items["t3_p1x0"]["deleted"]
        await check_statistics(store, NAMES)
        assert (await state_of(store))["waiting"] > 0
        await in_shards(store, settings, slow).to_its_end()
        assert set((await methods(store)).values()) == {SLOW}
        await check_nothing_waits(store)


async def test_a_batch_waits_for_the_collection_of_its_shard_and_is_then_written(
    settings: Settings,
) -> None:
    await begin(settings)
    async with opened(settings) as store:
        shard = (await read_states(store, ["aws"]))["aws"]["shard"]
        work = in_shards(store, settings, batch_items=1000)
        ticket = await asked(work)
        async with lease(store, shard, seconds=60, clock=utc_now, name=shard):
            running = asyncio.create_task(work.finish(ticket))
            await asyncio.sleep(0.2)
            assert not running.done()
            assert (
                method_of((await stored_items(store, ["aws"]))["t3_p0x0"]["sentiment"])
                != "linear 1"
            )
        assert (await running).rescored == ITEMS
        await check_nothing_waits(store)


async def test_where_the_shard_stays_busy_the_batch_comes_again_and_the_others_go_first(
    settings: Settings,
) -> None:
    await begin(settings)
    async with opened(settings) as store:
        shard = (await read_states(store, ["aws"]))["aws"]["shard"]
        others = [n for n, s in (await read_states(store, NAMES)).items() if s["shard"] != shard]
        work = in_shards(store, settings, wait=0.0, batch_items=1000)
        ticket = await asked(work)
        async with lease(store, shard, seconds=60, clock=utc_now, name=shard):
            running = asyncio.create_task(work.finish(ticket))
            while (await read_round(store, "score") or {})["open"] != [shard]:
                assert not running.done()
                await asyncio.sleep(0.05)
            assert {n for n, method in (await methods(store)).items() if method == "linear 1"} == {
                *await stored_items(store, others)
            }
        assert (await running).rescored == ITEMS
        await check_nothing_waits(store)


async def test_workers_share_the_shards_and_no_item_is_written_twice(
    any_store_settings: Settings,
) -> None:
    settings = settings_of(any_store_settings)
    await begin(settings)
    async with opened(settings) as store:
        works = [in_shards(store, settings, wait=60.0) for _ in range(3)]
        ticket = await asked(works[0])
        ends = await asyncio.gather(*(work.run(ticket) for work in works))
        assert sum(end.rescored for end in ends) == ITEMS
        await check_nothing_waits(store)


async def test_notes_of_many_workers_add_up(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        work = in_shards(store, settings)
        ticket = await asked(work)
        backlog: Backlog = work.rescorer.backlog
        notes = [PartProgress(1, {f"2026-11-23T1{n} aws": n}, [], "bad") for n in range(10)]
        await asyncio.gather(*(backlog.note_part(ticket, each) for each in notes))
        state = await state_of(store)
        assert state["waiting"] == ITEMS - 10
        assert len(state["failed"]) == 10
        await backlog.note_part(ticket, PartProgress(0, {}, list(state["failed"]), None))
        state = await state_of(store)
        assert (state["failed"], state["last_error"], state["retry_at"]) == ({}, None, None)


async def to_its_end(store: Store, settings: Settings, later: timedelta = timedelta(0)) -> None:
    work = in_shards(store, settings, later=later)
    ticket = await work.rescorer.backlog.ask()
    if ticket is not None:
        await work.finish(ticket)


async def test_killed_at_a_write_nothing_is_lost(settings: Settings) -> None:
    await begin(settings)
    undisturbed = copied(settings, "undisturbed")
    async with opened(undisturbed) as store:
        counting: Any = DeadlyStore(store, -2)
        await to_its_end(counting, undisturbed)
        expected = await final_data(store, NAMES)
    assert len(counting.batches) > 50
    # A run may have a write less, as its turns end by the clock.
    for step in counting.steps()[:-2:2]:
        killed = copied(settings, f"step{step}")
        async with opened(killed) as store:
            dead: Any = DeadStore(store, step)
            with suppress(Killed):
                await to_its_end(dead, killed)
            assert dead.is_dead, step
            await to_its_end(store, killed, LATER)
            # What a kill left to another writer is its own to recount.
            await in_shards(store, killed, later=2 * LATER).to_its_end()
            await check_nothing_waits(store)
            assert await final_data(store, NAMES) == expected, step


async def test_what_cannot_be_scored_comes_last_and_is_tried_again_after_an_hour(
    settings: Settings,
) -> None:
    await begin(settings)
    method = a_slow_method("it 0x0", "work 5x1")
    async with opened(settings) as store:
        work = in_shards(store, settings, method)
        await work.finish(await asked(work))
        state = await state_of(store)
        failed = dict(state["failed"])
        assert (state["waiting"], state["ticket"]) == (sum(failed.values()), None)
        assert {name.split()[1] for name in failed} == {"aws", "forum.a"}
        assert "can't be scored" in str(state["last_error"])
        found = await methods(store)
        assert {name for name in found if found[name] != SLOW} == {"t3_p0x0", "t3_p5x1"}
        assert await work.rescorer.backlog.ask() is None
        later = in_shards(store, settings, method, later=timedelta(hours=2))
        end = await later.finish(await asked(later))
        assert (end.rescored, end.failed, end.goes_on) == (0, 2, False)
        method.fails_at.clear()
        last = in_shards(store, settings, method, later=timedelta(hours=4))
        assert (await last.finish(await asked(last))).rescored == 2
        await check_nothing_waits(store)


async def test_what_its_time_did_not_reach_of_an_hour_does_not_wait_for_what_failed(
    settings: Settings,
) -> None:
    newest = BEGAN - timedelta(hours=1)
    server = a_server(newest)
    server.items["aws"] += [
        a_seen_post(f"late{n}", newest - timedelta(seconds=n), "More words") for n in (1, 2, 3)
    ]
    await begin(settings, server)
    async with opened(settings) as store:
        method = a_slow_method("it 0x0")
        work = in_shards(store, settings, method, batch_seconds=0.0, slice_items=2)
        end = await work.finish(await asked(work))
        assert (end.rescored, end.waiting, end.failed) == (ITEMS + 2, 1, 1)


async def test_a_method_that_breaks_in_one_shard_keeps_no_other_from_its_scores(
    settings: Settings,
) -> None:
    await begin(settings)
    method = a_slow_method("0x", "1x", "2x", "Quite so")
    async with opened(settings) as store:
        shard = (await read_states(store, ["aws"]))["aws"]["shard"]
        names = [n for n, s in (await read_states(store, NAMES)).items() if s["shard"] == shard]
        work = in_shards(store, settings, method)
        end = await work.finish(await asked(work))
        assert (end.goes_on, end.paused) == (False, None)
        assert end.waiting >= end.failed > 0
        found = await stored_items(store, [name for name in NAMES if name not in names])
        posts = [each for each in found.values() if each["kind"] == "post"]
        assert SLOW in {method_of(each["sentiment"]) for each in posts}
        await check_statistics(store, NAMES)
        assert await notes_left(store) == 0


async def test_a_shard_that_breaks_is_given_up_until_the_next_round_and_the_others_are_scored(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.rounds.worker.LET_GO_SECONDS", 0.0)
    await begin(settings)

    async def prepare(items: Sequence[Item], parents: Parents) -> Prepared:
        if any(item["community"] == "aws" for item in items):
            raise RuntimeError("no memory")
        return Prepared(items, parents)

    async with opened(settings) as store:
        work = in_shards(store, settings, prepare=prepare, batch_items=1000)
        end = await work.finish(await asked(work))
        states = await read_states(store, NAMES)
        left = [name for name in NAMES if states[name]["shard"] == states["aws"]["shard"]]
        assert (end.rescored, end.waiting, end.goes_on) == (
            ITEMS - 4 * len(left),
            4 * len(left),
            False,
        )
        assert (await state_of(store))["ticket"] is None
        assert "round.gave_up" in caplog.text
        again = in_shards(store, settings)
        assert (await again.finish(await asked(again))).rescored == 4 * len(left)
        await check_nothing_waits(store)


async def test_a_lost_message_is_made_up_for_and_void_if_it_comes_after_all(
    settings: Settings,
) -> None:
    await begin(settings)
    async with opened(settings) as store:
        work = in_shards(store, settings)
        lost = await asked(work)
        assert await work.rescorer.backlog.ask() is None, "it is on its way"
        later = in_shards(store, settings, later=LATER)
        ticket = await asked(later)
        assert ticket != lost
        end = await work.run(lost)
        assert (end.is_taken_over, end.rescored) == (True, 0)
        assert (await later.finish(ticket)).rescored == ITEMS
        assert (await later.run(ticket)).is_taken_over, "a message that comes twice does nothing"
        await check_nothing_waits(store)


async def test_a_run_by_hand_takes_over_from_workers(settings: Settings) -> None:
    await begin(settings)
    slow = a_slow_method()
    ends: list[RescoreEnd] = []

    async def by_hand(other: Store) -> None:
        work = in_shards(other, settings, a_slow_method(), later=timedelta(minutes=2))
        ends.append(await work.to_its_end())

    slow.steps["0x0"] = meanwhile(settings, by_hand)
    async with opened(settings) as store:
        work = in_shards(store, settings, slow)
        end = await work.run(await asked(work))
        assert end.is_taken_over
        assert 0 < end.rescored < ITEMS
        assert end.rescored + ends[0].rescored == ITEMS
        await check_nothing_waits(store)


@pytest.mark.parametrize("is_earlier", [False, True])
async def test_a_mention_that_another_method_scored_is_scored_too(
    settings: Settings, *, is_earlier: bool
) -> None:
    """A day that was stored before it named methods of mentions is recounted first."""
    praise = Score("positive", 0.5, 0.6, 0.1, 0.3, "en")
    method = replace(
        a_slow_method(), name="encoder", score_targets=lambda targets: [praise for _ in targets]
    )
    await begin(settings)
    async with opened(settings) as store:
        await in_shards(store, settings, method).to_its_end()
        await check_nothing_waits(store)
        items = await stored_items(store, ["aws"])
        post = items["t3_p0x0"]
        bare = [
            Mention(subject=m["subject"], via=m["via"], matched=m["matched"])
            for m in post["mentions"]
        ]
        assert bare
        await store.upsert(POSTS, [{**post, "mentions": bare}])
        shares = {"aws": await rebuild_cells(store, "aws", [hour_of(post["order_key"])])}
        await rebuild_all(store, shares)
        day = await store.read(DAYS, "aws", post["order_key"][:10])
        assert day is not None
        assert day["mention_methods"]
        if is_earlier:
            del day["mention_methods"]
            await store.upsert(DAYS, [day])
        work = in_shards(store, settings, method)
        end = await work.run(await asked(work))
        if is_earlier:
            assert (end.rescored, end.goes_on) == (0, True)
            assert end.ticket is not None
            assert await work.begin(end.ticket)
            end = await work.run(end.ticket)
        assert (end.rescored, end.goes_on) == (1, False)
        (found, *_) = (await stored_items(store, ["aws"]))["t3_p0x0"]["mentions"]
        assert found["sentiment"]["method"] == "encoder"
        await check_nothing_waits(store)


async def test_totals_that_are_wrong_bring_no_round_after_another(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        await in_shards(store, settings, a_slow_method()).to_its_end()
        hour = hour_of((await stored_items(store, ["aws"]))["t3_p0x0"]["order_key"])
        stale = {"aws": await rebuild_cells(store, "aws", [hour])}
        cell: Any = stale["aws"][hour].share["cell"]
        cell["method"] = "vader 3.3.2"
        cell.pop("methods", None)
        await rebuild_all(store, stale)
        work = in_shards(store, settings, a_slow_method())
        await work.finish(await asked(work))
        await check_nothing_waits(store)
        assert await work.rescorer.backlog.ask() is None


async def test_where_nothing_can_be_asked_the_round_ends_and_goes_on_with_the_next_shard(
    settings: Settings,
) -> None:
    await begin(settings)
    prepared: list[str] = []

    async def prepare(items: Sequence[Item], _parents: Parents) -> Prepared:
        prepared.append(items[0]["community"])
        raise Paused("the day has no tokens left", "2100-01-01T00:00:00Z")

    async with opened(settings) as store:
        more: dict[str, Any] = {"prepare": prepare, "state": "model_scoring"}
        work = in_shards(store, settings, **more)
        end = await work.run(await asked(work))
        assert (end.paused, end.goes_on) == ("the day has no tokens left", False)
        state = await read_scoring(store, "model_scoring")
        assert state is not None
        assert (state["waiting"], state["ticket"]) == (ITEMS, None)
        assert state["paused_because"] == end.paused
        assert await work.rescorer.backlog.ask() is None
        assert (await work.to_its_end()).paused
        shards = await read_states(store, NAMES)
        assert shards[prepared[0]]["shard"] != shards[prepared[1]]["shard"]


async def test_no_lease_is_left(settings: Settings) -> None:
    await begin(settings)
    async with opened(settings) as store:
        await in_shards(store, settings).to_its_end()
        held = await store.query(Query(LEASES, "lease", 100, order_by="id"))
        assert {each["id"] for each in held if each["holder"]} == set()
        assert {"score_shard_reddit_0001", "shard_reddit_0001"} <= {each["id"] for each in held}


class Queue:
    """The queue of a database whose communities have shards, and the functions that know it."""

    def __init__(self, settings: Settings, method: Method) -> None:
        self.settings = settings
        self.load = lambda _: method

    def due(self) -> list[bytes]:
        output = Output()
        send_due_scoring(self.settings, output, load=self.load)
        return [text.encode() for text in output.value or []]

    def run(self, message: bytes) -> list[bytes]:
        output = Output()
        score_on_message(self.settings, message, output, load=self.load)
        return [text.encode() for text in output.value or []]

    def check(self) -> None:
        async def check() -> None:
            async with opened(self.settings) as store:
                await check_nothing_waits(store)
                assert set((await methods(store)).values()) == {SLOW}

        asyncio.run(check())


@pytest.fixture
def queue(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Queue:
    monkeypatch.setattr(shard_runs, "SHARDING", SHARDING)
    asyncio.run(begin(settings))
    return Queue(settings, a_slow_method())


def test_the_first_message_begins_a_round_and_sends_for_its_workers(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert workers_of_round(queue.settings) == 1
    monkeypatch.setattr(score_jobs, "workers_of_round", lambda _: 3)
    (message,) = queue.due()
    assert queue.run(message) == [message] * 3
    assert queue.due() == []
    assert [queue.run(message) for _ in range(3)] == [[], [], []]
    queue.check()
    assert queue.due() == []


def test_a_run_ends_in_time_and_its_message_goes_on(
    queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(score_jobs, "RUN_SECONDS", 0.0)
    (message,) = queue.due()
    runs = 0
    while messages := queue.run(message):
        assert messages == [message]
        runs += 1
    # The first message begins, and each shard has its turn after one.
    assert runs == 3
    queue.check()


def test_by_hand_a_command_does_the_round_to_its_end(queue: Queue) -> None:
    plan = asyncio.run(plan_rescore(queue.settings, load=queue.load))
    assert (plan.method, plan.stale) == (SLOW, ITEMS)
    (message,) = queue.due()
    done = asyncio.run(rescore_by_hand(queue.settings, load=queue.load))
    assert (done.rescored, done.waiting, done.goes_on) == (ITEMS, 0, False)
    assert queue.run(message) == [], "its ticket is void"
    queue.check()
    assert asyncio.run(score_waiting(queue.settings, load=queue.load)) is None


def test_a_command_scores_what_it_has_left_to_a_slow_method(queue: Queue) -> None:
    done = asyncio.run(score_waiting(queue.settings, load=queue.load))
    assert done is not None
    assert done.rescored == ITEMS
    queue.check()
