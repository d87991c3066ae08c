"""Translates the archive's objects into items: Reddit's own objects, and what the archive knows.

The archive retrieves each object when it appears, and once more about 36 hours later. The counts of
the first retrieval are placeholders: 1 or 0. Text that was deleted between the two is still in it.
https://github.com/ArthurHeitmann/arctic_shift/blob/master/file_content_explanations.md
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from collector.sources.base import Seen, SeenPost
from collector.sources.reddit.objects import (
    DELETED_REASON,
    EARLIEST,
    LATEST,
    PREFIXES,
    REMOVED_MARKS,
    OptionalText,
    Yes,
    read_things,
)
from shared.communities import Kind

SETTLED_AFTER = timedelta(hours=36).total_seconds()


def _seconds(value: object) -> float | None:
    """Return Unix seconds that some item may have been written or retrieved at, or None."""
    try:
        seconds = 0.0 if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if EARLIEST <= seconds < LATEST else None


def _mapping(value: object) -> object:
    return value if isinstance(value, dict) else {}


Seconds = Annotated[float | None, BeforeValidator(_seconds)]


class Meta(BaseModel):
    """The result of the second retrieval."""

    retrieved_2nd_on: Seconds = None
    was_deleted_later: Yes = False
    was_initially_deleted: Yes = False
    removal_type: OptionalText = None
    is_edited: Yes = False

    @property
    def is_gone(self) -> bool:
        """Return whether the author or a moderator took it back after the first retrieval."""
        return self.was_deleted_later or bool(self.removal_type and not self.is_restored)

    @property
    def is_restored(self) -> bool:
        """Return whether it was missing at first, and Reddit shows it since."""
        return self.was_initially_deleted and not self.was_deleted_later


class ArchivedThing(BaseModel):
    """The archive's own fields of an object."""

    created_utc: Seconds = None
    retrieved_on: Seconds = None
    meta: Annotated[Meta, BeforeValidator(_mapping)] = Field(Meta(), alias="_meta")

    @property
    def is_settled(self) -> bool:
        """Return whether the counts are real ones.

        The age says nothing of it: second retrievals were late by up to ten days.
        """
        if self.meta.retrieved_2nd_on is not None:
            return True
        if self.created_utc is None or self.retrieved_on is None:
            return False
        return self.retrieved_on - self.created_utc >= SETTLED_AFTER


def created_of(thing: object) -> int | None:
    """Return the second in which an object was created; None where none can be read."""
    created = _seconds(thing.get("created_utc")) if isinstance(thing, dict) else None
    return None if created is None else int(created)


def read_objects(kind: Kind, things: Iterable[object], left_out: Counter[str]) -> list[Seen]:
    """Return the items of these objects; what can't be read is counted in left_out by reason."""
    return [item for thing in things for item in _read(kind, thing, left_out)]


def _read(kind: Kind, thing: object, left_out: Counter[str]) -> list[Seen]:
    data = thing if isinstance(thing, dict) else {}
    archived = ArchivedThing.model_validate(data)
    child = {"kind": PREFIXES[kind].rstrip("_"), "data": _marked(data, archived.meta)}
    return [_with_what_is_known(each, data, archived) for each in read_things([child], left_out)]


def _marked(data: Mapping[str, Any], meta: Meta) -> dict[str, Any]:
    """Return the object with Reddit's marks as they were at the last retrieval."""
    if meta.is_gone:
        return {**data, "removed": True}
    if not meta.is_restored:
        return dict(data)
    # The second retrieval gives the text back, and leaves the marks of the first.
    kept = {name: value for name, value in data.items() if name not in REMOVED_MARKS}
    if kept.get("collapsed_reason_code") == DELETED_REASON:
        del kept["collapsed_reason_code"]
    return kept


def _with_what_is_known(seen: Seen, data: Mapping[str, Any], archived: ArchivedThing) -> Seen:
    """Return the item without placeholders for counts."""
    has_score = archived.is_settled and data.get("score") is not None
    edited = seen.edited or archived.meta.is_edited
    upvotes = seen.upvotes if has_score else None
    if not isinstance(seen, SeenPost):
        return replace(seen, upvotes=upvotes, edited=edited)
    has_count = archived.is_settled and data.get("num_comments") is not None
    return replace(
        seen,
        upvotes=upvotes,
        edited=edited,
        comment_count=seen.comment_count if has_count else None,
        upvote_ratio=seen.upvote_ratio if archived.is_settled else None,
    )
