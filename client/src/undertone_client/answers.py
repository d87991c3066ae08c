"""Answers: the data, where it comes from, and how to ask for it again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")

Origin = Literal["live", "sample", "recorded"]
"""live: as the communities wrote it; sample: invented; recorded: from a recording."""


@dataclass(frozen=True)
class Answer(Generic[T]):
    """An answer of the API."""

    data: T
    """The data that was asked for."""
    origin: Origin | None
    """The origin of the data; None where the answer doesn't say it, as that of a change."""
    etag: str | None
    """The state that was read, for `if_match` of a change."""
    request: str
    """The address that was asked, without the key."""
    request_id: str | None
    """The id of the request, which is also in the app's log."""
    rematching: bool
    """True: stored items were being matched with changed rules of subjects."""
    again: Callable[[str | None], Answer[T] | None] = field(repr=False, compare=False)
    """Asks again: takes the ETag that is known, and returns None if that is still right."""

    def refresh(self) -> Answer[T]:
        """Ask again, and return the new answer, or this same one if nothing has changed.

        An unchanged answer is sent without a body.
        """
        return self.again(self.etag) or self


@dataclass(frozen=True)
class Table(Answer[T]):
    """An answer that is also a table."""

    kind: type[T] = field(repr=False, compare=False)
    """The type of the data, which says the columns also where there are no rows."""

    @classmethod
    def of(cls, answer: Answer[T], kind: type[T]) -> Table[T]:
        """Return an answer as a table."""
        return cls(
            data=answer.data,
            origin=answer.origin,
            etag=answer.etag,
            request=answer.request,
            request_id=answer.request_id,
            rematching=answer.rematching,
            again=answer.again,
            kind=kind,
        )

    def refresh(self) -> Table[T]:
        """Ask again, and return the new answer, or this same one if nothing has changed."""
        answer = self.again(self.etag)
        return self if answer is None else Table.of(answer, self.kind)

    def frame(self) -> pd.DataFrame:
        """Return the rows as a frame; its `attrs` say origin, coverage and request.

        Raises ImportError without pandas: undertone-client[pandas] brings it.
        """
        from undertone_client.frames import frame_of_answer  # noqa: PLC0415 - pandas is optional

        return frame_of_answer(self)
