"""How long what was taken back at Hacker News can stay: the sweep's walks, a twelfth as large."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from collector.collection.sweep import sweep
from collector.sources.base import ItemReference, Looked, SourceBase
from collector.sources.hackernews.client import HackerNewsSource
from shared.settings import load_settings
from shared.store import COMMENTS, Store
from shared.store.keys import order_key
from shared.times import iso

NOW = datetime(2026, 11, 25, 10, 10, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
SCALE = 12
TWO_DAYS = 96
# Two queries of 315 items a day for 90 days, and two more days of them.
STORED = 2 * 315 * 90 // SCALE
NAMES = ("hn.claude-code", "hn.codex")


class Counting(SourceBase):
    """A source with the figures of Hacker News, which notes the cycle of each look at an item."""

    name = "hackernews"

    def __init__(self, real: HackerNewsSource) -> None:
        super().__init__()
        self.keys_at_once = real.keys_at_once // SCALE
        self.requests_used = 0
        self.cycle = 0
        self.looks: dict[str, list[int]] = {}
        self._share = real.share_of_older

    @property
    def share_of_older(self) -> Fraction:
        return self._share

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        self.requests_used += len(items)
        for item in items:
            self.looks.setdefault(item.id, []).append(self.cycle)
        return Looked([])


def comment(number: int, written: datetime) -> dict[str, object]:
    created = iso(written)
    return {
        "id": f"hn.{number}",
        "source": "hackernews",
        "community": NAMES[number % 2],
        "kind": "comment",
        "order_key": order_key(created, f"hn.{number}"),
        "post_id": "hn.1",
        "created_utc": created,
        "ttl": -1,
    }


async def store_comments(store: Store, first: int, last: int) -> None:
    apart = timedelta(days=90) / STORED
    made = [comment(number, NOW + (number - STORED) * apart) for number in range(first, last)]
    await store.upsert(COMMENTS, made)  # type: ignore[arg-type]


async def test_each_item_of_the_past_is_looked_at_every_two_days(sqlite_store) -> None:
    settings = load_settings({"SUBREDDITS": "none", "COMMUNITIES": ",".join(NAMES)})
    real = HackerNewsSource(settings, wait=lambda _seconds: None)
    requests = round(settings.sweep_requests * real.sweep_factor) // SCALE
    source = Counting(real)
    written = STORED - 2 * (STORED // 90)
    for start in range(0, written, 500):
        await store_comments(sqlite_store, start, min(start + 500, written))
    for cycle in range(2 * TWO_DAYS):
        source.cycle = cycle
        now = NOW + (cycle - TWO_DAYS) * HALF_HOUR
        due = written + (STORED - written) * (cycle + 1) // TWO_DAYS
        await store_comments(sqlite_store, written, min(due, STORED))
        written = max(written, min(due, STORED))
        used = source.requests_used
        steps = sweep(
            sqlite_store,
            source,  # type: ignore[arg-type]
            NAMES,
            requests=requests,
            skip=set(),
            clock=lambda now=now: now,  # type: ignore[misc]
        )
        async for _ in steps:
            pass
        # The last batch of a walk may be short, and one more follows.
        assert source.requests_used - used < requests + source.keys_at_once
    assert len(source.looks) == STORED
    for looks in source.looks.values():
        pauses = [later - earlier for earlier, later in pairwise(looks)]
        assert max(pauses, default=0) <= TWO_DAYS
        assert looks[-1] >= TWO_DAYS - 1
