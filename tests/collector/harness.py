"""Runs real cycles against a stand-in, and returns what the store then contains."""

import random
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.collection.cycle import Collector
from collector.collection.diff import Changes
from collector.collection.score import score_drafts
from collector.sentiment.base import Method
from collector.sentiment.registry import method_named
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import Backoff, Wait, wait_until
from shared.kinds import letters_of
from shared.models import ALL, Cell, Cycle, Labelled
from shared.settings import Settings
from shared.stats.cells import methods_of
from shared.stats.hour_parts import read_hours
from shared.stats.listed import ListedItem, comments_in, posts_in
from shared.stats.months import key_of, unpack
from shared.stats.threads import MAX_OF_DAY, MAX_THREADS
from shared.store import COMMENTS, COMMUNITIES, DAYS, HOURS_OF_ALL, MONTHS, POSTS, Container, Store
from shared.store.community_states import community_key
from shared.store.scan import items_between
from shared.text.forms import FORMS
from shared.times import Clock, utc_now
from tests.collector.subject_truth import (
    KindCounts,
    SumsOfThreads,
    check_subjects,
    check_sums,
    entry_by_hand,
    kinds_by_hand,
    kinds_stored,
    ranked_entries,
    subject_documents,
    threads_by_hand,
)

# Retries as in production, without its pauses.
FAST = Backoff(attempts=4, first_seconds=0.01, most_seconds=0.02)
WRITES = ("create", "replace", "upsert", "delete")
METHOD = method_named("vader", FORMS)


def score(method: Method, changes: Changes, now: str) -> None:
    """Score the drafts of these changes, as items that mention nothing."""
    score_drafts(method, [changes], now)
    changes.posts += changes.unmatched_posts
    changes.comments += changes.unmatched_comments


def settings_for(
    base: Settings, base_url: str, subreddits: Iterable[str], **more: object
) -> Settings:
    return base.model_copy(
        update={"reddit_base_url": base_url, "subreddits": tuple(subreddits), **more}
    )


async def run_cycle(
    store: Store,
    settings: Settings,
    *,
    clock: Clock = utc_now,
    backoff: Backoff = FAST,
    wait: Wait | None = None,
) -> Cycle:
    source = RedditSource(
        settings, wait=wait or wait_until(time.monotonic() + 120), backoff=backoff
    )
    try:
        return await Collector(store, {"reddit": source}, METHOD, settings, clock=clock).run("cli")
    finally:
        source.close()


@dataclass
class WatchedStore:
    """A store that counts its operations and the documents written."""

    inner: Store
    operations: list[str] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if name not in {*WRITES, "read", "read_many", "query"}:
            return method

        async def watched(*args: Any) -> Any:
            self.operations.append(name)
            if name in WRITES:
                container: Container[Any] = args[0]
                counted = args[1] if name in {"upsert", "delete"} else [args[1]]
                if counted:
                    self.written[container.name] += len(counted)
            return await method(*args)

        return watched


async def stored_items(store: Store, subreddits: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return everything stored, by fullname."""
    found: dict[str, dict[str, Any]] = {}
    for name in subreddits:
        async for post in items_between(store, POSTS, name, "", "9"):
            found[f"t3_{post['id']}"] = dict(post)
        async for comment in items_between(store, COMMENTS, name, "", "9"):
            found[f"t1_{comment['id']}"] = dict(comment)
    return found


Counts = tuple[tuple[int, ...], tuple[int, ...], dict[str, int], KindCounts]
"""Counts of posts, comments and labels, the sum of compound, other languages, methods, kinds."""


def count_by_hand(items: dict[str, dict[str, Any]]) -> dict[str, dict[str, Counts]]:
    """Recount each hour of each subreddit and of all, in the simplest way.

    Sums of compound are in ten-thousandths, so that they are exact.
    """
    found: dict[str, dict[str, list[tuple[str, dict[str, Any]]]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for fullname, item in items.items():
        for scope in (item["community"], ALL):
            found[scope][item["created_utc"][:13]].append((fullname, item))
    return {
        scope: {hour: _counted(of_hour) for hour, of_hour in hours.items()}
        for scope, hours in found.items()
    }


def _counted(items: Sequence[tuple[str, dict[str, Any]]]) -> Counts:
    posts = sum(fullname.startswith("t3_") for fullname, _ in items)
    sentiments = [item["sentiment"] for _, item in items]
    others = [item["sentiment"] for _, item in items if item.get("language") == "other"]
    methods: dict[str, int] = defaultdict(int)
    for sentiment in sentiments:
        methods[" ".join(filter(None, (sentiment["method"], sentiment.get("version"))))] += 1
    return (
        (posts, len(items) - posts, *_by_label(sentiments)),
        _by_label(others) if others else (),
        dict(methods),
        kinds_by_hand((item, item["sentiment"]) for _, item in items),
    )


def _by_label(sentiments: Sequence[dict[str, Any]]) -> tuple[int, ...]:
    labels = [sentiment["label"] for sentiment in sentiments]
    return (
        *(labels.count(label) for label in ("positive", "negative", "neutral")),
        sum(round(sentiment["compound"] * 10_000) for sentiment in sentiments),
    )


async def stored_statistics(
    store: Store, subreddits: Sequence[str], days: Iterable[str]
) -> dict[str, dict[str, Counts]]:
    """Return the stored cells in the form of `count_by_hand`."""
    keys = [(scope, day) for scope in (*subreddits, ALL) for day in days]
    found: dict[str, dict[str, Counts]] = defaultdict(dict)
    for (scope, day), document in (await store.read_many(DAYS, keys)).items():
        for hour, cell in document["hours"].items():
            other = cell.get("other_language")
            found[scope][f"{day}T{hour}"] = (
                (cell["posts"], cell["comments"], *_stored_labels(cell)),
                _stored_labels(other) if other else (),
                dict(methods_of(cell)),
                kinds_stored(cell),
            )
    return dict(found)


def _stored_labels(part: Labelled) -> tuple[int, ...]:
    labels = (part["positive"], part["negative"], part["neutral"])
    return (*labels, round(part["compound_sum"] * 10_000))


async def check_statistics(store: Store, subreddits: Sequence[str]) -> None:
    """Assert that every cell equals a recount, also of subjects, and that `all` lists every item.

    subreddits are all communities with items.
    """
    items = await stored_items(store, subreddits)
    await check_subjects(store, list(items.values()))
    days = sorted({item["created_utc"][:10] for item in items.values()})
    assert await stored_statistics(store, subreddits, days) == count_by_hand(items)
    await check_months(store, subreddits, days)
    await check_threads(store, items)
    hours = {item["created_utc"][:13] for item in items.values()}
    of_all = await read_hours(store, HOURS_OF_ALL, ALL, hours)
    listed = [
        (name, each)
        for document in of_all.values()
        for name, share in document["shares"].items()
        for each in (*posts_in(share), *comments_in(document["id"], share))
    ]
    assert sorted(listed) == sorted((item["community"], _listed(item)) for item in items.values())
    entries = [entry_by_hand(item, item["sentiment"]) for item in items.values()]
    assert await ranked_entries(store, ALL) == sorted(entries, key=str)


def _listed(item: Mapping[str, Any]) -> ListedItem:
    kinds = letters_of(item.get("kinds", ()))
    return ListedItem(item["kind"], item["order_key"], item["sentiment"]["label"], kinds)


async def check_months(store: Store, subreddits: Sequence[str], days: Sequence[str]) -> None:
    """Assert that months have the same cells as days."""
    keys = [key_of(name, month) for name in subreddits for month in {day[:7] for day in days}]
    months = (await store.read_many(MONTHS, keys)).values()
    in_months = {
        (day["scope"], day["id"]): _without_threads(day["hours"])
        for month in months
        for day in unpack(month)
    }
    stored = await store.read_many(DAYS, [(name, day) for name in subreddits for day in days])
    in_days = {key: _without_threads(day["hours"]) for key, day in stored.items() if day["hours"]}
    assert in_months == in_days


NOT_IN_BOTH = ("threads", "digest")


def _without_threads(hours: Mapping[str, Cell]) -> dict[str, Any]:
    """Return what days and months both have of cells."""
    found: dict[str, Any] = {}
    for hour, cell in hours.items():
        found[hour] = {name: value for name, value in cell.items() if name not in NOT_IN_BOTH}
        if other := cell.get("other_language"):
            plain = {name: value for name, value in other.items() if name not in NOT_IN_BOTH}
            found[hour]["other_language"] = plain
    return found


async def check_threads(store: Store, items: dict[str, dict[str, Any]]) -> None:
    """Assert that days of communities and of all, and digests, have the sums of each thread.

    An hour lists fifty threads at most, and a digest fifteen; both count all items.
    """
    by_hour: dict[tuple[str, str], SumsOfThreads] = defaultdict(dict)
    by_day: dict[tuple[str, str], SumsOfThreads] = defaultdict(dict)
    threads = threads_by_hand(items.values())
    for item in items.values():
        thread = threads[item["kind"], item["id"]]
        for name in (item["community"], ALL):
            _put(by_hour[name, item["created_utc"][:13]], thread, item)
        _put(by_day[item["community"], item["created_utc"][:10]], thread, item)
    days = {(name, hour[:10]) for name, hour in by_hour}
    stored = await store.read_many(DAYS, days)
    hours = {
        (scope, f"{day}T{hour}"): cell["threads"]
        for (scope, day), document in stored.items()
        for hour, cell in document["hours"].items()
    }
    months = {key_of(name, day[:7]) for name, day in by_day}
    digests = {
        (month["scope"].removesuffix("/months"), f"{month['id']}-{day}"): digest[0]
        for month in (await store.read_many(MONTHS, months)).values()
        for day, digest in month.get("digests", {}).items()
    }
    for key, text in hours.items():
        check_sums(text, by_hour[key], MAX_THREADS)
    assert set(hours) == set(by_hour)
    assert set(digests) == set(by_day)
    if max(map(len, by_hour.values()), default=0) <= MAX_THREADS:
        for key, text in digests.items():
            check_sums(text, by_day[key], MAX_OF_DAY)


def _put(threads: SumsOfThreads, thread: str, item: Mapping[str, Any]) -> None:
    count, total = threads.get(thread, (0, 0))
    threads[thread] = (count + 1, total + round(item["sentiment"]["compound"] * 10_000))


WHEN = {"collected_at", "analyzed_at", "at", "_etag"}


async def final_data(store: Store, subreddits: Sequence[str]) -> dict[str, Any]:
    """Return everything that a cycle leaves, without times of its own."""
    items = await stored_items(store, subreddits)
    days = sorted({item["created_utc"][:10] for item in items.values()})
    hours = sorted({item["created_utc"][:13] for item in items.values()})
    scopes = (*subreddits, ALL)
    keys = [community_key(name) for name in subreddits]
    states = (await store.read_many(COMMUNITIES, keys)).values()
    everything: dict[str, Any] = {
        "items": items,
        "days": await store.read_many(DAYS, [(scope, day) for scope in scopes for day in days]),
        "hours": await read_hours(store, HOURS_OF_ALL, ALL, hours),
        "subjects": await subject_documents(store),
        "watermarks": {state["id"]: state["watermark"] for state in states},
    }
    return {name: _timeless(of_name) for name, of_name in everything.items()}


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(k): _timeless(v) for k, v in value.items() if k not in WHEN}
    if isinstance(value, list | tuple):
        return [_timeless(each) for each in value]
    return value


def things(
    subreddits: Sequence[str], count: int, *, newest: float, seed: int = 0
) -> list[dict[str, Any]]:
    """Make t3 and t1 objects as Reddit's API returns them, about half a minute apart."""
    rng = random.Random(seed)
    moods = ("I love this, great work", "This is awful, I hate it", "It is on the table")
    made: list[dict[str, Any]] = []
    moment = newest - 40.0 * count
    posts: dict[str, list[str]] = defaultdict(list)
    for number in range(count):
        moment += rng.randrange(1, 80) if moment < newest - 80 else 0
        name = subreddits[number % len(subreddits)]
        common = {
            "subreddit": name,
            "author": f"user{number % 17}",
            "created_utc": moment,
            "score": rng.randrange(50),
            "edited": False,
        }
        if number % 3 == 0 or not posts[name]:
            posts[name].append(f"p{number}")
            data: dict[str, Any] = {
                "id": f"p{number}",
                "name": f"t3_p{number}",
                "title": rng.choice(moods),
            }
            data |= {
                "selftext": rng.choice(moods),
                "num_comments": 1,
                "url": "https://example.com/",
            }
            data["permalink"] = f"/r/{name}/comments/p{number}/x/"
            made.append({"kind": "t3", "data": {**common, **data}})
        else:
            post = rng.choice(posts[name])
            data = {"id": f"c{number}", "name": f"t1_c{number}", "body": rng.choice(moods)}
            data |= {"link_id": f"t3_{post}", "parent_id": f"t3_{post}"}
            made.append({"kind": "t1", "data": {**common, **data}})
    return made
