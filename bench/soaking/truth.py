"""Comparison of the data stored and served at the end with what the stand-in shows."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import httpx

from collector.watchlist.mentions import MentionRules, rematched
from local.reddit.objects import RedditObject
from shared.models import Comment, Post
from shared.settings import Settings
from shared.store import (
    COMMENTS,
    CYCLES,
    LEASES,
    POSTS,
    WORK,
    Container,
    Query,
    Store,
    open_store,
)
from shared.subjects.watchlist import read_watchlist
from tests.collector.harness import check_statistics

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item

MAX_DOCUMENTS = 100_000
MAX_LISTED = 10
HOURS = 72


async def compare(settings: Settings, shown: Mapping[str, RedditObject]) -> list[str]:
    """Return a line for each difference between the store and what is shown."""
    store = await open_store(settings, retry_seconds=20)
    try:
        stored = await _stored(store, settings.watched)
        return [
            *_differences(stored, shown),
            *await mention_problems(store, settings.watched),
            *await statistics_problems(store, settings.watched),
            *await unfinished(store),
        ]
    finally:
        await store.close()


async def _stored(store: Store, subreddits: Sequence[str]) -> list[tuple[str, dict[str, Any]]]:
    """Return every stored item with its fullname; a duplicate is in the list twice."""
    found: list[tuple[str, dict[str, Any]]] = []
    for name in subreddits:
        posts = await _items(store, POSTS, name)
        comments = await _items(store, COMMENTS, name)
        found += [(f"t3_{post['id']}", dict(post)) for post in posts]
        found += [(f"t1_{comment['id']}", dict(comment)) for comment in comments]
    return found


def _differences(
    stored: Sequence[tuple[str, dict[str, Any]]], shown: Mapping[str, RedditObject]
) -> list[str]:
    names = [name for name, _ in stored]
    lost = sorted(shown.keys() - set(names))
    extra = sorted(set(names) - shown.keys())
    twice = sorted({name for name in names if names.count(name) > 1})
    stale = [
        f"{name}: {key} is {ours!r}, not {theirs!r}"
        for name, item in stored
        if name in shown
        for key, ours, theirs in _fields(item, shown[name])
        if ours != theirs
    ]
    found = {"lost": lost, "deleted but stored": extra, "twice": twice, "not current": stale}
    return [
        f"{len(what)} {problem}: {', '.join(what[:MAX_LISTED])}"
        for problem, what in found.items()
        if what
    ]


def _fields(item: Mapping[str, Any], thing: RedditObject) -> list[tuple[str, object, object]]:
    data = thing["data"]
    fields = [
        ("community", item["community"], data["subreddit"]),
        ("author", item["author"], data["author"]),
        ("upvotes", item["upvotes"], data["score"]),
    ]
    if thing["kind"] == "t1":
        return [*fields, ("content", item["content"], data["body"])]
    return [
        *fields,
        ("title", item["title"], data["title"]),
        ("content", item["content"], data["selftext"]),
        ("comment_count", item["comment_count"], data["num_comments"]),
    ]


async def mention_problems(store: Store, subreddits: Sequence[str]) -> list[str]:
    """Return a line if stored items mention something else than all of them say together."""
    posts = [post for name in subreddits for post in await _items(store, POSTS, name)]
    comments = [each for name in subreddits for each in await _items(store, COMMENTS, name)]
    rules = MentionRules.of(await read_watchlist(store), subreddits)
    wrong = [
        f"{item['kind']} {item['id']}"
        for found in await rematched(store, rules, posts, comments)
        for item in found
    ]
    return (
        [f"{len(wrong)} mention other subjects: {', '.join(wrong[:MAX_LISTED])}"] if wrong else []
    )


async def _items(store: Store, container: Container[I], name: str) -> list[I]:
    return await store.query(Query(container, name, MAX_DOCUMENTS))


async def statistics_problems(store: Store, subreddits: Sequence[str]) -> list[str]:
    try:
        await check_statistics(store, subreddits)
    except AssertionError as error:
        return [f"statistics differ from a recount: {str(error)[:500]}"]
    return []


async def unfinished(store: Store) -> list[str]:
    unreconciled = [
        work
        for kind in ("cycle", "rematch")
        for work in await store.query(
            Query(WORK, kind, 100, order_by="id", equals={"reconciled": "no"})
        )
    ]
    cycles = await store.query(Query(CYCLES, "cycle", MAX_DOCUMENTS, order_by="id"))
    lease = await store.read(LEASES, "lease", "lease")
    return [
        *(f"{work['id']} is unreconciled" for work in unreconciled),
        *(f"{cycle['id']} is still running" for cycle in cycles if cycle["status"] == "running"),
        *([f"{lease['holder']} holds the lease"] if lease and lease["holder"] else []),
    ]


def compare_served(http: httpx.Client, shown: Mapping[str, RedditObject]) -> list[str]:
    """Return a line for each difference between what clients get and what is shown."""
    served: list[str] = []
    path = f"/api/v1/posts/recent?limit=200&hours={HOURS}"
    while path:
        page = http.get(path).raise_for_status()
        for post in page.json():
            # A list over all subreddits shows one of several copies, and names the others.
            served += [f"t3_{post['id']}", *(f"t3_{each.split('/')[1]}" for each in post["copies"])]
        path = page.links.get("next", {}).get("url", "")
    stats = http.get(f"/api/v1/sentiment/stats?hours={HOURS}").raise_for_status().json()
    total = stats["statistics"]["total"]
    posts = sorted(name for name in shown if name.startswith("t3_"))
    return [
        *([f"{len(served)} posts are served, not {len(posts)}"] if sorted(served) != posts else []),
        *([f"{total} items are counted, not {len(shown)}"] if total != len(shown) else []),
    ]
