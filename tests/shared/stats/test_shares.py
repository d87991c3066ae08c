"""The uncertainty of shares of labels and of voice: by threads, and within 0 to 1."""

import random
from itertools import chain

import pytest

from shared.models import Label
from shared.stats.cell_threads import with_threads
from shared.stats.cells import NEUTRAL_COMPOUND, Scored, count
from shared.stats.means import DESIGN_EFFECT, Sample, sample_of
from shared.stats.shares import Share, Voices, difference, label_shares
from shared.stats.threads import Threads, largest
from shared.stats.uncertainty import Thread, mean_of
from tests.shared.stats.simulated import SPREAD, Community

WINDOWS = 300
MIN_HELD = 0.93


def label_of(compound: float) -> Label:
    if compound >= NEUTRAL_COMPOUND:
        return "positive"
    return "negative" if compound <= -NEUTRAL_COMPOUND else "neutral"


def talk(rng: random.Random, community: Community) -> dict[str, list[float]]:
    """Return the compounds of threads whose items agree; half of all are positive."""
    agreed = community.correlation**0.5 * SPREAD
    own = (1 - community.correlation) ** 0.5 * SPREAD
    threads = {}
    for number, size in enumerate(community.sizes(rng)):
        mood = rng.gauss(NEUTRAL_COMPOUND, agreed)
        threads[f"p{number}"] = [rng.gauss(mood, own) for _ in range(size)]
    return threads


def sample(threads: dict[str, list[float]]) -> Sample:
    items = [
        (name, Scored(label_of(each), each, "linear 1", is_english=True))
        for name, own in threads.items()
        for each in own
    ]
    return sample_of([with_threads(count([i for _, i in items], posts=0), items)], "count")


def counts(threads: dict[str, list[float]]) -> dict[Label, int]:
    labels = [label_of(each) for each in chain(*threads.values())]
    return {label: labels.count(label) for label in ("positive", "negative", "neutral")}


@pytest.mark.parametrize("tail", [1.6, 2.5])
def test_intervals_of_labels_hold_the_true_share(tail: float) -> None:
    rng = random.Random(24)
    community = Community(200, tail, largest=40)
    held = 0
    for _ in range(WINDOWS):
        threads = talk(rng, community)
        found = label_shares(sample(threads), counts(threads))
        assert found is not None
        low, high = found["positive"]["interval"] or (0.0, 1.0)
        held += low <= 0.5 <= high
    assert held / WINDOWS > MIN_HELD


def test_a_share_of_threads_that_agree_is_less_certain_than_one_of_single_items() -> None:
    apart = {f"p{n}": [0.5 if n % 2 else -0.5] for n in range(100)}
    agreed = {f"p{n}": [0.5 if n % 2 else -0.5] * 10 for n in range(10)}
    wide, narrow = (label_shares(sample(each), counts(each)) for each in (agreed, apart))
    assert wide is not None
    assert narrow is not None
    assert narrow["positive"]["share"] == wide["positive"]["share"] == 0.5
    assert narrow["positive"]["stderr"] == pytest.approx(0.05, abs=0.001)
    assert wide["positive"]["stderr"] == pytest.approx(0.05 * 10**0.5, rel=0.1)


def test_a_share_of_nothing_or_all_has_an_interval_within_what_a_share_can_be() -> None:
    threads = {f"p{n}": [0.5] for n in range(50)}
    found = label_shares(sample(threads), counts(threads))
    assert found is not None
    assert found["positive"]["share"] == 1
    low, high = found["positive"]["interval"] or (0.0, 0.0)
    assert 0.9 < low < high == 1
    assert found["negative"]["interval"] == [0, pytest.approx(1 - low, abs=1e-4)]
    assert label_shares(sample_of([], "count"), counts({})) is None


def test_one_thread_tells_no_error_of_a_share() -> None:
    one = {"p": [0.5, -0.5] * 20}
    found = label_shares(sample(one), counts(one))
    assert found is not None
    assert found["positive"] == {"share": 0.5, "stderr": None, "interval": None}
    alone = Voices(40, {"a": Threads({"p": Thread(40, 0.0)})})
    assert alone.spread(1.0, "a") == {"stderr": None, "interval": None, "few": False}


def threads_of(sizes: dict[str, int]) -> Threads:
    return Threads({name: Thread(size, 0.0) for name, size in sizes.items()})


def test_the_error_of_a_voice_is_that_of_leaving_out_one_thread_at_a_time() -> None:
    own, other = {"x": 2, "y": 1, "v": 4}, {"x": 1, "z": 3, "w": 5}
    voices = Voices(16, {"a": threads_of(own), "b": threads_of(other)})
    by_hand = mean_of(
        [Thread(own.get(n, 0) + other.get(n, 0), float(own.get(n, 0))) for n in "xyvzw"]
    )
    found = voices.share("a")
    assert found is not None
    assert by_hand is not None
    assert found.value == pytest.approx(by_hand.value)
    assert found.error == pytest.approx(by_hand.error)
    assert found.freedom == pytest.approx(by_hand.freedom)
    both = voices.share("a", "b")
    assert both is not None
    assert both.value == 1


def test_threads_that_are_sums_count_in_the_error_of_a_voice() -> None:
    names = [f"p{n:03}" for n in range(200)]
    own = threads_of({name: 2 for name in names if name > "p080"})
    other = threads_of({name: 3 for name in names if name <= "p080"})
    exact = Voices(481, {"a": own, "b": other}).share("a")
    summed = Voices(481, {"a": largest(own, 10), "b": largest(other, 10)}).share("a")
    assert exact is not None
    assert summed is not None
    assert summed.value == exact.value
    assert summed.error == pytest.approx(exact.error, rel=0.02)


def test_a_voice_whose_threads_are_unknown_is_widened() -> None:
    voices = Voices(100, {"a": threads_of({"x": 1}), "b": None})
    found = voices.spread(0.5, "a")
    assert found["stderr"] == pytest.approx((DESIGN_EFFECT * 0.25 / 100) ** 0.5, abs=1e-4)
    assert not found["few"]
    few = Voices(29, {"a": None})
    assert few.spread(0.5, "a")["few"]
    assert few.spread(None, "a") == {"stderr": None, "interval": None, "few": True}


def test_a_difference_of_shares_has_an_interval_of_both_errors() -> None:
    found = difference(Share(0.6, 100.0, 1e6), Share(0.4, 100.0, 1e6))
    assert found is not None
    assert found == [pytest.approx(0.2 - 0.1358, abs=1e-3), pytest.approx(0.2 + 0.1358, abs=1e-3)]
    assert difference(Share(0.6, None, 0.0), Share(0.4, 100.0, 9.0)) is None
