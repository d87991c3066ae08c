"""The steps of a trend: the sums of the cells of each."""

from collections.abc import Iterable, Mapping, Sequence

from api.deps import Deps
from api.reads.cells import Cells
from api.reads.totals import totals_of_cells
from api.schema.sentiment import TrendPoint
from shared.models import Cell
from shared.stats.gaps import Coverage
from shared.stats.means import sample_of


def trend_of(
    deps: Deps,
    cells: Mapping[str, Iterable[Cell]],
    steps: Mapping[str, Sequence[str]],
    coverage: Coverage | None,
    whole: Mapping[str, Iterable[Cell]] | None = None,
) -> list[TrendPoint]:
    """Return each of the steps, which are named by their start, with the sum of its cells.

    whole are the cells of the steps that these are a part of, if they are.
    """
    languages = deps.settings.other_languages
    return [
        TrendPoint(
            start=start,
            **dict(
                totals_of_cells(
                    cells.get(start, ()),
                    languages,
                    coverage=None if coverage is None else coverage.share_of(hours),
                    whole=None if whole is None else sample_of(whole[start], languages),
                )
            ),
        )
        for start, hours in steps.items()
    ]


def cells_in(steps: Mapping[str, Sequence[str]], cells: Cells) -> dict[str, list[Cell]]:
    """Return the cells of hours by the step that they are in."""
    return {
        start: [cells[hour] for hour in hours if hour in cells] for start, hours in steps.items()
    }


def items_by_hour(cells: Cells) -> dict[str, int]:
    """Return the number of items of each hour."""
    return {hour: cell["posts"] + cell["comments"] for hour, cell in cells.items()}
