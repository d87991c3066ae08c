"""When digests are due: zones with half hours, both changes of clocks, leap days, late starts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from shared.digests.schedule import due_issue, last_due, next_due, next_issue, period_end
from shared.models import DigestLast
from shared.times import iso
from tests.shared.digests.digests import a_digest


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def daily(zone: str, at: str = "08:00") -> dict[str, str]:
    return {"every": "day", "time_zone": zone, "at": at}


def weekly(zone: str, at: str = "08:00", weekday: str = "monday") -> dict[str, str]:
    return {"time_zone": zone, "at": at, "weekday": weekday}


# What differs of a digest, a moment, when it was due last, its period's end, and when it is next.
CASES = [
    (weekly("UTC"), "2026-11-23T08:00", "2026-11-23T08:00", "2026-11-23", "2026-11-30T08:00"),
    (weekly("UTC"), "2026-11-23T07:59:59", "2026-11-16T08:00", "2026-11-16", "2026-11-23T08:00"),
    (
        weekly("Europe/Berlin"),
        "2026-11-23T07:00",
        "2026-11-23T07:00",
        "2026-11-23",
        "2026-11-30T07:00",
    ),
    # On Thursdays, of the week that ended with the last Monday.
    (
        weekly("UTC", weekday="thursday"),
        "2026-11-27T00:00",
        "2026-11-26T08:00",
        "2026-11-23",
        "2026-12-03T08:00",
    ),
    # It is Monday in Auckland while it is Sunday in UTC.
    (
        weekly("Pacific/Auckland"),
        "2026-11-22T19:00",
        "2026-11-22T19:00",
        "2026-11-23",
        "2026-11-29T19:00",
    ),
    # Half hours and quarters.
    (
        daily("Asia/Kolkata"),
        "2026-11-23T02:30",
        "2026-11-23T02:30",
        "2026-11-23",
        "2026-11-24T02:30",
    ),
    (
        daily("Asia/Kathmandu", "00:00"),
        "2026-11-23T18:15",
        "2026-11-23T18:15",
        "2026-11-24",
        "2026-11-24T18:15",
    ),
    # Clocks go forward, and 02:30 is left out; 08:00 comes an hour sooner.
    (
        daily("Europe/Berlin", "02:30"),
        "2026-03-29T01:00",
        "2026-03-29T01:00",
        "2026-03-29",
        "2026-03-30T00:30",
    ),
    (
        weekly("Europe/Berlin"),
        "2026-03-28T00:00",
        "2026-03-23T07:00",
        "2026-03-23",
        "2026-03-30T06:00",
    ),
    # Clocks go back, and 02:30 comes twice: the first one counts.
    (
        daily("Europe/Berlin", "02:30"),
        "2026-10-25T01:45",
        "2026-10-25T00:30",
        "2026-10-25",
        "2026-10-26T01:30",
    ),
    # Leap days.
    (daily("UTC"), "2028-02-29T09:00", "2028-02-29T08:00", "2028-02-29", "2028-03-01T08:00"),
    (weekly("UTC"), "2028-03-01T00:00", "2028-02-28T08:00", "2028-02-28", "2028-03-06T08:00"),
    # Samoa had no 30 December 2011: that day's is due when the next one begins.
    (
        daily("Pacific/Apia"),
        "2011-12-30T10:00",
        "2011-12-30T10:00",
        "2011-12-31",
        "2011-12-30T18:00",
    ),
]


@pytest.mark.parametrize(("changes", "now", "due", "end", "after"), CASES)
def test_a_digest_is_due_at_its_time_of_the_day(
    changes: dict[str, str], now: str, due: str, end: str, after: str
) -> None:
    digest = a_digest(**changes)
    found = last_due(digest, utc(now))
    assert (found, period_end(digest, found).isoformat()) == (utc(due), end)
    assert next_due(digest, utc(now)) == utc(after)


def made_up_to(digest: Any, start: str, end: str, minutes: int) -> list[DigestLast]:
    """Return what is made by a clock that is looked at every few minutes."""
    now, found, last = utc(start), [], None
    while now <= utc(end):
        if (due := due_issue(digest, last, now)) is not None:
            found.append(due)
            last = due
        now += timedelta(minutes=minutes)
    return found


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize("at", ["00:00", "02:00", "02:15", "02:30", "08:00"])
def test_each_day_of_a_year_has_one_digest(zone: str, at: str) -> None:
    digest = a_digest(**daily(zone, at), since="2027-12-31T23:59:59Z")
    found = made_up_to(digest, "2028-01-01T12:00", "2029-01-02T12:00", 60)
    ends = [date.fromisoformat(each["period_end"]) for each in found]
    assert ends == [ends[0] + timedelta(days=number) for number in range(len(ends))]
    assert ends[0] <= date(2028, 1, 2)
    assert ends[-1] == date(2029, 1, 2)


def test_of_several_that_were_missed_the_newest_is_made_once() -> None:
    digest = a_digest()
    last = DigestLast(at="2026-11-02T08:00:00Z", every="week", period_end="2026-11-02")
    now = utc("2026-11-25T13:00")
    due = due_issue(digest, last, now)
    assert due == DigestLast(at="2026-11-23T08:00:00Z", every="week", period_end="2026-11-23")
    assert due_issue(digest, due, now) is None
    assert due_issue(digest, due, utc("2026-11-30T08:00")) is not None


def test_a_clock_that_is_set_back_repeats_nothing() -> None:
    digest, last = a_digest(), None
    last = due_issue(digest, last, utc("2026-11-23T08:00"))
    for now in ("2026-11-23T07:00", "2026-11-16T09:00", "2026-11-23T08:00"):
        assert due_issue(digest, last, utc(now)) is None


def test_nothing_is_due_of_the_time_before_it_was_written() -> None:
    digest = a_digest(since="2026-11-25T10:00:00Z")
    assert due_issue(digest, None, utc("2026-11-25T10:05")) is None
    assert due_issue(digest, None, utc("2026-11-30T07:59")) is None
    assert due_issue(digest, None, utc("2026-11-30T08:00")) is not None


def test_a_period_is_sent_once_whatever_becomes_of_the_schedule() -> None:
    last = due_issue(a_digest(), None, utc("2026-11-23T08:00"))
    assert last is not None
    later = a_digest(at="10:00", since="2026-11-23T09:00:00Z")
    assert due_issue(later, last, utc("2026-11-23T10:00")) is None
    assert next_issue(later, last, utc("2026-11-23T09:30")) == utc("2026-11-30T10:00")
    on_fridays = a_digest(weekday="friday", since="2026-11-23T09:00:00Z")
    assert due_issue(on_fridays, last, utc("2026-11-27T08:00")) is None
    assert due_issue(on_fridays, last, utc("2026-12-04T08:00")) is not None
    every_day = a_digest(every="day", since="2026-11-23T09:00:00Z")
    assert due_issue(every_day, last, utc("2026-11-24T08:00")) is not None


@pytest.mark.parametrize("changes", [{"enabled": False}, {"channels": []}])
def test_one_that_is_off_or_has_no_channel_is_never_due(changes: dict[str, Any]) -> None:
    digest, now = a_digest(**changes), utc("2026-11-23T08:00")
    assert due_issue(digest, None, now) is None
    assert next_issue(digest, None, now) is None


def test_the_next_one_is_named() -> None:
    assert next_issue(a_digest(), None, utc("2026-11-23T08:00")) == utc("2026-11-30T08:00")
    assert iso(last_due(a_digest(), utc("2026-11-23T08:00"))) == "2026-11-23T08:00:00Z"
