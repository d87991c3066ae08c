"""The whole hours of a span that are over, collected and kept."""

from datetime import UTC, datetime, timedelta

import pytest

from api.ask.spans import Span
from api.ask.window import NoHours, whole_hours

AT = datetime(2026, 11, 27, 17, 16, 5, tzinfo=UTC)
KEPT = datetime(2026, 8, 29, tzinfo=UTC)
HOUR = timedelta(hours=1)


def hour(day: int, hour_of_day: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour_of_day, minute, tzinfo=UTC)


def test_a_span_up_to_now_ends_with_the_last_full_hour() -> None:
    found = whole_hours(Span(hour(27), AT, "today"), AT, AT, KEPT)
    assert (found.start, found.end, found.notes) == (hour(27), hour(27, 17), ())


def test_minutes_are_rounded_outwards() -> None:
    found = whole_hours(Span(hour(26, 9, 30), hour(26, 10, 15), "then"), AT, AT, KEPT)
    assert (found.start, found.end) == (hour(26, 9), hour(26, 11))


@pytest.mark.parametrize("minute", [0, 1, 59])
def test_no_hour_of_a_day_is_over_in_its_first_one(minute: int) -> None:
    at = hour(27, 0, minute) + timedelta(seconds=1)
    with pytest.raises(NoHours, match="No full hour of “today” is over yet"):
        whole_hours(Span(hour(27), at, "today"), at, at, KEPT)


def test_what_is_not_collected_yet_is_said() -> None:
    found = whole_hours(Span(hour(26), AT, "since yesterday"), AT, hour(27, 12, 30), KEPT)
    assert found.end == hour(27, 12)
    assert found.notes == (
        "The last collection was at 27 Nov 12:30 UTC: what is newer isn't known yet.",
    )


def test_a_collection_in_the_running_hour_misses_nothing() -> None:
    assert whole_hours(Span(hour(26), AT, "x"), AT, hour(27, 17, 1), KEPT).notes == ()


def test_nothing_is_known_of_a_span_after_the_last_collection() -> None:
    with pytest.raises(NoHours, match="Nothing of “today” is collected yet"):
        whole_hours(Span(hour(27), AT, "today"), AT, hour(26, 20), KEPT)


def test_what_is_not_kept_is_said() -> None:
    found = whole_hours(Span(KEPT - 90 * HOUR, AT, "this year"), AT, AT, KEPT)
    assert found.start == KEPT
    assert found.notes == ("What is older than 29 Aug 2026 00:00 UTC isn't kept.",)
    with pytest.raises(NoHours, match="Nothing of “in 2025” is kept"):
        whole_hours(Span(KEPT - 90 * HOUR, KEPT, "in 2025"), AT, AT, KEPT)


def test_a_span_has_a_year_at_most() -> None:
    kept = KEPT - timedelta(days=3000)
    with pytest.raises(NoHours, match="longer than 366 days"):
        whole_hours(Span(AT - timedelta(days=400), AT, "this"), AT, AT, kept)
