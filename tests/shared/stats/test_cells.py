from statistics import variance
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kinds import OTHER, TALK, Talk
from shared.models import Cell, DayStats
from shared.stats.cell_threads import add_communities, subtract_communities, with_threads
from shared.stats.cells import (
    add,
    cells_of,
    counted_part,
    recount,
    scored,
    totals,
    variance_of,
)
from shared.stats.kinds import COMPOUND_UNIT, UNIT, items_with_kinds, sums_of
from shared.stats.threads import MAX_THREADS, unpack_threads
from shared.stats.uncertainty import Thread, rest_of

COMPOUNDS = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)


def item(compound: float, method: str = "vader 3.3.2", language: str = "en") -> dict:
    label = "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
    name, version = method.split()
    sentiment = {"label": label, "compound": compound, "method": name, "version": version}
    return {"language": language, "sentiment": sentiment}


def earlier_item(compound: float) -> dict:
    """Return an item as stored before methods had versions and items had a language."""
    made = item(compound)
    del made["language"], made["sentiment"]["version"]
    return made


def item_of_kinds(compound: float, kinds: set[Talk]) -> dict:
    return {**item(compound, "encoder 4"), "kinds": [kind for kind in TALK if kind in kinds]}


KINDS = st.one_of(st.just({OTHER}), st.sets(st.sampled_from(TALK[:-1]), min_size=1))

ITEMS = st.one_of(
    COMPOUNDS.map(earlier_item),
    st.builds(item_of_kinds, COMPOUNDS, KINDS),
    st.builds(
        item,
        COMPOUNDS,
        st.sampled_from(["vader 3.3.2", "linear 1", "linear 2"]),
        st.sampled_from(["en", "other", "none"]),
    ),
)


def cell(**counts: float) -> Cell:
    empty = {"posts": 0, "comments": 0, "positive": 0, "negative": 0, "neutral": 0}
    return Cell(**{**empty, "compound_sum": 0.0, "compound_squares": 0.0, **counts})


def test_a_cell_counts_the_items_of_its_hour() -> None:
    assert recount([item(0.5)], [item(-0.5), item(0.0), item(0.9)]) == cell(
        posts=1,
        comments=3,
        positive=2,
        negative=1,
        neutral=1,
        compound_sum=0.9,
        compound_squares=1.31,
        methods={"vader 3.3.2": 4},
    )


def test_a_cell_says_how_many_items_each_method_scored() -> None:
    counted = recount([item(0.5, "linear 1")], [item(0.5), earlier_item(0.5), item(0.1)])
    assert counted["methods"] == {"linear 1": 1, "vader": 1, "vader 3.3.2": 2}


def test_a_cell_says_which_of_its_items_are_not_english() -> None:
    counted = recount([item(0.5, language="other")], [item(-0.5), item(0.0, language="none")])
    assert (counted["positive"], counted["neutral"]) == (1, 1)
    assert counted["other_language"] == {
        "positive": 1,
        "negative": 0,
        "neutral": 0,
        "compound_sum": 0.5,
        "compound_squares": 0.25,
    }


def test_the_cells_of_earlier_versions_still_equal_a_recount_of_their_items() -> None:
    assert recount([earlier_item(0.5)], [earlier_item(0.0)]) == cell(
        posts=1, comments=1, positive=1, neutral=1, compound_sum=0.5, compound_squares=0.25
    )


@given(st.lists(ITEMS, max_size=50), st.randoms())
def test_a_recount_is_the_same_whatever_the_order(items: list[dict], rng) -> None:
    shuffled = items.copy()
    rng.shuffle(shuffled)
    assert recount([], items) == recount([], shuffled)


@given(st.lists(st.lists(ITEMS, max_size=10), max_size=10))
def test_cells_add_up_to_the_recount_of_all_their_items(groups: list[list[dict]]) -> None:
    together = [item for group in groups for item in group]
    assert add(recount([], group) for group in groups) == recount([], together)


@given(st.lists(st.lists(ITEMS, max_size=10), max_size=10))
def test_leaving_other_languages_out_is_as_if_only_english_had_a_label(
    groups: list[list[dict]],
) -> None:
    english = [[i for i in group if i.get("language") != "other"] for group in groups]
    found = totals((recount([], group) for group in groups), "leave_out")
    without = totals((recount([], group) for group in english), "leave_out")
    for name in ("positive", "negative", "neutral", "avg_sentiment"):
        assert found[name] == without[name]
    assert found["total"] == sum(map(len, groups)) == without["total"] + found["left_out"]
    assert found["total"] == sum(found["methods"].values())


@given(st.lists(ITEMS, min_size=1, max_size=10))
def test_counting_other_languages_leaves_nothing_out(items: list[dict]) -> None:
    found = totals([recount([], items)], "count")
    assert (found["total"], found["left_out"]) == (len(items), 0)
    mean = sum(each["sentiment"]["compound"] for each in items) / len(items)
    assert abs(found["avg_sentiment"] - mean) < 1e-4


def test_a_cell_counts_its_items_by_their_kinds() -> None:
    counted = recount(
        [item_of_kinds(-0.5, {"problem", "outage"}), item_of_kinds(0.5, {"praise"}), item(0.9)],
        [item_of_kinds(-0.25, {"problem"}), item_of_kinds(-0.5, {"problem", "outage"})],
    )
    assert counted["kinds"] == "a 1 5000,p 1 -2500,po 2 -10000"
    found = sums_of(counted["kinds"])
    assert {kind: (each.items, each.n, each.sum) for kind, each in found.items()} == {
        "problem": (3, 2.0, -0.75),
        "outage": (2, 1.0, -0.5),
        "praise": (1, 1.0, 0.5),
    }
    assert "kinds" not in recount([item(0.5)], [])


@given(st.lists(st.builds(item_of_kinds, COMPOUNDS, KINDS), min_size=1, max_size=50))
def test_the_parts_of_kinds_add_up_exactly_to_the_items_that_have_some(items: list[dict]) -> None:
    kinds = recount(items, [item(0.5)])["kinds"]
    found = sums_of(kinds).values()
    assert sum(each.part for each in found) == items_with_kinds(kinds) * UNIT == len(items) * UNIT
    compounds = [round(each["sentiment"]["compound"] * COMPOUND_UNIT) for each in items]
    assert sum(each.compound for each in found) == sum(compounds) * UNIT


def test_totals_say_whether_they_mix_methods() -> None:
    one, other = recount([], [item(0.5)]), recount([], [item(0.5, "linear 1")] * 2)
    assert totals([one, one], "count")["mixed_methods"] is False
    mixed = totals([one, other], "count")
    assert (mixed["mixed_methods"], list(mixed["methods"])) == (True, ["linear 1", "vader 3.3.2"])


def test_what_was_scored_before_methods_had_versions_is_of_another_method() -> None:
    earlier, later = recount([], [earlier_item(0.5)]), recount([], [item(0.5)])
    assert totals([earlier, later], "count")["mixed_methods"] is True


def test_without_items_the_average_is_none_not_zero() -> None:
    nothing = totals([], "leave_out")
    assert (nothing["avg_sentiment"], nothing["total"], nothing["methods"]) == (None, 0, {})
    assert (
        totals([recount([], [item(0.5, language="other")])], "leave_out")["avg_sentiment"] is None
    )


def test_the_average_is_the_mean_compound_of_the_items() -> None:
    found = totals(
        [
            cell(posts=1, positive=1, compound_sum=0.5),
            cell(comments=3, neutral=3, compound_sum=-0.1),
        ],
        "leave_out",
    )
    assert (found["total"], found["avg_sentiment"]) == (4, 0.1)


def test_cells_are_picked_by_hour_across_days() -> None:
    one, two = cell(posts=1), cell(posts=2)
    days = [
        DayStats(id="2026-11-22", subreddit="x", hours={"23": one}),
        DayStats(id="2026-11-23", subreddit="x", hours={"00": two, "01": cell(posts=3)}),
    ]
    hours = ["2026-11-22T22", "2026-11-22T23", "2026-11-23T00"]
    assert cells_of(days, hours) == [one, two]


# The spread of the mean


def test_the_variance_is_that_of_the_items_themselves() -> None:
    compounds = [0.5, -0.5, 0.0, 0.9, 0.25]
    cells = [recount([item(each)], []) for each in compounds]
    assert variance_of(cells) == pytest.approx(variance(compounds), abs=1e-6)


def test_what_is_left_out_of_the_mean_is_left_out_of_its_variance() -> None:
    with_other = recount([item(0.5), item(0.1), item(-0.9, language="other")], [])
    without = recount([item(0.5), item(0.1)], [])
    left = counted_part(with_other, "leave_out")
    assert variance_of([left]) == pytest.approx(variance_of([without]))


def test_of_cells_that_lack_the_squares_the_variance_is_too_large_rather_than_too_small() -> None:
    whole = recount([item(each) for each in (0.5, -0.5, 0.0, 0.9)], [])
    earlier = cast("Cell", {k: v for k, v in whole.items() if k != "compound_squares"})
    exact, bound = (variance_of([each]) for each in (whole, earlier))
    assert exact is not None
    assert bound is not None
    assert bound > exact
    # A sum with such a cell has no sum of squares either.
    assert "compound_squares" not in add([whole, earlier])
    assert "compound_squares" in add([whole, recount([], [])])


def test_one_item_has_no_variance() -> None:
    assert variance_of([recount([item(0.5)], [])]) is None


@given(st.lists(ITEMS), st.lists(ITEMS, min_size=1))
def test_what_is_taken_out_of_a_sum_leaves_the_rest_with_its_squares(kept, taken) -> None:
    whole = add([recount(kept, []), recount(taken, [])])
    assert subtract_communities(whole, [recount(taken, [])]) == recount(kept, [])


def test_a_rest_does_not_pretend_to_know_squares_that_a_part_lacks() -> None:
    whole, part = recount([item(0.5), item(-0.9)], []), recount([item(0.5)], [])
    earlier = cast("Cell", {k: v for k, v in part.items() if k != "compound_squares"})
    assert "compound_squares" not in subtract_communities(whole, [earlier])


def with_own_threads(posts, comments=()) -> Cell:
    items = [*posts, *comments]
    named = [(each["post_id"] if "post_id" in each else each["id"], scored(each)) for each in items]
    return with_threads(recount(posts, comments), named)


def test_a_busy_hour_lists_its_largest_threads_and_sums_up_the_others() -> None:
    posts = [{**item(0.5), "id": f"p{number:04}"} for number in range(3 * MAX_THREADS)]
    talked_of = [f"p{number:04}" for number in range(MAX_THREADS, 2 * MAX_THREADS)]
    comments = [{**item(-0.25), "post_id": thread} for thread in talked_of]
    found = unpack_threads(with_own_threads(posts, comments)["threads"])
    assert found.listed == dict.fromkeys(talked_of, Thread(2, 0.25))
    others = 2 * MAX_THREADS
    assert found.rest == rest_of([Thread(1, 0.5)] * others)
    assert found.items == len(posts) + len(comments)


def test_communities_together_have_the_threads_of_each() -> None:
    one = with_own_threads([{**item(0.5), "id": "a"}, {**item(0.1), "id": "b"}])
    other = with_own_threads(
        [{**item(-0.5), "id": "c"}], [{**item(-0.7), "post_id": "c"} for _ in range(4)]
    )
    whole = add_communities({"one": one, "other": other, "empty": recount([], [])})
    found = unpack_threads(whole["threads"])
    assert found.listed == {
        "a": Thread(1, 0.5),
        "b": Thread(1, 0.1),
        "c": Thread(5, -3.3),
    }
    # More than half of all items.
    assert found.communities == {"c": "other"}
    assert subtract_communities(whole, [other]) == {**one, "threads": "a 1 0.5,b 1 0.1"}


def test_a_sum_with_a_cell_of_an_earlier_version_has_no_threads() -> None:
    cell = with_own_threads([{**item(0.5), "id": "a"}])
    earlier = recount([item(0.5)], [])
    assert "threads" not in add_communities({"one": cell, "other": earlier})
    assert "threads" not in add_communities({"other": earlier})
    assert "threads" not in subtract_communities(add([cell, earlier]), [earlier])
    assert "threads" not in subtract_communities({**cell, "posts": 2, "positive": 2}, [earlier])


def test_threads_of_other_languages_are_apart() -> None:
    cell = with_own_threads(
        [{**item(0.5), "id": "a"}, {**item(-0.9, language="other"), "id": "b"}],
        [{**item(0.1, language="other"), "post_id": "a"}],
    )
    whole = add_communities({"one": cell})
    for each in (cell, whole):
        assert unpack_threads(each["other_language"]["threads"]).listed == {
            "a": Thread(1, 0.1),
            "b": Thread(1, -0.9),
        }
