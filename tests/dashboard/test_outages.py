"""A source that is blocked: the page says since when and why, and its charts show a gap."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from shared.times import hour_start, iso, utc_now
from tests.dashboard.conftest import PICTURES, Product, Visit, Visitor, product_in

HOURS = timedelta(hours=5)
SAID = re.compile(r"^Blocked since \d\d:\d\d: Reddit blocks .* \(r/")


def forget_hours(database: Path) -> None:
    """Store that no community has been observed for five hours, as after an outage so long."""
    until = iso(hour_start(utc_now()) - HOURS)
    with closing(sqlite3.connect(database)) as store:
        states = [
            (name, json.loads(body))
            for name, body in store.execute("SELECT id, body FROM communities")
        ]
        for name, state in states:
            state["covered"] = [[state["covered"][0][0], until]]
            store.execute(
                "UPDATE communities SET body = ? WHERE id = ?",
                (json.dumps(state), name),
            )
        store.commit()


@pytest.fixture(scope="module")
def blocked(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start a product that has collected the sample, and whose source refuses it since."""
    folder = tmp_path_factory.mktemp("blocked")
    with product_in(folder, collected) as product:
        product.reddit.set_faults("blocked")
        product.collect()
        forget_hours(folder / "data" / "undertone.db")
        yield product
        product.reddit.clear_faults()


@pytest.fixture
def visit(visitor: Visitor, blocked: Product) -> Visit:
    return visitor(blocked.url)


def test_the_overview_says_once_since_when_and_why(visit: Visit) -> None:
    page = visit.open(view="communities")
    notice = page.get_by_role("region", name="Not collected")
    expect(notice.get_by_text(SAID)).to_have_count(1)
    # The closed table of the chart has it too.
    shown = page.get_by_text(re.compile("Reddit blocks")).filter(visible=True)
    expect(shown).to_have_count(1)
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / "blocked.png")


def test_the_table_of_a_chart_gives_the_reason_of_a_gap(visit: Visit, blocked: Product) -> None:
    page = visit.open(view="communities", hours=24)
    chart = page.get_by_role("region", name="Over time", exact=True)
    chart.get_by_text("The figures as a table").click()
    table = page.get_by_role("region", name="Sentiment and volume over time")
    expect(table.get_by_text(re.compile("a part is missing: Reddit blocks")).first).to_be_visible()
    stats = blocked.get("sentiment/stats", hours=24)
    assert [gap["kind"] for gap in stats["coverage"]["gaps"]] == ["blocked"]


def test_collection_says_it_by_source_and_community(visit: Visit) -> None:
    page = visit.open(view="collection")
    expect(page.get_by_role("region", name="Not collected").get_by_text(SAID)).to_have_count(1)
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name="r/claude"))
    expect(row.get_by_text(re.compile(r"^blocked since \d\d:\d\d: Reddit blocks"))).to_be_visible()
    expect(row.get_by_role("cell", name="Reddit", exact=True)).to_be_visible()


def test_the_sample_leaves_no_gap(product: Product) -> None:
    for hours in (24, 168):
        coverage = product.get("sentiment/stats", hours=hours)["coverage"]
        assert (coverage["gaps"], coverage["partial"]) == ([], [])
        assert coverage["observed"] == 1.0
