"""The bill with open sources: what a cycle costs and waits for, through the real sources."""

import random
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bench.cost_sources import COMMUNITIES, measured, recent_walks, tables
from bench.month import CYCLES_A_DAY
from bench.talk import FORUMS, QUERIES, REPOSITORIES, VOLUMES, Talk
from collector.sources.discourse.forum import PACE_SECONDS
from shared.default_communities import DEFAULT_SUBREDDITS
from tests.api.world import NOW
from tests.bench.reports import report_of


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return report_of(tmp_path_factory, "cost_sources", partial(measured, cycles=2, past_days=1))


def test_the_model_is_the_one_that_is_promised() -> None:
    assert (len(DEFAULT_SUBREDDITS), len(FORUMS), len(REPOSITORIES), len(QUERIES)) == (14, 2, 5, 2)


def test_every_source_is_read_and_swept_without_errors(report) -> None:
    assert report["errors"] == []
    assert report["sources"].keys() == {"reddit", *COMMUNITIES}
    for of_source in report["sources"].values():
        assert of_source["items swept"] > 0
        assert of_source["s to poll"] > 0
    assert report["past"].keys() == COMMUNITIES.keys()
    due = sum(report["items a day"].values()) / CYCLES_A_DAY
    assert report["a cycle"]["new items"] == pytest.approx(due, rel=0.5)


def test_waits_count_as_running_time(report) -> None:
    forums = report["sources"]["discourse"]
    # Each forum has a pace of its own, and its first request waits for nothing.
    paced = (forums["requests"] / len(FORUMS) - 1) * PACE_SECONDS
    assert forums["s to poll"] + forums["s to sweep"] >= paced > 0
    a_cycle = report["a cycle"]
    assert a_cycle["seconds"] >= a_cycle["waits, sweeps side by side"]
    orders = report["bills"]
    assert orders["side by side"]["bill"] < orders["one after another"]["bill"]


def test_a_month_fits_the_free_tier_and_five_dollars_of_functions(report) -> None:
    month = report["bills"]["side by side"]
    assert month["bill"] < 5
    assert month["Cosmos DB, free tier"] == 0
    # A cycle's request units are used up long before the next one begins.
    assert report["a cycle"]["dearest RU"] / 1000 < 60


async def test_the_last_48_hours_of_busy_communities_are_swept_within_two_days(tmp_path) -> None:
    walks = await recent_walks(tmp_path)
    assert walks.keys() == {"hackernews"}
    assert all(cycles < 2 * CYCLES_A_DAY for cycles in walks.values()), walks


def test_the_report_is_printed_as_tables(report) -> None:
    text = tables({**report, "walks": {"hackernews": 60}})
    assert "hackernews 60" in text
    assert "| discourse |" in text
    assert all(volume.ground in text for volume in VOLUMES.values())


class Listed:
    """A place that lists what is written."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self, _text: str, _at: Any) -> str:
        self.said.append("post")
        return "post"

    def answer(self, thread: str, _text: str, _at: Any) -> str:
        assert thread == "post"
        self.said.append("comment")
        return "comment"

    def like(self, item: str) -> None:
        assert item in self.said


@pytest.mark.parametrize("name", VOLUMES)
def test_a_day_has_its_volume_however_it_is_cut(name: str) -> None:
    place, volume = Listed(), VOLUMES[name]
    talk = Talk(place, volume, NOW, random.Random(1))
    for half_hour in range(1, CYCLES_A_DAY + 1):
        talk.until(NOW + half_hour * timedelta(minutes=30))
    assert len(place.said) == volume.items
    assert place.said.count("post") == pytest.approx(volume.posts, rel=0.1)
