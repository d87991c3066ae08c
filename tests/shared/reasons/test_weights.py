"""The items to read first: each for a measure of its own, of several threads, with a reason."""

from dataclasses import replace

import pytest

from shared.reasons.weights import Candidate, Span, influence, read_these

SPAN = Span(
    mean=0.1, items=50, sign=-1, threads={"big": 20, "p1": 1}, reason="rate limit", ids=frozenset()
)


def an_item(
    name: str, compound: float, *, thread: str = "", upvotes: int = 0, text: str = ""
) -> Candidate:
    return Candidate(name, thread or name, compound, upvotes, text)


ITEMS = [
    an_item("angry", -0.9),
    an_item("liked", 0.2, upvotes=900),
    an_item("large", 0.1, thread="big"),
    an_item("typical", 0.0, text="rate limit errors"),
    an_item("other", 0.05, text="rate limit blocks whole teams during busy mornings"),
    an_item("happy", 0.9),
    an_item("plain", 0.12),
]


def test_each_measure_chooses_the_item_that_weighs_most_by_it() -> None:
    chosen = {each.because: each.item.id for each in read_these(ITEMS, SPAN)}
    assert chosen == {
        "influence": "angry",
        "volume": "large",
        "reach": "liked",
        "typical": "typical",
        "opposite": "happy",
    }


def test_of_a_change_for_the_better_the_happiest_item_moves_the_mean() -> None:
    chosen = {each.because: each.item.id for each in read_these(ITEMS, replace(SPAN, sign=1))}
    assert (chosen["influence"], chosen["opposite"]) == ("happy", "angry")


def test_a_reason_has_the_item_that_is_typical_of_it() -> None:
    items = [*ITEMS, an_item("x", 0, text="limit errors")]
    span = replace(SPAN, ids=frozenset({"other", "x"}))
    (typical,) = [each for each in read_these(items, span) if each.because == "typical"]
    assert typical.item.id == "x"
    assert typical.why == "Its words are the most typical of rate limit."


def test_of_a_thread_there_is_one_where_there_are_enough_threads() -> None:
    crowd = [an_item(f"c{n}", -1.0, thread="big", upvotes=5000) for n in range(20)]
    chosen = read_these([*crowd, *ITEMS], SPAN)
    threads = [each.item.thread for each in chosen]
    assert len(chosen) == 5
    assert len(set(threads)) == 5


def test_of_few_threads_there_are_two_each() -> None:
    few = [an_item(f"c{n}", -n / 10, thread=f"t{n % 2}", text="some words") for n in range(9)]
    chosen = read_these(few, SPAN)
    assert sorted(each.item.thread for each in chosen) == ["t0", "t0", "t1", "t1"]


def test_without_items_there_is_nothing_to_read() -> None:
    assert read_these([], SPAN) == []


@pytest.mark.parametrize("compound", [-1.0, 0.3])
def test_the_influence_is_what_the_mean_loses_without_the_item(compound: float) -> None:
    others = [0.5, -0.25, 0.0]
    mean = (sum(others) + compound) / 4
    assert influence(compound, mean, 4) == pytest.approx(mean - sum(others) / 3)
