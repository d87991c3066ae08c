"""Quiet hours: midnight, zones with half hours, both changes of clocks, leap days."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.alerts.quiet_hours import after_quiet, quiet_until
from shared.models import QuietHours


def hours(begins: str, ends: str) -> QuietHours:
    return QuietHours({"from": begins, "to": ends})


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NIGHT = hours("22:00", "07:00")

# zone, quiet hours, a moment, and the end of the quiet hours that it lies in; all times in UTC.
CASES = [
    ("UTC", NIGHT, "2026-11-23T21:59:59", None),
    ("UTC", NIGHT, "2026-11-23T22:00", "2026-11-24T07:00"),
    ("UTC", NIGHT, "2026-11-24T00:00", "2026-11-24T07:00"),
    ("UTC", NIGHT, "2026-11-24T06:59:59", "2026-11-24T07:00"),
    ("UTC", NIGHT, "2026-11-24T07:00", None),
    ("UTC", hours("12:00", "13:30"), "2026-11-24T13:29", "2026-11-24T13:30"),
    ("UTC", hours("12:00", "13:30"), "2026-11-24T11:59", None),
    ("UTC", hours("00:00", "07:00"), "2026-11-24T00:00", "2026-11-24T07:00"),
    ("UTC", hours("22:00", "00:00"), "2026-11-24T23:59", "2026-11-25T00:00"),
    ("UTC", hours("22:00", "00:00"), "2026-11-24T00:00", None),
    # Almost all day: the next ones begin a minute after these end.
    ("UTC", hours("08:01", "08:00"), "2026-11-24T07:59", "2026-11-24T08:00"),
    ("UTC", hours("08:01", "08:00"), "2026-11-24T08:00", None),
    # A zone that isn't known counts as UTC.
    ("Europe/Atlantis", NIGHT, "2026-11-23T22:00", "2026-11-24T07:00"),
    # The year's end, leap days, and a year without one.
    ("UTC", NIGHT, "2026-12-31T23:00", "2027-01-01T07:00"),
    ("UTC", NIGHT, "2028-02-28T23:00", "2028-02-29T07:00"),
    ("UTC", NIGHT, "2028-02-29T23:00", "2028-03-01T07:00"),
    ("UTC", NIGHT, "2027-02-28T23:00", "2027-03-01T07:00"),
    # Winter and summer.
    ("Europe/Berlin", NIGHT, "2026-11-23T20:59", None),
    ("Europe/Berlin", NIGHT, "2026-11-23T21:00", "2026-11-24T06:00"),
    ("Europe/Berlin", NIGHT, "2026-07-01T20:00", "2026-07-02T05:00"),
    # The other side of the date line, half hours and quarters.
    ("Pacific/Auckland", NIGHT, "2026-07-01T10:00", "2026-07-01T19:00"),
    ("Asia/Kolkata", NIGHT, "2026-11-23T16:29", None),
    ("Asia/Kolkata", NIGHT, "2026-11-23T16:30", "2026-11-24T01:30"),
    ("Asia/Kathmandu", NIGHT, "2026-11-23T16:15", "2026-11-24T01:15"),
    ("America/St_Johns", NIGHT, "2026-11-24T01:30", "2026-11-24T10:30"),
    # Clocks go forward at 01:00 UTC: the night has eight hours.
    ("Europe/Berlin", NIGHT, "2026-03-28T21:00", "2026-03-29T05:00"),
    # Clocks go back at 01:00 UTC: it has ten.
    ("Europe/Berlin", NIGHT, "2026-10-24T20:00", "2026-10-25T06:00"),
    # 02:30 is left out: the quiet hours end, or begin, at the change.
    ("Europe/Berlin", hours("22:00", "02:30"), "2026-03-29T00:59", "2026-03-29T01:00"),
    ("Europe/Berlin", hours("22:00", "02:30"), "2026-03-29T01:00", None),
    ("Europe/Berlin", hours("02:30", "07:00"), "2026-03-29T00:59", None),
    ("Europe/Berlin", hours("02:30", "07:00"), "2026-03-29T01:00", "2026-03-29T05:00"),
    # 02:30 comes twice: they begin at the first, and end at the second.
    ("Europe/Berlin", hours("22:00", "02:30"), "2026-10-25T00:45", "2026-10-25T01:30"),
    ("Europe/Berlin", hours("22:00", "02:30"), "2026-10-25T01:30", None),
    ("Europe/Berlin", hours("02:30", "07:00"), "2026-10-25T00:29", None),
    ("Europe/Berlin", hours("02:30", "07:00"), "2026-10-25T00:30", "2026-10-25T06:00"),
    # A change by half an hour: 02:00 becomes 02:30, and 02:15 is left out.
    ("Australia/Lord_Howe", hours("22:00", "02:15"), "2026-10-03T15:29", "2026-10-03T15:30"),
    ("Australia/Lord_Howe", hours("22:00", "02:15"), "2026-10-03T15:30", None),
    # A day that was left out.
    ("Pacific/Apia", NIGHT, "2011-12-30T08:00", "2011-12-30T17:00"),
]


@pytest.mark.parametrize(("zone", "quiet", "moment", "end"), CASES)
def test_the_end_of_quiet_hours(zone: str, quiet: QuietHours, moment: str, end: str | None) -> None:
    expected = utc(end) if end else None
    assert quiet_until(quiet, zone, utc(moment)) == expected
    assert after_quiet(quiet, zone, utc(moment)) == (expected or utc(moment))


def test_without_quiet_hours_no_moment_is_quiet() -> None:
    for quiet in (None, hours("07:00", "07:00")):
        assert quiet_until(quiet, "UTC", utc("2026-11-24T07:00")) is None


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kolkata", "America/St_Johns"])
@pytest.mark.parametrize("quiet", [NIGHT, hours("09:15", "10:45")])
def test_away_from_changes_a_moment_is_quiet_by_the_clock_on_the_wall(zone, quiet) -> None:
    moment = utc("2026-01-05T00:00")
    for _ in range(3 * 96):
        wall = moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")
        begins, ends = quiet["from"], quiet["to"]
        is_quiet = begins <= wall < ends if begins < ends else not ends <= wall < begins
        end = quiet_until(quiet, zone, moment)
        assert (end is not None) == is_quiet
        if end is not None:
            assert moment < end <= moment + timedelta(hours=9)
            assert end.astimezone(ZoneInfo(zone)).strftime("%H:%M") == ends
        moment += timedelta(minutes=15)


def test_quiet_hours_end_once_whatever_the_change() -> None:
    """From any minute of the night the end is the same, and it isn't quiet itself."""
    for day in ("2026-03-28", "2026-10-24"):
        moment, ends = utc(f"{day}T22:00"), set()
        while (end := quiet_until(hours("22:00", "02:30"), "Europe/Berlin", moment)) is not None:
            ends.add(end)
            moment += timedelta(minutes=1)
        assert ends == {moment}
