"""The spans that are compared are equal, complete, and in the rhythm of the week."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.stats.windows import HOUR, WEEK, Spans
from shared.times import Window, hour_start

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
MOMENTS = st.integers(-(10**9) // 2, 10**9).map(lambda seconds: NOW + timedelta(seconds=seconds))
HOURS = st.integers(1, 400)


def spans_of(start: datetime, hours: int) -> Spans:
    return Spans.between(hour_start(start), hour_start(start) + hours * HOUR)


def starts(window: Window) -> list[datetime]:
    return [datetime.fromisoformat(f"{hour}:00:00+00:00") for hour in window.hours()]


@given(start=MOMENTS, hours=HOURS)
def test_a_span_between_two_hours_has_each_of_them_and_as_many_just_before(start, hours) -> None:
    spans = spans_of(start, hours)
    first = hour_start(start)
    assert starts(spans.window) == [first + n * HOUR for n in range(hours)]
    assert spans.end == first + hours * HOUR
    assert starts(spans.before) == [first + n * HOUR for n in range(-hours, 0)]
    assert spans.compared == spans.window
    assert spans.previous == spans.before
    assert spans.because == "just_before"


@given(start=MOMENTS, hours=HOURS)
def test_a_short_span_is_compared_with_the_same_hours_of_the_week(start, hours) -> None:
    plain = spans_of(start, hours)
    spans = plain.in_rhythm(None)
    if hours >= 168:
        assert spans == plain
    else:
        assert starts(spans.before) == [each - WEEK for each in starts(spans.window)]
        assert spans.because == "week_before"
    assert len(spans.times.now) == len(spans.times.before) == hours


@given(moment=MOMENTS, hours=HOURS)
def test_the_running_hour_is_never_compared(moment, hours) -> None:
    for spans in (Spans.of_hours(hours, moment), Spans.of_hours(hours, moment).in_rhythm(None)):
        assert len(spans.window.hours()) == len(spans.previous.hours()) == hours
        assert len(spans.times.now) == len(spans.times.before) == hours
        assert max(spans.times.now) < f"{moment:%Y-%m-%dT%H}"
        earlier = starts(spans.compared)[0] - starts(spans.before)[0]
        assert earlier == (WEEK if spans.because == "week_before" else hours * HOUR)


def test_without_a_week_of_data_a_short_span_is_compared_with_the_one_just_before() -> None:
    spans = Spans.of_hours(24, NOW)
    begins = spans.window.start - WEEK
    assert spans.in_rhythm(begins).because == "week_before"
    young = spans.in_rhythm(begins + timedelta(seconds=1))
    assert young.because == "no_week_before"
    assert (young.before, young.previous) == (spans.before, spans.previous)


def test_all_that_is_compared_lies_in_the_whole() -> None:
    spans = Spans.of_hours(24, NOW).in_rhythm(None)
    whole = set(spans.whole.hours())
    assert whole.issuperset([*spans.times.all, *spans.window.hours(), *spans.previous.hours()])
