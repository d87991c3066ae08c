from hypothesis import given
from hypothesis import strategies as st

from shared.models import Cell, DayStats
from shared.statistics import add, cells_of, recount, totals

COMPOUNDS = st.integers(-10_000, 10_000).map(lambda n: n / 10_000)


def item(compound: float) -> dict:
    label = "positive" if compound >= 0.05 else "negative" if compound <= -0.05 else "neutral"
    return {"sentiment": {"label": label, "compound": compound}}


def cell(**counts: float) -> Cell:
    empty = {"posts": 0, "comments": 0, "positive": 0, "negative": 0, "neutral": 0}
    return Cell(**{**empty, "compound_sum": 0.0, **counts})


def test_a_cell_counts_the_items_of_its_hour() -> None:
    assert recount([item(0.5)], [item(-0.5), item(0.0), item(0.9)]) == cell(
        posts=1, comments=3, positive=2, negative=1, neutral=1, compound_sum=0.9
    )


@given(st.lists(COMPOUNDS, max_size=50), st.randoms())
def test_a_recount_is_the_same_whatever_the_order(compounds: list[float], rng) -> None:
    shuffled = compounds.copy()
    rng.shuffle(shuffled)
    assert recount([], map(item, compounds)) == recount([], map(item, shuffled))


@given(st.lists(st.lists(COMPOUNDS, max_size=10), max_size=10))
def test_cells_add_up_to_the_recount_of_all_their_items(groups: list[list[float]]) -> None:
    together = [item(compound) for group in groups for compound in group]
    assert add(recount([], map(item, group)) for group in groups) == recount([], together)


def test_without_items_the_average_is_none_not_zero() -> None:
    assert totals([])["avg_sentiment"] is None
    assert totals([])["total"] == 0


def test_the_average_is_the_mean_compound_of_the_items() -> None:
    found = totals(
        [cell(posts=1, positive=1, compound_sum=0.5), cell(comments=3, compound_sum=-0.1)]
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
