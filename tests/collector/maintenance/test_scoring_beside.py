"""Scoring beside other writers: the lease is free meanwhile, and what they write stays."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collector.maintenance.rescore import Rescorer
from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.sentiment.base import Method, Score, Text, light
from collector.writers.lease import lease
from shared.models import Mention, Post
from shared.scoring import read_scoring
from shared.settings import Settings
from shared.stats.cells import method_of
from shared.store import LEASES, POSTS, Store
from tests.api.world import NAMES, NOW, a_post, keep
from tests.collector.crashing import LINEAR, linear_score, opened
from tests.collector.harness import check_statistics, stored_items

SLOW = "slow 1"


class Slow(Method):
    """A method with a step before each of its calls, which runs in the thread that scores."""

    def score_many(self, texts: Sequence[Text]) -> list[Score]:
        BEFORE_CALLS.pop(0)() if BEFORE_CALLS else None
        if any("poison" in text.markdown for text in texts):
            raise ValueError("this one can't be scored")
        return super().score_many(texts)


BEFORE_CALLS: list[Callable[[], object]] = []
METHOD = Slow("slow", "1", linear_score, fallback=lambda: LINEAR, is_slow=True)


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    BEFORE_CALLS.clear()
    return any_store_settings.model_copy(update={"subreddits": NAMES})


def rescorer(store: Store, settings: Settings, **more: Any) -> Rescorer:
    given: dict[str, Any] = {"clock": lambda: NOW, "let_go_seconds": 0.0, **more}
    return Rescorer(store, METHOD, settings, **given)


def posts(count: int) -> list[Post]:
    """Make posts of one each hour, newest first."""
    return [
        a_post(n, NOW - timedelta(hours=n), NAMES[n % 3], title=f"Words {n}") for n in range(count)
    ]


def meanwhile(settings: Settings, write: Callable[[Store], Awaitable[None]]) -> Callable[[], None]:
    """Return a step in which another writer takes the lease, writes, and frees it."""

    async def take() -> None:
        async with (
            opened(settings) as other,
            lease(other, "cycle_1", seconds=60, clock=lambda: NOW),
        ):
            await write(other)

    return lambda: asyncio.run(take())


async def methods(store: Store) -> dict[str, str]:
    items = await stored_items(store, NAMES)
    return {name: method_of(item["sentiment"]) for name, item in items.items()}


def test_a_slow_method_leaves_the_lease_to_its_light_one() -> None:
    assert light(METHOD) is LINEAR
    assert light(LINEAR) is LINEAR


async def test_what_is_written_while_it_scores_wins_and_votes_are_kept(store, settings) -> None:
    await keep(store, posts(6))

    async def write(other: Store) -> None:
        found = await other.read_many(POSTS, [(p["community"], p["id"]) for p in posts(6)])
        stored = {post["id"]: post for post in found.values()}
        edited: Post = {**stored["p1"], "title": "Other words", "language": "other"}
        moved: Post = {**stored["p2"], "upvotes": 999}
        await other.delete(POSTS, [(stored["p3"]["community"], "p3")])
        gone = {NAMES[0]: await rebuild_cells(other, NAMES[0], ["2026-11-23T10"])}
        await rebuild_all(other, gone)
        await keep(other, [edited, moved])

    BEFORE_CALLS.append(meanwhile(settings, write))
    done = await rescorer(store, settings).run()
    items = await stored_items(store, NAMES)
    assert "t3_p3" not in items
    assert items["t3_p1"]["title"] == "Other words"
    assert method_of(items["t3_p1"]["sentiment"]) == "vader 3.3.2"
    assert items["t3_p2"]["upvotes"] == 999
    assert method_of(items["t3_p2"]["sentiment"]) == SLOW
    assert (done.rescored, done.waiting, done.goes_on) == (4, 1, True)
    assert (await rescorer(store, settings).run()).rescored == 1
    assert set((await methods(store)).values()) == {SLOW}
    await check_statistics(store, NAMES)


async def test_the_newest_are_scored_first_and_the_rest_is_counted(store, settings) -> None:
    await keep(store, posts(7))
    one_batch = rescorer(store, settings, batch_items=2, is_over=lambda: True)
    done = await one_batch.run()
    assert (done.rescored, done.waiting, done.goes_on) == (2, 5, True)
    assert {name for name, method in (await methods(store)).items() if method == SLOW} == {
        "t3_p0",
        "t3_p1",
    }
    state = await read_scoring(store)
    assert state is not None
    assert (state["method"], state["stands_in"], state["waiting"]) == (SLOW, "linear 1", 5)
    assert (state["newest"], state["oldest"]) == ("2026-11-23T11", "2026-11-23T07")
    assert (await store.read(LEASES, "lease", "lease"))["holder"] is None
    await check_statistics(store, NAMES)


async def test_a_batch_ends_when_its_time_is_over_also_within_an_hour(store, settings) -> None:
    await keep(store, [a_post(n, NOW - timedelta(seconds=n), NAMES[0]) for n in range(5)])
    brief = rescorer(store, settings, batch_seconds=0.0, slice_items=2, is_over=lambda: True)
    assert [(await brief.run()).waiting for _ in range(3)] == [3, 1, 0]
    await check_statistics(store, NAMES)


async def test_one_that_cannot_be_scored_stops_no_other_and_waits_an_hour(store, settings) -> None:
    bad = a_post(90, NOW, NAMES[0], title="poison")
    await keep(store, [bad, *posts(5)])
    done = await rescorer(store, settings).run()
    assert (done.rescored, done.waiting, done.failed, done.goes_on) == (5, 1, 1, False)
    assert "can't be scored" in str(done.error)
    state = await read_scoring(store)
    assert state is not None
    assert state["failed"] == {f"2026-11-23T13 {NAMES[0]}": 1}
    assert "can't be scored" in str(state["last_error"])
    assert await rescorer(store, settings).backlog.ask() is None
    # Newer ones are scored before it.
    await keep(store, [a_post(91, NOW + timedelta(hours=1), NAMES[0])])
    ticket = await rescorer(store, settings).backlog.ask()
    assert (await rescorer(store, settings).run(ticket)).rescored == 1
    later = rescorer(store, settings, clock=lambda: NOW + timedelta(hours=2))
    ticket = await later.backlog.ask()
    assert ticket is not None, "it is tried again"
    await keep(store, [{**bad, "title": "harmless"}])
    assert (await later.run(ticket)).waiting == 0
    state = await read_scoring(store)
    assert state is not None
    assert (state["failed"], state["last_error"], state["ticket"]) == ({}, None, None)
    await check_statistics(store, NAMES)


async def test_a_second_run_takes_over_and_the_first_one_stops(store, settings) -> None:
    await keep(store, posts(8))
    second: list[int] = []

    def take_over() -> None:
        async def run() -> None:
            async with opened(settings) as other:
                second.append((await rescorer(other, settings).run()).rescored)

        asyncio.run(run())

    BEFORE_CALLS.append(take_over)
    first = await rescorer(store, settings, batch_items=2).run()
    assert first.is_taken_over
    assert (first.rescored, second) == (0, [8])
    assert set((await methods(store)).values()) == {SLOW}
    await check_statistics(store, NAMES)


async def test_two_with_one_ticket_write_each_item_once(store, settings) -> None:
    """A message is delivered again if its worker was slow to say that it is done."""
    await keep(store, posts(9))
    ticket = await rescorer(store, settings).backlog.ask()
    counts: list[int] = []

    def other_instance() -> None:
        async def run() -> None:
            async with opened(settings) as other:
                counts.append((await rescorer(other, settings).run(ticket)).rescored)

        asyncio.run(run())

    BEFORE_CALLS.append(other_instance)
    counts.append((await rescorer(store, settings, batch_items=3).run(ticket)).rescored)
    assert sum(counts) == 9
    await check_statistics(store, NAMES)


async def test_a_mention_that_is_newer_than_its_items_score_is_scored_too(store, settings) -> None:
    """A new subject, or a rematch, leaves mentions behind that count by the text as a whole."""
    praise = Score("positive", 0.5, 0.6, 0.1, 0.3, "en")
    method = replace(
        METHOD, name="encoder", score_targets=lambda targets: [praise for _ in targets]
    )
    mention = Mention(subject="zed", via="text", matched=["zed"])
    scored: Any = {**posts(1)[0]["sentiment"], "method": "encoder", "version": "1"}
    listed = [{**each, "title": "zed is here", "sentiment": scored} for each in posts(3)]
    await keep(store, [listed[0], {**listed[1], "mentions": [mention]}, listed[2]])  # type: ignore[list-item]
    encoder = replace(rescorer(store, settings), method=method)
    assert (await encoder.plan()).stale == 1
    ticket = await encoder.backlog.ask()
    done = await encoder.run(ticket)
    assert (done.rescored, done.waiting, done.goes_on) == (1, 0, False)
    (found,) = (await stored_items(store, NAMES))["t3_p1"]["mentions"]
    assert (found["sentiment"]["label"], found["sentiment"]["method"]) == ("positive", "encoder")
    await check_statistics(store, NAMES)
