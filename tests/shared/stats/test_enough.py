"""The span that a verdict is said to need bears one, and is said only where data is that old."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from shared.stats.enough import ENOUGH_ITEMS, are_few, span_needed
from shared.stats.means import Sample
from shared.stats.threads import Threads
from shared.stats.uncertainty import FEW, Rest, Thread, thread_worth_of
from tests.shared.stats.simulated import Community

LONG = 2160


def a_sample(sizes: Sequence[int]) -> Sample:
    """Return items of a mood that varies, in threads of these sizes."""
    listed = {f"t{n}": Thread(size, size * (-1) ** n / 4) for n, size in enumerate(sizes)}
    return Sample(sum(sizes), 0.0, 0.2, Threads(listed))


def singles(items: int) -> Sample:
    return a_sample([1] * items)


@pytest.mark.parametrize(
    ("now", "before", "days"),
    [(29, 100, 2), (100, 10, 4), (12, 12, 3), (2, 100, 18), (1, 1, 36)],
)
def test_the_side_with_fewest_items_says_how_long_a_span_needs(
    now: int, before: int, days: int
) -> None:
    needed = span_needed((singles(now), singles(before)), 24, LONG)
    assert needed == days * 24
    # It is the least number of days in which that side has enough.
    fewest = min(now, before)
    assert fewest * days >= ENOUGH_ITEMS > fewest * (days - 1)


def test_few_threads_need_a_span_with_more_of_them() -> None:
    one = a_sample([40])
    assert one.items > FEW
    assert are_few((one, singles(60)))
    assert span_needed((one, singles(60)), 24, LONG) == 4 * 24
    # Two of them are half as far from enough, and so is one beside what weighs as much.
    assert span_needed((a_sample([40, 40]), singles(60)), 24, LONG) == 2 * 24
    # Few items of one thread need more items and more threads, whichever takes longer.
    assert span_needed((a_sample([18]), singles(60)), 24, LONG) == 4 * 24
    assert span_needed((a_sample([4]), singles(60)), 24, LONG) == 9 * 24


def test_items_alone_decide_where_threads_are_not_known() -> None:
    unknown = replace(a_sample([12]), threads=None)
    assert span_needed((unknown, unknown), 24, LONG) == 3 * 24


@pytest.mark.parametrize(
    ("now", "before", "longest"),
    [(12, 12, 71), (12, 12, None), (0, 12, LONG), (12, 0, LONG), (12, 12, -5)],
    ids=["too young", "not known since when", "none now", "none before", "no data before"],
)
def test_no_span_is_named_without_data_of_it_or_a_rate(
    now: int, before: int, longest: int | None
) -> None:
    assert span_needed((singles(now), singles(before)), 24, longest) is None


def test_a_span_that_is_as_long_as_the_data_is_named() -> None:
    assert span_needed((singles(12), singles(12)), 24, 72) == 72


def test_threads_that_are_not_listed_are_worth_as_much_as_listed_ones() -> None:
    listed = [Thread(1, 0.0)] * 20
    assert thread_worth_of(listed) == pytest.approx(20)
    assert thread_worth_of([], Rest(20, 20, 0.0, 20)) == pytest.approx(20)
    assert thread_worth_of([Thread(50, 0.0)]) == pytest.approx(1)
    assert thread_worth_of([]) == 0


@pytest.mark.parametrize("tail", [1.6, 2.4])
@pytest.mark.parametrize("daily", [6, 10, 15])
def test_the_span_that_a_day_names_mostly_bears_a_verdict(tail: float, daily: int) -> None:
    rng = random.Random(11)
    days = 100
    # Threads as communities have them, which begin at any time of these days.
    community = Community(items=days * daily, tail=tail)
    borne = []
    for _ in range(150):
        threads = [(rng.random() * days, size) for size in community.sizes(rng)]
        sides = pair_of_spans(threads, days, 1)
        needed = span_needed(sides, 24, days * 12)
        if are_few(sides) and needed is not None:
            borne.append(not are_few(pair_of_spans(threads, days, needed // 24)))
    assert len(borne) > 30
    assert sum(borne) > 0.7 * len(borne)


def pair_of_spans(
    threads: Sequence[tuple[float, int]], end: float, days: float
) -> tuple[Sample, Sample]:
    """Return the threads that began in the days before `end`, and in as many before them."""
    now, before = (
        a_sample([size for begins, size in threads if last - days <= begins < last])
        for last in (end, end - days)
    )
    return now, before
