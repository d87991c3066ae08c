"""The months of subreddits have the cells of their days, and nothing else."""

import pytest

from shared.models import Cell, DayStats, Labelled
from shared.stats.months import pack, unpack

OTHER = Labelled(
    positive=1, negative=0, neutral=0, compound_sum=0.6124, compound_squares=0.37503376
)
CELL = Cell(posts=3, comments=14, positive=6, negative=4, neutral=7, compound_sum=1.2345)
FULL = Cell(
    **CELL,  # type: ignore[misc]
    compound_squares=4.56789012,
    methods={"linear 1": 17},
    other_language=OTHER,
)


@pytest.mark.parametrize(
    "hours",
    [
        {"00": CELL},
        {"00": FULL, "23": FULL},
        {"00": CELL, "01": FULL, "02": {**FULL, "methods": {"linear 1": 10, "vader": 7}}},
        {"07": {**FULL, "methods": {"linear 2": 17}}, "08": FULL, "09": FULL},
        {"07": {**FULL, "methods": {"linear 1": 16}}, "08": FULL},
        {"12": {**FULL, "other_language": {**OTHER, "compound_sum": 0.0}}},
        {"12": {**FULL, "copies": 2}, "13": {**CELL, "copies": 1}},
        {"12": {**FULL, "kinds": "p 3 -6231,po 1 22"}, "13": CELL},
    ],
    ids=["first", "full", "mixed", "another method", "partly named", "zero", "copies", "kinds"],
)
def test_a_month_returns_the_cells_that_it_was_made_of(hours) -> None:
    days = [DayStats(id=day, scope="aws", hours=hours) for day in ("2026-02-01", "2026-02-28")]
    assert unpack(pack("aws", "2026-02", days)) == days
