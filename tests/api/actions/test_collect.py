"""Requests for a collection and the list of cycles: reads of the store, and concurrent requests."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from api.actions.collect import ask_for_collection, send
from api.errors import NotFound
from api.reads.cycles import read_cycle, read_cycles
from api.reads.health import check_health
from api.schema.parameters import CycleParameters, CyclesParameters
from shared.errors import CycleAwaited, CycleRunning, QueueUnavailable, StoreUnavailable
from shared.host_json import queue_poll_interval
from shared.models import Cycle
from shared.on_demand import read_message
from shared.settings import settings as process_settings
from shared.store import CYCLES, LEASES, REQUESTS, Store
from shared.times import iso
from tests.api.world import NOW, CountingStore, deps_of, get
from tests.collector.harness import WatchedStore

POLLING = "AzureFunctionsJobHost__extensions__queues__maxPollingInterval"


def a_cycle(cycle_id: str, **more: Any) -> Cycle:
    cycle: Any = {
        "id": cycle_id,
        "kind": "cycle",
        "trigger": "timer",
        "origin": "sample",
        "status": "completed",
        "start_time": iso(NOW),
        "end_time": iso(NOW),
        **dict.fromkeys(("posts_collected", "comments_collected", "posts_seen"), 1),
        **dict.fromkeys(("comments_seen", "new", "edited", "moved", "removed"), 2),
        "communities_processed": ["aws"],
        "communities": {},
        "requests": {"reddit": {"used": 3, "left": None}},
        "errors": [],
        "pending_cells": {"aws": ["2026-11-23T13"]},
        "reconciled": "yes",
    }
    return {**cycle, **more}  # type: ignore[typeddict-item]


def running(cycle_id: str, **more: Any) -> Cycle:
    return a_cycle(cycle_id, **{"status": "running", "end_time": None, "reconciled": "no", **more})


@pytest.fixture
def poll_every(monkeypatch) -> Callable[[str | None], None]:
    """Set how often an idle queue is polled, as an app setting does."""

    def every(interval: str | None) -> None:
        monkeypatch.setenv(POLLING, interval or "")
        queue_poll_interval.cache_clear()

    return every


@pytest.fixture(autouse=True)
def two_seconds(poll_every) -> Iterator[None]:
    poll_every("00:00:02")
    yield
    queue_poll_interval.cache_clear()


async def hold(store: Store, holder: str | None, seconds: int = 30) -> None:
    expires = iso(NOW + timedelta(seconds=seconds))
    lease: Any = {"id": "lease", "kind": "lease", "ttl": -1, "holder": holder}
    await store.upsert(LEASES, [{**lease, "expires_at": expires}])


async def test_a_second_collection_within_a_second_gets_an_id_of_its_own(store) -> None:
    await store.upsert(CYCLES, [a_cycle("cycle_20261123_130507")])
    answer, message = await ask_for_collection(deps_of(store))
    assert answer.cycle == message.cycle == "cycle_20261123_130508"


async def test_it_costs_one_read_and_one_conditional_write(store) -> None:
    watched = WatchedStore(store)
    answer, message = await ask_for_collection(deps_of(watched))
    assert watched.operations == ["read_many", "create"]
    assert answer.cycle == message.cycle == "cycle_20261123_130507"
    assert read_message(message.model_dump_json().encode()) == message
    later = WatchedStore(store)
    await store.upsert(
        REQUESTS, [{**(await store.read(REQUESTS, "lease", "request")), "cycle": None}]
    )
    await ask_for_collection(deps_of(later))
    assert later.operations == ["read_many", "replace"]


async def test_while_a_cycle_runs_its_id_is_given(store) -> None:
    await hold(store, "cycle_20261123_130000")
    with pytest.raises(CycleRunning) as caught:
        await ask_for_collection(deps_of(store))
    assert caught.value.holder == "cycle_20261123_130000"


@pytest.mark.parametrize("holder", ["trending_20261123_130500", "cleanup_20261123_020000"])
async def test_other_work_is_waited_for_by_the_worker_not_by_the_client(store, holder) -> None:
    await hold(store, holder)
    assert (await ask_for_collection(deps_of(store)))[0].status == "triggered"


async def test_a_lease_that_ran_out_refuses_nobody(store) -> None:
    await hold(store, "cycle_20261123_120000", seconds=-1)
    assert (await ask_for_collection(deps_of(store)))[0].status == "triggered"


async def test_of_many_at_the_same_moment_one_is_first(store) -> None:
    async def ask(number: int) -> str:
        # Each is a moment later, so that their ids differ.
        deps = deps_of(store, now=NOW + timedelta(seconds=number))
        try:
            return (await ask_for_collection(deps))[0].cycle
        except CycleRunning as error:
            return f"409 {error.holder}"

    answers = await asyncio.gather(*(ask(number) for number in range(8)))
    first = [answer for answer in answers if not answer.startswith("409")]
    assert len(first) == 1
    assert {answer for answer in answers if answer not in first} == {f"409 {first[0]}"}


@pytest.mark.parametrize("seconds", [0, 1, 29, 31, 62, 120, 599, 661])
async def test_while_one_waits_asking_again_makes_no_second_message(store, seconds: int) -> None:
    first, _ = await ask_for_collection(deps_of(store))
    asked = await store.read(REQUESTS, "lease", "request")
    with pytest.raises(CycleAwaited) as caught:
        await ask_for_collection(deps_of(store, now=NOW + timedelta(seconds=seconds)))
    assert caught.value.holder == first.cycle
    assert f"{first.cycle} was asked for at {iso(NOW)}" in str(caught.value)
    assert await store.read(REQUESTS, "lease", "request") == asked


async def test_a_request_that_may_be_lost_is_asked_for_again_under_its_id(store) -> None:
    first, _ = await ask_for_collection(deps_of(store))
    # If a worker was killed with its message, the message is delivered again.
    later = NOW + timedelta(minutes=11, seconds=3)
    again, message = await ask_for_collection(deps_of(store, now=later))
    assert again.cycle == first.cycle == message.cycle
    assert again.timestamp == iso(later)
    with pytest.raises(CycleAwaited):
        await ask_for_collection(deps_of(store, now=later + timedelta(minutes=5)))


class LosesAll:
    """An output that accepts a message and then can't write it, or refuses it."""

    def __init__(self, *, takes: bool) -> None:
        self.undo: Any = None
        self._takes = takes

    def set(self, val: str) -> None:
        del val
        if not self._takes:
            raise OSError("no space left on device")

    def get(self) -> str:
        raise NotImplementedError

    def if_lost(self, undo: Any) -> None:
        self.undo = undo


@pytest.mark.parametrize("takes", [True, False])
async def test_a_request_whose_message_is_not_sent_is_withdrawn(store, *, takes: bool) -> None:
    deps = deps_of(store)
    for _ in range(2):
        first, message = await ask_for_collection(deps)
        output: Any = LosesAll(takes=takes)
        if takes:
            await send(deps, output, message)
            await output.undo()
        else:
            with pytest.raises(QueueUnavailable, match="no space"):
                await send(deps, output, message)
        with pytest.raises(NotFound):
            await read_cycle(deps, CycleParameters(id=first.cycle))
    # Another process may get the next request.
    assert (await ask_for_collection(deps_of(store)))[0].status == "triggered"


async def test_a_request_that_can_be_neither_sent_nor_withdrawn_blocks_no_later_one(store) -> None:
    class Full(CountingStore):
        is_full = False

        async def create(self, container: Any, document: Any) -> Any:
            return await store.create(container, document)

        async def replace(self, container: Any, document: Any, etag: str) -> Any:
            if self.is_full:
                raise StoreUnavailable("the disk is full")
            return await store.replace(container, document, etag)

    full = Full(store)
    deps = deps_of(full)
    first, message = await ask_for_collection(deps)
    full.is_full = True
    output: Any = LosesAll(takes=False)
    with pytest.raises(QueueUnavailable):
        await send(deps, output, message)
    full.is_full = False
    again, _ = await ask_for_collection(deps)
    assert again.cycle == first.cycle
    with pytest.raises(CycleAwaited):
        await ask_for_collection(deps)


async def test_a_request_whose_worker_waits_for_other_work_is_not_lost(store) -> None:
    first, _ = await ask_for_collection(deps_of(store))
    await hold(store, "cleanup_20261123_130400", seconds=3600)
    later = deps_of(store, now=NOW + timedelta(minutes=30))
    with pytest.raises(CycleAwaited, match=r"it begins when cleanup_20261123_130400 has ended"):
        await ask_for_collection(later)
    (error,) = (await read_cycle(later, CycleParameters(id=first.cycle))).errors
    assert error.message.endswith("it begins when cleanup_20261123_130400 has ended")


@pytest.mark.parametrize("end", ["failed", "completed"])
async def test_a_request_whose_cycle_has_ended_waits_no_more(store, end: str) -> None:
    # The worker was killed after it wrote the cycle's document and before it updated the request.
    first, _ = await ask_for_collection(deps_of(store))
    await store.upsert(CYCLES, [a_cycle(first.cycle, status=end)])
    later = NOW + timedelta(minutes=2)
    second, _ = await ask_for_collection(deps_of(store, now=later))
    assert second.cycle == "cycle_20261123_130707"


async def test_a_cycle_that_has_just_begun_is_named_though_its_request_is_not_noted(store) -> None:
    first, _ = await ask_for_collection(deps_of(store))
    await store.upsert(CYCLES, [running(first.cycle)])
    await hold(store, first.cycle)
    with pytest.raises(CycleRunning) as caught:
        await ask_for_collection(deps_of(store))
    assert str(caught.value) == f"{first.cycle} is running"


async def test_who_comes_second_is_told_of_the_cycle_that_is_there(store) -> None:
    """The cycle of the first request begins between the read and the write of the second."""
    first, _ = await ask_for_collection(deps_of(store))

    class Between(CountingStore):
        async def replace(self, container: Any, document: Any, etag: str) -> Any:
            request = await store.read(REQUESTS, "lease", "request")
            await store.upsert(REQUESTS, [{**request, "cycle": None}])
            await hold(store, first.cycle, seconds=3600)
            return await store.replace(container, document, etag)

    late = deps_of(Between(store), now=NOW + timedelta(minutes=30))
    with pytest.raises(CycleRunning) as caught:
        await ask_for_collection(late)
    assert caught.value.holder == first.cycle


@pytest.mark.parametrize(
    ("interval", "told"),
    [("00:00:02", "2 seconds"), ("00:00:01", "1 second"), (None, "60 seconds")],
)
async def test_how_long_it_takes_is_what_host_json_says(
    store, poll_every, tmp_path, monkeypatch, interval: str | None, told: str
) -> None:
    if interval is None:
        monkeypatch.setattr("shared.host_json.FILE", tmp_path / "host.json")
    poll_every(interval)
    answer, _ = await ask_for_collection(deps_of(store))
    assert f"A worker takes it up within about {told} while one is up" in answer.message
    assert "moment" not in answer.message
    with pytest.raises(CycleAwaited, match=f"a worker that is up looks at least every {told}"):
        await ask_for_collection(deps_of(store))


async def test_other_work_that_is_waited_for_is_named(store) -> None:
    await hold(store, "trending_20261123_130500")
    answer, _ = await ask_for_collection(deps_of(store))
    assert answer.message == "The collection begins when trending_20261123_130500 has ended."


async def test_a_cycle_is_there_as_soon_as_it_is_asked_for(store) -> None:
    asked, _ = await ask_for_collection(deps_of(store))
    found = await read_cycle(deps_of(store), CycleParameters(id=asked.cycle))
    assert (found.status, found.trigger, found.errors) == ("running", "request", [])
    in_time = deps_of(store, now=NOW + timedelta(seconds=62))
    assert (await read_cycle(in_time, CycleParameters(id=asked.cycle))).errors == []
    with pytest.raises(NotFound):
        await read_cycle(deps_of(store), CycleParameters(id="cycle_20200101_000000"))


WAITS = (
    "asked for at 2026-11-23T13:05:07Z; no worker has taken it up yet; a worker that is up looks"
    " at least every 2 seconds, and a request whose worker was killed comes back after up to 11"
    " minutes; the collection by schedule at 2026-11-23T13:30:00Z comes anyway, and from"
    " 2026-11-23T13:16:09Z on it may be asked for again"
)
LOST = (
    "asked for at 2026-11-23T13:05:07Z; no worker has taken it up yet, and it may be lost: ask"
    " again; the collection by schedule at 2026-11-23T14:00:00Z comes anyway"
)


@pytest.mark.parametrize(("minutes", "told"), [(2, WAITS), (30, LOST)])
async def test_one_that_no_worker_takes_up_says_what_is_known(store, minutes, told) -> None:
    asked, _ = await ask_for_collection(deps_of(store))
    late = deps_of(store, now=NOW + timedelta(minutes=minutes))
    found = await read_cycle(late, CycleParameters(id=asked.cycle))
    assert found.status == "running"
    assert [(each.kind, each.message) for each in found.errors] == [("waiting", told)]


async def test_a_cycle_by_schedule_leaves_what_is_said_of_one_that_waits_true(store) -> None:
    first, _ = await ask_for_collection(deps_of(store))
    scheduled = "cycle_20261123_130600"
    later = deps_of(store, now=NOW + timedelta(minutes=2))
    await store.upsert(CYCLES, [running(scheduled)])
    await hold(store, scheduled, seconds=180)
    (error,) = (await read_cycle(later, CycleParameters(id=first.cycle))).errors
    assert error.message.endswith(f"it begins when {scheduled} has ended")
    with pytest.raises(CycleRunning) as caught:
        await ask_for_collection(later)
    assert caught.value.holder == scheduled
    # The other cycle completes; the request still waits, and no second message is sent.
    await store.upsert(CYCLES, [a_cycle(scheduled)])
    await hold(store, scheduled, seconds=-1)
    (error,) = (await read_cycle(later, CycleParameters(id=first.cycle))).errors
    assert "no worker has taken it up yet" in error.message
    with pytest.raises(CycleAwaited) as awaited:
        await ask_for_collection(later)
    assert awaited.value.holder == first.cycle


async def test_a_cycle_that_begins_while_it_is_looked_for_is_found(store) -> None:
    """A worker takes the request between the read of the cycle and that of the request."""
    asked, _ = await ask_for_collection(deps_of(store))

    class TakenUp(CountingStore):
        async def read_many(self, container: Any, keys: Any) -> Any:
            await hold(store, asked.cycle)
            await store.upsert(CYCLES, [running(asked.cycle)])
            request = await store.read(REQUESTS, "lease", "request")
            await store.upsert(REQUESTS, [{**request, "cycle": None}])
            return await super().read_many(container, keys)

    found = await read_cycle(deps_of(TakenUp(store)), CycleParameters(id=asked.cycle))
    assert (found.id, found.status) == (asked.cycle, "running")


ALIVE = "cycle_20261123_130500"


@pytest.mark.parametrize(
    ("holder", "seconds", "status", "end"),
    [
        (ALIVE, 30, "running", None),
        (ALIVE, 0, "running", None),
        (ALIVE, -1, "failed", "2026-11-23T13:05:06Z"),
        ("trending_20261123_130500", 30, "failed", None),
        ("cycle_20261123_130501", 30, "failed", None),
        (None, 30, "failed", None),
    ],
)
async def test_a_cycle_whose_worker_is_gone_has_failed_wherever_it_shows(
    store, holder: str | None, seconds: int, status: str, end: str | None
) -> None:
    await store.upsert(CYCLES, [a_cycle("cycle_20261123_123000"), running(ALIVE)])
    await hold(store, holder, seconds)
    before = await store.read(CYCLES, "cycle", ALIVE)
    deps = deps_of(store)
    listed = (await read_cycles(deps, CyclesParameters())).root
    assert [each.id for each in listed] == [ALIVE, "cycle_20261123_123000"]
    assert listed[0] == await read_cycle(deps, CycleParameters(id=ALIVE))
    assert (listed[0].status, listed[0].end_time) == (status, end)
    assert listed[1].status == "completed"
    runs = (await check_health(deps)).application.running_cycle
    assert (runs == ALIVE) == (status == "running")
    errors = [(each.kind, each.message) for each in listed[0].errors]
    at = f" at {end}" if end else ""
    died = f"its worker stopped answering: its lease ran out{at}; the next collection recounts"
    assert errors == ([] if status == "running" else [("internal", f"{died} what it left")])
    assert await store.read(CYCLES, "cycle", ALIVE) == before, "a read writes nothing"


async def test_one_that_was_asked_for_may_still_begin_again_and_says_so(store) -> None:
    await store.upsert(CYCLES, [running(ALIVE, trigger="request")])
    await hold(store, ALIVE, seconds=-1)
    found = await read_cycle(deps_of(store), CycleParameters(id=ALIVE))
    assert found.status == "failed"
    assert "its request may come back and begin it again" in found.errors[-1].message
    # The worker runs again, and holds the lease before it writes anything.
    await hold(store, ALIVE)
    found = await read_cycle(deps_of(store), CycleParameters(id=ALIVE))
    assert (found.status, found.errors) == ("running", [])


async def test_a_cycle_that_ends_while_it_is_read_has_not_lost_its_worker(store) -> None:
    """The cycle is read while it runs, and has ended when the lease is read."""

    class Ends(CountingStore):
        async def read(self, container: Any, partition: str, document_id: str) -> Any:
            if document_id == "lease":
                await store.upsert(CYCLES, [a_cycle(ALIVE)])
                await hold(store, None)
            return await super().read(container, partition, document_id)

    for _ in range(2):
        await store.upsert(CYCLES, [running(ALIVE)])
        await hold(store, ALIVE)
        (listed,) = (await read_cycles(deps_of(Ends(store)), CyclesParameters())).root
        assert (listed.status, listed.errors) == ("completed", [])
        await store.upsert(CYCLES, [running(ALIVE)])
        found = await read_cycle(deps_of(Ends(store)), CycleParameters(id=ALIVE))
        assert (found.status, found.errors) == ("completed", [])


async def test_what_it_costs_to_know_who_runs(store) -> None:
    ids = [f"cycle_20261123_1300{second:02}" for second in range(30)]
    await store.upsert(CYCLES, [a_cycle(each) for each in ids])

    async def reads() -> int:
        counting = CountingStore(store)
        await read_cycles(deps_of(counting), CyclesParameters(limit=100))
        return counting.reads

    assert await reads() == 1
    await store.upsert(CYCLES, [running(ALIVE)])
    await hold(store, ALIVE)
    assert await reads() == 2
    # This holds however many workers were killed.
    await store.upsert(CYCLES, [running(each) for each in ids[:20]])
    assert await reads() == 3


async def test_cycles_come_newest_first_in_one_query(store) -> None:
    ids = [f"cycle_20261123_1305{second:02}" for second in range(30)]
    await store.upsert(CYCLES, [a_cycle(each) for each in ids])
    counting = CountingStore(store)
    found = await read_cycles(deps_of(counting), CyclesParameters())
    assert [each.id for each in found.root] == ids[::-1][:20]
    assert (counting.reads, counting.asked["cycles"]) == (1, 20)


async def test_the_history_shows_counts_and_errors_and_nothing_of_our_inside(
    process, written
) -> None:
    del process
    inner = "HTTPConnectionPool(host='10.0.0.7', port=8123)"
    counts = dict.fromkeys(("posts_seen", "comments_seen", "new", "edited", "moved", "removed"), 0)
    cycle = a_cycle(
        "cycle_20261123_130000",
        errors=[{"community": "aws", "kind": "connection", "message": inner}],
        communities={"aws": {**counts, "error": inner}},
    )
    await written.upsert(CYCLES, [cycle])
    listed = await get("/api/v1/cycles", limit=5)
    assert listed.headers["Cache-Control"] == "no-cache"
    (shown,) = json.loads(listed.get_body())
    assert shown["errors"][0]["message"] == "the connection to the source failed"
    assert shown["subreddits"]["aws"]["error"] == "the connection to the source failed"
    assert "10.0.0.7" not in listed.get_body().decode()
    assert not {"pending_cells", "reconciled", "kind", "_etag"} & set(shown)


@pytest.mark.parametrize("value", ["0", "101", "many"])
async def test_a_bad_limit_is_named(process, written, value: str) -> None:
    del process, written
    answer = await get("/api/v1/cycles", limit=value)
    assert answer.status_code == 422
    assert json.loads(answer.get_body())["errors"][0]["parameter"] == "limit"


@pytest.mark.usefixtures("process")
async def test_many_pages_that_look_at_the_same_time_cost_one_read(
    written, monkeypatch, caplog
) -> None:
    monkeypatch.setenv("CACHE_SECONDS", "60")
    process_settings.cache_clear()
    # Even a slow machine sends all requests within this time.
    monkeypatch.setattr("api.blueprint.LOOKS_SHARE_SECONDS", 60.0)
    await written.upsert(CYCLES, [a_cycle("cycle_20261123_120000")])
    # The first request opens the store.
    await get("/api/v1/subreddits")
    caplog.clear()
    caplog.set_level("INFO")
    for _ in range(20):
        assert len(json.loads((await get("/api/v1/cycles", limit=20)).get_body())) == 1
    operations = [int(each) for each in re.findall(r"operations=(\d+)", caplog.text)]
    assert len(operations) == 20
    assert sum(operations) == 1
    # After that, cycles are read again, however long other answers are cached.
    monkeypatch.setattr("api.blueprint.LOOKS_SHARE_SECONDS", 0.0)
    await written.upsert(CYCLES, [a_cycle("cycle_20261123_123000")])
    ids = [each["id"] for each in json.loads((await get("/api/v1/cycles")).get_body())]
    assert ids == ["cycle_20261123_123000", "cycle_20261123_120000"]
