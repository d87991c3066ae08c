"""If a sentiment method fails, the fallback scores, and its items are scored again later."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from collector.collection.cycle import Collector
from collector.maintenance.rescore import Rescorer
from collector.sentiment.base import Method, Score, Text
from collector.sentiment.registry import method_named
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from shared.models import Cycle
from shared.settings import Settings
from shared.store import Store
from shared.text.forms import FORMS
from tests.collector.harness import check_statistics, settings_for, stored_items, things

NAMES = ("aws", "claude")
LINEAR, VADER = method_named("linear", FORMS), method_named("vader", FORMS)


class Broken(Method):
    """A method whose model can't be reached."""

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        raise ConnectionError(f"no model answers for {len(texts)} texts")


BROKEN = Broken("linear", LINEAR.version, LINEAR.score, fallback=lambda: VADER)


async def collect(store: Store, settings: Settings, method: Method) -> Cycle:
    source = RedditSource(settings, wait=wait_until(time.monotonic() + 120))
    try:
        return await Collector(store, {"reddit": source}, method, settings).run("cli")
    finally:
        source.close()


@pytest.fixture
def settings(stand_in, sqlite_settings: Settings) -> Settings:
    reddit = stand_in(things(NAMES, 20, newest=time.time()))
    return settings_for(sqlite_settings, reddit.base_url, NAMES)


async def methods_of(store: Store) -> set[str]:
    return {item["sentiment"]["method"] for item in (await stored_items(store, NAMES)).values()}


async def test_what_a_broken_method_cannot_score_the_one_below_scores_and_says_so(
    sqlite_store: Store, settings: Settings
) -> None:
    cycle = await collect(sqlite_store, settings, BROKEN)
    assert cycle["status"] == "completed"
    assert cycle["new"] == len(await stored_items(sqlite_store, NAMES)) > 0
    assert await methods_of(sqlite_store) == {"vader"}
    (error, *_) = cycle["errors"]
    assert error["kind"] == "scoring"
    assert "no model answers" in error["message"]
    await check_statistics(sqlite_store, NAMES)


async def test_once_it_works_again_those_items_are_scored_by_it(
    sqlite_store: Store, settings: Settings
) -> None:
    def rescorer(method: Method) -> Rescorer:
        return Rescorer(sqlite_store, method, settings, let_go_seconds=0)

    assert await rescorer(LINEAR).backlog.ask() is None, "nothing waits, and that is noted"
    cycle = await collect(sqlite_store, settings, BROKEN)
    ticket = await rescorer(BROKEN).backlog.ask()
    assert ticket is not None
    still = await rescorer(BROKEN).run(ticket)
    assert (still.rescored, still.waiting, still.goes_on) == (0, cycle["new"], False)
    assert "no model answers" in str(still.error)
    assert await methods_of(sqlite_store) == {"vader"}
    assert await rescorer(BROKEN).backlog.ask() is None, "not in a tight loop"
    mended = await rescorer(LINEAR).run()
    assert (mended.rescored, mended.waiting) == (cycle["new"], 0)
    assert await methods_of(sqlite_store) == {"linear"}
    await check_statistics(sqlite_store, NAMES)
    assert await rescorer(LINEAR).backlog.ask() is None


async def test_a_method_without_one_below_fails_its_communities_alone_and_they_come_again(
    sqlite_store: Store, settings: Settings
) -> None:
    last = replace(BROKEN, fallback=None)
    cycle = await collect(sqlite_store, settings, last)
    assert cycle["status"] == "failed"
    assert {error["community"] for error in cycle["errors"]} == set(NAMES)
    assert await stored_items(sqlite_store, NAMES) == {}
    assert (await collect(sqlite_store, settings, LINEAR))["new"] > 0
    await check_statistics(sqlite_store, NAMES)
