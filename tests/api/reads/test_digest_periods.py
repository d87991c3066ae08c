"""Days and weeks of digests: they meet without gaps, whatever the time zone does."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from api.reads.digest.periods import Period, last_period, period_around, period_with_end

HOUR = timedelta(hours=1)


def week(end: str, zone: str = "UTC") -> Period:
    return period_with_end("week", date.fromisoformat(end), ZoneInfo(zone))


def hours_of(period: Period) -> float:
    return (period.ends - period.starts) / HOUR


@pytest.mark.parametrize(
    ("zone", "end", "starts", "ends", "hours"),
    [
        ("UTC", "2026-11-23", "2026-11-16T00:00", "2026-11-23T00:00", 168),
        ("Europe/Berlin", "2026-11-23", "2026-11-15T23:00", "2026-11-22T23:00", 168),
        # Clocks go forward on 29 March and back on 25 October.
        ("Europe/Berlin", "2026-03-30", "2026-03-22T23:00", "2026-03-29T22:00", 167),
        ("Europe/Berlin", "2026-10-26", "2026-10-18T22:00", "2026-10-25T23:00", 169),
        # Midnight at half past: the full hour before.
        ("Asia/Kolkata", "2026-11-23", "2026-11-15T18:00", "2026-11-22T18:00", 168),
        ("Asia/Kathmandu", "2026-11-23", "2026-11-15T18:00", "2026-11-22T18:00", 168),
        # Half an hour of daylight saving, which begins on 4 October: 13:30 and 13:00 in UTC.
        ("Australia/Lord_Howe", "2026-10-05", "2026-09-27T13:00", "2026-10-04T13:00", 168),
        ("Pacific/Kiritimati", "2026-11-23", "2026-11-15T10:00", "2026-11-22T10:00", 168),
        ("America/St_Johns", "2026-11-23", "2026-11-16T03:00", "2026-11-23T03:00", 168),
        # There is no midnight on 6 September: the clock goes from 00:00 to 01:00.
        ("America/Santiago", "2026-09-07", "2026-08-31T04:00", "2026-09-07T03:00", 167),
    ],
)
def test_a_week_is_seven_days_of_its_zone(
    zone: str, end: str, starts: str, ends: str, hours: int
) -> None:
    found = week(end, zone)
    assert found.starts == datetime.fromisoformat(f"{starts}:00+00:00")
    assert found.ends == datetime.fromisoformat(f"{ends}:00+00:00")
    assert hours_of(found) == hours


@pytest.mark.parametrize("kind", ["day", "week"])
@pytest.mark.parametrize(
    "zone",
    ["UTC", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"],
)
def test_periods_meet_over_a_whole_year(kind: str, zone: str) -> None:
    found = period_with_end(kind, date(2026, 1, 5), ZoneInfo(zone))  # type: ignore[arg-type]
    while found.end.year == 2026:
        assert found.after.starts == found.ends
        assert found.after.before == found
        assert found.starts.minute == 0
        found = found.after


def test_the_days_of_both_changes_have_23_and_25_hours() -> None:
    zone = ZoneInfo("Europe/Berlin")
    assert hours_of(period_with_end("day", date(2026, 3, 30), zone)) == 23
    assert hours_of(period_with_end("day", date(2026, 10, 26), zone)) == 25


@pytest.mark.parametrize(
    ("now", "zone", "end"),
    [
        ("2026-11-23T00:00:00", "UTC", "2026-11-23"),
        ("2026-11-22T23:59:59", "UTC", "2026-11-16"),
        ("2026-11-22T23:00:00", "Europe/Berlin", "2026-11-23"),
        ("2026-11-22T22:59:59", "Europe/Berlin", "2026-11-16"),
        ("2026-11-22T18:29:59", "Asia/Kolkata", "2026-11-16"),
        ("2026-11-22T18:30:00", "Asia/Kolkata", "2026-11-23"),
        ("2026-11-23T04:59:59", "America/New_York", "2026-11-16"),
        ("2026-11-23T05:00:00", "America/New_York", "2026-11-23"),
    ],
)
def test_the_last_week_is_over_in_its_zone(now: str, zone: str, end: str) -> None:
    moment = datetime.fromisoformat(f"{now}+00:00")
    found = last_period("week", ZoneInfo(zone), moment)
    assert found.end.isoformat() == end
    assert found.ends <= moment
    assert period_around("week", ZoneInfo(zone), moment) == found.after


def test_a_week_ends_with_the_last_monday_up_to_its_end() -> None:
    for day in range(23, 30):
        assert week(f"2026-11-{day}").end == date(2026, 11, 23)
    assert week("2026-11-30").end == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("2026-11-23", "In the week from 16 to 22 November 2026"),
        ("2026-12-07", "In the week from 30 November to 6 December 2026"),
        ("2027-01-04", "In the week from 28 December 2026 to 3 January 2027"),
        ("2028-03-06", "In the week from 28 February to 5 March 2028"),
    ],
)
def test_weeks_have_names(end: str, words: str) -> None:
    assert week(end).when == words


def test_a_leap_day_has_a_name() -> None:
    found = period_with_end("day", date(2028, 3, 1), ZoneInfo("UTC"))
    assert found.when == "On Tuesday, 29 February 2028"
    assert found.starts == datetime(2028, 2, 29, tzinfo=UTC)
