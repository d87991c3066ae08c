"""A cycle on real data: Reddit's recorded objects through PRAW, over HTTP, into each store."""

import gzip
import json
from collections import Counter
from pathlib import Path

from shared.settings import Settings
from tests.collector.harness import (
    WatchedStore,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
)

LISTING_CAP = 1000
PAGE = 100


def listed_by_reddit(folder: Path) -> dict[tuple[str, str], list[str]]:
    """Return the fullnames that each listing shows: the newest 1,000 of each kind."""
    listings: dict[tuple[str, str], list[str]] = {}
    for kind, name in (("t3", "posts"), ("t1", "comments")):
        with gzip.open(folder / f"{name}.ndjson.gz", "rt", encoding="utf-8") as lines:
            for data in (json.loads(line)["data"] for line in lines):
                listings.setdefault((data["subreddit"], kind), []).append(f"{kind}_{data['id']}")
    return {listing: oldest_first[-LISTING_CAP:] for listing, oldest_first in listings.items()}


async def test_a_cycle_stores_what_reddit_lists_and_a_second_one_writes_nothing(
    recorded_data: Path, stand_in, store, any_store_settings: Settings
) -> None:
    listings = listed_by_reddit(recorded_data)
    assert sum(len(listing) for (_, kind), listing in listings.items() if kind == "t3") == 1545
    assert sum(len(listing) for (_, kind), listing in listings.items() if kind == "t1") == 3138
    subreddits = sorted({name for name, _ in listings})
    if store.kind == "cosmos":
        # The test server takes a minute for all items, so only SQLite gets them.
        subreddits = subreddits[::4]
    listings = {key: listing for key, listing in listings.items() if key[0] in subreddits}
    reddit = stand_in(recorded_data)
    settings = settings_for(any_store_settings, reddit.base_url, subreddits)

    first = await run_cycle(store, settings)

    assert first["status"] == "completed"
    assert first["errors"] == []
    expected = {fullname for listing in listings.values() for fullname in listing}
    kinds = Counter(fullname[:2] for fullname in expected)
    items = await stored_items(store, subreddits)
    assert set(items) == expected
    assert (first["posts_seen"], first["comments_seen"]) == (kinds["t3"], kinds["t1"])
    assert (first["new"], first["edited"], first["moved"], first["removed"]) == (
        len(expected),
        0,
        0,
        0,
    )
    await check_statistics(store, subreddits)

    watched = WatchedStore(store)
    reddit.control.forget_requests()
    second = await run_cycle(watched, settings)

    assert second["status"] == "completed"
    assert (second["new"], second["edited"], second["moved"], second["removed"]) == (0, 0, 0, 0)
    assert set(watched.written) == {"communities", "cycles"}
    asked = Counter(
        entry.path for entry in reddit.control.requests() if "access_token" not in entry.path
    )
    sweep = asked.pop("/api/info")
    assert asked == {
        f"/r/{name}/{listing}": 1 for name in subreddits for listing in ("new", "comments")
    }
    assert sweep <= settings.sweep_requests
    assert second["requests"]["reddit"]["used"] == 2 * len(subreddits) + sweep
    assert await stored_items(store, subreddits) == items
    await check_statistics(store, subreddits)


async def test_a_first_cycle_asks_for_each_page_once(
    recorded_data: Path, stand_in, sqlite_store, sqlite_settings: Settings
) -> None:
    listings = listed_by_reddit(recorded_data)
    subreddits = sorted({name for name, _ in listings})
    reddit = stand_in(recorded_data)
    settings = settings_for(sqlite_settings, reddit.base_url, subreddits, sweep_requests=0)
    cycle = await run_cycle(sqlite_store, settings)
    pages = {
        (name, kind): max(1, -(-len(listings.get((name, kind), [])) // PAGE))
        for name in subreddits
        for kind in ("t3", "t1")
    }
    assert cycle["requests"]["reddit"]["used"] == sum(pages.values())
