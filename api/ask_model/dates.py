"""The dates of a sentence, and the spans that they are of."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from api.ask_model.facts import Span
from api.ask_model.figures import Date, Token
from api.ask_model.untrue import Untrue

BOTH: Final = 2
# Measures of counts, and those that are of both times.
TO_DATE: Final = (["to"], ["and"], ["until"], ["-"], ["\u2013"])


def dates_in(tokens: Sequence[Token]) -> tuple[list[Date], str]:
    """Return the dates of a sentence, and how they bound a span: between, since, until or on.

    Raises Untrue where they bound several spans.
    """
    places = [place for place, each in enumerate(tokens) if each.kind == "date"]
    dates = [date for place in places for date in tokens[place].dates]
    if not dates:
        return [], ""
    before = tokens[places[0] - 1].text if places[0] else ""
    if len(dates) == BOTH:
        between = [each.text for each in tokens[places[0] + 1 : places[-1]]]
        if len(places) == 1 or between in TO_DATE:
            return dates, "between"
    if len(dates) > 1:
        raise Untrue("figure", "it names several spans")
    return dates, {"since": "since", "from": "since", "before": "since"}.get(
        before, "until" if before in {"until", "to"} else "on"
    )


def is_of_dates(span: Span, dates: Sequence[Date], bounds: str) -> bool:
    """Return whether dates are those of a span; one alone is its beginning or its end."""
    if bounds == "between":
        return dates[0].is_of(span.start) and _ends(span, dates[1])
    return _ends(span, dates[0]) if bounds == "until" else dates[0].is_of(span.start)


def _ends(span: Span, date: Date) -> bool:
    """Return whether a date is the end of a span; a whole day is also the last one within it."""
    if date.is_of(span.end):
        return True
    return date.clock is None and date.is_of(span.end - timedelta(seconds=1))
