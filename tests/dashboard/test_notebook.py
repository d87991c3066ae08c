"""The notebook of the overview makes the figures of the API, which the dashboard shows."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import nbformat
import pytest

from shared.times import day_of, iso, utc_now
from tests.clocks import inherited
from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit
from tests.dashboard.expected import Answer
from tests.dashboard.test_overview import compared, expect_figures, region
from tests.fixtures.host import ROOT

NOTEBOOK = ROOT / "docs" / "notebooks" / "overview.ipynb"
RUN = Path(__file__).with_name("run_notebook.py")


def run(product: Product) -> Answer:
    """Run the notebook with a running product, and return what its cells made."""
    environ = {
        **inherited(os.environ),
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(ROOT / "client" / "src"),
        "UNDERTONE_ADDRESS": product.url,
    }
    ended = subprocess.run(
        [sys.executable, RUN, NOTEBOOK], env=environ, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    made: Answer = json.loads(ended.stdout)
    return made


@pytest.fixture(scope="module")
def made(product: Product) -> Answer:
    return run(product)


def test_it_runs_without_a_warning_and_draws_its_charts(made: Answer) -> None:
    assert made["errors"] == []
    assert (made["pictures"], made["tables"]) == (2, 6)


def test_its_figures_are_those_of_the_api_and_of_the_page(
    visit: Visit, product: Product, made: Answer
) -> None:
    served, now = compared(product), made["now"]
    totals, change = served["statistics"], served["change"]
    assert now["average sentiment"] == totals["avg_sentiment"]
    assert now["posts and comments"] == totals["total"] > 100
    assert (now["posts"], now["comments"]) == (totals["posts"], totals["comments"])
    assert (now["verdict"], now["reason"]) == (change["verdict"], change["reason"])
    assert now["change"] == change["avg_sentiment"]
    assert now["more"] == expected.more(served)
    page = visit.open(view="communities")
    expect_figures(page, served)
    shown = region(page, "Now").get_by_text("Average sentiment").locator("..").get_by_role("link")
    assert shown.inner_text().strip() == expected.score(now["average sentiment"])
    counts = {label: each["items"] for label, each in made["labels"].items()}
    assert expected.split(counts) == expected.split(totals)


def test_its_course_is_that_of_the_api(product: Product, made: Answer) -> None:
    served = product.get("sentiment/trends", hours=24, granularity="auto")["trend_data"]
    assert made["course_starts"] == [each["start"] for each in served]
    for name in ("total", "avg_sentiment", "interval", "few", "coverage"):
        assert [each[name] for each in made["course"]] == [each[name] for each in served], name
    assert [dict(each["methods"]) for each in made["course"]] == [
        each["methods"] for each in served
    ]


def test_its_communities_have_the_figures_and_verdicts_of_the_api(
    product: Product, made: Answer
) -> None:
    names = product.get("communities")["communities"]
    served = {each["scope"]: each for each in expected.compare(product, names, hours=24)}
    assert {each["community"] for each in made["communities"]} == set(served)
    for row in made["communities"]:
        answer = served[row["community"]]
        assert row["items"] == answer["statistics"]["total"]
        assert row["average"] == answer["statistics"]["avg_sentiment"]
        assert row["verdict"] == answer["change"]["verdict"]
        assert row["change"] == answer["change"]["avg_sentiment"]
    sizes = [each["items"] for each in made["communities"]]
    assert sizes == sorted(sizes, reverse=True)


def test_its_share_of_voice_is_that_of_the_api(product: Product, made: Answer) -> None:
    served = product.get("subjects", hours=24, until="collected", **expected.RHYTHM)["subjects"]
    keys = ("subject", "mentions", "average", "verdict")
    assert [tuple(row[key] for key in keys) for row in made["subjects"]] == [
        (
            each["id"],
            each["mentions"],
            each["statistics"]["avg_sentiment"],
            each["change"]["verdict"],
        )
        for each in served
    ]
    shares = [row["share of voice"] for row in made["subjects"]]
    assert shares == pytest.approx([each["share"] for each in served], abs=1e-12)
    assert sum(shares) == pytest.approx(1)


def test_its_day_is_that_of_the_statistics(product: Product, made: Answer) -> None:
    start = day_of(iso(utc_now() - timedelta(days=1)))
    span = {"start": start, "end": day_of(iso(utc_now()))}
    for community, row in made["of_day"].items():
        served = product.get("sentiment/stats", community=community, **span)["statistics"]
        # Of copies in several communities the day of all has one.
        assert served["total"] - served["copies"] <= row["items"] <= served["total"]
    assert sum(row["items"] for row in made["of_day"].values()) == made["day"] > 100


def test_it_is_stored_without_outputs() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert NOTEBOOK.stat().st_size < 20_000
