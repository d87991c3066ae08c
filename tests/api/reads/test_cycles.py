"""What the API says about cycles: waiting, running, ended, or without a worker."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from api.actions.collect import ask_for_collection
from api.errors import NotFound
from api.reads.cycles import read_cycle, read_cycles
from api.reads.health import check_health
from api.schema.parameters import CycleParameters, CyclesParameters
from shared.errors import CycleAwaited, CycleRunning
from shared.settings import settings as process_settings
from shared.store import CYCLES, REQUESTS
from tests.api.cycles import a_cycle, hold, running
from tests.api.world import NOW, CountingStore, deps_of, get

pytestmark = pytest.mark.usefixtures("two_seconds")


async def test_a_cycle_is_there_as_soon_as_it_is_asked_for(store) -> None:
    asked, _ = await ask_for_collection(deps_of(store))
    found = await read_cycle(deps_of(store), CycleParameters(id=asked.cycle))
    assert (found.status, found.trigger, found.errors) == ("running", "request", [])
    in_time = deps_of(store, now=NOW + timedelta(seconds=62))
    assert (await read_cycle(in_time, CycleParameters(id=asked.cycle))).errors == []
    with pytest.raises(NotFound):
        await read_cycle(deps_of(store), CycleParameters(id="cycle_20200101_000000"))


WAITS = (
    "requested at 2026-11-23T13:05:07Z; no worker has started it yet; a running worker looks for"
    " requests at least every 2 seconds, and a request whose worker was killed returns to the queue"
    " after up to 11 minutes; the scheduled collection at 2026-11-23T13:30:00Z runs anyway, and it"
    " can be requested again from 2026-11-23T13:16:09Z on"
)
LOST = (
    "requested at 2026-11-23T13:05:07Z; no worker has started it yet, and it may be lost: ask"
    " again; the scheduled collection at 2026-11-23T14:00:00Z runs anyway"
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
    assert "no worker has started it yet" in error.message
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
    monkeypatch.setattr("api.serving.LOOKS_SHARE_SECONDS", 60.0)
    await written.upsert(CYCLES, [a_cycle("cycle_20261123_120000")])
    # The first request opens the store.
    await get("/api/v1/subreddits")
    caplog.set_level("INFO")
    caplog.clear()
    for _ in range(20):
        assert len(json.loads((await get("/api/v1/cycles", limit=20)).get_body())) == 1
    operations = [int(each) for each in re.findall(r"operations=(\d+)", caplog.text)]
    assert len(operations) == 20
    assert sum(operations) == 1
    # After that, cycles are read again, however long other answers are cached.
    monkeypatch.setattr("api.serving.LOOKS_SHARE_SECONDS", 0.0)
    await written.upsert(CYCLES, [a_cycle("cycle_20261123_123000")])
    ids = [each["id"] for each in json.loads((await get("/api/v1/cycles")).get_body())]
    assert ids == ["cycle_20261123_123000", "cycle_20261123_120000"]
