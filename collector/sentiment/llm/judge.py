"""Asks a language model about items, before the method that looks up its answers scores them.

Answers are stored by the digest of their question as soon as they are there: a text isn't paid for
twice, by a copy of it, by a run that was killed, or after an edit was undone.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Literal, cast

from collector.sentiment.llm.method import ModelMethod
from collector.sentiment.llm.questions import (
    GRADES,
    SCHEMA,
    Grade,
    Question,
    Unfit,
    answers_of,
    batches_of,
    by_text,
    digest_of,
    sheet_of,
)
from collector.sentiment.rescoring import Paused, Prepared
from collector.sentiment.scoring import is_stale
from collector.threads.parents import Parents
from shared.llm.budget import BudgetSpent
from shared.llm.chat import Chat, ChatBusy, ChatError, ChatJunk, ChatRefused, ChatRejected
from shared.logs import event
from shared.models import Comment, Item, ModelVerdict, Post
from shared.stats.cells import method_name
from shared.store import VERDICTS, Store
from shared.times import Clock, iso

log = logging.getLogger(__name__)

KIND: Literal["model_verdict"] = "model_verdict"
# The limit of a request: a model writes the answers of a batch in some seconds.
SECONDS = 60.0
# After a fault that passes by itself, unless the server says when to ask again.
BUSY_PAUSE = timedelta(minutes=5)
# Until somebody has mended a setting, or the model answers as it should.
LONG_PAUSE = timedelta(hours=1)
# A text without a usable answer is asked about again after this time.
UNFIT_FOR = timedelta(days=1)


@dataclass
class Judge:
    """Gets the answers that a method needs to score items, within one run.

    chat is bounded by the budget of the day.
    """

    store: Store
    chat: Chat
    method: ModelMethod
    clock: Clock
    rng: Random
    is_checked: bool = False
    error: str | None = None
    unfit: set[Question] = field(default_factory=set)

    async def prepare(self, items: Sequence[Item], parents: Parents) -> Prepared:
        """Get the answers for items, and for those of their parents that it hasn't judged.

        Raises Paused if nothing can be asked now, and StoreError.
        """
        own = {method_name(self.method.name, self.method.version)}
        listed = [*items, *cast("Sequence[Item]", (*parents.posts, *parents.comments))]
        # A parent that it has judged is read for its mood alone.
        asked = {
            id(each): self.method.questions_of(each) if is_stale(each, own) else []
            for each in listed
        }
        await self.ask([question for questions in asked.values() for question in questions])
        known = self.method.answers

        def ready(each: Item | Post | Comment) -> bool:
            return all(question in known for question in asked[id(each)])

        return Prepared(
            items=[each for each in items if ready(each)],
            parents=Parents(
                [each for each in parents.posts if ready(each)],
                [each for each in parents.comments if ready(each)],
            ),
            failed=[each for each in items if not ready(each)],
            error=self.error,
        )

    async def ask(self, questions: Sequence[Question]) -> None:
        """Get the answers to questions that have one, from the store or from the model.

        Raises Paused if nothing can be asked now, and StoreError.
        """
        known = self.method.answers
        wanted = [each for each in dict.fromkeys(questions) if each not in known]
        await self._look_up([each for each in wanted if each not in self.unfit])
        wanted = [each for each in wanted if each not in known and each not in self.unfit]
        for batch in batches_of(wanted):
            await self._ask_batch(batch)

    async def _look_up(self, questions: Sequence[Question]) -> None:
        """Take the answers that are stored."""
        digests = {digest_of(self.method.version, each): each for each in questions}
        found = await self.store.read_many(VERDICTS, [(KIND, digest) for digest in digests])
        oldest = iso(self.clock() - UNFIT_FOR)
        for verdict in found.values():
            question = digests[verdict["id"]]
            if (grade := _grade(verdict["label"])) is not None:
                self.method.answers[question] = grade
            elif verdict["order_key"] > oldest:
                self.unfit.add(question)
                self.error = "the model gave no usable answer for a text, today or yesterday"

    async def _ask_batch(self, batch: Sequence[Question]) -> None:
        """Ask about a batch; if its answer doesn't fit, about each of its texts alone."""
        try:
            found = await self._answers(batch)
        except (Unfit, ChatJunk, ChatRejected) as error:
            event(
                log,
                "scoring.answer_unfit",
                logging.WARNING,
                method=self.method.name,
                questions=len(batch),
                reason=str(error),
            )
            texts = by_text(batch)
            if len(texts) > 1:
                for of_text in texts:
                    await self._ask_batch(of_text)
                return
            await self._check()
            self.error = str(error)
            self.unfit.update(batch)
            await self._keep(dict.fromkeys(batch))
            return
        self.method.answers.update(found)
        await self._keep(found)

    async def _check(self) -> None:
        """Ask about the control texts alone, once in a run. Raises Paused if that fails, too."""
        if self.is_checked:
            return
        try:
            await self._answers([])
        except (Unfit, ChatJunk, ChatRejected) as error:
            raise self._pause(f"the model's answers don't fit: {error}", LONG_PAUSE) from None
        self.is_checked = True

    async def _answers(self, batch: Sequence[Question]) -> dict[Question, Grade]:
        """Return the answers of one request. Raises Unfit, ChatJunk, ChatRejected and Paused."""
        sheet = sheet_of(batch, self.rng)
        try:
            reply = await self.chat.complete(
                sheet.messages, max_tokens=sheet.max_tokens, seconds=SECONDS, schema=SCHEMA
            )
        except BudgetSpent as error:
            raise Paused(str(error), error.resumes_at) from None
        except (ChatJunk, ChatRejected):
            raise
        except ChatError as error:
            raise self._pause(str(error), _pause_after(error)) from None
        event(
            log,
            "scoring.model_asked",
            method=self.method.name,
            texts=len(by_text(batch)),
            questions=len(batch),
            tokens=reply.usage.total,
        )
        if reply.is_cut:
            raise Unfit("an answer is longer than it may be: take a model that doesn't reason")
        return answers_of(sheet, reply.text)

    async def _keep(self, found: dict[Question, Grade] | dict[Question, None]) -> None:
        now = iso(self.clock())
        digests = {digest_of(self.method.version, each): label for each, label in found.items()}
        await self.store.upsert(
            VERDICTS,
            [
                ModelVerdict(id=digest, kind=KIND, order_key=f"{now}_{digest}", label=label)
                for digest, label in digests.items()
            ],
        )

    def _pause(self, reason: str, time: timedelta) -> Paused:
        return Paused(reason, iso(self.clock() + time))


def _pause_after(error: ChatError) -> timedelta:
    if isinstance(error, ChatRefused):
        return LONG_PAUSE
    asked = error.retry_after if isinstance(error, ChatBusy) else None
    return BUSY_PAUSE if asked is None else timedelta(seconds=asked)


def _grade(label: str | None) -> Grade | None:
    return next((grade for grade in GRADES if grade == label), None)
