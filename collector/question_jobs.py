"""The jobs of questions to a model: each is answered once, whatever the queue delivers."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from collector.runs import opened, reported
from collector.writers.shutdown import run_until_stopped
from shared.errors import BadMessage, DocumentChanged, UndertoneError
from shared.models import AskedQuestion
from shared.questions.answering import AnswerQuestion
from shared.questions.queue import read_message
from shared.questions.states import (
    KIND,
    POISONED,
    claimed,
    ended,
    failed,
    is_over,
    with_step,
)
from shared.settings import Settings
from shared.store import QUESTIONS, Store
from shared.times import Clock, utc_now

# Of a worker, with all that it reads; its claim lasts longer.
ANSWER_SECONDS = 150.0


class Superseded(UndertoneError):
    """Another worker has taken the question up meanwhile."""


def answer_on_message(
    settings: Settings,
    body: bytes,
    message: str,
    *,
    answer: AnswerQuestion,
    clock: Clock = utc_now,
) -> None:
    """Answer the question that a message names, unless that is done.

    message is the id of the queue's message, which stays the same when it is delivered again.
    Raises BadMessage and StoreError, so that the message returns to the queue.
    """
    with reported("answer_questions", settings) as report:
        question = read_message(body).question
        report.update(question=question)
        work = _answer(settings, question, message, answer, clock)
        report.update(outcome=run_until_stopped(work, seconds=ANSWER_SECONDS))


def fail_on_message(settings: Settings, body: bytes, *, clock: Clock = utc_now) -> None:
    """Note that no attempt could answer the question that a poisoned message names.

    A message that can't be read names none. Raises StoreError.
    """
    with reported("fail_questions", settings) as report:
        try:
            question = read_message(body).question
        except BadMessage as error:
            report.update(outcome="skipped", reason=str(error))
            return
        report.update(question=question)
        report.update(outcome=asyncio.run(_fail(settings, question, clock)))


async def _answer(
    settings: Settings, question: str, message: str, answer: AnswerQuestion, clock: Clock
) -> str:
    async with opened(settings) as (store, watched):
        return await QuestionWorker(store, watched, clock).answer(question, message, answer)


async def _fail(settings: Settings, question_id: str, clock: Clock) -> str:
    async with opened(settings) as (store, _):
        done = await _written(
            store,
            question_id,
            lambda each: None if is_over(each) else failed(each, POISONED, clock()),
        )
        return "skipped" if done is None else done["status"]


@dataclass(frozen=True)
class QuestionWorker:
    """Answers questions of a store, with the settings of its watchlist."""

    store: Store
    settings: Settings
    clock: Clock = utc_now

    async def answer(self, question: str, message: str, answer: AnswerQuestion) -> str:
        """Answer a question with its message's claim, and return what became of it.

        Raises StoreError, and what `answer` raises.
        """
        taken = await _written(
            self.store, question, lambda each: claimed(each, message, self.clock())
        )
        if taken is None or is_over(taken):
            return "skipped" if taken is None else taken["status"]
        work = _Work(self.store, taken, self.clock)
        try:
            result = await answer(self.store, self.settings, taken, self.clock, work.note)
            await work.write(ended(work.question, result, self.clock()))
        except Superseded:
            return "superseded"
        return work.question["status"]


async def _written(
    store: Store, question_id: str, edit: Callable[[AskedQuestion], AskedQuestion | None]
) -> AskedQuestion | None:
    """Write what an edit makes of a question, and return it; None where it makes none.

    Of two workers that read it at the same time one is first; the other one reads it again. A
    question that is gone has no worker.
    """
    while (stored := await store.read(QUESTIONS, KIND, question_id)) is not None:
        edited = edit(stored)
        if edited is None:
            return None
        try:
            etag = await store.replace(QUESTIONS, edited, stored["_etag"])
        except DocumentChanged:
            continue
        return {**edited, "_etag": etag}
    return None


class _Work:
    """A question that this worker has, as it wrote it last."""

    def __init__(self, store: Store, question: AskedQuestion, clock: Clock) -> None:
        self._store, self.question, self._clock = store, question, clock

    async def note(self, text: str) -> None:
        """Write a step. Raises Superseded and StoreError."""
        await self.write(with_step(self.question, text, self._clock()))

    async def write(self, question: AskedQuestion) -> None:
        """Write the question over what this worker wrote last. Raises Superseded and StoreError."""
        try:
            etag = await self._store.replace(QUESTIONS, question, self.question["_etag"])
        except DocumentChanged:
            raise Superseded("another worker has the question") from None
        self.question = {**question, "_etag": etag}
