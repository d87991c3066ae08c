"""Rematching: stored items get the mentions of the current rules, and nothing else changes."""

import asyncio
import random
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.maintenance.cleanup import Cleaner
from collector.maintenance.rematch import RematchTurn
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from collector.writers.lease import LET_GO_SECONDS, LeaseWait, lease
from local.reddit.limits import RateLimit
from shared.errors import CycleRunning
from shared.models import Rematch, Subject
from shared.rematches import MAX_CHANGES, is_done, read_rematch, rematching
from shared.settings import Settings
from shared.store import COMMUNITIES, REMATCH, SUBJECT_HOURS, WATCHLIST, WORK, Query, Store
from shared.store.community_states import never_read
from shared.subjects.rules import changed_subjects
from shared.subjects.watchlist import read_watchlist, write_watchlist
from shared.times import utc_now
from tests.api.world import NAMES, a_comment, a_post, keep
from tests.collector.crashing import (
    DeadStore,
    Killed,
    copied,
    die_rematching,
    opened,
    rematch_turn,
)
from tests.collector.harness import (
    FAST,
    METHOD,
    WatchedStore,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
    things,
)
from tests.fixtures.forked import CONTEXT
from tests.watchlists import a_marker, a_subject, watch

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
STEP = timedelta(minutes=40)
WORDS = ("zed is quick", "kiro broke", "nothing", "zed or kiro?", "plain")
ZED, KIRO = a_subject("zed"), a_subject("kiro")
AT_HOME = a_subject("kiro", home=[NAMES[1]])


def some_items(count: int) -> tuple[list[Any], list[Any]]:
    """Return posts that name zed, kiro, both or nothing, each with comments, some of them gone."""
    posts: list[Any] = []
    comments: list[Any] = []
    for n in range(count):
        name, words = NAMES[n // 3 % 3], WORDS[n % len(WORDS)]
        created, deleted = NOW - n * STEP, n % 11 == 10
        if n % 3 == 0 or not posts:
            post: Any = a_post(n, created, name)
            posts.append({**post, "title": words, "deleted": deleted})
            continue
        about = posts[(n * 7) % len(posts)]
        comment: Any = a_comment(n, created, about["community"])
        content = WORDS[(n // 3) % len(WORDS)]
        comments.append({**comment, "post_id": about["id"], "content": content, "deleted": deleted})
    return posts, comments


def truth(items: dict[str, dict[str, Any]], *subjects: Subject) -> dict[str, set[tuple[str, str]]]:
    """Return the subjects of each item, and how it is about them, found in the simplest way."""

    def named(text: str) -> set[str]:
        return {each["id"] for each in subjects if each["id"] in text.split()}

    found: dict[str, set[tuple[str, str]]] = {}
    for key, item in items.items():
        via, about = "text", named(item.get("title", "").replace("?", "") or "")
        about |= named(item["content"].replace("?", ""))
        if not about and "post_id" in item:
            post = items[f"t3_{item['post_id']}"]
            via = "thread"
            about = set() if post["deleted"] else named(post["title"].replace("?", ""))
        if not about:
            via = "home"
            about = {each["id"] for each in subjects if item["community"] in each["home"]}
        found[key] = set() if item["deleted"] else {(each, via) for each in about}
    return found


async def mentions(store: Store) -> dict[str, set[tuple[str, str]]]:
    return {
        key: {(each["subject"], each["via"]) for each in item.get("mentions", [])}
        for key, item in (await stored_items(store, NAMES)).items()
    }


async def check(store: Store, *subjects: Subject) -> None:
    """Assert that all items have the mentions of these subjects, and that statistics agree."""
    items = await stored_items(store, NAMES)
    assert await mentions(store) == truth(items, *subjects)
    await check_statistics(store, NAMES)
    assert await rematching(store) == frozenset()


async def rematch(store: Any, settings: Settings, **more: Any) -> Rematch:
    """Take turns until there is nothing to do, and return the document."""
    while await rematch_turn(store, settings, **more).run() is not None:
        pass
    done = await read_rematch(store)
    assert done is not None
    return done


@pytest.fixture
def settings(any_store_settings: Settings) -> Settings:
    return any_store_settings.model_copy(update={"subreddits": NAMES})


async def test_stored_items_get_the_mentions_of_a_new_subject(store, settings) -> None:
    posts, comments = some_items(40)
    await keep(store, posts, comments)
    await watch(store, 1, ZED)
    done = await rematch(store, settings)
    await check(store, ZED)
    await watch(store, 2, ZED, AT_HOME)
    assert await rematching(store) == {"kiro"}
    done = await rematch(store, settings, batch_items=6)
    await check(store, ZED, AT_HOME)
    assert (done["revision"], done["status"], done["matched"]) == (2, "completed", 40)
    assert done["items"] == 40
    assert 0 < done["changed"] < 40


async def test_only_items_whose_mentions_change_are_written(store, settings) -> None:
    posts, comments = some_items(40)
    await keep(store, posts, comments)
    await watch(store, 1, ZED)
    await rematch(store, settings)
    before = await stored_items(store, NAMES)
    await watch(store, 2, ZED, KIRO)
    watched = WatchedStore(store)
    done = await rematch(watched, settings, batch_items=6)
    after = await stored_items(store, NAMES)
    changed = [key for key in after if after[key] != before[key]]
    assert done["changed"] == len(changed)
    assert watched.written["posts"] + watched.written["comments"] == len(changed)
    for key in changed:
        assert {**after[key], "mentions": [], "_etag": ""} == {
            **before[key],
            "mentions": [],
            "_etag": "",
        }


async def test_a_second_one_has_nothing_to_do(store, settings) -> None:
    await keep(store, *some_items(10))
    await watch(store, 1, ZED)
    await rematch(store, settings)
    watched = WatchedStore(store)
    assert await rematch_turn(watched, settings).run() is None
    assert not watched.written


async def test_a_change_of_names_and_roles_reads_and_writes_no_item(store, settings) -> None:
    await keep(store, *some_items(20))
    await watch(store, 1, ZED)
    await rematch(store, settings)
    await watch(store, 2, {**ZED, "name": "Zed Industries", "role": "own"})
    assert await rematching(store) == frozenset()
    watched = WatchedStore(store)
    assert (await rematch(watched, settings))["revision"] == 2
    assert watched.written.keys() == {"cycles"}
    await check(store, ZED)


async def test_markers_match_no_item_however_many_are_written(store, settings) -> None:
    await keep(store, *some_items(20))
    await watch(store, 1, ZED)
    await rematch(store, settings)
    for number in range(MAX_CHANGES + 2):
        before = await read_watchlist(store)
        await write_watchlist(
            store,
            before,
            subjects=before["subjects"],
            communities=None,
            markers=[a_marker(f"m{number}")],
            change="a marker",
            now=utc_now(),
        )
    assert await rematching(store) == frozenset()
    watched = WatchedStore(store)
    assert (await rematch(watched, settings))["revision"] == MAX_CHANGES + 3
    assert watched.written.keys() == {"cycles"}
    assert await rematch_turn(watched, settings).run() is None


async def test_a_removed_subject_loses_its_mentions(store, settings) -> None:
    await keep(store, *some_items(40))
    await watch(store, 1, ZED, AT_HOME)
    await rematch(store, settings)
    await watch(store, 2, ZED)
    assert await rematching(store) == {"kiro"}
    await rematch(store, settings, batch_items=6)
    await check(store, ZED)
    assert await _statistics(store, "kiro") == []
    await watch(store, 3)
    await rematch(store, settings)
    assert not any((await mentions(store)).values())
    await check(store)


async def test_two_merged_subjects_are_as_if_there_had_been_one(store, settings) -> None:
    posts, comments = some_items(40)
    await keep(store, posts, comments)
    await watch(store, 1, ZED, AT_HOME)
    await rematch(store, settings)
    both = {**AT_HOME, "terms": [*AT_HOME["terms"], *ZED["terms"]], "merged_from": ["zed"]}
    await watch(store, 2, both)  # type: ignore[arg-type]
    assert await rematching(store) == {"zed", "kiro"}
    await rematch(store, settings, batch_items=6)
    merged = await stored_items(store, NAMES)
    of_merged = await _statistics(store, "kiro")
    assert {each["subject"] for item in merged.values() for each in item.get("mentions", [])} == {
        "kiro"
    }
    await check_statistics(store, NAMES)
    # The same items, matched for the first time.
    await keep(store, posts, comments)
    await rematch_turn(store, settings, begins_again=True).run()
    await rematch(store, settings)
    one = await stored_items(store, NAMES)
    assert {key: item.get("mentions") for key, item in one.items()} == {
        key: item.get("mentions") for key, item in merged.items()
    }
    assert await _statistics(store, "kiro") == of_merged
    assert await _statistics(store, "zed") == []


async def _statistics(store: Store, subject: str) -> list[dict[str, Any]]:
    """Return the hours and days of a subject."""
    found: Any = await store.query(Query(SUBJECT_HOURS, f"subject:{subject}", 100, order_by="id"))
    return [{name: each[name] for name in each if name != "_etag"} for each in found]


async def test_the_first_watchlist_matches_everything_that_is_stored(store, settings) -> None:
    await keep(store, *some_items(30))
    assert await rematch_turn(store, settings).run() is None
    await watch(store, 1, ZED, KIRO)
    assert await rematching(store) == {"zed", "kiro"}
    await rematch(store, settings)
    await check(store, ZED, KIRO)


async def test_without_items_it_ends_at_once(store, settings) -> None:
    await watch(store, 1, ZED)
    done = await rematch(store, settings)
    assert (done["items"], done["matched"], done["changed"]) == (0, 0, 0)
    assert await rematching(store) == frozenset()


async def test_items_of_a_community_that_is_no_longer_watched_are_matched_too(
    store, settings
) -> None:
    await keep(store, *some_items(30))
    state = never_read(NAMES[2])
    await store.upsert(COMMUNITIES, [state])
    await watch(store, 1, ZED, KIRO)
    fewer = settings.model_copy(update={"subreddits": NAMES[:2]})
    assert (await rematch(store, fewer))["matched"] == 30
    await check(store, ZED, KIRO)


async def test_the_newest_hours_come_first_and_the_cursor_moves_on(store, settings) -> None:
    await keep(store, *some_items(40))
    await watch(store, 1, ZED, KIRO)
    cursors: list[str] = []
    matched: list[int] = []
    while (found := await rematch_turn(store, settings, batch_items=6).run()) is not None:
        cursors.append(found["cursor"] or "")
        matched.append(found["matched"])
        hour = (found["cursor"] or "").partition(" ")[0]
        items = await stored_items(store, NAMES)
        expected = truth(items, ZED, KIRO)
        done = [key for key, item in items.items() if item["created_utc"][:13] > hour]
        stored = await mentions(store)
        assert {key: stored[key] for key in done} == {key: expected[key] for key in done}
        await check_statistics(store, NAMES)
    assert len(cursors) > 4
    assert cursors == sorted(cursors, reverse=True)
    assert matched == sorted(matched)
    assert matched[-1] == 40


async def test_a_further_change_begins_again_with_the_subjects_of_both(store, settings) -> None:
    await keep(store, *some_items(40))
    await watch(store, 1)
    await rematch(store, settings)
    await watch(store, 2, ZED)
    begun = await rematch_turn(store, settings, batch_items=6).run()
    assert begun["ended_at"] is None
    await watch(store, 3, ZED, KIRO)
    assert await rematching(store) == {"zed", "kiro"}
    again = await rematch_turn(store, settings, batch_items=6).run()
    assert (set(again["subjects"]), again["revision"]) == ({"zed", "kiro"}, 3)
    assert again["cursor"] == begun["cursor"]
    await rematch(store, settings, batch_items=6)
    await check(store, ZED, KIRO)


async def test_a_change_of_a_name_meanwhile_goes_on_where_it_was(store, settings) -> None:
    await keep(store, *some_items(40))
    await watch(store, 1, ZED)
    begun = await rematch_turn(store, settings, batch_items=6).run()
    await watch(store, 2, {**ZED, "name": "Zed Industries"})
    more = await rematch_turn(store, settings, batch_items=6).run()
    assert (more["revision"], more["cursor"] < begun["cursor"]) == (2, True)
    assert (await rematch(store, settings))["matched"] == 40
    await check(store, ZED)


async def test_a_change_that_was_taken_back_counts_for_what_was_collected_by_it(
    store, settings
) -> None:
    await watch(store, 1, ZED)
    await rematch(store, settings)
    # While the second revision holds, a cycle collects an item by it.
    await watch(store, 2, ZED, KIRO)
    post: Any = {**a_post(1, NOW), "title": "kiro broke"}
    post["mentions"] = [{"subject": "kiro", "via": "text", "matched": ["kiro"]}]
    await keep(store, [post])
    await watch(store, 3, ZED)
    assert await rematching(store) == {"kiro"}
    await rematch(store, settings)
    await check(store, ZED)


@pytest.mark.parametrize("revision", [3, 40])
async def test_where_earlier_rules_are_not_known_all_subjects_count(
    store, settings, revision: int
) -> None:
    await keep(store, *some_items(20))
    await watch(store, 1, ZED)
    await rematch(store, settings)
    await watch(store, revision, ZED, KIRO)
    assert await rematching(store) == {"zed", "kiro"}
    await rematch(store, settings)
    await check(store, ZED, KIRO)


@pytest.mark.parametrize("known", ["no rematch", "too long ago", "the same revision"])
async def test_an_emptied_watchlist_takes_all_mentions_where_earlier_rules_are_not_known(
    sqlite_store, sqlite_settings, known: str
) -> None:
    settings = sqlite_settings.model_copy(update={"subreddits": NAMES})
    await keep(sqlite_store, *some_items(20))
    await watch(sqlite_store, 1, ZED, AT_HOME)
    await rematch(sqlite_store, settings)
    if known == "no rematch":
        await sqlite_store.delete(REMATCH, [("rematch", "rematch")])
    await watch(sqlite_store, 1 if known == "the same revision" else 40)
    await rematch_turn(sqlite_store, settings, begins_again=known == "the same revision").run()
    done = await rematch(sqlite_store, settings)
    assert (done["matched"], done["status"]) == (20, "completed")
    assert done["ended_at"] is not None
    await check(sqlite_store)


async def test_another_subject_that_loses_mentions_is_named_too_as_soon_as_it_does(
    store, settings
) -> None:
    """Of an item that stood in a home community and turns out to name another subject."""
    await keep(store, *some_items(30))
    await watch(store, 1, AT_HOME)
    await rematch(store, settings)
    await watch(store, 2, AT_HOME, ZED)
    assert await rematching(store) == {"zed"}
    named: list[frozenset[str]] = []
    before = await mentions(store)
    while (found := await rematch_turn(store, settings, batch_items=3).run()) is not None:
        if found["ended_at"] is None:
            now = await mentions(store)
            moved = {each for key in now for each, _ in now[key] ^ before[key]}
            named.append(await rematching(store))
            assert named[-1] >= moved
    assert named[-1] == {"zed", "kiro"}
    await check(store, AT_HOME, ZED)


async def test_by_hand_all_can_be_matched_again_without_a_change(store, settings) -> None:
    await keep(store, *some_items(20))
    await watch(store, 1, ZED)
    await rematch(store, settings)
    spoilt = [{**post, "mentions": []} for post in some_items(20)[0]]
    await keep(store, spoilt)  # type: ignore[arg-type]
    done = await rematch_turn(store, settings, begins_again=True).run()
    assert done["changed"] > 0
    await rematch(store, settings)
    await check(store, ZED)


async def test_while_another_writer_works_it_waits_for_its_turn(store, settings) -> None:
    await watch(store, 1, ZED)
    async with lease(store, "cycle_1", seconds=60, clock=lambda: NOW):
        with pytest.raises(CycleRunning):
            await rematch_turn(store, settings).run()


async def test_killed_at_any_write_the_next_turn_goes_on(sqlite_settings) -> None:
    before = sqlite_settings.model_copy(update={"subreddits": NAMES})
    async with opened(before) as store:
        await keep(store, *some_items(24))
        await watch(store, 1)
        await rematch(store, before)
        await watch(store, 2, ZED, AT_HOME)
    whole = copied(before, "whole")
    async with opened(whole) as store:
        counting: Any = DeadStore(store, -2)
        await rematch(counting, whole, batch_items=9)
    assert len(counting.batches) > 15
    for number, step in enumerate(counting.steps()):
        settings = copied(before, f"step{step}")
        async with opened(settings) as store:
            deadly: Any = DeadStore(store, step)
            with pytest.raises(Killed):
                await rematch(deadly, settings, batch_items=9)
            moment = NOW + timedelta(seconds=61)
            if number % 2:
                # The next writer may be another one.
                await Cleaner(store, settings, lambda at=moment: at).run()  # type: ignore[misc]
                await check_statistics(store, NAMES)
                moment += timedelta(seconds=1)
            await rematch(store, settings, now=moment, batch_items=9)
            await check(store, ZED, AT_HOME)
            unreconciled = Query(WORK, "rematch", 10, order_by="id", equals={"reconciled": "no"})
            assert await store.query(unreconciled) == []


async def test_processes_killed_while_rematching_lose_nothing(store, settings) -> None:
    await keep(store, *some_items(24))
    await watch(store, 1, ZED, AT_HOME)
    for number, step in enumerate(random.Random(5).sample(range(4, 30), 5)):
        died = NOW + timedelta(minutes=5 * number)
        process = CONTEXT.Process(target=die_rematching, args=(settings, step, died))
        process.start()
        await asyncio.to_thread(process.join)
        assert process.exitcode in {0, -signal.SIGKILL}
    if not is_done(await read_rematch(store), await read_watchlist(store)):
        await rematch(store, settings, now=NOW + timedelta(hours=1))
    await check(store, ZED, AT_HOME)


async def test_a_collection_gets_its_turn_and_loses_nothing(stand_in, store, settings) -> None:
    reddit = stand_in(
        things(NAMES, 60, newest=time.time()), rate_limit=RateLimit(requests=1_000_000)
    )
    here = settings_for(settings, reddit.base_url, NAMES)
    await watch(store, 1)
    await run_cycle(store, here)
    await watch(store, 2, a_subject("table"), a_subject("hate"))
    fresh = things(NAMES, 6, newest=time.time(), seed=3)
    for number, thing in enumerate(fresh):
        thing["data"] |= {"id": f"n{number}", "name": f"{thing['kind']}_n{number}"}
    reddit.control.add(fresh)
    ended: list[str] = []
    begun = asyncio.Event()

    async def matches() -> None:
        def told(rematch: Rematch) -> None:
            if rematch["matched"]:
                begun.set()

        def turn() -> RematchTurn:
            return rematch_turn(store, here, now=None, batch_items=2, progress=told)

        is_left = True
        while is_left:
            is_left = await turn().run(lease_wait=LeaseWait(120)) is not None
            # As between two turns of a run.
            await asyncio.sleep(LET_GO_SECONDS)
        ended.append("rematch")

    async def collects() -> None:
        await begun.wait()
        source = RedditSource(here, wait=wait_until(time.monotonic() + 120), backoff=FAST)
        try:
            collector = Collector(store, {"reddit": source}, METHOD, here, clock=utc_now)
            cycle = await collector.run("cli", lease_wait=LeaseWait(120))
        finally:
            source.close()
        assert cycle["new"] == 6
        ended.append("cycle")

    await asyncio.gather(matches(), collects())
    assert ended == ["cycle", "rematch"]
    assert len(await stored_items(store, NAMES)) == 66
    await check_statistics(store, NAMES)
    assert await rematching(store) == frozenset()


async def test_what_the_first_cycle_collects_needs_no_rematch(stand_in, store, settings) -> None:
    reddit = stand_in(things(NAMES, 10, newest=time.time()))
    await run_cycle(store, settings_for(settings, reddit.base_url, NAMES))
    assert (await read_watchlist(store))["revision"] == 1
    assert await rematching(store) == frozenset()
    assert await rematch_turn(store, settings).run() is None


async def test_what_an_earlier_version_stored_is_matched_after_its_first_cycle(
    stand_in, store, settings
) -> None:
    made = things(NAMES, 10, newest=time.time())
    made[0]["data"]["title"] = "I use the Cursor editor"
    here = settings_for(settings, stand_in(made).base_url, NAMES)
    await run_cycle(store, here)
    named = await mentions(store)
    # As it is without watchlist and mentions.
    items = (await stored_items(store, NAMES)).values()
    plain: list[Any] = [{k: v for k, v in item.items() if k != "mentions"} for item in items]
    await keep(
        store,
        [each for each in plain if each["kind"] == "post"],
        [each for each in plain if each["kind"] == "comment"],
    )
    await store.delete(WATCHLIST, [("watchlist", "watchlist")])
    await store.delete(REMATCH, [("rematch", "rematch")])
    await run_cycle(store, here)
    watchlist = await read_watchlist(store)
    assert await rematching(store) == {each["id"] for each in watchlist["subjects"]}
    assert not any((await mentions(store)).values())
    await rematch(store, settings)
    assert await mentions(store) == named
    assert ("cursor", "text") in named["t3_p0"]
    assert await rematching(store) == frozenset()


def _rules() -> Iterator[tuple[Any, bool]]:
    yield {"name": "other", "role": "topic", "merged_from": ["old"]}, False
    yield {"terms": [{**ZED["terms"][0], "exact": True}]}, True
    yield {"exclude": ["zed zed"]}, True
    yield {"context": ["editor"]}, True
    yield {"home": ["zed"]}, True


@pytest.mark.parametrize(("more", "matters"), list(_rules()), ids=str)
def test_what_decides_about_mentions_counts_as_a_change(more: Any, *, matters: bool) -> None:
    other: Any = {**ZED, **more}
    assert changed_subjects([ZED], [other]) == (["zed"] if matters else [])
    assert changed_subjects([ZED], [ZED, KIRO]) == changed_subjects([KIRO, ZED], [ZED]) == ["kiro"]
