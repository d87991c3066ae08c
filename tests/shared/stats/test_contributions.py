"""Parts of a mean: what each contributes to the change adds up, and chance is no cause."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.stats.contributions import (
    NOTHING,
    REST,
    Amount,
    Part,
    Weighed,
    Whole,
    contribution,
    contributions,
    large_parts,
    parts_of_items,
    thread_parts,
)
from shared.stats.threads import Threads, largest
from shared.stats.uncertainty import Thread, found_among
from tests.shared.stats.simulated import SPREAD, Community

NAMES = ("aws", "claude", "openai")
COMPOUNDS = st.integers(-10_000, 10_000).map(lambda number: number / 10_000)
ITEMS = st.lists(st.tuples(st.sampled_from(NAMES), COMPOUNDS), min_size=1, max_size=40)


def amount_of(compounds: Sequence[float]) -> Amount:
    return Amount(len(compounds), sum(compounds))


def of_names(items: Sequence[tuple[str, float]], name: str) -> Amount:
    return amount_of([compound for own, compound in items if own == name])


@given(ITEMS, ITEMS, st.integers(0, 3))
def test_contributions_add_up_to_the_change_of_mean_and_volume(
    now: list[tuple[str, float]], before: list[tuple[str, float]], most: int
) -> None:
    sides = [amount_of([compound for _, compound in items]) for items in (now, before)]
    whole = Whole(sides[0], sides[1], variance=0.25)
    parts = [Part(name, of_names(now, name), of_names(before, name)) for name in NAMES]
    found = contributions(parts, whole, most)
    assert sum(each.mood + each.mix for each in found) == pytest.approx(whole.change, abs=1e-9)
    assert sum(each.n for each in found) == len(now)
    assert sum(each.n_before for each in found) == len(before)
    assert len([each for each in found if each.name != REST]) <= most


def test_a_part_whose_share_stays_moves_the_mean_by_its_mood_alone() -> None:
    whole = Whole(Amount(200, -20.0), Amount(200, 20.0), variance=0.25)
    found = contribution(Part("aws", Amount(100, -40.0), Amount(100, 0.0)), whole)
    assert found.mood == pytest.approx(-0.2)
    assert found.mix == 0


def test_a_part_whose_mean_stays_moves_the_mean_by_its_share_alone() -> None:
    whole = Whole(Amount(200, -80.0), Amount(200, -40.0), variance=0.25)
    found = contribution(Part("aws", Amount(100, -80.0), Amount(50, -40.0)), whole)
    assert found.mood == 0
    # Its share went from a quarter to a half, and its mean is 0.5 below the middle of -0.3.
    assert found.mix == pytest.approx(0.25 * -0.5)


def test_a_part_that_came_is_all_mix() -> None:
    whole = Whole(Amount(100, -30.0), Amount(100, 0.0), variance=0.25)
    found = contribution(Part("aws", Amount(30, -30.0), NOTHING), whole)
    assert found.mood == 0
    assert found.mix == pytest.approx(0.3 * (-1 + 0.15))


def test_without_items_on_a_side_nothing_contributes() -> None:
    part = Part("aws", Amount(30, -30.0), NOTHING)
    assert contributions([part], Whole(Amount(30, -30.0), NOTHING, variance=0.25), 5) == []


def test_an_item_of_two_parts_counts_half_in_each() -> None:
    items = [Weighed("p1", "p1", -0.8), Weighed("p2", "p2", 0.4), Weighed("p3", "p3", 0.1)]
    parts = parts_of_items(items, [], {"p1": ["price", "outage"], "p2": ["price"]})
    by_name = {part.name: (part.now.items, part.now.total) for part in parts}
    assert by_name == {"price": (1.5, pytest.approx(0.0)), "outage": (0.5, -0.4)}


def test_a_thread_has_its_items_of_both_sides() -> None:
    now = Threads({"p1": Thread(5, -2.0), "p2": Thread(1, 0.5)})
    found = thread_parts(now, Threads({"p1": Thread(2, 1.0)}))
    assert [(part.name, part.now.items, part.before.items) for part in found] == [
        ("p1", 5, 2),
        ("p2", 1, 0),
    ]


def a_side(rng: random.Random, moods: Sequence[float], *, items: int = 150) -> list[list[Thread]]:
    """Return the threads of communities, each with its mood."""
    each = Community(items)
    return [each.window(rng, mood, each.sizes(rng)) for mood in moods]


def whole_of(sides: Sequence[list[list[Thread]]]) -> Whole:
    amounts = [
        Amount(
            sum(each.items for own in side for each in own),
            sum(each.total for own in side for each in own),
            Threads({f"{n}-{m}": each for n, own in enumerate(side) for m, each in enumerate(own)}),
        )
        for side in sides
    ]
    return Whole(amounts[0], amounts[1], variance=SPREAD**2)


def parts_of(sides: Sequence[list[list[Thread]]]) -> list[Part]:
    """Return communities and threads as parts; hours list their 50 largest threads alone."""

    def amount(number: int, threads: list[Thread]) -> Amount:
        named = {f"{number}-{place}": each for place, each in enumerate(threads)}
        total = sum(each.total for each in threads)
        return Amount(sum(each.items for each in threads), total, largest(Threads(named), 20))

    now, before = [[amount(n, own) for n, own in enumerate(side)] for side in sides]
    parts = [Part(f"community {n}", *own) for n, own in enumerate(zip(now, before, strict=True))]
    for n, own in enumerate(now):
        assert own.threads is not None
        parts += thread_parts(
            Threads({f"now-{n}-{name}": each for name, each in own.threads.listed.items()}),
            Threads({}),
        )
    return parts


def claimed(sides: Sequence[list[list[Thread]]]) -> frozenset[str]:
    whole = whole_of(sides)
    parts = large_parts(parts_of(sides), whole)
    return found_among({part.name: contribution(part, whole).chance for part in parts})


def test_random_talk_yields_no_cause_in_nineteen_of_twenty_cases() -> None:
    rng = random.Random(24)
    pages = 300
    moods = [n / 10 - 0.3 for n in range(8)]
    wrong = sum(bool(claimed([a_side(rng, moods), a_side(rng, moods)])) for _ in range(pages))
    assert wrong <= 0.05 * pages


def test_a_community_that_got_much_worse_is_found_and_no_other() -> None:
    rng = random.Random(7)
    pages = 100
    named = [
        {
            name
            for name in claimed([a_side(rng, [-0.7, *[0.1] * 7]), a_side(rng, [0.1] * 8)])
            if name.startswith("community")
        }
        for _ in range(pages)
    ]
    assert sum("community 0" in found for found in named) >= 0.9 * pages
    assert sum(bool(found - {"community 0"}) for found in named) <= 0.1 * pages


def test_of_parts_without_threads_the_interval_is_wider_than_of_single_items() -> None:
    whole = Whole(Amount(200, -20.0), Amount(200, 20.0), variance=0.25)
    threads = [Threads({f"{side}{n}": Thread(1, 0.0) for n in range(100)}) for side in "ab"]
    alone = Part("aws", *(Amount(100, 0.0, each) for each in threads))
    unknown = Part("aws", Amount(100, 0.0), Amount(100, 0.0))
    errors = [contribution(part, whole).moved for part in (alone, unknown)]
    assert errors[0] is not None
    assert errors[1] is not None
    assert errors[0].error is not None
    assert errors[1].error is not None
    assert errors[1].error > 1.5 * errors[0].error
