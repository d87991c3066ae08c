"""Intervals of observed time, and what they leave unknown."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stats.coverage import (
    MAX_INTERVALS,
    add_covered,
    holes,
    is_silence_odd,
    uncovered,
    usual_rate,
    within,
)
from shared.times import iso_from_epoch

START = 1_795_000_000
TIMES = st.integers(0, 5 * 24 * 3600).map(lambda seconds: iso_from_epoch(START + seconds))
SPANS = st.lists(st.tuples(TIMES, TIMES).map(sorted), max_size=12)


def at(time: str) -> str:
    return f"2026-11-26T{time}:00Z"


@given(SPANS, st.randoms())
def test_intervals_are_sorted_apart_and_the_same_in_any_order(spans, rng) -> None:
    merged: list[list[str]] = []
    for start, end in spans:
        merged = add_covered(merged, start, end)
    assert all(before[1] < after[0] for before, after in pairwise(merged))
    for start, end in spans:
        assert not holes(merged, start, end)
    shuffled = spans.copy()
    rng.shuffle(shuffled)
    again: list[list[str]] = []
    for start, end in shuffled:
        again = add_covered(again, start, end)
    assert again == merged


def test_less_than_a_minute_is_no_gap_and_more_is() -> None:
    covered = add_covered([[at("10:00"), at("10:30")]], at("10:31"), at("11:00"))
    assert covered == [[at("10:00"), at("11:00")]]
    assert add_covered(covered, at("11:02"), at("12:00")) == [*covered, [at("11:02"), at("12:00")]]


def test_the_past_can_be_added_later() -> None:
    covered = add_covered([[at("10:00"), at("11:00")]], at("08:00"), at("10:00"))
    assert covered == [[at("08:00"), at("11:00")]]
    assert add_covered(covered, at("13:00"), at("12:00")) == covered


def test_a_state_stays_small() -> None:
    covered: list[list[str]] = []
    for number in range(MAX_INTERVALS + 50):
        start = START + 600 * number
        covered = add_covered(covered, iso_from_epoch(start), iso_from_epoch(start + 60))
    assert len(covered) == MAX_INTERVALS
    assert covered[-1][1] == iso_from_epoch(start + 60)


def test_an_hour_counts_as_covered_only_in_full() -> None:
    covered = [[at("08:00"), at("10:30")], [at("12:00"), at("14:00")]]
    hours = [f"2026-11-26T{hour:02}" for hour in range(7, 15)]
    assert uncovered(covered, hours) == {f"2026-11-26T{hour:02}" for hour in (7, 10, 11, 14)}
    assert uncovered([], hours) == set(hours)
    assert holes(covered, at("09:00"), at("13:00")) == [[at("10:30"), at("12:00")]]
    assert within(covered, at("10:00"), at("12:30")) == [
        [at("10:00"), at("10:30")],
        [at("12:00"), at("12:30")],
    ]


@pytest.mark.parametrize(
    ("rate", "last", "is_odd"),
    [
        (10.0, "09:30", True),  # 35 are usual in three and a half hours.
        (10.0, "11:00", False),
        (2.0, "00:00", False),  # Nights and weekends of a small community.
        (0.0, "00:00", False),
        (None, "00:00", False),
    ],
)
def test_silence_is_odd_where_many_items_are_usual(rate, last, is_odd) -> None:
    assert is_silence_odd(rate, at(last), at("13:00")) == is_odd
    assert not is_silence_odd(rate, None, at("13:00"))


def test_the_usual_rate_follows_a_week_and_no_single_poll() -> None:
    assert usual_rate(None, 48, at("00:00"), "2026-11-27T00:00:00Z") == 2.0
    after = usual_rate(2.0, 100, at("00:00"), at("00:30"))
    assert after is not None
    assert 2.0 < after < 3.0
    assert usual_rate(2.0, 5, at("00:00"), at("00:00")) == 2.0
