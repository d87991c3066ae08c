"""The uncertainty of means and changes of cells, with and without their threads."""

import random
from collections.abc import Mapping, Sequence
from statistics import mean, variance
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.models import Cell, DayStats, Item
from shared.stats.cell_threads import counted_thread_of, thread_of, with_threads
from shared.stats.cells import Scored, count, totals
from shared.stats.compare import Basis, Change, judged, with_verdicts
from shared.stats.means import DESIGN_EFFECT, Sample, part_of, sample_of, some_of, spread_of
from shared.stats.months import pack, unpack
from shared.stats.threads import Threads
from shared.stats.uncertainty import Thread, mean_of, weighted_mean_of
from tests.shared.stats.simulated import SPREAD, Community

FULL = Basis(hours=24, wanted=24, is_late=False, behind=[])
MOODS = (-0.5, 0.75, 0.25, -0.125, 0.5)


def a_cell(threads: Mapping[str, Sequence[float]], *, is_english: bool = True) -> Cell:
    """Return the cell of an hour with these threads of these compounds."""
    items = [
        (name, Scored("neutral", compound, "linear 1", is_english=is_english))
        for name, compounds in threads.items()
        for compound in compounds
    ]
    return with_threads(count([item for _, item in items], posts=0), items)


def as_before(cell: Cell) -> Cell:
    """Return a cell as earlier versions stored it."""
    return cast("Cell", {name: value for name, value in cell.items() if name != "threads"})


def small_threads(prefix: str, number: int, mood: float = 0.0) -> dict[str, list[float]]:
    return {f"{prefix}{n}": [mood + MOODS[n % len(MOODS)] / 4] for n in range(number)}


def test_the_error_is_that_of_the_threads_over_all_hours() -> None:
    cells = [a_cell({"a": [0.5, 0.25], "b": [-0.5]}), a_cell({"a": [0.75], "c": [0.0]})]
    found = sample_of(cells, "count")
    by_hand = [Thread(3, 1.5), Thread(1, -0.5), Thread(1, 0.0)]
    assert found.plain == mean_of(by_hand)
    assert found.variance is not None
    assert found.weighted == weighted_mean_of(by_hand, variance=found.variance)
    assert found.plain is not None
    assert round(found.plain.value, 4) == totals(cells, "count")["avg_sentiment"]


def test_other_languages_are_left_out_of_threads_too() -> None:
    both = [
        a_cell({"a": [0.5, 0.25], "b": [-0.5]}),
        a_cell({"a": [-0.75], "x": [-1.0, -0.5]}, is_english=False),
    ]
    assert sample_of(both, "leave_out") == sample_of(both[:1], "leave_out")
    assert sample_of(both, "count").items == 6


def test_copies_of_a_post_are_one_thread_with_it_in_errors() -> None:
    others = small_threads("p", 100)
    posts = [
        {"kind": "post", "id": f"copy{n}", "copy_of": "aws/2026-11-03T12:00:00Z_p0"}
        for n in range(200)
    ]
    apart = [thread_of(cast("Item", post)) for post in posts]
    counted = [counted_thread_of(cast("Item", post)) for post in posts]
    assert len(set(apart)) == 200
    assert set(counted) == {"p0"}
    once = sample_of([a_cell({**others, "p0": [*others["p0"], *[0.9] * 200]})], "count")
    as_if_apart = sample_of([a_cell({**others, **{name: [0.9] for name in apart}})], "count")
    assert once.plain is not None
    assert as_if_apart.plain is not None
    assert once.mean == pytest.approx(as_if_apart.mean)
    assert (once.plain.error or 0) > 5 * (as_if_apart.plain.error or 1)
    assert once.weighted is not None
    # The weighted mean hears the copies as about seven items.
    assert once.weighted.value < 0.15 < once.mean


def test_one_thread_alone_tells_no_error_and_few_items_are_few() -> None:
    one = spread_of(sample_of([a_cell({"a": [0.5] * 29})], "count"))
    assert one == {"stderr": None, "interval": None, "few": True}
    assert not spread_of(sample_of([a_cell({"a": [0.5] * 30})], "count"))["few"]
    assert spread_of(sample_of([], "count")) == {"stderr": None, "interval": None, "few": True}


def test_an_interval_stays_within_what_compound_can_be() -> None:
    found = spread_of(sample_of([a_cell({"a": [1.0], "b": [-1.0]})], "count"))
    assert found["interval"] == [-1.0, 1.0]


def test_cells_of_an_earlier_version_have_a_wider_error_than_independent_items() -> None:
    cell = a_cell(small_threads("p", 100))
    exact, guessed = (sample_of([each], "count") for each in (cell, as_before(cell)))
    assert exact.plain is not None
    assert guessed.plain is not None
    assert exact.plain.error is not None
    assert guessed.plain.error == pytest.approx(exact.plain.error * DESIGN_EFFECT**0.5, rel=0.01)
    # One such hour leaves the threads of the whole window unknown.
    assert sample_of([cell, as_before(cell)], "count").threads is None


MOST = Community(250, tail=1.3)


def moods_of(rng: random.Random, size: int) -> list[float]:
    """Return the moods of a thread about 0, of which two correlate as those of communities do."""
    own = rng.gauss(0, (MOST.correlation**0.5) * SPREAD)
    return [own + rng.gauss(0, (1 - MOST.correlation) ** 0.5 * SPREAD) for _ in range(size)]


def of_moods(moods: Sequence[float], whole: Threads | None = None) -> Sample:
    return Sample(len(moods), mean(moods), variance(moods), None, whole)


@pytest.mark.parametrize("which", ["the largest threads", "some threads", "some of each thread"])
def test_the_interval_of_a_part_holds_the_true_mean_whatever_its_threads(which: str) -> None:
    rng, held, held_by_guess = random.Random(30), [], []
    for _ in range(300):
        threads = [moods_of(rng, size) for size in MOST.sizes(rng)]
        whole = Threads({str(n): Thread(len(own), sum(own)) for n, own in enumerate(threads)})
        if which == "the largest threads":
            part = max(threads, key=len)
        elif which == "some threads":
            part = [mood for own in threads if rng.random() < 0.3 for mood in own]
        else:
            part = [mood for own in threads for mood in own if rng.random() < 0.3]
        if len(part) < 2:
            continue
        for known, sample in ((held, of_moods(part, whole)), (held_by_guess, of_moods(part))):
            low, high = spread_of(sample)["interval"] or [0.0, 0.0]
            known.append(low <= 0 <= high)
    assert sum(held) >= 0.95 * len(held)
    if which == "the largest threads":
        assert sum(held_by_guess) < 0.9 * len(held_by_guess)


def test_a_part_of_small_threads_is_nearly_as_certain_as_independent_items() -> None:
    cell = a_cell(small_threads("p", 100))
    whole, guessed = (sample_of([each], "count") for each in (cell, as_before(cell)))
    half = Sample(50, guessed.mean, guessed.variance, None)
    known = part_of(whole, half).plain
    assert known is not None
    assert known.error == pytest.approx(((guessed.variance or 0) / 50) ** 0.5, rel=0.02)
    # What is all of it has its threads, and its error.
    assert part_of(whole, guessed).plain == whole.plain
    # A whole without threads says nothing, and neither does one about what knows its own.
    assert part_of(guessed, half) == half
    assert part_of(guessed, whole) == whole


COMPOUNDS = st.integers(-100, 100).map(lambda hundredths: hundredths / 100)


@given(st.lists(COMPOUNDS, min_size=2, max_size=40), st.lists(COMPOUNDS, min_size=1, max_size=40))
def test_items_known_by_their_mean_spread_no_more_than_they_are_said_to(
    some: list[float], others: list[float]
) -> None:
    cell = a_cell({str(n): [each] for n, each in enumerate([*some, *others])})
    found = some_of(sample_of([cell], "count"), len(some), mean(some))
    assert found.variance is not None
    assert found.variance >= variance(some) - 1e-6
    assert found.variance <= len(some) / (len(some) - 1) + 1e-9


def test_one_item_of_a_kind_has_no_error_and_all_items_have_theirs() -> None:
    whole = sample_of([a_cell({"a": [0.5, 0.25], "b": [-0.5]})], "count")
    assert spread_of(some_of(whole, 1, 0.5)) == {"stderr": None, "interval": None, "few": True}
    assert some_of(whole, 3, whole.mean) is whole


def test_days_out_of_months_count_whole_where_half_of_their_items_do() -> None:
    rng = random.Random(29)
    hours = {
        f"{hour:02}": a_cell({f"t{rng.randrange(12)}": [rng.choice(MOODS)] for _ in range(8)})
        for hour in range(24)
    }
    days = [DayStats(id=f"2026-11-{day}", scope="aws", hours=hours) for day in (21, 22)]
    of_days = sample_of([cell for day in days for cell in day["hours"].values()], "count")
    first, last = (list(day["hours"].values()) for day in unpack(pack("aws", "2026-11", days)))
    whole = sample_of([*first, *last], "count")
    assert of_days.plain is not None
    assert whole.plain is not None
    assert whole.plain.error == pytest.approx(of_days.plain.error)
    most, least = (sample_of([*first, *part], "count") for part in (last[:16], last[:6]))
    assert most.threads == whole.threads
    assert least.threads == sample_of(first, "count").threads
    # The error is one of the items that count, not of whole days.
    assert least.plain is not None
    alone = sample_of(first, "count").plain
    assert alone is not None
    assert alone.error is not None
    assert least.plain.error == pytest.approx(
        alone.error * (sum(map(_items, first)) / least.items) ** 0.5
    )
    # Too little of a day tells nothing of its threads.
    assert sample_of(last[:6], "count").threads is None


def _items(cell: Cell) -> int:
    return cell["posts"] + cell["comments"]


def changed(now: Mapping[str, Sequence[float]], before: Mapping[str, Sequence[float]]) -> Change:
    """Compare two hours, alone in an answer."""
    change = judged([a_cell(now)], [a_cell(before)], FULL, "count")
    return with_verdicts({"x": change})["x"]


def test_a_change_of_many_threads_is_told_in_its_direction() -> None:
    up = changed(small_threads("n", 60, 0.4), small_threads("b", 60))
    down = changed(small_threads("n", 60), small_threads("b", 60, 0.4))
    assert (up.verdict, down.verdict) == ("better", "worse")
    assert up.avg_sentiment == pytest.approx(0.4)
    assert up.giant is None
    same = changed(small_threads("n", 60), small_threads("b", 60))
    assert (same.verdict, same.reason) == ("no_clear_change", None)


def test_two_threads_however_long_are_too_few() -> None:
    long = {"a": [0.5] * 40, "b": [0.75] * 40}
    assert changed(long, small_threads("b", 60)).verdict == "too_few"
    # So is one beside a few items.
    one = {**small_threads("n", 1), "a": [0.5] * 40}
    assert changed(one, small_threads("b", 60)).verdict == "too_few"


def test_a_giant_thread_is_named_and_claims_nothing_by_itself() -> None:
    before = small_threads("b", 60)
    giant = {**small_threads("n", 40), "giant": [0.9] * 60}
    found = changed(giant, before)
    assert found.verdict == "no_clear_change"
    assert found.giant is not None
    side, named = found.giant
    assert (side, named.id, named.share, named.community) == ("statistics", "giant", 0.6, None)
    # What the other threads bear is claimed all the same.
    assert changed({**small_threads("n", 40, 0.4), "giant": [0.9] * 60}, before).verdict == "better"
    back = changed(before, giant)
    assert back.giant is not None
    assert back.giant[0] == "previous"


def test_no_change_is_claimed_against_the_mean_of_all_items() -> None:
    # Single items are better, but two long threads, a minority of the weight, outvote them.
    now = {
        **small_threads("n", 60, 0.3),
        **{f"long{n}": [-0.3 + n / 100] * 30 for n in range(3)},
    }
    found = changed(now, small_threads("b", 60))
    assert found.avg_sentiment is not None
    assert found.by_thread is not None
    assert found.avg_sentiment < 0 < found.by_thread.value
    assert found.verdict == "no_clear_change"


def test_looking_at_many_scopes_claims_less() -> None:
    # Chance gives such a change once in about fifty times.
    one = judged(
        [a_cell(small_threads("n", 60, 0.05))], [a_cell(small_threads("b", 60))], FULL, "count"
    )
    still = judged(
        [a_cell(small_threads("n", 60))], [a_cell(small_threads("b", 60))], FULL, "count"
    )
    assert one.chance is not None
    assert 0.002 < one.chance < 0.04
    assert with_verdicts({"x": one})["x"].verdict == "better"
    among = {"x": one, **{f"y{n}": still for n in range(14)}}
    assert with_verdicts(among)["x"].verdict == "no_clear_change"
    # What can't be tested isn't looked at.
    few = judged([a_cell({"a": [0.5]})], [a_cell({"b": [0.5]})], FULL, "count")
    some = {"x": one, **{f"y{n}": few for n in range(14)}}
    assert with_verdicts(some)["x"].verdict == "better"


@pytest.mark.parametrize(
    ("basis", "reason"),
    [
        (Basis(hours=11, wanted=24, is_late=False, behind=[]), "no_earlier_data"),
        (Basis(hours=24, wanted=24, is_late=True, behind=["aws"]), "not_collected"),
        (Basis(hours=24, wanted=24, is_late=False, behind=[], is_mixed=True), "mixed_methods"),
    ],
)
def test_what_is_incomplete_says_why_and_claims_nothing(basis: Basis, reason: str) -> None:
    now, before = a_cell(small_threads("n", 60, 0.4)), a_cell(small_threads("b", 60))
    found = with_verdicts({"x": judged([now], [before], basis, "count")})["x"]
    assert (found.verdict, found.reason) == ("incomplete", reason)
    # Its figures are told all the same.
    assert found.avg_sentiment == pytest.approx(0.4)
