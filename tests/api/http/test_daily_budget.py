"""The request units of a day: shared by instances, never begun twice, bounded at any clock."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.http.daily_budget import ID, KIND, RELEASES, STEPS, BudgetSpent, DailyBudget
from shared.errors import StoreUnavailable
from shared.settings import Settings
from shared.store import READ_UNITS, Store, open_store
from tests.api.world import CountingStore

NOON = datetime(2026, 11, 27, 12, 0, 0, tzinfo=UTC)
LIMIT = 1_000_000
READ = 800.0
CHEAP = 40.0


class Clock:
    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
async def store(cosmos_settings_factory: Callable[[], Settings]) -> AsyncIterator[Store]:
    """Open a database whose reads cost request units."""
    opened = await open_store(cosmos_settings_factory(), retry_seconds=60)
    yield opened
    await opened.close()


def budget_of(store: Any, clock: Clock | None = None, limit: int = LIMIT) -> DailyBudget:
    async def opened() -> Store:
        found: Store = store
        return found

    return DailyBudget(opened, limit, clock or Clock())


async def spent_by_reads(budget: DailyBudget, *, is_heavy: bool, most: int = 5_000) -> float:
    """Read until the budget refuses, and return the units that were spent."""
    spent = 0.0
    for _ in range(most):
        try:
            await budget.check(None, is_heavy=is_heavy)
        except BudgetSpent:
            return spent
        budget.spend(None, READ)
        spent += READ
    pytest.fail("nothing was refused")


async def test_a_day_ends_for_heavy_reads_and_then_for_all_and_begins_again(
    store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    budget = budget_of(store, clock)
    heavy = await spent_by_reads(budget, is_heavy=True)
    assert 0.89 * LIMIT < heavy < 0.91 * LIMIT
    with pytest.raises(BudgetSpent, match="again from 2026-11-28T00:00:00Z") as refused:
        await budget.check(None, is_heavy=True)
    assert refused.value.retry_seconds == 12 * 3600
    # Half of the day is over, and so is half of the part for cheap reads.
    cheap = await spent_by_reads(budget, is_heavy=False)
    assert 0.95 * LIMIT - READ <= heavy + cheap <= 0.951 * LIMIT + READ
    with pytest.raises(BudgetSpent, match="again from 2026-11-27T12:01:00Z") as refused:
        await budget.check(None, is_heavy=False)
    assert refused.value.retry_seconds == 60
    for reason in ("heavy", "all"):
        assert f"reads.spent until=2026-11-28T00:00:00Z reason={reason}" in caplog.text
    clock.now = datetime(2026, 11, 28, tzinfo=UTC)
    await budget.check(None, is_heavy=True)


async def test_cheap_reads_go_on_until_midnight_also_in_instances_that_start_later(
    store: Store,
) -> None:
    clock = Clock()
    first = budget_of(store, clock)
    total = await spent_by_reads(first, is_heavy=False)
    answered = 0
    for minute in range(12 * 60):
        clock.now = NOON + timedelta(minutes=minute)
        # One is as new as its minute.
        for each in (budget_of(store, clock), first):
            try:
                await each.check(None, is_heavy=False)
            except BudgetSpent:
                continue
            each.spend(None, CHEAP)
            total += CHEAP
            answered += 1
            with pytest.raises(BudgetSpent):
                await each.check(None, is_heavy=True)
    # The steps that new ones leave are lost; each minute has one.
    assert answered > 0.9 * 12 * 60
    assert total <= LIMIT + 2 * READ


async def test_instances_share_a_day_that_costs_few_writes(store: Store) -> None:
    counting = CountingStore(store)
    counting.kind = "cosmos"  # type: ignore[attr-defined]
    counting.create, counting.replace = store.create, store.replace  # type: ignore[attr-defined]
    budgets = [budget_of(counting) for _ in range(8)]
    # All want a step at the same moment, and each gets one.
    await asyncio.gather(*(each.check(None, is_heavy=False) for each in budgets))
    spent = await asyncio.gather(*(spent_by_reads(each, is_heavy=False) for each in budgets))
    noon = 0.95 * LIMIT + LIMIT * 0.1 / RELEASES
    assert noon - len(budgets) * READ <= sum(spent) <= noon + len(budgets) * READ
    # Of those who want the same step one gets it, and the others try again.
    assert counting.reads < 8 * STEPS
    assert all(each > 0 for each in spent)


async def test_forty_instances_that_begin_at_once_all_get_a_step(store: Store) -> None:
    budgets = [budget_of(store) for _ in range(40)]
    await asyncio.gather(*(each.check(None, is_heavy=False) for each in budgets))
    stored: Any = await store.read(READ_UNITS, KIND, ID)
    assert stored["spent"] == 40 * LIMIT / STEPS


async def test_one_client_does_not_close_the_day_for_others(store: Store) -> None:
    clock = Clock()
    budget, number = budget_of(store, clock), LIMIT // 10 // int(READ)
    for _ in range(number):
        await budget.check("203.0.113.7", is_heavy=False)
        budget.spend("203.0.113.7", READ)
    with pytest.raises(BudgetSpent, match="You have spent a tenth"):
        await budget.check("203.0.113.7", is_heavy=False)
    await budget.check("203.0.113.8", is_heavy=True)
    clock.now += timedelta(days=1)
    await budget.check("203.0.113.7", is_heavy=True)


async def test_many_who_ask_at_once_take_one_step(store: Store) -> None:
    budget = budget_of(store)
    await asyncio.gather(*(budget.check(None, is_heavy=False) for _ in range(1000)))
    stored: Any = await store.read(READ_UNITS, KIND, ID)
    assert stored["spent"] == LIMIT / STEPS


@pytest.mark.parametrize("hours", [-30, -13, 13, 30])
async def test_a_wrong_clock_begins_no_day_twice(store: Store, hours: int) -> None:
    """The budget of an instance whose clock is right is never given twice a day."""
    right, wrong = Clock(), Clock(NOON + timedelta(hours=hours))
    budgets = [budget_of(store, right), budget_of(store, wrong)]
    spent = 0.0
    for _ in range(2 * LIMIT // int(READ)):
        for each in budgets:
            try:
                await each.check(None, is_heavy=False)
            except BudgetSpent:
                continue
            each.spend(None, READ)
            spent += READ
    # One that is more than a day ahead counts a day of its own.
    assert spent <= (2 if abs(hours) == 30 else 1) * LIMIT + 2 * READ + LIMIT / STEPS


async def test_what_sqlite_reads_is_not_counted(sqlite_store: Store) -> None:
    budget = budget_of(sqlite_store, limit=1)
    await budget.check(None, is_heavy=True)
    budget.spend(None, 0.0)
    await budget.check(None, is_heavy=True)
    assert await sqlite_store.read(READ_UNITS, KIND, ID) is None


async def test_a_database_that_is_away_is_an_error_of_its_own_and_no_permission() -> None:
    async def away() -> Store:
        raise StoreUnavailable("away")

    budget = DailyBudget(away, LIMIT, Clock())
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await budget.check(None, is_heavy=False)
