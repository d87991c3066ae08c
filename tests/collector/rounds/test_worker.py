"""Workers on one round: each shard has its turns, whatever breaks, waits or is killed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from collector.rounds.documents import change_round, new_round, read_round, resumed
from collector.rounds.journal import reading_claim
from collector.rounds.worker import RoundEnd, RoundWorker, TurnEnd, holder_of
from collector.shards.beside import ShardAtWorkError
from collector.writers.lease import HeldLease, lease
from shared.errors import CycleRunning, StoreUnavailable
from shared.models import RoundName, ShardRound
from shared.shards import MAX_ATTEMPTS
from shared.store import Store
from shared.times import utc_now

SHARDS = [f"shard_reddit_{number:04d}" for number in range(1, 6)]


@dataclass
class Counting:
    """Work of two turns a shard, which notes who was at work together."""

    store: Store
    name: RoundName = "rematch"
    turns: dict[str, int] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    breaks: dict[str, Exception] = field(default_factory=dict)
    at_work: set[str] = field(default_factory=set)
    most: int = 0
    seconds: float = 0.0
    others_done: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def claim(self, shard: str) -> AsyncIterator[HeldLease]:
        async with reading_claim(self.store, self.name, shard, seconds=9, clock=utc_now) as held:
            yield held

    async def turn(self, found: ShardRound, shard: str, held: HeldLease) -> TurnEnd:
        assert shard not in self.at_work
        assert shard in found["open"]
        held.check()
        self.at_work.add(shard)
        self.most = max(self.most, len(self.at_work))
        try:
            await asyncio.sleep(self.seconds)
            if error := self.breaks.get(shard):
                raise error
        finally:
            self.at_work.remove(shard)
        self.order.append(shard)
        self.turns[shard] = self.turns.get(shard, 0) + 1
        if all(self.turns.get(each) == 2 for each in SHARDS[1:]):
            self.others_done.set()
        return TurnEnd(self.turns[shard] == 2, {"items": 10})


async def begin(store: Store, run: str = "1") -> None:
    fresh = new_round("rematch", run, SHARDS, utc_now())
    await change_round(store, "rematch", lambda _: fresh)


def worker(store: Store, work: Counting) -> RoundWorker:
    return RoundWorker(store, work, utc_now, lambda: False)


async def test_each_shard_has_its_turns_and_none_waits_for_the_end_of_another(
    sqlite_store: Store,
) -> None:
    work = Counting(sqlite_store)
    await begin(sqlite_store)
    assert await worker(sqlite_store, work).run("1") == RoundEnd(is_done=True)
    assert work.order == [*SHARDS, *SHARDS]
    found = await read_round(sqlite_store, "rematch")
    assert found
    assert (found["open"], found["counts"], found["attempts"]) == ([], {"items": 50}, {})


async def test_workers_share_the_shards_and_the_others_end_when_one_has_the_last(
    sqlite_store: Store,
) -> None:
    work = Counting(sqlite_store, seconds=0.05)
    await begin(sqlite_store)
    ends = await asyncio.gather(*(worker(sqlite_store, work).run("1") for _ in range(3)))
    assert work.turns == dict.fromkeys(SHARDS, 2)
    assert work.most > 1
    assert any(end.is_done for end in ends)
    assert not any(end.goes_on for end in ends)


async def test_a_run_that_is_over_asks_to_go_on(sqlite_store: Store) -> None:
    work = Counting(sqlite_store)
    await begin(sqlite_store)
    over = RoundWorker(sqlite_store, work, utc_now, lambda: True)
    assert await over.run("1") == RoundEnd(goes_on=True)
    assert work.order == SHARDS[:1]


async def test_a_message_of_another_run_does_nothing(sqlite_store: Store) -> None:
    work = Counting(sqlite_store)
    assert await worker(sqlite_store, work).run("1") == RoundEnd(is_other=True)
    await begin(sqlite_store, "2")
    assert await worker(sqlite_store, work).run("1") == RoundEnd(is_other=True)
    assert not work.order


async def test_a_turn_of_a_run_that_was_replaced_meanwhile_does_not_count(
    sqlite_store: Store,
) -> None:
    class Replacing(Counting):
        async def turn(self, _found: ShardRound, _shard: str, _held: HeldLease) -> TurnEnd:
            await begin(self.store, "2")
            return TurnEnd(True, {"items": 10})

    end = await worker(sqlite_store, Replacing(sqlite_store)).run("1")
    assert end.is_other
    await begin(sqlite_store)
    assert (await worker(sqlite_store, Replacing(sqlite_store)).run("1")).is_other
    found = await read_round(sqlite_store, "rematch")
    assert found
    assert (found["run"], found["open"], found["counts"]) == ("2", SHARDS, {})


async def test_a_shard_that_breaks_keeps_no_other_back_and_is_given_up_until_it_is_resumed(
    sqlite_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    work = Counting(sqlite_store, breaks={SHARDS[0]: RuntimeError("no memory")})
    await begin(sqlite_store)
    end = await worker(sqlite_store, work).run("1")
    assert end == RoundEnd(failed=(SHARDS[0],))
    assert work.turns == dict.fromkeys(SHARDS[1:], 2)
    found = await read_round(sqlite_store, "rematch")
    assert found
    assert found["reasons"] == {SHARDS[0]: "RuntimeError: no memory"}
    assert "round.gave_up" in caplog.text
    work.breaks.clear()
    await change_round(sqlite_store, "rematch", lambda r: r and resumed(r, utc_now()))
    assert await worker(sqlite_store, work).run("1") == RoundEnd(is_done=True)


async def test_a_worker_that_is_killed_each_time_does_not_hold_the_round_up(
    sqlite_store: Store,
) -> None:
    work = Counting(sqlite_store, breaks={SHARDS[0]: StoreUnavailable("gone")})
    await begin(sqlite_store)
    with pytest.raises(StoreUnavailable):
        await worker(sqlite_store, work).run("1")
    with pytest.raises(StoreUnavailable):
        await worker(sqlite_store, work).run("1")
    assert work.turns == dict.fromkeys(SHARDS[1:], 2)
    for _ in range(MAX_ATTEMPTS - 2):
        with pytest.raises(StoreUnavailable):
            await worker(sqlite_store, work).run("1")
    end = await worker(sqlite_store, work).run("1")
    assert end == RoundEnd(failed=(SHARDS[0],))
    assert work.turns == dict.fromkeys(SHARDS[1:], 2)


async def test_a_shard_that_is_collected_is_waited_for_and_the_others_go_first(
    sqlite_store: Store,
) -> None:
    work = Counting(sqlite_store)
    await begin(sqlite_store)
    name = holder_of("rematch", SHARDS[0])
    async with lease(sqlite_store, SHARDS[0], seconds=60, clock=utc_now, name=name):
        running = asyncio.create_task(worker(sqlite_store, work).run("1"))
        await work.others_done.wait()
        await asyncio.sleep(0.6)
        assert not running.done()
    assert await running == RoundEnd(is_done=True)
    assert work.order[-2:] == [SHARDS[0], SHARDS[0]]


async def test_where_a_writer_of_everything_waits_the_message_comes_again(
    sqlite_store: Store,
) -> None:
    class Kept(Counting):
        @asynccontextmanager
        async def claim(self, _shard: str) -> AsyncIterator[HeldLease]:
            raise CycleRunning("import_20260101_000000")
            yield

    await begin(sqlite_store)
    over = RoundWorker(sqlite_store, Kept(sqlite_store), utc_now, lambda: True)
    end = await over.run("1")
    assert end == RoundEnd(goes_on=True, holder="import_20260101_000000")


async def test_the_lease_of_a_killed_worker_runs_out(sqlite_store: Store) -> None:
    def later() -> datetime:
        return utc_now() + timedelta(seconds=60)

    async with reading_claim(sqlite_store, "trending", SHARDS[0], seconds=9, clock=utc_now):
        with pytest.raises(ShardAtWorkError, match=SHARDS[0]):
            async with reading_claim(sqlite_store, "trending", SHARDS[0], seconds=9, clock=utc_now):
                pass
        async with reading_claim(sqlite_store, "trending", SHARDS[0], seconds=9, clock=later):
            pass
