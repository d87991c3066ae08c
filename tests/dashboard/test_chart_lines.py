"""A chart draws no line over hours without items, and a dashed one for the current hour."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit

# The number of strongly coloured pixels in each column of the chart's upper part, where means are.
COLUMNS = """(chart) => {
  const canvas = chart.querySelector("canvas");
  const over = chart.querySelector(".u-over");
  const ratio = canvas.width / canvas.clientWidth;
  const left = Math.round(over.offsetLeft * ratio);
  const [width, height] = [over.clientWidth, over.clientHeight].map((each) => each * ratio);
  const top = Math.round(over.offsetTop * ratio);
  const { data } = canvas.getContext("2d").getImageData(left, top, width, height * 0.65);
  const rows = Math.floor(height * 0.65);
  return Array.from({ length: Math.floor(width) }, (_, x) => {
    let strong = 0;
    for (let y = 0; y < rows; y += 1) {
      const at = 4 * (y * Math.floor(width) + x);
      const [r, g, b, a] = data.slice(at, at + 4);
      if (a > 120 && Math.max(r, g, b) - Math.min(r, g, b) > 70) strong += 1;
    }
    return strong;
  });
}"""

EMPTY = {
    "total": 0,
    "positive": 0,
    "negative": 0,
    "neutral": 0,
    "posts": 0,
    "comments": 0,
    "left_out": 0,
    "avg_sentiment": None,
    "methods": {},
    "mixed_methods": False,
}
LONE = {**EMPTY, "total": 3, "positive": 3, "posts": 3, "avg_sentiment": 0.4}


def change_steps(visit: Visit, change: Callable[[int, int, dict[str, Any]], Any]) -> None:
    """Change the steps in the answers that the page gets, and nothing else."""

    def answer(route: Route) -> None:
        response = route.fetch()
        told = response.json()
        for each in told["subreddits"]:
            steps = each["trend_data"]
            for at, step in enumerate(steps):
                step.update(change(at, len(steps), step) or {})
        route.fulfill(response=response, body=json.dumps(told))

    visit.page.route("**/sentiment/compare?*", answer)


def drawn(page: Page) -> list[int]:
    chart = page.get_by_role("application").first
    expect(chart.locator("canvas")).to_be_visible()
    columns: list[int] = chart.evaluate(COLUMNS)
    return columns


def share_drawn(columns: list[int], first: float, last: float, steps: int) -> float:
    """Return the share of columns with a line between the middles of two steps."""
    width = len(columns) / steps
    part = columns[round((first + 0.5) * width) + 6 : round((last + 0.5) * width) - 6]
    return sum(1 for each in part if each) / max(1, len(part))


COMPARE = {"view": "compare", "compare": "claude,Cursor", "hours": 168}


@pytest.mark.parametrize(
    ("view", "names", "hours"),
    [({"view": "communities"}, ["all"], 24), (COMPARE, ["claude", "Cursor"], 168)],
    ids=["communities", "compare"],
)
def test_a_line_breaks_where_hours_have_no_items(
    visit: Visit, product: Product, view: dict[str, str], names: list[str], hours: int
) -> None:
    change_steps(visit, lambda at, count, _: EMPTY if count // 3 <= at < 2 * count // 3 else LONE)
    columns = drawn(visit.open(**view))
    steps = len(expected.trends(product, names, hours=hours)[0])
    assert share_drawn(columns, steps // 3, 2 * steps // 3 - 1, steps) < 0.05
    assert share_drawn(columns, 0, steps // 3 - 1, steps) > 0.95


def test_posts_that_stand_alone_are_points_and_no_line(visit: Visit, product: Product) -> None:
    steps = len(product.get("sentiment/trends", hours=720, granularity="day")["trend_data"])
    alone = {3, 11, 19, 27}
    change_steps(visit, lambda at, _, __: LONE if at in alone else EMPTY)
    columns = drawn(visit.open(view="communities", hours=720))
    width = len(columns) / steps
    for at in alone:
        middle = round((at + 0.5) * width)
        assert any(columns[middle - 3 : middle + 4]), f"no point at step {at}"
    assert sum(1 for each in columns if each) < 4 * 16


def test_one_hour_of_data_shows_a_point(visit: Visit) -> None:
    change_steps(visit, lambda at, count, _: LONE if at == count - 1 else EMPTY)
    columns = drawn(visit.open(view="communities"))
    assert any(columns[-len(columns) // 24 :])


def test_the_running_hour_ends_a_dashed_line(visit: Visit) -> None:
    change_steps(visit, lambda _, __, ___: LONE)
    columns = drawn(visit.open(view="communities"))
    assert share_drawn(columns, 1, 22, 24) > 0.95
    assert 0.2 < share_drawn(columns, 22, 23, 24) < 0.8
