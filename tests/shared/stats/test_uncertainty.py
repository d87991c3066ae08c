"""What a mean and a change can bear, in simulated communities. Seeds are fixed."""

import random
from functools import partial
from statistics import NormalDist

import pytest
import scipy
from hypothesis import given
from hypothesis import strategies as st

from shared.stats.student import quantile, two_sided
from shared.stats.uncertainty import (
    CORRELATION,
    Mean,
    Thread,
    chance_of,
    change_of,
    found_among,
    mean_of,
    rest_of,
    weighted_mean_of,
)
from tests.shared.stats import simulated
from tests.shared.stats.simulated import Community

SCOPES = 15
COMMUNITIES = [
    Community(items, tail, correlation)
    for items in (60, 250, 600)
    for tail in (1.3, 1.6, 2.2)
    for correlation in (0.15,)
]
PAGES = 40
CHANGES = 60


def page(rng: random.Random, community: Community) -> dict[str, float]:
    """Return the chances of the changes of a page's scopes, none of which has changed."""
    found = {}
    for scope in range(SCOPES):
        sides = [
            simulated.mean_of(community.window(rng, 0.1, community.sizes(rng))) for _ in range(2)
        ]
        found[str(scope)] = chance_of(change_of(*sides))
    return found


def test_pages_without_a_change_claim_one_in_less_than_a_twentieth_of_cases() -> None:
    rng = random.Random(24)
    pages = [page(rng, community) for community in COMMUNITIES for _ in range(PAGES)]
    claims = sum(bool(found_among(each)) for each in pages)
    assert claims < 0.05 * len(pages)


def test_changes_that_the_true_variance_would_show_are_found() -> None:
    """A change of this size is found in 90 of 100 cases by a test that knows the true variance."""
    rng = random.Random(25)
    level = 0.05 / SCOPES
    normal = NormalDist()
    found = []
    for community in COMMUNITIES:
        for _ in range(CHANGES):
            sizes = community.sizes(rng), community.sizes(rng)
            error = sum(community.error_of(each) for each in sizes) ** 0.5
            change = (normal.inv_cdf(1 - level / 2) + normal.inv_cdf(0.9)) * error
            now = simulated.mean_of(community.window(rng, 0.1 + change, sizes[0]))
            before = simulated.mean_of(community.window(rng, 0.1, sizes[1]))
            found.append(chance_of(change_of(now, before)) < level)
    assert sum(found) > 0.9 * len(found)


def test_an_interval_holds_the_true_mean_in_nineteen_of_twenty_cases() -> None:
    rng = random.Random(26)
    held = []
    for community in COMMUNITIES:
        for _ in range(PAGES):
            threads = community.window(rng, 0.1, community.sizes(rng))
            plain, weighted = mean_of(threads), simulated.mean_of(threads)
            # A mean of one thread has no interval of its own, and claims nothing.
            intervals = [each.interval() for each in (plain, weighted) if each is not None]
            held += [low <= 0.1 <= high for low, high in filter(None, intervals)]
    assert sum(held) > 0.94 * len(held)


def test_items_taken_as_independent_would_claim_far_too_much() -> None:
    rng = random.Random(27)
    community = Community(250)
    claims = 0
    for _ in range(PAGES):
        chances = {}
        for scope in range(SCOPES):
            means = []
            for _ in range(2):
                threads = community.window(rng, 0.1, community.sizes(rng))
                items = sum(each.items for each in threads)
                value = sum(each.total for each in threads) / items
                means.append(Mean(value, simulated.SPREAD / items**0.5, items - 1))
            chances[str(scope)] = chance_of(change_of(*means))
        claims += bool(found_among(chances))
    assert claims > 0.3 * PAGES


def test_the_mean_of_single_items_has_the_error_that_books_give() -> None:
    values = [0.5, -0.2, 0.9, 0.0, 0.3, -0.6]
    found = mean_of([Thread(1, value) for value in values])
    assert found is not None
    assert found.value == pytest.approx(sum(values) / len(values))
    assert found.error == pytest.approx(float(scipy.stats.sem(values)))
    assert found.freedom == pytest.approx(len(values) - 1)


def test_a_giant_thread_weighs_little_and_widens_the_interval_of_the_plain_mean() -> None:
    small = [Thread(1, mood) for mood in (0.1, -0.1) * 20]
    giant = Thread(200, 200 * 0.9)
    plain, weighted = mean_of([*small, giant]), weighted_mean_of([*small, giant], variance=0.2)
    assert plain is not None
    assert weighted is not None
    assert plain.value > 0.7
    assert weighted.value < 0.2
    interval = plain.interval()
    assert interval is not None
    assert interval[0] < 0 < interval[1]


def test_one_thread_alone_tells_no_error_of_the_plain_mean() -> None:
    found = mean_of([Thread(20, 4.0)])
    assert found == Mean(0.2, None, 0.0)
    assert found.interval() is None
    assert mean_of([]) is None
    assert weighted_mean_of([], variance=0.2) is None


def test_small_threads_may_be_kept_as_sums() -> None:
    rng = random.Random(28)
    sizes = [rng.randint(1, 3) for _ in range(120)]
    large = [Thread(size, size * rng.uniform(-0.6, 0.9)) for size in (40, 12, 9)]
    small = [Thread(size, size * rng.uniform(-1, 1)) for size in sizes]
    for read in (mean_of, partial(weighted_mean_of, variance=0.2)):
        whole, parted = read([*large, *small]), read(large, rest_of(small))
        assert whole is not None
        assert parted is not None
        assert parted.value == pytest.approx(whole.value, abs=0.02)
        assert parted.error == pytest.approx(whole.error, rel=0.05)
        assert parted.freedom == pytest.approx(whole.freedom, rel=0.1)


def test_of_many_small_chances_those_below_their_rank_are_found() -> None:
    assert found_among({"a": 0.001, "b": 0.03, "c": 0.9}, 0.05) == {"a", "b"}
    assert found_among({"a": 0.03, "b": 0.04, "c": 0.9}, 0.05) == set()
    assert found_among({}) == set()


@given(st.floats(-15, 15), st.floats(1, 5_000))
def test_the_tail_of_t_is_that_of_scipy(t: float, freedom: float) -> None:
    assert two_sided(t, freedom) == pytest.approx(2 * scipy.stats.t.sf(abs(t), freedom), abs=1e-7)


@given(st.floats(0.001, 0.999), st.integers(1, 500))
def test_the_quantile_of_t_is_that_of_scipy(probability: float, freedom: int) -> None:
    assert quantile(probability, freedom) == pytest.approx(
        scipy.stats.t.isf(probability / 2, freedom), rel=1e-6
    )


def test_the_weights_rest_on_a_correlation_that_threads_have() -> None:
    assert 0.1 <= CORRELATION <= 0.2
