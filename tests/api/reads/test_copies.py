"""Lists over all communities show a text once and name its copies; statistics count them."""

import csv
import io
import json
from datetime import timedelta
from typing import Any

import pytest

from api.deps import Deps
from api.reads.items import read_items
from api.reads.post import read_post
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.trends import read_trends
from api.schema.parameters import (
    ItemsParameters,
    PostParameters,
    PostsParameters,
    ScopeParameters,
    TrendsParameters,
)
from shared.models import Post
from shared.store import TOPICS, Store
from shared.times import iso, utc_now
from tests.api.reads.test_trending import topic
from tests.api.world import NOW, CountingStore, a_comment, a_post, deps_of, get, keep

HOUR = timedelta(hours=1)


def place(post: Post) -> str:
    return f"{post['community']}/{post['order_key']}"


def copied(first: Post, *others: Post) -> list[Post]:
    """Mark posts as a cycle does; the first one is the original."""
    places = [place(each) for each in others]
    marked: list[Any] = [{**first, "copies": places}]
    return marked + [{**each, "copy_of": place(first)} for each in others]


def three(now=NOW, **more: Any) -> list[Post]:
    return copied(
        a_post(1, now - 3 * HOUR, "OpenAI", **more),
        a_post(2, now - 2 * HOUR, "claude", **more),
        a_post(3, now - HOUR, "aws", **more),
    )


async def listed(deps: Deps, **parameters: Any) -> list[str]:
    page = await read_recent_posts(deps, PostsParameters(**parameters))
    both = await read_items(deps, ItemsParameters(kind="post", **parameters))
    posts = [post.id for post in page.items.root]
    assert [item.id for item in both.items.root] == posts
    assert (page.next_cursor, both.next_cursor) == (None, None)
    return posts


async def test_a_list_over_all_shows_one_and_says_where_the_others_are(store: Store) -> None:
    await keep(store, [*three(), a_post(4, NOW)])
    page = await read_recent_posts(deps_of(store), PostsParameters())
    assert [post.id for post in page.items.root] == ["p4", "p1"]
    assert [post.copies for post in page.items.root] == [[], ["claude/p2", "aws/p3"]]
    assert page.items.root[1].copy_of is None
    assert await listed(deps_of(store)) == ["p4", "p1"]


async def test_a_list_of_one_community_shows_what_is_in_it(store: Store) -> None:
    await keep(store, three())
    page = await read_recent_posts(deps_of(store), PostsParameters(subreddit="aws"))
    assert [(post.id, post.copy_of) for post in page.items.root] == [("p3", "OpenAI/p1")]
    assert await listed(deps_of(store), subreddit="claude") == ["p2"]
    detail = await read_post(deps_of(store), PostParameters(id="p3", subreddit="aws"))
    assert detail.post.copy_of == "OpenAI/p1"


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ({"hours": 2}, ["p3"]),
        ({"hours": 3}, ["p3", "p2"]),
        ({"end": iso(NOW - 3 * HOUR)}, []),
        ({"end": iso(NOW - 2 * HOUR)}, ["p1"]),
        ({"start": iso(NOW - 3 * HOUR)}, ["p1"]),
    ],
)
async def test_a_copy_is_shown_where_its_original_is_not(store: Store, asked, shown) -> None:
    await keep(store, three())
    assert await listed(deps_of(store), **asked) == shown


async def test_a_cross_post_is_found_by_its_own_title_and_its_own_mood(store: Store) -> None:
    first = a_post(1, NOW - 2 * HOUR, "OpenAI", "positive", title="A lantern")
    other = a_post(2, NOW - HOUR, "aws", "negative", title="Look at this")
    await keep(store, copied(first, other))
    assert await listed(deps_of(store)) == ["p1"]
    assert await listed(deps_of(store), q="look") == ["p2"]
    assert await listed(deps_of(store), q="words") == ["p1"]
    assert await listed(deps_of(store), sentiment="negative") == ["p2"]


async def test_what_is_not_watched_hides_nothing_and_is_not_named(store: Store) -> None:
    await keep(store, three())
    deps = deps_of(store, names=("aws", "claude"))
    page = await read_recent_posts(deps, PostsParameters())
    assert [(post.id, post.copy_of) for post in page.items.root] == [("p3", None), ("p2", None)]
    fewer = deps_of(store, names=("aws", "OpenAI"))
    page = await read_recent_posts(fewer, PostsParameters())
    assert [(post.id, post.copies) for post in page.items.root] == [("p1", ["aws/p3"])]


async def test_a_copy_whose_original_is_gone_is_shown(store: Store) -> None:
    await keep(store, three()[1:])
    assert await listed(deps_of(store)) == ["p3", "p2"]


async def test_pages_skip_copies_and_lose_nothing(store: Store) -> None:
    posts = [
        post
        for n in range(20)
        for post in copied(
            a_post(3 * n, NOW - (3 * n + 3) * HOUR / 9, "OpenAI"),
            a_post(3 * n + 1, NOW - (3 * n + 2) * HOUR / 9, "claude"),
            a_post(3 * n + 2, NOW - (3 * n + 1) * HOUR / 9, "aws"),
        )
    ]
    await keep(store, posts)
    for limit in (1, 7, 20, 500):
        found: list[str] = []
        cursor = None
        while True:
            asked = PostsParameters(limit=limit, cursor=cursor)
            page = await read_recent_posts(deps_of(store), asked)
            found += [post.id for post in page.items.root]
            cursor = page.next_cursor
            if cursor is None:
                break
        assert found == [f"p{3 * n}" for n in range(20)]


async def test_a_topic_shows_one_too(store: Store) -> None:
    posts = three()
    await keep(store, posts)
    told = topic(0, iso(NOW))
    told |= {
        "id": "told",
        "post_ids": ["p1", "p2", "p3"],
        "communities": ["OpenAI", "claude", "aws"],
    }
    current: Any = {"id": "current", "created_at": iso(NOW), "topics": [told], "snapshots": []}
    await store.upsert(TOPICS, [current])
    page = await read_recent_posts(deps_of(store), PostsParameters(topic="told"))
    assert [post.id for post in page.items.root] == ["p1"]
    of_one = await read_recent_posts(deps_of(store), PostsParameters(topic="told", subreddit="aws"))
    assert [post.id for post in of_one.items.root] == ["p3"]


async def test_figures_say_how_many_are_copies(store: Store) -> None:
    await keep(store, [*three(), a_post(4, NOW)], [a_comment(1, NOW)])
    stats = (await read_stats(deps_of(store), ScopeParameters())).statistics
    assert (stats.total, stats.posts, stats.copies) == (5, 4, 2)
    of_one = (await read_stats(deps_of(store), ScopeParameters(subreddit="aws"))).statistics
    assert (of_one.posts, of_one.copies) == (2, 1)
    trends = await read_trends(deps_of(store), TrendsParameters(hours=24))
    assert [step.copies for step in trends.trend_data if step.total] == [0, 1, 1, 0]
    deps = deps_of(store, names=("aws", "OpenAI"))
    watched = (await read_stats(deps, ScopeParameters())).statistics
    assert (watched.posts, watched.copies) == (3, 1)


async def test_a_list_without_copies_reads_nothing_more(store: Store) -> None:
    await keep(store, [a_post(n, NOW - n * HOUR) for n in range(5)])
    counting = CountingStore(store)
    await read_recent_posts(deps_of(counting), PostsParameters())
    reads = counting.reads
    await keep(store, three())
    counting = CountingStore(store)
    await read_recent_posts(deps_of(counting), PostsParameters())
    assert counting.reads == reads + 1


async def test_what_was_stored_before_copies_were_marked_is_none(store: Store) -> None:
    posts = [a_post(1, NOW - HOUR), a_post(2, NOW, "claude")]
    await keep(store, posts)
    page = await read_recent_posts(deps_of(store), PostsParameters())
    assert [(post.copy_of, post.copies) for post in page.items.root] == [(None, [])] * 2
    assert (await read_stats(deps_of(store), ScopeParameters())).statistics.copies == 0


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("path", ["posts/recent", "items"])
async def test_files_have_them_in_columns_after_the_older_ones(written, path: str) -> None:
    await keep(written, three(utc_now()))
    answer = await get(f"/api/v1/{path}?format=csv")
    (row,) = csv.DictReader(io.StringIO(answer.get_body().decode()))
    names = list(row)
    before = [each for each in names[: names.index("copy_of")] if each in {"source", "mentions"}]
    assert (before, names[names.index("copy_of") + 1]) == ([], "copies")
    assert (row["copy_of"], row["copies"]) == ("", "claude/p2; aws/p3")
    of_one = await get(f"/api/v1/{path}?format=ndjson&subreddit=aws")
    (told,) = of_one.get_body().decode().splitlines()
    assert json.loads(told)["copy_of"] == "OpenAI/p1"
