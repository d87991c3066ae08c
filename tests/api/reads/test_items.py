"""A list has exactly the items that its count counts: posts and comments, with each label."""

from datetime import timedelta
from itertools import islice
from typing import Any, cast

import pytest

from api.reads.hours import MAX_HOURS_READ
from api.reads.items import read_items
from api.reads.statistics import read_stats
from api.schema.parameters import ItemsParameters, ScopeParameters
from shared.models import ALL
from shared.store import HOURS_OF_ALL
from tests.api.world import LABELS, NAMES, NOW, a_comment, a_post, deps_of, keep

MINUTES = timedelta(minutes=13)


async def fill(store: Any) -> None:
    posts = [a_post(n, NOW - n * MINUTES, NAMES[n % 3], LABELS[n % 3]) for n in range(40)]
    comments = [
        a_comment(n, NOW - n * MINUTES / 3, NAMES[n // 2 % 3], LABELS[n // 5 % 3])
        for n in range(200)
    ]
    await keep(store, posts, comments)


async def listed(store: Any, **parameters: Any) -> list[str]:
    """Return the ids with their kinds from all pages, in order."""
    found: list[str] = []
    cursor = None
    for _ in range(200):
        asked = ItemsParameters(cursor=cursor, **parameters)
        page = await read_items(deps_of(store), asked)
        found += [f"{each.kind} {each.id}" for each in page.items.root]
        cursor = page.next_cursor
        if cursor is None:
            return found
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("scope", [None, "claude"])
@pytest.mark.parametrize("limit", [7, 500])
async def test_a_list_holds_what_its_count_counts(
    store: Any, scope: str | None, limit: int
) -> None:
    await fill(store)
    stats = await read_stats(deps_of(store), ScopeParameters(subreddit=scope))
    totals = stats.statistics
    everything = await listed(store, subreddit=scope, limit=limit)
    assert len(everything) == len(set(everything)) == totals.total
    for label in LABELS:
        found = await listed(store, subreddit=scope, limit=limit, sentiment=label)
        assert len(found) == getattr(totals, label)
        assert set(found) <= set(everything)
    for kind, count in (("post", totals.posts), ("comment", totals.comments)):
        found = await listed(store, subreddit=scope, limit=limit, kind=kind)
        assert len(found) == count
        assert found == [each for each in everything if each.startswith(f"{kind} ")]


async def test_hours_that_were_counted_before_comments_were_listed_are_read_as_well(
    store: Any,
) -> None:
    await fill(store)
    before = await listed(store)
    hours = {
        key[:13] for key in [f"{(NOW - n * timedelta(hours=1)):%Y-%m-%dT%H}" for n in range(24)]
    }
    stored = await store.read_many(HOURS_OF_ALL, [(ALL, hour) for hour in hours])
    for document in islice(stored.values(), 10):
        for share in document["shares"].values():
            cast("dict[str, Any]", share).pop("comments")
    await store.upsert(HOURS_OF_ALL, list(stored.values()))
    assert await listed(store) == before


async def test_comments_are_searched(store: Any) -> None:
    odd = {**a_comment(1, NOW - MINUTES), "content": "A lantern in the fog"}
    await keep(store, [a_post(1, NOW)], [odd, a_comment(2, NOW)])  # type: ignore[list-item]
    assert await listed(store, q="LANTERN") == ["comment c1"]
    assert await listed(store, q="lantern", subreddit="aws") == ["comment c1"]
    assert await listed(store, q="lantern", kind="post") == []


async def test_comments_are_searched_by_whole_words(store: Any) -> None:
    laws = {**a_comment(1, NOW - MINUTES), "content": "The laws of caf\u00e9s, don\u2019t they"}
    await keep(store, [a_post(1, NOW)], [laws])  # type: ignore[list-item]
    assert await listed(store, q="aws") == []
    assert await listed(store, q="law*") == ["comment c1"]
    assert await listed(store, q="cafes don't") == ["comment c1"]


async def test_what_is_no_longer_watched_is_not_listed(store: Any) -> None:
    left = [a_post(1, NOW, "aws"), a_post(2, NOW - MINUTES, "left")]
    await keep(store, left, [a_comment(1, NOW, "left")])
    assert await listed(store) == ["post p1"]


async def test_addresses_that_a_browser_would_run_are_left_out(store: Any) -> None:
    odd: Any = {**a_comment(1, NOW), "permalink": "javascript:alert(1)"}
    await keep(store, [], [odd])
    page = await read_items(deps_of(store), ItemsParameters())
    assert [each.permalink for each in page.items.root] == [""]


async def test_a_page_over_quiet_hours_ends_and_the_next_one_goes_on(store: Any) -> None:
    hour = timedelta(hours=1)
    comments = [a_comment(n, NOW - n * hour, label="positive") for n in range(MAX_HOURS_READ + 50)]
    comments[5]["sentiment"]["label"] = comments[-1]["sentiment"]["label"] = "negative"
    await keep(store, [], comments)
    asked = ItemsParameters(hours=2160, sentiment="negative")
    first = await read_items(deps_of(store), asked)
    assert [each.id for each in first.items.root] == ["c5"]
    assert first.next_cursor is not None
    found = await listed(store, hours=2160, sentiment="negative")
    assert found == ["comment c5", f"comment c{len(comments) - 1}"]
