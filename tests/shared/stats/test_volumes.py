"""Numbers of items: a rise from few is a rise, one thread or a busier whole is no cause."""

import math
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stats.contributions import NOTHING, Amount, Part, Whole, contribution
from shared.stats.student import binomial_tail
from shared.stats.threads import Threads, largest, together
from shared.stats.uncertainty import Thread, found_among
from shared.stats.volumes import chance_of_number, chance_of_part, design_effect
from tests.shared.stats.simulated import SPREAD, Community

# Threads of a community in a window, on average.
THREADS = 40


def of_threads(sizes: Sequence[int], first: int = 0) -> Amount:
    threads = {f"p{first + n}": Thread(size, 0.0) for n, size in enumerate(sizes)}
    return Amount(sum(sizes), 0.0, Threads(threads))


@given(
    st.integers(0, 60),
    st.integers(1, 60),
    st.floats(0.05, 0.95),
)
def test_the_tail_is_the_sum_of_its_terms(fewer: int, more: int, chance: float) -> None:
    of_all = fewer + more
    terms = (
        math.comb(of_all, n) * chance**n * (1 - chance) ** (of_all - n) for n in range(fewer + 1)
    )
    assert binomial_tail(fewer, of_all, chance) == pytest.approx(sum(terms), rel=1e-6, abs=1e-12)


def test_a_rise_from_few_items_is_a_rise() -> None:
    assert chance_of_number(of_threads([5] * 20), of_threads([1, 1, 1], 50)) < 1e-4
    assert chance_of_number(of_threads([5] * 20), NOTHING) < 1e-4
    assert chance_of_number(of_threads([1, 1, 1]), NOTHING) > 0.1


def test_one_large_thread_is_no_rise() -> None:
    assert chance_of_number(of_threads([100]), NOTHING) > 0.5
    assert design_effect((of_threads([100]), NOTHING)) == 100


def test_a_number_is_compared_with_what_its_time_lets_expect() -> None:
    now, before = of_threads([2] * 10), of_threads([2] * 70, 50)
    assert chance_of_number(now, before) < 0.01
    assert chance_of_number(now, before, share=1 / 8) > 0.9


def test_a_part_that_grows_with_the_whole_is_no_cause() -> None:
    part = Part("aws", of_threads([2] * 60), of_threads([2] * 20, 100))
    same = Whole(of_threads([2] * 180), of_threads([2] * 60, 500), variance=0.25)
    assert chance_of_number(part.now, part.before) < 0.001
    assert chance_of_part(part, same) > 0.05
    steady = Whole(of_threads([2] * 100), of_threads([2] * 90, 500), variance=0.25)
    assert chance_of_part(part, steady) < 0.001


def test_a_part_whose_share_alone_grows_is_no_cause() -> None:
    part = Part("aws", of_threads([2] * 20), of_threads([2] * 20, 100))
    whole = Whole(of_threads([2] * 25), of_threads([2] * 80, 500), variance=0.25)
    assert chance_of_part(part, whole) > 0.05


def poisson(rng: random.Random, mean: float) -> int:
    return sum(rng.random() < mean / 1000 for _ in range(1000))


def a_side(
    rng: random.Random, threads: Sequence[float], place: str, *, of_up_to: int = 200
) -> list[Threads]:
    """Return communities whose threads come by chance, with sizes of a heavy tail."""
    sizes = Community(10_000, largest=of_up_to).sizes(rng)
    found = []
    for number, mean in enumerate(threads):
        own = rng.choices(sizes, k=max(1, poisson(rng, mean)))
        window = Community(0).window(rng, 0.1, own)
        named = {f"{place}{number}-{n}": each for n, each in enumerate(window)}
        found.append(largest(Threads(named), 50))
    return found


def amount(threads: Threads) -> Amount:
    total = sum(each.total for each in threads.listed.values()) + threads.rest.total
    return Amount(threads.items, total, threads)


def claimed(now: Sequence[Threads], before: Sequence[Threads]) -> frozenset[str]:
    """Return what a page of communities claims: of their means and their numbers."""
    whole = Whole(amount(together(now)), amount(together(before)), variance=SPREAD**2)
    parts = [
        Part(f"{n}", amount(own), amount(old))
        for n, (own, old) in enumerate(zip(now, before, strict=True))
    ]
    chances = {f"mean {part.name}": contribution(part, whole).chance for part in parts}
    chances |= {f"volume {part.name}": chance_of_part(part, whole) for part in parts}
    chances["volume"] = chance_of_number(whole.now, whole.before)
    return found_among(chances)


def test_random_talk_has_no_cause_in_nineteen_of_twenty_cases() -> None:
    rng, pages, usual = random.Random(24), 300, [THREADS] * 8
    wrong = sum(
        bool(claimed(a_side(rng, usual, "now"), a_side(rng, usual, "old"))) for _ in range(pages)
    )
    assert wrong <= 0.05 * pages


def test_a_community_that_is_four_times_as_busy_is_found() -> None:
    rng, pages, usual = random.Random(7), 60, [THREADS] * 8
    busy = [4 * THREADS, *usual[1:]]
    found = [
        claimed(a_side(rng, busy, "now", of_up_to=10), a_side(rng, usual, "old", of_up_to=10))
        for _ in range(pages)
    ]
    assert sum("volume 0" in each for each in found) >= 0.9 * pages


def test_talk_that_grows_as_a_whole_names_no_part() -> None:
    rng, pages, usual = random.Random(9), 100, [THREADS] * 8
    busier = [2 * each for each in usual]
    found = [claimed(a_side(rng, busier, "now"), a_side(rng, usual, "old")) for _ in range(pages)]
    assert sum("volume" in each for each in found) >= 0.5 * pages
    assert sum(any(name != "volume" for name in each) for each in found) <= 0.05 * pages
