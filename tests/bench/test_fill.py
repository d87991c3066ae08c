"""The size benchmark's store equals that of a collection, and every measurement runs."""

import json
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast
from xml.etree import ElementTree as ET

import pytest

from bench import size as size_bench
from bench.fill import NOW, SPAN_DAYS, START, Size, fill
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.watchlist.mentions import MentionRules, rematched
from shared.models import Comment, Post
from shared.store import COMMUNITIES, CURRENT, CYCLES, TOPICS, Query, Store
from shared.store.community_states import community_key
from shared.store.sqlite import SqliteStore
from shared.subjects.watchlist import read_watchlist
from shared.times import iso
from tests.collector.harness import check_statistics, final_data, stored_items

SMALL = Size(items=1200, subreddits=4, subjects=6)


@pytest.fixture
async def filled(tmp_path: Path) -> AsyncIterator[Store]:
    path = tmp_path / "filled.db"
    store = await SqliteStore.open(path, retry_seconds=5)
    await fill(store, SMALL, SMALL.settings(path))
    yield store
    await store.close()


async def test_its_statistics_equal_a_recount(filled) -> None:
    await check_statistics(filled, SMALL.names())
    before = await final_data(filled, SMALL.names())
    for name in SMALL.names():
        hours = {item["created_utc"][:13] for item in (await stored_items(filled, [name])).values()}
        await rebuild_all(filled, {name: await rebuild_cells(filled, name, hours)})
    assert await final_data(filled, SMALL.names()) == before


async def test_its_mentions_are_those_of_the_rules_by_all_three_ways(filled) -> None:
    items = list((await stored_items(filled, SMALL.names())).values())
    posts = [cast("Post", item) for item in items if item["kind"] == "post"]
    comments = [cast("Comment", item) for item in items if item["kind"] == "comment"]
    watchlist = await read_watchlist(filled)
    assert len(watchlist["subjects"]) == SMALL.subjects
    rules = MentionRules.of(watchlist, SMALL.names())
    assert await rematched(filled, rules, posts, comments) == ([], [])
    vias = Counter(each["via"] for item in items for each in item.get("mentions", ()))
    assert min(vias[via] for via in ("text", "thread", "home")) > 50


async def test_it_holds_what_a_store_of_that_size_holds(filled) -> None:
    items = await stored_items(filled, SMALL.names())
    assert len(items) == SMALL.items
    assert sum(name.startswith("t3_") for name in items) == SMALL.items // 4
    created = {item["created_utc"] for item in items.values()}
    assert iso(START) <= min(created) <= max(created) < iso(NOW)
    assert len({moment[:10] for moment in created}) > SPAN_DAYS * 0.9
    states = await filled.read_many(COMMUNITIES, [community_key(name) for name in SMALL.names()])
    assert len(states) == SMALL.subreddits
    assert len(await filled.query(Query(CYCLES, "cycle", 200, order_by="id"))) == 100
    assert await filled.read(TOPICS, CURRENT, CURRENT) is not None


async def test_it_is_the_same_each_time(filled, tmp_path: Path) -> None:
    path = tmp_path / "again.db"
    again = await SqliteStore.open(path, retry_seconds=5)
    await fill(again, SMALL, SMALL.settings(path))
    names = SMALL.names()
    assert await final_data(again, names) == await final_data(filled, names)
    await again.close()


def test_a_quick_run_measures_everything(tmp_path: Path, monkeypatch, capsys) -> None:
    plot = tmp_path / "size.svg"
    sizes = ["--items", "300", "--subreddits", "3,6", "--subjects", "10,20", "--cross"]
    arguments = ["--quick", "--table", "--plot", str(plot), *sizes]
    monkeypatch.setattr(sys, "argv", ["bench.size", *arguments])
    size_bench.main()
    printed = capsys.readouterr()
    small, many, large = json.loads(printed.out)["sizes"]
    assert (small["items"], small["subreddits"], large["subreddits"]) == (300, 3, 6)
    assert (small["subjects"], many["subjects"], large["subjects"]) == (10, 20, 10)
    assert set(small["measures"]) == {*size_bench.READS, *size_bench.WORK}
    for found in large["measures"].values():
        assert found["operations"] > 0
        assert found["peak_mb"] > 0
        assert "ratio" in found
    assert large["measures"]["cycle, 6,000 new"]["written"] >= size_bench.QUICK_NEW_ITEMS
    # The largest size differs from the others in subreddits alone.
    rows = [line for line in printed.err.splitlines() if line.startswith("| subjects 24 h (ms) |")]
    assert len(rows) == 1
    assert ET.fromstring(plot.read_text()).tag.endswith("svg")  # noqa: S314 - our own
