"""Who answers a question: the app hands the API's reads to the collector's job."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from shared.models import AskedQuestion, QuestionResult
from shared.settings import Settings
from shared.store import Store
from shared.times import Clock

Note = Callable[[str], Awaitable[None]]
"""Notes a step, in words, where people see it."""


class AnswerQuestion(Protocol):
    """Answers a question."""

    async def __call__(
        self,
        store: Store,
        settings: Settings,
        question: AskedQuestion,
        clock: Clock,
        note: Note,
    ) -> QuestionResult:
        """Return what became of a question, with a reason where it has no answer.

        Raises StoreError, and what `note` raises.
        """
        ...
