"""If a sentiment method fails, the fallback scores, and a later cycle scores again."""

import time
from collections.abc import Sequence
from dataclasses import replace

import pytest

from collector.collection.cycle import Collector
from collector.sentiment.base import Method, Score, Text
from collector.sentiment.registry import method_named
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from shared.models import Cycle
from shared.settings import Settings
from shared.store import COLLECTION, Store
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


async def test_once_it_works_again_the_next_cycle_scores_those_hours_by_it(
    sqlite_store: Store, settings: Settings
) -> None:
    await collect(sqlite_store, settings, BROKEN)
    still = await collect(sqlite_store, settings, BROKEN)
    assert still["status"] == "completed", "nothing new, and it still fails"
    assert await methods_of(sqlite_store) == {"vader"}
    mended = await collect(sqlite_store, settings, LINEAR)
    assert (mended["status"], mended["errors"]) == ("completed", [])
    assert await methods_of(sqlite_store) == {"linear"}
    await check_statistics(sqlite_store, NAMES)
    state = await sqlite_store.read(COLLECTION, "collection", "collection")
    assert state is not None
    assert state["to_rescore"] == {}


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
