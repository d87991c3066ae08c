"""A conversation with a model: a bounded number of calls, requests, seconds and tokens.

Whatever it replies, what comes back are sentences that were checked, and why there are none.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from api.ask_model.calls import Calls
from api.ask_model.checking import Checked, check
from api.ask_model.facts import Facts, facts_of
from api.ask_model.prompt import (
    LAST,
    NO_JSON,
    SCHEMA,
    opening,
    repair,
    said_in,
    tool_schemas,
)
from api.ask_model.untrue import Fault
from shared.errors import UndertoneError
from shared.llm.budget import BudgetSpent
from shared.llm.chat import (
    Chat,
    ChatBusy,
    ChatError,
    ChatRefused,
    ChatTimeout,
    Message,
    Reply,
    estimated_tokens,
)
from shared.logs import event
from shared.questions.answering import Note

log = logging.getLogger(__name__)

# Of one request; the whole question has its own.
REQUEST_SECONDS: Final = 30.0
REPLY_TOKENS: Final = 1_500
MAX_CALLS_IN_REPLY: Final = 16
MAX_WAITS: Final = 2
MAX_WAIT_SECONDS: Final = 10.0

THINKS, CHECKS, REPAIRS = (
    "The model reads the question",
    "Checks each sentence against what was read",
    "Asks for other sentences in place of those that were struck",
)
NO_TIME: Final = "The model took too long."
NO_TOKENS: Final = "The question would cost more tokens than one may."
NO_ANSWER: Final = "The model gave no answer that can be read."
NOTHING_HOLDS: Final = "Nothing that the model said is borne out by what it read."
BUSY: Final = "The model is busy, or not to be reached. Ask again later."
REFUSED: Final = "The model refuses the app's requests: the log says which setting to check."
REJECTED: Final = "The model refuses this question."


@dataclass(frozen=True)
class Limits:
    """The limits of one question."""

    calls: int = 8
    requests: int = 12
    seconds: float = 60.0
    tokens: int = 150_000


class NoAnswer(UndertoneError):
    """The model has no answer; the message says why, in words of the app's own."""


@dataclass
class Conversation:
    """A conversation about one question; now returns the seconds of a monotonic clock."""

    chat: Chat
    calls: Calls
    names: Mapping[str, frozenset[str]]
    at: datetime
    note: Note
    limits: Limits = field(default_factory=Limits)
    now: Callable[[], float] = time.monotonic
    tokens: int = 0

    async def run(self, question: str, scopes: Mapping[str, str]) -> Checked:
        """Return the sentences that hold, and what was struck.

        Raises NoAnswer, StoreError, and what `note` raises.
        """
        self._ends = self.now() + self.limits.seconds
        self._requests = 0
        messages = opening(question, self.at.isoformat(), scopes)
        try:
            async with asyncio.timeout(self.limits.seconds):
                return await self._converse(messages)
        except TimeoutError:
            raise NoAnswer(NO_TIME) from None

    async def _converse(self, messages: list[Message]) -> Checked:
        await self.note(THINKS)
        checked = await self._checked(messages)
        if not checked.struck or not self._has_more():
            return self._held(checked)
        await self.note(REPAIRS)
        messages.append(repair(checked.struck))
        try:
            again = await self._checked(messages)
        except NoAnswer:
            return self._held(checked)
        better = again if again.held else checked
        return self._held(Checked(better.held, _each_once(checked, again)))

    async def _checked(self, messages: list[Message]) -> Checked:
        """Return the checked sentences of the model's next answer. Raises NoAnswer."""
        asked_again = False
        while True:
            reply = await self._reply(messages)
            if reply.calls and not self.calls.are_used_up:
                await self._call(reply, messages)
                continue
            said = None if reply.calls else said_in(reply.text)
            if said is not None:
                messages.append(Message("assistant", reply.text))
                await self.note(CHECKS)
                return check(said, self._facts(), self.names, self.at)
            if asked_again:
                raise NoAnswer(NO_ANSWER)
            asked_again = True
            messages.append(Message("user", NO_JSON))

    async def _call(self, reply: Reply, messages: list[Message]) -> None:
        calls = reply.calls[:MAX_CALLS_IN_REPLY]
        messages.append(Message("assistant", reply.text[:REPLY_TOKENS], calls))
        for step in self.calls.steps(calls):
            await self.note(step)
        messages.extend([await self.calls.answer(each) for each in calls])
        if self.calls.are_used_up:
            messages.append(Message("user", LAST))

    async def _reply(self, messages: Sequence[Message]) -> Reply:
        """Return the model's reply, after waits where it is busy. Raises NoAnswer."""
        waits = 0
        while True:
            try:
                return await self._request(messages)
            except ChatBusy as error:
                wait = error.retry_after or 1.0
                if waits >= MAX_WAITS or wait > MAX_WAIT_SECONDS:
                    raise self._no_answer(BUSY, error) from None
                waits += 1
                await asyncio.sleep(wait)
            except ChatTimeout as error:
                raise self._no_answer(NO_TIME, error) from None
            except ChatRefused as error:
                raise self._no_answer(REFUSED, error) from None
            except BudgetSpent as error:
                raise self._no_answer(
                    f"The day's tokens are spent, until {error.resumes_at}.", error
                ) from None
            except ChatError as error:
                is_junk = error.is_charged
                raise self._no_answer(NO_ANSWER if is_junk else REJECTED, error) from None

    async def _request(self, messages: Sequence[Message]) -> Reply:
        tools = () if self.calls.are_used_up else tool_schemas()
        needed = estimated_tokens(messages, tools, SCHEMA) + REPLY_TOKENS
        if self._requests >= self.limits.requests:
            raise NoAnswer(NO_ANSWER)
        if self.tokens + needed > self.limits.tokens:
            raise NoAnswer(NO_TOKENS)
        left = self._ends - self.now()
        if left <= 0:
            raise NoAnswer(NO_TIME)
        self._requests += 1
        reply = await self.chat.complete(
            messages,
            tools,
            max_tokens=REPLY_TOKENS,
            seconds=min(left, REQUEST_SECONDS),
            schema=SCHEMA,
        )
        self.tokens += max(reply.usage.total, 0)
        return reply

    def _has_more(self) -> bool:
        return self._requests < self.limits.requests and self._ends > self.now()

    def _facts(self) -> Facts:
        return facts_of(self.calls.results)

    @staticmethod
    def _held(checked: Checked) -> Checked:
        event(log, "question.checked", held=len(checked.held), struck=len(checked.struck))
        return checked

    @staticmethod
    def _no_answer(reason: str, error: UndertoneError) -> NoAnswer:
        event(log, "question.unanswered", logging.WARNING, reason=str(error))
        return NoAnswer(reason)


def _each_once(*checked: Checked) -> tuple[Fault, ...]:
    return tuple(dict.fromkeys(fault for each in checked for fault in each.struck))
