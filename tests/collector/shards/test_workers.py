"""Several workers on one store: doubled messages, wrong clocks, failures, time that is used up."""

import asyncio
from collections import deque
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from api.reads.health import check_health
from collector.shards.totals import TOTALS
from collector.writers.lease import LeaseWait, lease
from shared.communities import SOURCES
from shared.errors import CycleRunning, LeaseLost, StoreUnavailable
from shared.models import CommunityState
from shared.settings import Settings
from shared.shards import LOST_AFTER, MAX_ATTEMPTS, due_after
from shared.store import COLLECTION, COMMUNITIES, CYCLES, SHARD_QUEUES, Query, Store
from shared.store.community_states import never_read, read_states
from shared.times import iso, utc_now
from tests.api.world import deps_of
from tests.collector.crashing import DeadStore, Killed
from tests.collector.harness import check_statistics, stored_items
from tests.collector.shards.test_cycle import SUBJECTS
from tests.collector.shards.test_kills import LATER, result
from tests.collector.shards.world import (
    INTERVAL,
    NAMES,
    Server,
    Workers,
    a_server,
    change_something_of_each_kind,
    settings_of,
)
from tests.watchlists import watch

NO_TIME = timedelta(0)
HOURS = timedelta(hours=5)
ON_SQLITE = pytest.mark.parametrize("any_store_settings", ["sqlite"], indirect=True)


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return settings_of(any_store_settings, NAMES)


@pytest.fixture
async def server(store: Store) -> Server:
    await watch(store, 1, *SUBJECTS)
    return a_server(utc_now() - timedelta(hours=1))


async def work_side_by_side(store: Store, workers: list[Workers]) -> None:
    """Work on the messages of the first workers with all of them; each message comes twice."""
    queue: deque[Any] = deque(each for each in workers[0].waiting for _ in range(2))
    at_work = taken_over = 0

    async def one(own: Workers) -> None:
        nonlocal at_work, taken_over
        worker = own.worker(store)
        while queue or at_work:
            if not queue:
                await asyncio.sleep(0.01)
                continue
            at_work += 1
            message = queue.popleft()
            try:
                following = await worker.work(message)
            except LeaseLost:
                # A wrong clock has taken it over: the message returns to the queue, which hides it
                # for a while. Otherwise two such clocks took a shard from each other for ever.
                taken_over += 1
                await asyncio.sleep(min(4.0, 0.1 * taken_over))
                following = [message]
            queue.extend(each for each in following for _ in range(1 if each == message else 2))
            at_work -= 1

    await asyncio.gather(*(one(own) for own in workers))


@pytest.mark.parametrize(
    ("any_store_settings", "off"),
    [
        ("sqlite", (NO_TIME, NO_TIME)),
        ("cosmos", (NO_TIME, NO_TIME)),
        ("sqlite", (NO_TIME, HOURS)),
        ("sqlite", (NO_TIME, -HOURS)),
    ],
    indirect=["any_store_settings"],
)
async def test_hosts_beside_each_other_and_other_writers_leave_what_one_leaves(
    settings: Settings, store: Store, server: Server, off: tuple[timedelta, ...]
) -> None:
    hosts = [Workers(settings, server, each) for each in off]

    async def others() -> None:
        for number in range(4):
            with suppress(CycleRunning):
                async with lease(
                    store,
                    f"cleanup_{number}",
                    seconds=60,
                    clock=utc_now,
                    lease_wait=LeaseWait(20.0),
                ):
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)

    for number in range(3):
        if number == 1:
            change_something_of_each_kind(server, utc_now() - timedelta(hours=1))
        cycle_id = await hosts[0].plan(store)
        await asyncio.gather(work_side_by_side(store, hosts), others())
        hosts[0].waiting.clear()
    # What a wrong clock left is found by a right one.
    last = Workers(settings, server, LOST_AFTER + LATER)
    cycle = await last.collect(store)
    assert (cycle["status"], sorted(cycle["communities_processed"])) == ("completed", sorted(NAMES))
    assert (await store.read(CYCLES, "cycle", cycle_id))["status"] != "running"  # type: ignore[index]
    # A clock that is hours off takes leases over that are held: their holders then stop.
    assert server.most_clients["reddit"] == 1 or off[1] != NO_TIME
    await result(store)


@ON_SQLITE
async def test_a_shard_that_is_under_way_is_not_put_again_and_a_lost_one_is(
    settings: Settings, store: Store, server: Server
) -> None:
    workers = Workers(settings, server)
    await workers.plan(store)
    sent = {message.shard for message in workers.waiting}
    assert len(sent) == 2  # One of each client.
    workers.waiting.clear()
    first = await workers.plan(store, "timer", cycle_id="cycle_20261127_120000")
    assert [message.shard for message in workers.waiting] == []
    later = Workers(settings, server, LOST_AFTER + LATER)
    second = await later.plan(store, "timer")
    assert {message.shard for message in later.waiting if message.shard} == sent
    await later.work(store)
    # The cycles whose shards went to later ones have ended, too.
    for cycle_id in (first, second):
        assert (await store.read(CYCLES, "cycle", cycle_id))["status"] == "completed"  # type: ignore[index]
    await result(store)


@ON_SQLITE
async def test_a_shard_that_fails_five_times_is_seen_and_made_up_for(
    settings: Settings, store: Store, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.refuses = {"aws"}
    workers = Workers(settings, server)
    cycle = await workers.collect(store)
    shard = (await read_states(store, ["aws"]))["aws"]["shard"]
    queue = await store.read(SHARD_QUEUES, "shard_queue", "reddit")
    assert queue is not None
    assert list(queue["failed"]) == [shard]
    assert cycle["status"] == "completed"
    read = {state["shard"] for state in (await read_states(store, NAMES)).values()}
    assert len(cycle["communities_processed"]) == len(NAMES) - 3
    assert shard in read
    message = cycle["errors"][-1]["message"]
    assert message.startswith(f"{shard} failed {MAX_ATTEMPTS} times: RuntimeError")
    assert sum("shard.failed" in record.message for record in caplog.records) == 1
    state = await store.read(COLLECTION, "collection", "collection")
    assert state is not None
    assert "no memory for aws" in state["shards"]["failed"][shard]
    health = await check_health(deps_of(store, now=utc_now))
    assert health.status == "degraded"
    assert health.reason is not None
    assert health.reason.startswith(f"{shard} can't be collected, since 20")
    server.refuses = set()
    again = await Workers(settings, server, INTERVAL).collect(store, "timer")
    assert (again["status"], again["errors"]) == ("completed", [])
    assert set(again["communities_processed"]) >= {"aws"}
    state = await store.read(COLLECTION, "collection", "collection")
    assert state is not None
    assert state["shards"]["failed"] == {}
    health = await check_health(deps_of(store, now=utc_now() + INTERVAL))
    assert (health.status, health.reason) == ("healthy", None)
    await result(store)


async def test_a_shard_whose_workers_are_killed_each_time_is_seen_by_the_next_plan(
    settings: Settings, sqlite_store: Store, server: Server
) -> None:
    store = sqlite_store
    later = timedelta(0)
    workers = Workers(settings, server)
    await workers.plan(store)
    (message, *_) = [each for each in workers.waiting if "reddit" in each.shard]
    for _ in range(MAX_ATTEMPTS):
        dead: Any = DeadStore(store, 16)
        with suppress(Killed):
            await Workers(settings, server, later).worker(dead).work(message)
        assert dead.is_dead
        later += LATER
    # Its message doesn't come again: the queue of the host gives it up, too.
    cycle = await Workers(settings, server, later).collect(store)
    assert [e["message"] for e in cycle["errors"] if "killed each time" in e["message"]]
    assert sorted(cycle["communities_processed"]) == sorted(NAMES)
    await result(store)


@ON_SQLITE
async def test_what_a_turn_has_no_time_for_comes_with_the_next_turn_of_the_same_cycle(
    settings: Settings, store: Store, server: Server
) -> None:
    server.polls_a_turn = 1
    cycle = await Workers(settings, server).collect(store)
    assert (cycle["status"], cycle["errors"]) == ("completed", [])
    assert sorted(cycle["communities_processed"]) == sorted(server.polls) == sorted(NAMES)
    assert max(cycle["turns"].values()) == 3
    await result(store)


@ON_SQLITE
async def test_the_timers_cycle_polls_busy_communities_each_interval_and_quiet_ones_later(
    settings: Settings, store: Store, server: Server
) -> None:
    await Workers(settings, server, -INTERVAL).collect(store)
    states = await read_states(store, NAMES)
    busy, quiet = states["aws"], states["claude"]
    assert busy["shard"] == quiet["shard"]
    for state, hourly in ((busy, 20.0), (quiet, 0.5)):
        state["hourly"] = hourly
        state["due_at"] = due_after(state, utc_now() - INTERVAL, INTERVAL)
    await store.upsert(COMMUNITIES, [busy, quiet])
    server.polls.clear()
    cycle = await Workers(settings, server).collect(store, "timer")
    assert "aws" in server.polls
    assert "claude" not in server.polls
    assert cycle["status"] == "completed"


@pytest.mark.parametrize("ahead", [HOURS, timedelta(days=400)])
async def test_what_a_clock_that_was_ahead_collected_is_due_once_it_is_right(
    settings: Settings, store: Store, server: Server, ahead: timedelta
) -> None:
    await Workers(settings, server, ahead).collect(store, "timer")
    server.polls.clear()
    right = Workers(settings, server)
    cycle = await right.collect(store, "timer")
    assert (cycle["status"], sorted(server.polls)) == ("completed", sorted(NAMES))
    # The next one collects by their due times again.
    cycle = await right.collect(store, "timer")
    assert (cycle["turns"], sorted(server.polls)) == ({}, sorted(NAMES))
    states = await read_states(store, NAMES)
    late = {**states["aws"], "due_at": iso(utc_now() - INTERVAL)}
    await store.upsert(COMMUNITIES, [late])
    cycle = await right.collect(store, "timer")
    assert list(cycle["turns"]) == [late["shard"]]
    await result(store)


@pytest.mark.parametrize(
    ("hourly", "minutes"),
    [(None, 29), (100.0, 29), (10.0, 29), (5.0, 59), (1.0, 299), (0.25, 1199), (0.0, 1409)],
)
def test_a_community_is_due_when_a_few_items_wait_by_its_usual_rate(
    hourly: float | None, minutes: int
) -> None:
    now = utc_now()
    state: CommunityState = {**never_read("aws"), "hourly": hourly}
    assert due_after(state, now, INTERVAL) == iso(now + timedelta(minutes=minutes))
    failing: CommunityState = {**state, "failing": {"since": "", "cycles": 1, "is_shared": False}}
    assert due_after(failing, now, INTERVAL) == iso(now + timedelta(minutes=29))


@ON_SQLITE
async def test_a_shard_whose_next_turn_is_part_of_a_later_cycle_leaves_its_own_to_end(
    settings: Settings, store: Store, server: Server
) -> None:
    server.polls_a_turn = 1
    workers = Workers(settings, server)
    first = await workers.plan(store)
    message = next(each for each in workers.waiting if "reddit" in each.shard)
    second = await workers.plan(store, "timer", cycle_id="cycle_20991127_120000")
    following = await workers.worker(store).work(message)
    for cycle_id, is_open in ((first, False), (second, True)):
        cycle = await store.read(CYCLES, "cycle", cycle_id)
        assert cycle is not None
        assert (message.shard in cycle["open_shards"]) is is_open
    # The messages of the forums were lost.
    workers.waiting = deque(following)
    await workers.work(store)
    cycle = await store.read(CYCLES, "cycle", second)
    assert cycle is not None
    assert (cycle["status"], cycle["open_shards"]) == ("completed", [])
    assert cycle["turns"][message.shard] > 1
    await Workers(settings, server, LOST_AFTER + LATER).collect(store)
    await result(store)


class WithoutNotes:
    """A store that can't be reached where the notes for the totals are read."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def query(self, query: Query[Any]) -> list[Any]:
        if query.partition == TOTALS:
            raise StoreUnavailable("too many requests")
        return await self._inner.query(query)


class KilledAtTotals:
    """A store whose worker is killed where the notes for the totals are read."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    async def query(self, query: Query[Any]) -> list[Any]:
        if query.partition == TOTALS:
            raise Killed
        return await self._inner.query(query)


async def test_a_worker_that_is_killed_while_it_adds_up_totals_keeps_no_shard_waiting(
    settings: Settings, store: Store, server: Server
) -> None:
    """Each message is killed once, after its shard has ended, and comes back."""
    workers = Workers(settings, server)
    cycle_id = await workers.plan(store)
    killed: Any = KilledAtTotals(store)
    while workers.waiting:
        message = workers.waiting.popleft()
        if message.shard:
            with pytest.raises(Killed):
                await workers.worker(killed).work(message)
        workers.later += LATER
        workers.waiting.extend(await workers.worker(store).work(message))
    cycle = await store.read(CYCLES, "cycle", cycle_id)
    assert cycle is not None
    assert cycle["status"] == "completed"
    assert sorted(server.polls) == sorted(cycle["communities_processed"]) == sorted(NAMES)
    await result(store)


@ON_SQLITE
async def test_so_does_one_that_is_killed_after_a_turn_whose_time_was_used_up(
    settings: Settings, store: Store, server: Server
) -> None:
    server.polls_a_turn = 1
    workers = Workers(settings, server)
    await workers.plan(store)
    message = next(each for each in workers.waiting if "discourse" in each.shard)
    killed: Any = KilledAtTotals(store)
    with pytest.raises(Killed):
        await workers.worker(killed).work(message)
    workers.later = LATER
    await workers.work(store)
    assert sorted(server.polls) == sorted(NAMES)
    await result(store)


@ON_SQLITE
async def test_messages_that_come_twice_do_not_multiply(
    settings: Settings, store: Store, server: Server
) -> None:
    server.polls_a_turn = 1
    workers = Workers(settings, server)
    await workers.plan(store)
    worked = 0
    while workers.waiting:
        message = workers.waiting.popleft()
        for _ in range(2):
            worked += bool(message.shard)
            workers.waiting.extend(await workers.worker(store).work(message))
    # Each turn polls one community. Its message comes twice, and so does the one sent again.
    assert worked <= 4 * len(NAMES)
    assert sorted(server.polls) == sorted(NAMES)
    await result(store)


@ON_SQLITE
async def test_a_message_that_was_sent_again_does_not_count_any_more(
    settings: Settings, store: Store, server: Server
) -> None:
    workers = Workers(settings, server)
    await workers.plan(store)
    first = next(each for each in workers.waiting if "reddit" in each.shard)
    (second,) = await workers.worker(store).work(first)
    (again,) = await workers.worker(store).work(first)
    assert (again.shard, again.turn) == (second.shard, second.turn)
    server.polls.clear()
    assert await workers.worker(store).work(second) == []
    assert server.polls == []
    await workers.worker(store).work(again)
    assert server.polls


@ON_SQLITE
async def test_other_work_on_a_shard_does_not_hide_that_its_message_was_lost(
    settings: Settings, store: Store, server: Server
) -> None:
    workers = Workers(settings, server)
    await workers.plan(store)
    (lost,) = {each.shard for each in workers.waiting if "reddit" in each.shard}
    later = Workers(settings, server, LOST_AFTER + LATER)
    async with lease(store, f"rematch_{lost}", seconds=60, clock=later.clock, name=lost):
        await later.plan(store, "timer")
    assert lost in {each.shard for each in later.waiting}


@ON_SQLITE
async def test_a_message_whose_shard_is_held_by_one_that_does_not_count_comes_again(
    settings: Settings, store: Store, server: Server
) -> None:
    workers = Workers(settings, server, lease_wait=LeaseWait(0.0))
    await workers.plan(store)
    message = next(each for each in workers.waiting if "reddit" in each.shard)
    async with lease(store, message.shard, seconds=1, clock=utc_now, name=message.shard):
        assert await workers.worker(store).work(message) == [message]
    assert await workers.worker(store).work(message)


@ON_SQLITE
async def test_totals_that_fail_keep_no_shard_waiting(
    settings: Settings, store: Store, server: Server
) -> None:
    workers = Workers(settings, server)
    await workers.plan(store)
    message = next(each for each in workers.waiting if "reddit" in each.shard)
    workers.waiting.remove(message)
    failing: Any = WithoutNotes(store)
    following = await workers.worker(failing).work(message)
    assert {message.shard, *(each.shard for each in following)} == {
        "shard_reddit_0001",
        "shard_reddit_0002",
    }
    workers.waiting.extend(following)
    await workers.work(store)
    await result(store)


@ON_SQLITE
async def test_queues_are_empty_when_a_cycle_has_ended(
    settings: Settings, store: Store, server: Server
) -> None:
    await Workers(settings, server).collect(store)
    queues = await store.read_many(SHARD_QUEUES, [("shard_queue", each) for each in SOURCES])
    assert {q["id"]: (q["waiting"], q["sent"], q["failed"]) for q in queues.values()} == {
        "reddit": ([], {}, {}),
        "discourse": ([], {}, {}),
    }


@ON_SQLITE
async def test_items_of_a_shard_without_a_watched_community_are_swept_once_a_day(
    settings: Settings, store: Store, server: Server
) -> None:
    await Workers(settings, server).collect(store)
    states = await read_states(store, NAMES)
    left = [name for name in NAMES if states[name]["shard"] == "shard_reddit_0002"]
    server.items[left[0]].pop(0)
    server.polls.clear()
    fewer = settings_of(settings, [name for name in NAMES if name not in left])
    removed: list[int] = []
    for hours in (25, 26, 51):
        cycle = await Workers(fewer, server, timedelta(hours=hours)).collect(store, "timer")
        assert cycle["status"] == "completed"
        removed.append(cycle["turns"].get("shard_reddit_0002", 0))
    assert removed == [1, 0, 1]
    assert not set(server.polls) & set(left)
    assert cycle["errors"] == []
    await check_statistics(store, NAMES)
    items = await stored_items(store, left)
    assert len(items) == 4 * len(left) - 1
