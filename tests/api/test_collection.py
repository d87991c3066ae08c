"""Asking for a collection, and its history: what the store is asked, and who is first."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any

import pytest

from api.collection import ask_for_collection
from api.cycles import read_cycle, read_cycles
from api.parameter_models import CycleParameters, CyclesParameters
from api.parameters import NotThere
from shared.errors import CycleRunning
from shared.models import Cycle
from shared.requests import read_message
from shared.settings import settings as process_settings
from shared.store import CYCLES, LEASES, REQUESTS, Store
from shared.times import iso
from tests.api.world import NOW, CountingStore, deps_of, get
from tests.collector.harness import WatchedStore


def a_cycle(cycle_id: str, **more: Any) -> Cycle:
    cycle: Any = {
        "id": cycle_id,
        "kind": "cycle",
        "trigger": "timer",
        "feed": "sample",
        "status": "completed",
        "start_time": iso(NOW),
        "end_time": iso(NOW),
        **dict.fromkeys(("posts_collected", "comments_collected", "posts_seen"), 1),
        **dict.fromkeys(("comments_seen", "new", "edited", "moved", "removed"), 2),
        "subreddits_processed": ["aws"],
        "subreddits": {},
        "reddit_requests": 3,
        "reddit_requests_left": None,
        "errors": [],
        "pending_cells": {"aws": ["2026-11-23T13"]},
        "settled": "yes",
    }
    return {**cycle, **more}  # type: ignore[typeddict-item]


async def hold(store: Store, holder: str, seconds: int = 30) -> None:
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
        # Each a moment later, as their ids then differ.
        deps = deps_of(store, now=NOW + timedelta(seconds=number))
        try:
            return (await ask_for_collection(deps))[0].cycle
        except CycleRunning as error:
            return f"409 {error.holder}"

    answers = await asyncio.gather(*(ask(number) for number in range(8)))
    first = [answer for answer in answers if not answer.startswith("409")]
    assert len(first) == 1
    assert {answer for answer in answers if answer not in first} == {f"409 {first[0]}"}


async def test_a_request_that_got_lost_is_asked_for_again_under_its_id(store) -> None:
    first, _ = await ask_for_collection(deps_of(store))
    with pytest.raises(CycleRunning):
        await ask_for_collection(deps_of(store, now=NOW + timedelta(seconds=29)))
    later = NOW + timedelta(seconds=31)
    again, message = await ask_for_collection(deps_of(store, now=later))
    assert again.cycle == first.cycle == message.cycle
    assert again.timestamp == iso(later)


async def test_a_cycle_is_there_as_soon_as_it_is_asked_for(store) -> None:
    asked, _ = await ask_for_collection(deps_of(store))
    found = await read_cycle(deps_of(store), CycleParameters(id=asked.cycle))
    assert (found.status, found.trigger, found.errors) == ("running", "request", [])
    late = await read_cycle(
        deps_of(store, now=NOW + timedelta(minutes=2)), CycleParameters(id=asked.cycle)
    )
    assert late.status == "running"
    assert "no worker has taken it up yet" in late.errors[0].message
    with pytest.raises(NotThere):
        await read_cycle(deps_of(store), CycleParameters(id="cycle_20200101_000000"))


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
        errors=[{"subreddit": "aws", "kind": "connection", "message": inner}],
        subreddits={"aws": {**counts, "error": inner}},
    )
    await written.upsert(CYCLES, [cycle])
    listed = await get("/api/v1/cycles", limit=5)
    assert listed.headers["Cache-Control"] == "no-cache"
    (shown,) = json.loads(listed.get_body())
    assert shown["errors"][0]["message"] == "the connection to Reddit failed"
    assert shown["subreddits"]["aws"]["error"] == "the connection to Reddit failed"
    assert "10.0.0.7" not in listed.get_body().decode()
    assert not {"pending_cells", "settled", "kind", "_etag"} & set(shown)


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
    # However slow this machine is, they ask within this time.
    monkeypatch.setattr("api.blueprint.LOOKS_SHARE_SECONDS", 60.0)
    await written.upsert(CYCLES, [a_cycle("cycle_20261123_120000")])
    caplog.set_level("INFO")
    for _ in range(20):
        assert len(json.loads((await get("/api/v1/cycles", limit=20)).get_body())) == 1
    operations = [int(each) for each in re.findall(r"operations=(\d+)", caplog.text)]
    assert len(operations) == 20
    assert sum(operations) == 1
    # After it, cycles are read again, however long other answers are kept.
    monkeypatch.setattr("api.blueprint.LOOKS_SHARE_SECONDS", 0.0)
    await written.upsert(CYCLES, [a_cycle("cycle_20261123_123000")])
    ids = [each["id"] for each in json.loads((await get("/api/v1/cycles")).get_body())]
    assert ids == ["cycle_20261123_123000", "cycle_20261123_120000"]
