"""Fills a SQLite store with 90 days of collected data, the same data in each run.

`python -m bench.fill FILE --items 100000 --subreddits 14 --subjects 10`. A quarter of the items are
posts. Items are made subreddit by subreddit. Their statistics come from the collector's own
functions, which get the items from memory instead of reading them back.
"""

import argparse
import asyncio
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar, cast

from bench.fill_subjects import (
    COMMENTS_THAT_NAME,
    POSTS_THAT_NAME,
    Naming,
    made_subjects,
    made_watchlist,
)
from collector.rollups.hours import Shares, rebuild_all, share_of, write_days
from collector.rollups.months import write_months
from collector.rollups.subjects import HourShare
from collector.trending.finder import Trends
from shared.cycles import cycle_id_of, new_cycle
from shared.default_communities import DEFAULT_SUBREDDITS
from shared.models import (
    Cell,
    CollectionState,
    Comment,
    CommunityCounts,
    CommunityState,
    Cycle,
    Label,
    Observation,
    Post,
    Sentiment,
    SourceRequests,
    Subject,
)
from shared.settings import Settings, load_settings
from shared.store import (
    COLLECTION,
    COMMENTS,
    COMMUNITIES,
    CYCLES,
    DAYS,
    POSTS,
    WATCHLIST,
    Query,
    Store,
)
from shared.store.community_states import never_read
from shared.store.scan import after
from shared.store.schema import SCHEMA
from shared.store.sqlite import SqliteStore
from shared.times import hour_of, hour_start, iso
from shared.topics.terms import stopwords

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
"""The current time for all reads of the store."""
SPAN_DAYS = 90
START = hour_start(NOW) - timedelta(days=SPAN_DAYS)
PAGE = 500
ONE_POST_IN = 4
CYCLES_KEPT = 100
HALF_HOUR = timedelta(minutes=30)
LONGEST_TEXT = 4000
MAX_OBSERVATIONS = 6
# The share of the last day's posts that are about the trending story.
STORY_SHARE = 0.05
STORY = "Borealis Nine release"


@dataclass(frozen=True)
class Size:
    """The size of a store: the numbers of items over 90 days, of subreddits and of subjects."""

    items: int
    subreddits: int
    subjects: int = 10

    def names(self) -> tuple[str, ...]:
        """Return the names of the subreddits."""
        if self.subreddits <= len(DEFAULT_SUBREDDITS):
            return DEFAULT_SUBREDDITS[: self.subreddits]
        return tuple(f"sub{number:04}" for number in range(self.subreddits))

    def watched_subjects(self) -> list[Subject]:
        """Return the subjects of the watchlist."""
        return made_subjects(self.subjects, self.names())

    def settings(self, path: Path) -> Settings:
        """Return the settings for a store of this size."""
        names = ",".join(self.names())
        return load_settings({"SQLITE_PATH": str(path), "SUBREDDITS": names, "ORIGIN": "recorded"})


ENDINGS = ("", "", "", "", "", "", "", "", ",", ".")


@lru_cache(maxsize=1)
def long_text() -> str:
    """Return a random text: a few words are frequent and very many rare, as in every language."""
    rng = random.Random(0)
    syllables = [a + b for a in "bdfgklmnprstvz" for b in "aeiou"]
    rare = ["".join(rng.choices(syllables, k=rng.randrange(2, 5))) for _ in range(30_000)]
    vocabulary = sorted(stopwords()) + rare
    weights = accumulate(1 / (rank + 3) for rank in range(len(vocabulary)))
    words = rng.choices(vocabulary, cum_weights=list(weights), k=400_000)
    return " ".join(word + rng.choice(ENDINGS) for word in words)


class Maker:
    """Makes the items of one subreddit after another; some name one of the subjects."""

    def __init__(self, seed: int = 0, subjects: Sequence[Subject] = ()) -> None:
        self._rng = random.Random(seed)
        self.naming = Naming(subjects, self._rng)
        self._authors = [f"user{number}" for number in range(20_000)]

    def posts(self, name: str, place: int, count: int) -> list[Post]:
        """Return random posts, oldest first, spread evenly over the 90 days."""
        seconds = (NOW - START).total_seconds()
        moments = sorted(self._rng.random() * seconds for _ in range(count))
        return [
            self.post(name, f"p{number:x}s{place}", START + timedelta(seconds=moment))
            for number, moment in enumerate(moments)
        ]

    def comments(self, name: str, place: int, count: int, posts: Sequence[Post]) -> list[Comment]:
        """Return random comments on these posts, each some hours after its post."""
        chosen = sorted(self._rng.randrange(len(posts)) for _ in range(count)) if posts else []
        return [
            self.comment(name, f"c{number:x}s{place}", posts[index])
            for number, index in enumerate(chosen)
        ]

    def post(self, name: str, post_id: str, created: datetime) -> Post:
        """Return one random post."""
        rng = self._rng
        trends = created > NOW - timedelta(days=1) and rng.random() < STORY_SHARE
        upvotes, comments = int(rng.lognormvariate(2, 1.2)), rng.randrange(12)
        made: Any = {
            "kind": "post",
            **self._common(name, post_id, created, upvotes),
            "content": self._text(450),
            "permalink": f"https://www.reddit.com/r/{name}/comments/{post_id}/x/",
            "title": self.naming.words(POSTS_THAT_NAME)
            + f"{STORY if trends else ''} {self._text(55)}".strip(),
            "url": f"https://www.reddit.com/r/{name}/comments/{post_id}/x/",
            "upvote_ratio": round(0.5 + rng.random() / 2, 2),
            "comment_count": comments,
            "flair": rng.choice((None, "Discussion", "Question")),
            "observations": self._observations(created, upvotes, comments),
        }
        return cast("Post", made)

    def comment(self, name: str, comment_id: str, post: Post) -> Comment:
        """Return one random comment on a post."""
        written = datetime.fromisoformat(post["created_utc"])
        created = written + timedelta(hours=self._rng.expovariate(1 / 6))
        made: Any = {
            "kind": "comment",
            **self._common(
                name,
                comment_id,
                min(created, NOW - timedelta(seconds=1)),
                int(self._rng.lognormvariate(1, 1)),
            ),
            "content": self.naming.words(COMMENTS_THAT_NAME) + self._text(180),
            "permalink": f"{post['permalink']}{comment_id}/",
            "post_id": post["id"],
            "parent_id": post["id"],
        }
        return cast("Comment", made)

    def _common(self, name: str, item_id: str, created: datetime, upvotes: int) -> Any:
        at = iso(created)
        return {
            "id": item_id,
            "source": "reddit",
            "community": name,
            "order_key": f"{at}_{item_id}",
            "author": self._rng.choice(self._authors),
            "created_utc": at,
            "upvotes": upvotes,
            "collected_at": at,
            "deleted": False,
            "language": "en",
            "sentiment": self._sentiment(at),
        }

    def _sentiment(self, at: str) -> Sentiment:
        compound = round(self._rng.choice((0.0, self._rng.uniform(-1, 1))), 4)
        label: Label = "positive" if compound >= 0.05 else "neutral"
        return Sentiment(
            label="negative" if compound <= -0.05 else label,
            compound=compound,
            positive=0.25,
            negative=0.25,
            neutral=0.5,
            method="vader",
            version="3.3.2",
            analyzed_at=at,
        )

    def _text(self, median: int) -> str:
        """Return a part of the long text, of `median` characters in the median; some far longer."""
        text = long_text()
        length = min(LONGEST_TEXT, int(median * self._rng.lognormvariate(0, 0.8)))
        start = text.index(" ", self._rng.randrange(len(text) - 2 * LONGEST_TEXT)) + 1
        return text[start : start + length]

    def _observations(self, created: datetime, upvotes: int, comments: int) -> list[Observation]:
        count = self._rng.randrange(1, MAX_OBSERVATIONS + 1)
        return [
            Observation(
                at=iso(min(NOW, created + number * HALF_HOUR)),
                upvotes=upvotes * number // count,
                comment_count=comments * number // count,
            )
            for number in range(1, count + 1)
        ]


async def fill(store: Store, size: Size, settings: Settings) -> None:
    """Write items, statistics, subreddits' states, cycles and topics."""
    subjects = size.watched_subjects()
    await store.upsert(WATCHLIST, [made_watchlist(subjects, iso(START))])
    maker = Maker(subjects=subjects)
    shares: Shares = {}
    for place, name in enumerate(size.names()):
        count = (place + 1) * size.items // size.subreddits - place * size.items // size.subreddits
        posts = maker.posts(name, place, max(1, count // ONE_POST_IN))
        comments = maker.comments(name, place, count - len(posts), posts)
        maker.naming.mention(posts, comments)
        shares[name] = await _keep(store, name, posts, comments)
    await rebuild_all(store, shares)
    await store.upsert(CYCLES, _cycles(size.names()))
    await store.upsert(COLLECTION, [_collection()])
    await Trends(store, settings, lambda: NOW).find()


async def fill_months(store: Store, community: str) -> None:
    """Make all months of a community from its days."""
    last = ""
    while page := await store.query(Query(DAYS, community, PAGE, order_by="id", at_least=last)):
        await write_months(store, community, page)
        last = after(page[-1]["id"])
        if len(page) < PAGE:
            return


async def _keep(
    store: Store, name: str, posts: Sequence[Post], comments: Sequence[Comment]
) -> dict[str, HourShare]:
    """Write a subreddit, and return its shares."""
    await store.upsert(POSTS, posts)
    await store.upsert(COMMENTS, comments)
    posts_in, comments_in = _by_hour(posts), _by_hour(comments)
    shares: dict[str, HourShare] = {}
    cells: dict[str, Cell] = {}
    for hour in sorted({*posts_in, *comments_in}):
        shares[hour] = share_of(posts_in.get(hour, []), comments_in.get(hour, []))
        cells[hour] = shares[hour].share["cell"]
    await write_days(store, name, cells)
    state: CommunityState = {
        **never_read(name),
        "watermark": {
            "posts": max((post["order_key"] for post in posts), default=""),
            "comments": max((each["order_key"] for each in comments), default=""),
        },
        "last_attempt_at": iso(NOW - HALF_HOUR),
        "last_collected_at": iso(NOW - HALF_HOUR),
    }
    await store.upsert(COMMUNITIES, [state])
    return shares


def _by_hour(items: Sequence[I]) -> dict[str, list[I]]:
    found: dict[str, list[I]] = defaultdict(list)
    for item in items:
        found[hour_of(item["created_utc"])].append(item)
    return found


def _cycles(names: Sequence[str]) -> list[Cycle]:
    """Return the cycles of the last two days."""
    return [_cycle(NOW - number * HALF_HOUR, names) for number in range(1, CYCLES_KEPT + 1)]


def _cycle(began: datetime, names: Sequence[str]) -> Cycle:
    counts = CommunityCounts(
        posts_seen=100, comments_seen=100, new=3, edited=0, moved=40, removed=0, error=None
    )
    cycle = new_cycle(cycle_id_of(began), iso(began), "timer", "recorded")
    cycle["status"], cycle["reconciled"] = "completed", "yes"
    cycle["end_time"] = iso(began + timedelta(seconds=20))
    cycle["communities_processed"] = list(names)
    cycle["communities"] = dict.fromkeys(names, counts)
    cycle["posts_seen"] = cycle["comments_seen"] = 100 * len(names)
    cycle["new"], cycle["moved"] = 3 * len(names), 40 * len(names)
    cycle["requests"] = {"reddit": SourceRequests(used=2 * len(names) + 30, left=None)}
    return cycle


def _collection() -> CollectionState:
    began = NOW - HALF_HOUR
    return CollectionState(
        id="collection",
        kind="collection",
        ttl=-1,
        schema=SCHEMA,
        origin="recorded",
        last_cycle=cycle_id_of(began),
        last_started_at=iso(began),
        last_collection_at=iso(began + timedelta(seconds=20)),
        collections_succeeded=CYCLES_KEPT,
        collections_failed=0,
    )


async def fill_file(path: Path, size: Size) -> float:
    """Fill a new file; return the seconds that it took."""
    began = time.monotonic()
    store = await SqliteStore.open(path, retry_seconds=20)
    try:
        await fill(store, size, size.settings(path))
    finally:
        await store.close()
    return round(time.monotonic() - began, 1)


def main() -> None:
    """Fill a file, and print its size and the seconds that it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--subreddits", type=int, default=14)
    parser.add_argument("--subjects", type=int, default=10)
    given = parser.parse_args()
    size = Size(given.items, given.subreddits, given.subjects)
    seconds = asyncio.run(fill_file(given.file, size))
    megabytes = round(given.file.stat().st_size / 1e6)
    print(json.dumps({"seconds": seconds, "file_mb": megabytes}))


if __name__ == "__main__":
    main()
