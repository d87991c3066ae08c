"""The tokens that a day (UTC) allows, kept in the store, for each account of its own.

Tokens are reserved before a request, by an estimate of its prompt and by the most that its reply
may take, and settled after it by what the server counted. So a day costs more than its limit by an
estimate's error at most. What a killed process reserved stays spent: such a day may end early.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.contention import tries
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable, UndertoneError
from shared.llm.chat import (
    Chat,
    ChatError,
    JsonSchema,
    Message,
    Reply,
    ToolSchema,
    estimated_tokens,
)
from shared.models import TokenAccount, TokensSpent
from shared.store import TOKENS, Store
from shared.times import Clock, iso

KIND: Literal["tokens"] = "tokens"
TTL_SECONDS = 7 * 86_400


class BudgetSpent(UndertoneError):
    """The day's tokens don't suffice for a request; `resumes_at` is the next day's ISO time."""

    def __init__(self, setting: str, resumes_at: str) -> None:
        super().__init__(f"{setting}: a request needs more tokens than are left until {resumes_at}")
        self.resumes_at = resumes_at


SETTINGS: dict[TokenAccount, str] = {
    "questions": "ASK_DAILY_TOKENS",
    "scoring": "LLM_DAILY_TOKENS",
}


@dataclass(frozen=True)
class Reservation:
    """Tokens that were reserved of a day's."""

    day: str
    tokens: int


@dataclass(frozen=True)
class Budget:
    """An account of tokens, of which a day has `limit`. All methods raise StoreError."""

    store: Store
    account: TokenAccount
    limit: int
    clock: Clock

    async def spent(self) -> int:
        """Return the tokens of today that are spent or reserved."""
        stored = await self.store.read(TOKENS, KIND, self.account)
        return stored["spent"] if stored and stored["day"] == _day(self.clock()) else 0

    async def reserve(self, tokens: int) -> Reservation:
        """Reserve tokens of today. Raises BudgetSpent if fewer are left."""
        now = self.clock()
        await self._add(_day(now), tokens)
        return Reservation(_day(now), tokens)

    async def settle(self, reservation: Reservation, used: int) -> None:
        """Replace reserved tokens by those that were used, which may be more than the day had."""
        await self._add(reservation.day, used - reservation.tokens, is_settled=True)

    async def _add(self, day: str, tokens: int, *, is_settled: bool = False) -> None:
        async for _ in tries():
            stored = await self.store.read(TOKENS, KIND, self.account)
            spent = stored["spent"] if stored and stored["day"] == day else 0
            if is_settled and (stored is None or stored["day"] != day):
                return  # Another day has begun.
            if not is_settled and spent + tokens > self.limit:
                raise BudgetSpent(SETTINGS[self.account], _next_day(self.clock()))
            after = TokensSpent(
                id=self.account, kind=KIND, ttl=TTL_SECONDS, day=day, spent=max(0, spent + tokens)
            )
            try:
                if stored is None:
                    await self.store.create(TOKENS, after)
                else:
                    await self.store.replace(TOKENS, after, stored["_etag"])
            except (DocumentExists, DocumentChanged):
                continue
            return
        raise StoreUnavailable(f"the tokens of {self.account}: too many others write them")


@dataclass(frozen=True)
class BudgetedChat:
    """A model that is asked only while the day has tokens left."""

    chat: Chat
    budget: Budget

    async def complete(
        self,
        messages: Sequence[Message],
        tools: Sequence[ToolSchema] = (),
        *,
        max_tokens: int,
        seconds: float,
        schema: JsonSchema | None = None,
    ) -> Reply:
        """Return the reply. Raises BudgetSpent, ChatError and StoreError."""
        needed = estimated_tokens(messages, tools, schema) + max_tokens
        reservation = await self.budget.reserve(needed)
        try:
            reply = await self.chat.complete(
                messages, tools, max_tokens=max_tokens, seconds=seconds, schema=schema
            )
        except ChatError as error:
            if not error.is_charged:
                await self.budget.settle(reservation, 0)
            raise
        await self.budget.settle(reservation, reply.usage.total)
        return reply


def _day(now: datetime) -> str:
    return iso(now)[:10]


def _next_day(now: datetime) -> str:
    return _day(now + timedelta(days=1)) + "T00:00:00Z"
