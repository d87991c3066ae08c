"""Steps are as short as the items allow, and no shorter."""

from datetime import UTC, datetime

import pytest

from shared.stats.step_length import fitting_step
from shared.times import Window

END = datetime(2026, 11, 22, 23, 59, 59, tzinfo=UTC)


def window_of(hours: int) -> Window:
    return Window.of_hours(hours, END)


def evenly(hours: int, items: int) -> dict[str, int]:
    return dict.fromkeys(window_of(hours).hours(), items)


@pytest.mark.parametrize(
    ("hours", "items", "step"),
    [
        (24, 30, "hour"),
        (24, 29, "2h"),
        (24, 15, "2h"),
        (24, 14, "4h"),
        # A longer step would leave fewer than six.
        (24, 1, "4h"),
        (168, 4, "8h"),
        (168, 3, "day"),
        (168, 1, "day"),
        (720, 100, "day"),
        (720, 1, "day"),
        (2160, 2, "day"),
        (2160, 1, "week"),
        (3, 1, "hour"),
    ],
)
def test_a_step_is_the_shortest_that_holds_enough(hours: int, items: int, step: str) -> None:
    assert fitting_step(window_of(hours), hours, [evenly(hours, items)]) == step


def test_half_of_the_steps_is_most_of_them() -> None:
    all_hours = window_of(24).hours()
    busy = dict.fromkeys(all_hours[:12], 30) | dict.fromkeys(all_hours[12:], 1)
    assert fitting_step(window_of(24), 24, [busy]) == "hour"
    assert fitting_step(window_of(24), 24, [busy | {all_hours[0]: 1}]) == "2h"


def test_silent_hours_say_nothing() -> None:
    first, *_ = window_of(24).hours()
    assert fitting_step(window_of(24), 24, [{first: 30}]) == "hour"
    assert fitting_step(window_of(24), 24, [{}, {}]) == "hour"


def test_all_scopes_share_a_step() -> None:
    busy, quiet = evenly(24, 100), evenly(24, 1)
    assert fitting_step(window_of(24), 24, [busy, quiet]) == "hour"
    assert fitting_step(window_of(24), 24, [busy, quiet, quiet]) == "4h"


def test_whole_days_have_no_parts() -> None:
    assert fitting_step(window_of(168), 168, [evenly(168, 100)], whole_days=True) == "day"
