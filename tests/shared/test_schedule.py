"""Schedules have the same ticks as in the Functions host's own library."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.ncrontab import FIELDS, parse
from shared.schedule import BadScheduleError, interval, last_tick, next_tick
from shared.schedule_advice import warnings

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
RECORDED = Path(__file__).parents[3] / "shared" / "ncrontab"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(hour: int, minute: int, second: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "before", "after"),
    [
        ("0 */30 * * * *", at(13, 0), at(13, 30)),
        ("0 5 * * * *", at(13, 5), at(14, 5)),
        ("0 0 2 * * *", at(2, 0), at(2, 0, day=24)),
        ("*/10 * * * * *", at(13, 5), at(13, 5, 10)),
        ("0 0 9 * * 1-5", at(9, 0), at(9, 0, day=24)),
        ("7 5 13 * * *", at(13, 5, 7, day=22), at(13, 5, 7, day=24)),
        ("* * * * * *", at(13, 5, 6), at(13, 5, 8)),
    ],
)
def test_ticks_are_those_of_the_six_fields(expression, before, after) -> None:
    assert (last_tick(expression, NOW), next_tick(expression, NOW)) == (before, after)


def test_a_tick_within_the_second_of_the_moment_has_passed() -> None:
    within = NOW + timedelta(microseconds=1)
    assert last_tick("* * * * * *", within) == NOW
    assert next_tick("* * * * * *", within) == NOW + timedelta(seconds=1)


def unlike_the_recording(line: str) -> str | None:
    """Return the difference from the answers of the host's library; None if there is none."""
    recorded = json.loads(line)
    expression = recorded["expression"]
    # The app is stricter here: five fields and time spans are refused.
    taken = recorded.get("kind") == "cron" and len(expression.split(" ")) != 5
    try:
        next_tick(expression, NOW)
    except BadScheduleError as error:
        return f"refused: {error}" if taken else None
    if not taken:
        return f"{expression!r} is taken"
    for moment, expected in recorded["next"].items():
        tick = utc(moment)
        for each in expected:
            tick = next_tick(expression, tick)
            if tick != utc(each):
                return f"{expression!r} after {moment}: {tick}, not {each}"
    return None


@pytest.mark.skipif(not RECORDED.is_dir(), reason="the library's recorded answers aren't here")
def test_every_recorded_schedule_is_taken_or_refused_and_ticks_as_at_azure() -> None:
    lines = [
        (f"{path.name}:{number}", line)
        for path in sorted(RECORDED.glob("*.jsonl"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    ]
    assert lines
    differing = {where: found for where, line in lines if (found := unlike_the_recording(line))}
    assert not differing


START = "2026-11-25T00:00:00"


@pytest.mark.parametrize(
    ("expression", "ticks"),
    [
        # All six fields must match: the first Monday of a month, a Friday the 13th.
        ("0 0 9 1-7 * MON", ["2026-12-07T09:00:00", "2027-01-04T09:00:00"]),
        ("0 0 0 13 * FRI", ["2027-08-13T00:00:00", "2028-10-13T00:00:00"]),
        ("0 0 0 1 1 0", ["2034-01-01T00:00:00", "2040-01-01T00:00:00"]),
        # Sunday is 0, Saturday 6.
        ("0 0 0 * * 0", ["2026-11-29T00:00:00"]),
        ("0 0 0 * * 6", ["2026-11-28T00:00:00"]),
        # Names in upper or lower case, and their prefixes: the first that fits.
        ("0 0 0 * * Monday", ["2026-11-30T00:00:00"]),
        ("0 0 0 * * fRIDAy", ["2026-11-27T00:00:00"]),
        ("0 0 0 * * Tuesd", ["2026-12-01T00:00:00"]),
        ("0 0 0 * * S", ["2026-11-29T00:00:00"]),
        ("0 0 0 * * T", ["2026-12-01T00:00:00"]),
        ("0 0 0 1 november *", ["2027-11-01T00:00:00"]),
        ("0 0 0 1 sept *", ["2027-09-01T00:00:00"]),
        ("0 0 0 1 ju *", ["2027-06-01T00:00:00"]),
        ("0 0 0 1 Jul/2 *", ["2027-07-01T00:00:00", "2027-09-01T00:00:00"]),
        # The ends of a reversed range are swapped.
        ("0 0 22-2 * * *", ["2026-11-25T02:00:00", "2026-11-25T03:00:00"]),
        ("0 0 9 * * FRI-MON", ["2026-11-25T09:00:00", "2026-11-26T09:00:00"]),
        ("0 0 0 1 nov-feb *", ["2027-02-01T00:00:00", "2027-03-01T00:00:00"]),
        # A step counts from the first value; a step below 1 is ignored.
        ("0 */59 * * * *", ["2026-11-25T00:59:00", "2026-11-25T01:00:00"]),
        ("0 */90 * * * *", ["2026-11-25T01:00:00", "2026-11-25T02:00:00"]),
        ("0 5/25 * * * *", ["2026-11-25T00:05:00", "2026-11-25T00:30:00", "2026-11-25T00:55:00"]),
        ("0 20-10/3 * * * *", ["2026-11-25T00:10:00", "2026-11-25T00:13:00"]),
        ("0 */0 * * * *", ["2026-11-25T00:01:00"]),
        ("0 */-5 * * * *", ["2026-11-25T00:01:00"]),
        # Lists, leading zeros, spaces before and after.
        ("0 50,1-2,*/40 * * * *", ["2026-11-25T00:01:00", "2026-11-25T00:02:00"]),
        ("0 007 * * * *", ["2026-11-25T00:07:00"]),
        ("  0  5  *  *  *  * ", ["2026-11-25T00:05:00"]),
        # .NET reads a number with blanks around it.
        ("0 5\t * * * *", ["2026-11-25T00:05:00"]),
        ("0 */\t30 * * * *", ["2026-11-25T00:30:00"]),
        # Rare dates.
        ("0 0 0 29 2 MON", ["2044-02-29T00:00:00", "2072-02-29T00:00:00"]),
        ("0 0 0 31 2,4,7 *", ["2027-07-31T00:00:00"]),
        ("59 59 23 31 12 *", ["2026-12-31T23:59:59", "2027-12-31T23:59:59"]),
    ],
)
def test_a_schedule_means_what_it_means_at_azure(expression: str, ticks: list[str]) -> None:
    moment = utc(START)
    for tick in ticks:
        moment = next_tick(expression, moment)
        assert moment == utc(tick)


@pytest.mark.parametrize(
    ("expression", "after", "tick"),
    [
        ("* * 10 * * *", "2026-11-25T09:35:35", "2026-11-25T10:00:36"),
        ("* * 10 * * *", "2026-11-25T09:35:59", "2026-11-25T10:00:00"),
        ("* * 10 * * *", "2026-11-25T10:59:59", "2026-11-26T10:00:00"),
        ("* * 10 * * *", "2026-11-25T11:35:35", "2026-11-26T10:00:00"),
        ("*/30 55 * * * *", "2026-11-25T09:35:10", "2026-11-25T09:55:30"),
        ("0 55 * * * *", "2026-11-25T09:35:10", "2026-11-25T09:55:00"),
    ],
)
def test_seconds_go_on_within_a_day_as_in_the_library(expression, after, tick) -> None:
    assert next_tick(expression, utc(after)) == utc(tick)


@pytest.mark.parametrize(
    "expression",
    [
        "",
        " ",
        "daily",
        "@daily",
        "30m",
        "a b c d e f",
        "%COLLECT_SCHEDULE%",
        "* * * *",
        "0 0 0 1 1 * 2027",
        "0 61 * * * *",
        "60 * * * * *",
        "0 0 24 * * *",
        "0 0 0 0 * *",
        "0 0 0 32 * *",
        "0 0 0 * 13 *",
        "* * * * * 7",
        "0 0 0 * * 1-7",
        "0 0 0 * * Sundays",
        "0 0 0 * decembre *",
        "0 5 MON * * *",
        "0 5 * MON * *",
        "0 5 * * * JAN",
        "0 0 0 L * *",
        "0 0 0 15W * *",
        "0 0 0 * * 5#2",
        "0 0 0 * * 5L",
        "? ? ? ? ? ?",
        "R * * * * *",
        "0 H * * * *",
        "0 -5 * * * *",
        "0 +5 * * * *",
        "0 5- * * * *",
        "0 5.0 * * * *",
        "0 1e1 * * * *",
        "0 \N{ARABIC-INDIC DIGIT THREE} * * * *",
        "0 \N{FULLWIDTH DIGIT FIVE} * * * *",
        "0 1,,3 * * * *",
        "0 1, * * * *",
        "0 ,1 * * * *",
        "0 1-5-9 * * * *",
        "0 */5/2 * * * *",
        "0 */ * * * *",
        "0 /5 * * * *",
        "0 */4294967296 * * * *",
        "0 5/2147483647 * * * *",
        "0 ** * * * *",
        "0 *-5 * * * *",
        "0\t5\t*\t*\t*\t*",
        "0 5 * * * *\t",
        "0 5 * * * *\n",
        "\n0 5 * * * *",
        "0\N{NO-BREAK SPACE}5 * * * *",
        '"0 5 * * * *"',
        "0 0 0 30 2 *",
        "0 0 0 31 2,4,6 *",
    ],
)
def test_what_azure_refuses_is_refused(expression: str) -> None:
    for tick in (next_tick, last_tick, interval):
        with pytest.raises(BadScheduleError):
            tick(expression, NOW)


@pytest.mark.parametrize(
    ("expression", "fix"),
    [
        ("*/5 * * * *", "write 0 */5 * * * *"),
        ("0 9 * * MON", "write 0 0 9 * * MON"),
        ("00:30:00", "write 0 */30 * * * *"),
        ("0:30", "write 0 */30 * * * *"),
        ("00:00:30", "write */30 * * * * *"),
        ("00:00:01", "write * * * * * *"),
        ("00:01:00", "write 0 * * * * *"),
        ("1:00:00", "write 0 0 * * * *"),
        ("06:00:00", "write 0 0 */6 * * *"),
        ("1.00:00:00", "write 0 0 0 * * *"),
        ("7.00:00:00", "write 0 0 0 * * 0"),
        ("00:25:00", "no NCRONTAB recurs every 00:25:00: choose a time that divides"),
        ("23:59:59", "no NCRONTAB recurs every 23:59:59: choose a time that divides"),
        ("24:00:00", "for every 24 hours 0 0 0 * * *"),
        ("30", "for every 30 minutes write 0 */30 * * * *"),
        ("-00:30:00", "for every 30 minutes write 0 */30 * * * *"),
        ("@daily", "write 0 0 0 * * *"),
        ("0 0 9 ? * *", "write 0 0 9 * * *"),
        ("0 0 9 * * 7", "write 0 0 9 * * 0"),
        ("0 0 9 * * 5-7", "write 0 0 9 * * 5-6,0"),
        ("0 5 * * * *\n", "write 0 5 * * * *"),
        ("0\t5\t*\t*\t*\t*", "write 0 5 * * * *"),
        ("'0 5 * * * *'", "write 0 5 * * * *"),
        ("0 61 * * * *", "'61' is none of the minutes, which are 0 to 59"),
        ("0 0 9 * * Sundays", "which are 0 to 6, or names from Sunday to Saturday"),
        ("0 0 0 30 2 *", "never comes"),
    ],
)
def test_a_refusal_says_what_to_write(expression: str, fix: str) -> None:
    with pytest.raises(BadScheduleError) as caught:
        next_tick(expression, NOW)
    assert repr(expression) in str(caught.value)
    assert fix in str(caught.value)
    if fix.startswith("write "):
        next_tick(fix.removeprefix("write "), NOW)


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        ("0 0 22-2 * * *", ["'22-2' in the hours", "is read as 2-22", "write 22-23,0-2"]),
        ("0 0 22-2/2 * * *", ["is read as 2-22", "write 22,0,2"]),
        ("0 0 9 * * FRI-MON", ["is read as 1-5", "write 5-6,0-1"]),
        ("0 0 9 * * SAT-SUN", ["is read as 0-6", "write 6,0"]),
        ("0 0 0 1 nov-feb *", ["is read as 2-11", "write 11-12,1-2"]),
        ("0 */90 * * * *", ["is 0 alone"]),
        ("0 58/10 * * * *", ["is 58 alone"]),
        ("0 10-20/30 * * * *", ["is 10 alone"]),
        ("0 */7 * * * *", ["is uneven: after 56 it begins again with 0"]),
        ("0 0 0 * * */2", ["is uneven: after 6 it begins again with 0"]),
        ("0 */0 * * * *", ["has a step below 1"]),
    ],
)
def test_a_schedule_that_hardly_means_what_it_says_is_warned_of(expression, parts) -> None:
    (warning,) = warnings(expression)
    assert repr(expression) in warning
    for part in parts:
        assert part in warning


@pytest.mark.parametrize(
    "expression",
    [
        "0 */30 * * * *",
        "0 5/15 * * * *",
        "0 10-20/3 * * * *",
        "0 */60 * * * *",
        "0 0 */24 * * *",
        "0 0 9-9 * * 1-5",
        "0 0 22-23,0-2 * * *",
        "0 0 0 29 2 MON",
    ],
)
def test_an_ordinary_schedule_is_not_warned_of(expression: str) -> None:
    assert warnings(expression) == []


def test_the_interval_is_the_time_between_the_ticks_around_the_moment() -> None:
    assert interval("0 */30 * * * *", NOW) == timedelta(minutes=30)
    assert interval("0 0 2 * * *", NOW) == timedelta(days=1)
    # From Friday's tick to Monday's, for a time on Friday or on Sunday.
    assert interval("0 0 9 * * 1-5", at(9, 0, day=27)) == timedelta(days=3)
    assert interval("0 0 9 * * 1-5", at(8, 59, day=29)) == timedelta(days=3)
    assert interval("0 0 9 * * 1-5", at(9, 0, day=23)) == timedelta(days=1)
    # Two ticks close to each other, and the rest of the day.
    assert interval("0 0,5 9 * * *", at(9, 1)) == timedelta(minutes=5)
    assert interval("0 0,5 9 * * *", at(9, 5)) == timedelta(hours=23, minutes=55)
    assert interval("0 0 9 1-7 * MON", NOW) == timedelta(days=35)
    # The hour's first second is a tick, though the library may skip it.
    assert interval("* * 10 * * *", at(9, 35, 35)) == timedelta(hours=23, seconds=1)


def a_list_of(low: int, high: int) -> st.SearchStrategy[str]:
    """Draw a list of a field's values, ranges and steps."""
    value = st.integers(low, high).map(str)
    span = st.one_of(st.just("*"), value, st.tuples(value, value).map("-".join))
    step = st.integers(-1, high + 5).map(lambda each: f"/{each}")
    item = st.tuples(span, st.just("") | step).map("".join)
    return st.lists(item, min_size=1, max_size=3).map(",".join)


# Days up to 28, so that each schedule has ticks.
SCHEDULES = st.tuples(
    *(a_list_of(field.low, min(field.high, 28 if field.name == "days" else 99)) for field in FIELDS)
).map(" ".join)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis takes naive limits


@settings(deadline=None)
@given(SCHEDULES, MOMENTS)
def test_all_fields_hold_at_a_tick_before_and_after_any_moment(expression, moment) -> None:
    fields = parse(expression)
    before, after = last_tick(expression, moment), next_tick(expression, moment)
    assert before < moment < after
    for tick in (before, after):
        assert tick.microsecond == 0
        assert tick.second in fields.seconds
        assert tick.minute in fields.minutes
        assert tick.hour in fields.hours
        assert tick.day in fields.days
        assert tick.month in fields.months
        assert tick.isoweekday() % 7 in fields.weekdays


@settings(deadline=None)
@given(SCHEDULES, MOMENTS)
def test_no_tick_lies_between_the_ends_of_an_interval(expression, moment) -> None:
    begins = last_tick(expression, moment)
    ends = begins + interval(expression, begins)
    assert ends >= moment
    assert last_tick(expression, ends) == begins
    assert next_tick(expression, ends - timedelta(seconds=1)) == ends


def rows_of(heading: str) -> list[list[list[str]]]:
    """Return the texts in backticks in each cell of the page's table under a heading."""
    page = (Path(__file__).parents[2] / "docs" / "schedules.md").read_text(encoding="utf-8")
    lines = page.split(f"## {heading}\n")[1].split("\n## ")[0].splitlines()
    cells = [line.strip("|").split("|") for line in lines if line.startswith("| ")][1:]
    return [[re.findall("`([^`]+)`", cell) for cell in row] for row in cells if row[0] != " --- "]


def test_the_page_on_schedules_says_what_is_refused_and_what_to_write() -> None:
    rows = rows_of("What the app refuses though Azure takes it")
    assert len(rows) == 2
    for [written], _, [better] in rows:
        with pytest.raises(BadScheduleError, match=re.escape(f"write {better}")):
            next_tick(written, NOW)
        assert next_tick(better, NOW)


def test_the_page_on_schedules_says_what_is_warned_of_and_what_to_write() -> None:
    rows = rows_of("What is taken with a warning")
    assert len(rows) == 4
    for [written], _, better in rows:
        assert warnings(written)
        assert all(not warnings(each) for each in better)
