"""The whole hours of a span: those that are over, collected and kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from api.ask.spans import Span
from api.ask.wording import span_text, time_text
from api.schema.values import MAX_HOURS, MAX_SPAN_DAYS
from shared.times import hour_start, iso

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hours:
    """Whole hours in UTC, from a start to an end; notes say what of the span they leave out."""

    start: datetime
    end: datetime
    notes: Sequence[str] = ()

    @property
    def parameters(self) -> dict[str, str]:
        """Return them as parameters of the API."""
        return {"start": iso(self.start), "end": iso(self.end)}

    @property
    def text(self) -> str:
        """Return them in words."""
        return span_text(self.start, self.end)

    @property
    def hours(self) -> int:
        """Return their number."""
        return (self.end - self.start) // HOUR

    @property
    def is_long(self) -> bool:
        """Return whether they are more than reasons and lists are read for: 90 days."""
        return self.hours > MAX_HOURS


class NoHours(Exception):
    """No hour of a span can be answered; the message says why, and what to do."""


def whole_hours(span: Span, at: datetime, collected: datetime, kept: datetime) -> Hours:
    """Return the hours of a span up to `at` that are collected and kept. Raises NoHours.

    collected is the time of the last collection, and kept the time since which data is kept.
    """
    named = f"“{span.words}”" if span.words else "the span"
    start, over = hour_start(span.start), hour_start(at)
    end = min(_up(span.end), over)
    if start >= end:
        raise NoHours(
            f"No full hour of {named} is over yet: it is {time_text(at)} UTC, and spans are whole"
            " hours. Ask again later, or about “yesterday”."
        )
    notes = []
    if hour_start(collected) < end:
        end = hour_start(collected)
        notes.append(
            f"The last collection was at {time_text(collected)} UTC: what is newer isn't known yet."
        )
    if start >= end:
        raise NoHours(
            f"Nothing of {named} is collected yet: the last collection was at"
            f" {time_text(collected)} UTC."
        )
    if end <= kept:
        raise NoHours(
            f"Nothing of {named} is kept: data begins on {time_text(kept, with_year=True)} UTC."
        )
    if start < kept:
        start = kept
        notes.append(f"What is older than {time_text(kept, with_year=True)} UTC isn't kept.")
    if end - start > timedelta(days=MAX_SPAN_DAYS):
        raise NoHours(f"{named} is longer than {MAX_SPAN_DAYS} days: name a shorter span.")
    return Hours(start, end, tuple(notes))


def _up(moment: datetime) -> datetime:
    whole = hour_start(moment)
    return whole if whole == moment else whole + HOUR
