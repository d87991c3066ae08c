from datetime import UTC, datetime, timedelta

import pytest

from shared.schedule import BadScheduleError, interval, last_tick, next_tick

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)


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
    ],
)
def test_ticks_are_those_of_the_six_fields(expression, before, after) -> None:
    assert (last_tick(expression, NOW), next_tick(expression, NOW)) == (before, after)


def test_the_interval_is_the_time_between_ticks() -> None:
    assert interval("0 */30 * * * *", NOW) == timedelta(minutes=30)
    assert interval("0 0 2 * * *", NOW) == timedelta(days=1)


@pytest.mark.parametrize("expression", ["* * * * *", "", "a b c d e f", "0 61 * * * *"])
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(BadScheduleError):
        next_tick(expression, NOW)
