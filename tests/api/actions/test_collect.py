"""Requests for a collection: what each reads and writes, and which one comes first."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.actions.collect import ask_for_collection, send
from api.errors import NotFound
from api.reads.cycles import read_cycle
from api.schema.parameters import CycleParameters
from shared.errors import CycleAwaited, CycleRunning, QueueUnavailable, StoreUnavailable
from shared.on_demand import read_message
from shared.store import CYCLES, REQUESTS
from shared.times import iso
from tests.api.cycles import a_cycle, hold, running
from tests.api.world import NOW, CountingStore, deps_of
from tests.collector.harness import WatchedStore

pytestmark = pytest.mark.usefixtures("two_seconds")


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
    assert f"{first.cycle} was requested at {iso(NOW)}" in str(caught.value)
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
    assert f"A running worker starts it within about {told};" in answer.message
    assert "moment" not in answer.message
    with pytest.raises(
        CycleAwaited, match=f"a running worker looks for requests at least every {told}"
    ):
        await ask_for_collection(deps_of(store))


async def test_other_work_that_is_waited_for_is_named(store) -> None:
    await hold(store, "trending_20261123_130500")
    answer, _ = await ask_for_collection(deps_of(store))
    assert answer.message == "The collection begins when trending_20261123_130500 has ended."
