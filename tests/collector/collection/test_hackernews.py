"""Hacker News in whole cycles, into a database and out of the API; items that queries share."""

import json
import os
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from api.reads.items import read_items
from api.reads.post import read_post
from api.reads.statistics import read_stats
from api.schema.parameters import ItemsParameters, PostParameters, ScopeParameters
from collector.collection.cycle import Collector
from collector.sources.hackernews.client import HackerNewsSource
from collector.sources.waiting import wait_until
from local.hackernews.serve import sample_board
from local.hackernews.server import HackerNewsStandIn
from shared.models import Cycle
from shared.settings import Settings
from shared.store import COMMENTS, COMMUNITIES, POSTS
from shared.store.community_states import community_key
from shared.times import utc_now
from tests.api.world import deps_of
from tests.collector.crashing import DeadStore, Killed, copied, opened
from tests.collector.harness import (
    FAST,
    METHOD,
    WatchedStore,
    check_statistics,
    final_data,
    stored_items,
)

ONE = ("hn.claude-code",)
TWO = ("hn.claude-code", "hn.codex")
LATER = timedelta(minutes=5)


@pytest.fixture
def board(hacker_news):
    return hacker_news.board


@pytest.fixture
def settings(any_store_settings: Settings, hacker_news) -> Settings:
    return settings_with(any_store_settings, hacker_news, ONE)


def settings_with(base: Settings, hacker_news: Any, communities: tuple[str, ...]) -> Settings:
    return base.model_copy(
        update={
            "subreddits": (),
            "communities": communities,
            "hn_base_url": hacker_news.base_url,
        }
    )


def ago(hours: float) -> int:
    return int(time.time() - hours * 3600)


def write(board: Any) -> dict[str, int]:
    """Write a story that both queries find, one for each of them, and a comment elsewhere."""
    numbers = {
        "both": board.write("story", title="Claude Code or Codex? I love it", time=ago(5)),
        "claude": board.write("story", title="Claude Code", text="It is awful", time=ago(4)),
        "codex": board.write("story", title="Codex is great", time=ago(3)),
        "other": board.write("story", title="What do you use?", time=ago(20)),
    }
    for name in ("both", "claude", "codex"):
        numbers[f"under {name}"] = board.write(
            "comment", parent=numbers[name], text="I hate it", time=ago(2)
        )
    numbers["answer"] = board.write(
        "comment", parent=numbers["under both"], text="Why?", time=ago(1)
    )
    numbers["elsewhere"] = board.write(
        "comment", parent=numbers["other"], text="codex, or claude code", time=ago(1)
    )
    return numbers


async def collect(store: Any, settings: Settings, *, later: timedelta = timedelta(0)) -> Cycle:
    wait = wait_until(time.monotonic() + 120)
    source = HackerNewsSource(settings, wait=wait, backoff=FAST, paces=(0.0, 0.0))
    try:
        collector = Collector(
            store,
            {"hackernews": source},
            METHOD,
            settings,
            clock=lambda: utc_now() + later,
        )
        return await collector.run("cli")
    finally:
        source.close()


async def owners(store: Any, communities: tuple[str, ...]) -> dict[str, str]:
    """Return the community of each stored item, after checking that each is stored once."""
    found: Counter[str] = Counter()
    where: dict[str, str] = {}
    for community in communities:
        for item in (await stored_items(store, [community])).values():
            found[item["id"]] += 1
            where[item["id"]] = community
    assert set(found.values()) <= {1}
    await check_statistics(store, communities)
    return where


async def test_a_query_is_collected_once_shown_and_a_second_cycle_writes_nothing(
    store, settings, board
) -> None:
    numbers = write(board)
    cycle = await collect(store, settings)
    assert (cycle["status"], cycle["errors"], cycle["new"]) == ("completed", [], 7)
    wanted = {"both", "claude", "under both", "under claude", "answer", "other", "elsewhere"}
    stored = await owners(store, ONE)
    assert stored.keys() == {f"hn.{numbers[name]}" for name in wanted}
    watched = WatchedStore(store)
    again = await collect(watched, settings)
    assert (again["new"], again["edited"], again["removed"]) == (0, 0, 0)
    assert not watched.written.keys() & {"posts", "comments", "stats"}

    deps = deps_of(store, now=utc_now(), names=(), SUBREDDITS="none", COMMUNITIES=",".join(ONE))
    stats = await read_stats(deps, ScopeParameters(community=ONE[0]))
    assert (stats.statistics.posts, stats.statistics.comments) == (3, 4)
    page = await read_items(deps, ItemsParameters(limit=50))
    assert {item.id for item in page.items.root} == stored.keys()
    detail = await read_post(deps, PostParameters(id=f"hn.{numbers['both']}"))
    assert (detail.post.source, detail.post.upvotes, detail.post.comment_count) == (
        "hackernews",
        1,
        2,
    )
    assert [each.upvotes for each in detail.comments] == [None, None]
    assert [each.parent_id for each in detail.comments] == [
        f"hn.{numbers['both']}",
        f"hn.{numbers['under both']}",
    ]
    # The page of a comment that matched elsewhere has its story.
    elsewhere = await read_post(deps, PostParameters(id=f"hn.{numbers['other']}"))
    assert [each.id for each in elsewhere.comments] == [f"hn.{numbers['elsewhere']}"]


async def test_a_recorded_story_is_stored_whole_and_counted_once(
    store, any_store_settings, hacker_news, board, recorded_hacker_news
) -> None:
    tree = json.loads((recorded_hacker_news / "hn_algolia" / "item_tree.json").read_text())
    later = ago(1) - max(node["created_at_i"] for node in nodes_of(tree))
    for node in nodes_of(tree):
        board.write(
            node["type"],
            id=node["id"],
            by=node["author"],
            time=node["created_at_i"] + later,
            indexed_at=0.0,
            title=node["title"] or "",
            url=node["url"] or "",
            text=node["text"] or "",
            score=node["points"] or 0,
            parent=node["parent_id"],
        )
    # The last comments came weeks after the story, so the front page shows it.
    board.front[:] = [tree["id"]]
    communities = ("hn.front", "hn.ssh")
    settings = settings_with(any_store_settings, hacker_news, communities)
    cycle = await collect(store, settings)
    assert (cycle["new"], cycle["errors"], cycle["left_out"]) == (105, [], {})
    assert len(await owners(store, communities)) == 105
    watched = WatchedStore(store)
    await collect(watched, settings)
    assert not watched.written.keys() & {"posts", "comments", "stats"}


def nodes_of(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(each for child in node["children"] for each in nodes_of(child))]


async def test_what_changes_is_edited_and_what_is_taken_back_goes_for_good(
    store, settings, board
) -> None:
    numbers = write(board)
    await collect(store, settings)
    board.change(numbers["claude"], text="It is lovely", score=99)
    board.delete(numbers["under claude"])
    board.kill(numbers["answer"])
    board.change(numbers["elsewhere"], text="claude code, edited")
    for _ in range(3):
        await collect(store, settings)
    stored = await owners(store, ONE)
    assert f"hn.{numbers['under claude']}" not in stored
    assert f"hn.{numbers['answer']}" not in stored
    post = await store.read(POSTS, ONE[0], f"hn.{numbers['claude']}")
    assert (post["content"], post["upvotes"]) == ("It is lovely", 99)
    comment = await store.read(COMMENTS, ONE[0], f"hn.{numbers['elsewhere']}")
    assert (comment["content"], comment["post_id"]) == (
        "claude code, edited",
        f"hn.{numbers['other']}",
    )


async def test_a_blocked_source_says_so_and_goes_on_when_it_answers_again(
    store, settings, board, hacker_news
) -> None:
    write(board)
    hacker_news.set_faults("403")
    cycle = await collect(store, settings)
    assert cycle["status"] == "failed"
    assert {error["kind"] for error in cycle["errors"]} == {"blocked"}
    assert "403 to this address" in cycle["errors"][0]["message"]
    state = await store.read(COMMUNITIES, *community_key(ONE[0]))
    assert state["last_error"]["kind"] == "blocked"
    hacker_news.set_faults("")
    assert (await collect(store, settings))["new"] == 7


async def test_what_two_queries_find_is_stored_once_in_the_first_in_one_cycle(
    store, any_store_settings, hacker_news, board
) -> None:
    numbers = write(board)
    settings = settings_with(any_store_settings, hacker_news, TWO)
    cycle = await collect(store, settings)
    assert cycle["new"] == len(numbers)
    where = await owners(store, TWO)
    codex = {f"hn.{numbers[name]}" for name in ("codex", "under codex")}
    assert {item for item, community in where.items() if community == TWO[1]} == codex
    for _ in range(2):
        watched = WatchedStore(store)
        again = await collect(watched, settings)
        assert (again["new"], again["edited"]) == (0, 0)
        assert not watched.written.keys() & {"posts", "comments", "stats"}
    assert await owners(store, TWO) == where


async def test_what_a_later_query_finds_too_stays_in_the_first(
    store, any_store_settings, hacker_news, board
) -> None:
    numbers = write(board)
    await collect(store, settings_with(any_store_settings, hacker_news, TWO[1:]))
    settings = settings_with(any_store_settings, hacker_news, TWO)
    await collect(store, settings)
    where = await owners(store, TWO)
    assert {item for item, name in where.items() if name == TWO[0]} == {
        f"hn.{numbers[name]}" for name in ("claude", "under claude")
    }
    new = board.write("comment", parent=numbers["both"], text="Both")
    await collect(store, settings)
    assert f"hn.{new}" in await owners(store, TWO)


async def test_a_comment_of_one_query_under_a_story_of_another_has_a_page(
    store, any_store_settings, hacker_news, board
) -> None:
    story = board.write("story", title="Claude Code", time=ago(90))
    first = settings_with(any_store_settings, hacker_news, ONE)
    board.write("comment", parent=story, text="plain", time=ago(89))
    said = board.write("comment", parent=story, text="claude code", time=ago(3))
    await collect(store, first)
    settings = settings_with(any_store_settings, hacker_news, TWO)
    own = board.write("comment", parent=story, text="codex is better")
    # The second query has never been read, so it is first.
    await collect(store, settings)
    where = await owners(store, TWO)
    assert (where[f"hn.{story}"], where[f"hn.{own}"]) == TWO
    deps = deps_of(store, now=utc_now(), names=(), SUBREDDITS="none", COMMUNITIES=",".join(TWO))
    for community in (None, *TWO):
        asked = {"id": f"hn.{story}"} | ({"community": community} if community else {})
        detail = await read_post(deps, PostParameters(**asked))
        assert {f"hn.{said}", f"hn.{own}"} <= {each.id for each in detail.comments}


@pytest.mark.parametrize("is_second", [False, True])
async def test_killed_at_any_write_each_item_is_stored_once_and_none_is_lost(
    sqlite_settings, hacker_news, board, *, is_second: bool
) -> None:
    numbers = write(board)
    base = settings_with(sqlite_settings, hacker_news, TWO)
    async with opened(base) as store:
        if is_second:
            await collect(store, base.model_copy(update={"communities": TWO[:1]}))
            board.write("story", title="Claude Code and Codex", time=ago(1))
    whole = copied(base, "whole")
    async with opened(whole) as store:
        counting: Any = DeadStore(store, -2)
        await collect(counting, whole)
        expected = await final_data(store, TWO)
        items = await owners(store, TWO)
    assert len(items) == len(numbers) + is_second
    for step in counting.steps():
        settings = copied(base, f"step{step}")
        async with opened(settings) as store:
            deadly: Any = DeadStore(store, step)
            with suppress(Killed):
                await collect(deadly, settings)
            await collect(store, settings, later=LATER)
            assert (await owners(store, TWO)).keys() == items.keys(), step
            if not is_second:
                assert await final_data(store, TWO) == expected, step


def killed_and_run_again(stand_in: HackerNewsStandIn, environ: dict[str, str]) -> None:
    """Run the command, kill it once it reads a tree, and run it until it has completed."""
    command = [sys.executable, "-m", "local", "collect", "--json"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE) as process:
        while not stand_in.routes["tree"] and process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
        process.kill()
    status = 3
    while status == 3:
        # The killed one's lease expires after some seconds.
        done = subprocess.run(command, env=environ, stdout=subprocess.PIPE, check=False)
        status = done.returncode
    assert (status, json.loads(done.stdout)["status"]) == (0, "completed")


async def test_the_command_killed_while_it_reads_and_run_again_has_everything(
    sqlite_settings,
) -> None:
    with HackerNewsStandIn(sample_board()) as stand_in:
        settings = settings_with(sqlite_settings, stand_in, ONE)
        environ = {
            **os.environ,
            "SUBREDDITS": "none",
            "COMMUNITIES": ONE[0],
            "HN_BASE_URL": stand_in.base_url,
            "SQLITE_PATH": str(settings.sqlite_path),
            "LEASE_SECONDS": "2",
        }
        killed_and_run_again(stand_in, environ)
        async with opened(settings) as store:
            stored = await owners(store, ONE)
            assert len(stored) == 6
            deps = deps_of(store, now=utc_now(), names=(), SUBREDDITS="none", COMMUNITIES=ONE[0])
            page = await read_items(deps, ItemsParameters(limit=50))
            assert {item.id for item in page.items.root} == stored.keys()
