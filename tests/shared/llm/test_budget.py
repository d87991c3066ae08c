"""The tokens of a day, in both databases."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.llm.budget import Budget, BudgetedChat, BudgetSpent
from shared.llm.chat import ChatBusy, ChatJunk, Message, chat_of, estimated_tokens
from shared.settings import load_settings
from shared.store import Store
from tests.fixtures import model_server as stand_in
from tests.fixtures.model_server import Says, Script, model_server

NOW = datetime(2026, 11, 27, 23, 30, tzinfo=UTC)
ASKED = [Message("user", "Well?")]


def budget(store: Store, limit: int = 1000, now: datetime = NOW) -> Budget:
    return Budget(store, "scoring", limit, lambda: now)


async def test_tokens_are_reserved_and_then_settled(store: Store) -> None:
    day = budget(store)
    reservation = await day.reserve(600)
    assert await day.spent() == 600
    with pytest.raises(BudgetSpent, match="LLM_DAILY_TOKENS") as caught:
        await day.reserve(401)
    assert caught.value.resumes_at == "2026-11-28T00:00:00Z"
    await day.settle(reservation, 250)
    assert await day.spent() == 250
    await day.reserve(750)


async def test_each_account_and_each_day_has_its_own(store: Store) -> None:
    before = await budget(store).reserve(1000)
    questions = Budget(store, "questions", 500, lambda: NOW)
    await questions.reserve(500)
    with pytest.raises(BudgetSpent, match="ASK_DAILY_TOKENS"):
        await questions.reserve(1)
    tomorrow = budget(store, now=NOW + timedelta(hours=1))
    assert await tomorrow.spent() == 0
    await tomorrow.reserve(300)
    await budget(store).settle(before, 10)
    assert await tomorrow.spent() == 300, "yesterday's request changes nothing today"


async def test_what_many_reserve_at_a_time_never_exceeds_the_day(store: Store) -> None:
    day = budget(store)
    ends = await asyncio.gather(*(day.reserve(300) for _ in range(8)), return_exceptions=True)
    assert sum(not isinstance(end, BaseException) for end in ends) == 3
    assert all(isinstance(end, BudgetSpent) for end in ends if isinstance(end, BaseException))
    assert await day.spent() == 900


async def ask(store: Store, script: Script, limit: int = 1000) -> int:
    """Ask once, and return the tokens that are spent then."""
    async with (
        model_server(script) as server,
        chat_of(load_settings(server.environ)) as chat,
    ):
        day = budget(store, limit)
        try:
            await BudgetedChat(chat, day).complete(ASKED, max_tokens=100, seconds=5)
        finally:
            assert len(server.requests) <= 1
        return await day.spent()


async def test_a_question_costs_what_the_server_counted(sqlite_store: Store) -> None:
    assert await ask(sqlite_store, [Says("Well.", usage=(9, 3))]) == 12


async def test_a_refused_question_costs_nothing_and_a_lost_one_what_it_may_have(
    sqlite_store: Store,
) -> None:
    with pytest.raises(ChatBusy):
        await ask(sqlite_store, [stand_in.BUSY])
    assert await budget(sqlite_store).spent() == 0
    with pytest.raises(ChatJunk):
        await ask(sqlite_store, [stand_in.JUNK])
    assert await budget(sqlite_store).spent() == 100 + estimated_tokens(ASKED)


async def test_what_the_day_hasn_t_got_isn_t_asked(sqlite_store: Store) -> None:
    with pytest.raises(BudgetSpent):
        await ask(sqlite_store, [], limit=100)
    assert await budget(sqlite_store).spent() == 0
