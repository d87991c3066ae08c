from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.times import Window, hour_of, iso, iso_from_epoch, next_hour, parse_iso

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the zone is given apart
    max_value=datetime(2099, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def test_times_are_utc_with_z_and_whole_seconds() -> None:
    assert iso(NOW) == "2026-11-23T13:05:07Z"
    assert iso(NOW.astimezone(timezone(timedelta(hours=5)))) == "2026-11-23T13:05:07Z"
    assert iso_from_epoch(NOW.timestamp() + 0.9) == "2026-11-23T13:05:07Z"


@given(MOMENTS, MOMENTS)
def test_written_times_sort_as_times_do(one: datetime, other: datetime) -> None:
    assert (iso(one) < iso(other)) == (one.replace(microsecond=0) < other.replace(microsecond=0))


@given(MOMENTS)
def test_a_written_time_reads_back(moment: datetime) -> None:
    assert parse_iso(iso(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        *("", "x", "2026-11-23", "2026-11-23T13", "2026-11-23T13:05:07", "2026-11-23 13:05:07Z"),
        *("2026-11-23T13:05:07.5Z", "20261123T130507Z", "2026-W48-1T13:05:07Z"),
        *("2026-11-23T13:05:07+00:00", "0001-01-01T00:00:00+14:00", "2026-11-23T13:05:60Z"),
    ],
)
def test_a_time_that_is_written_otherwise_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"time|isoformat|second"):
        parse_iso(text)


def test_a_time_that_no_year_fits_is_refused() -> None:
    with pytest.raises(ValueError, match="is no time"):
        iso_from_epoch(1e20)


def test_a_window_is_the_current_hour_so_far_and_the_hours_before_it() -> None:
    window = Window.of_hours(3, NOW)
    assert window.hours() == ["2026-11-23T11", "2026-11-23T12", "2026-11-23T13"]
    assert (iso(window.start), window.end) == ("2026-11-23T11:00:00Z", NOW)


@given(MOMENTS, st.integers(1, 2160))
def test_a_window_has_as_many_cells_as_hours_were_asked_for(moment: datetime, hours: int) -> None:
    cells = Window.of_hours(hours, moment).hours()
    assert len(cells) == hours
    assert cells[-1] == hour_of(iso(moment))


@given(MOMENTS)
def test_24_hours_lie_in_at_most_2_days_and_90_days_in_at_most_91(moment: datetime) -> None:
    assert len(Window.of_hours(24, moment).days()) <= 2
    assert len(Window.of_hours(2160, moment).days()) <= 91


def test_early_years_are_written_so_that_they_sort() -> None:
    first = datetime(1, 1, 1, tzinfo=UTC)
    assert iso(first) == "0001-01-01T00:00:00Z"
    assert parse_iso(iso(first)) == first


def test_the_next_hour_may_be_in_the_next_year() -> None:
    assert next_hour("2026-12-31T23") == "2027-01-01T00"
