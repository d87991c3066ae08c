"""A change is shown only for equal, collected spans, and only beyond chance."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.reads.comparison import compare
from api.schema.parameters import CompareParameters
from api.schema.sentiment import Change, Comparison
from shared.models import CollectionState, CommunityState, Label, Post
from shared.store import COLLECTION, COMMUNITIES
from shared.store.community_states import bucket_of
from shared.store.schema import SCHEMA
from shared.times import iso
from tests.api.world import NAMES, a_post, deps_of, keep

HOUR = timedelta(hours=1)
COLLECTED = datetime(2026, 11, 23, 13, 25, tzinfo=UTC)
GOOD: Label = "positive"
BAD: Label = "negative"


def posts_each_hour(
    start: datetime,
    end: datetime,
    labels: list[Label],
    *,
    name: str = "aws",
    first: int = 0,
) -> list[Post]:
    """Make posts of these labels in each hour of start <= hour < end."""
    posts: list[Post] = []
    hour = start
    while hour < end:
        for minute, label in enumerate(labels):
            created = hour + timedelta(minutes=minute)
            posts.append(a_post(first + len(posts), created, name, label))
        hour += HOUR
    return posts


async def collected(store: Any, at: datetime | None = COLLECTED, **by_name: datetime) -> None:
    """Store when a collection last succeeded, and when each of these subreddits was collected."""
    await store.upsert(
        COLLECTION,
        [
            CollectionState(
                id="collection",
                kind="collection",
                ttl=-1,
                schema=SCHEMA,
                origin="sample",
                last_cycle=None,
                last_started_at=None,
                last_collection_at=iso(at) if at else None,
                collections_succeeded=1,
                collections_failed=0,
            )
        ],
    )
    states = [
        CommunityState(
            id=name,
            kind="community",
            bucket=bucket_of(name),
            source="reddit",
            shard="",
            due_at="",
            ttl=-1,
            schema=SCHEMA,
            watermark=None,
            last_attempt_at=iso(COLLECTED),
            last_collected_at=iso(by_name.get(name, at)) if at else None,
            last_error=None,
        )
        for name in NAMES
    ]
    await store.upsert(COMMUNITIES, states)


async def compared(
    store: Any, name: str = "all", *, now: datetime = COLLECTED, hours: int = 24
) -> Comparison:
    parameters = CompareParameters(subreddits=(name,), hours=hours, until="collected")
    return await compare(deps_of(store, now=now), parameters)


async def changed(store: Any, name: str = "all", **more: Any) -> Change:
    [scope] = (await compared(store, name, **more)).subreddits
    assert scope.change is not None
    return scope.change


@pytest.fixture
async def steady(store: Any) -> Any:
    """Return a store of four days with the same moods in every hour."""
    start = COLLECTED.replace(minute=0) - 96 * HOUR
    labels: list[Label] = [GOOD] * 5 + [BAD] * 5
    await keep(store, posts_each_hour(start, COLLECTED, labels))
    return store


async def test_the_window_ends_at_the_last_collection_and_equal_lengths_are_compared(
    steady: Any,
) -> None:
    await collected(steady)
    answer = await compared(steady, now=COLLECTED + 3 * HOUR)
    assert answer.window.end == iso(COLLECTED)
    assert answer.subreddits[0].statistics.total == 24 * 10
    change = await changed(steady, now=COLLECTED + 3 * HOUR)
    assert change.hours == 24
    assert change.statistics.total == change.previous.total == 24 * 10
    assert change.verdict == "no_clear_change"
    assert change.behind == []


async def test_the_running_hour_is_not_compared(store: Any) -> None:
    start = COLLECTED.replace(minute=0)
    await keep(store, posts_each_hour(start - 48 * HOUR, start, [GOOD, BAD]))
    await keep(store, posts_each_hour(start, COLLECTED, [BAD] * 50, first=5000))
    await collected(store)
    change = await changed(store)
    assert change.statistics.total == 48
    assert change.avg_sentiment == pytest.approx(0)


async def test_hours_in_which_nothing_was_collected_are_left_out_on_both_sides(
    store: Any,
) -> None:
    end = COLLECTED.replace(minute=0)
    # Mornings are good and evenings bad: if three mornings were missing, the mean would be worse.
    parts = [
        (end - 48 * HOUR, end - 36 * HOUR, [GOOD] * 30),
        (end - 36 * HOUR, end - 24 * HOUR, [BAD] * 30),
        (end - 21 * HOUR, end - 12 * HOUR, [GOOD] * 30),
        (end - 12 * HOUR, end, [BAD] * 30),
    ]
    for number, (start, until, labels) in enumerate(parts):
        await keep(store, posts_each_hour(start, until, labels, first=1000 * number))
    await collected(store)
    change = await changed(store)
    assert change.hours == 21
    assert change.avg_sentiment == pytest.approx(0)
    assert change.verdict == "no_clear_change"
    answer = await compared(store)
    assert answer.gaps is not None
    assert [(gap.start, gap.end) for gap in answer.gaps] == [
        (iso(end - 23 * HOUR), iso(end - 21 * HOUR))
    ]


async def test_quiet_hours_are_not_taken_for_missing_ones(store: Any) -> None:
    end = COLLECTED.replace(minute=0)
    for day in (2, 1):
        start = end - day * 24 * HOUR
        await keep(store, posts_each_hour(start, start + 8 * HOUR, [GOOD, BAD], first=100 * day))
    await collected(store)
    answer = await compared(store)
    assert answer.gaps == []
    assert (await changed(store)).hours == 24


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ([GOOD, BAD], [GOOD, BAD], "no_clear_change"),
        ([BAD, BAD], [GOOD, GOOD], "better"),
        ([GOOD, GOOD], [BAD, BAD], "worse"),
        # 24 items on each side.
        ([GOOD], [BAD], "too_few"),
        ([], [GOOD, BAD], "incomplete"),
    ],
)
async def test_a_change_is_told_beyond_chance_and_of_enough_items_only(
    store: Any, before: list[Label], now: list[Label], verdict: str
) -> None:
    end = COLLECTED.replace(minute=0)
    await keep(store, posts_each_hour(end - 48 * HOUR, end - 24 * HOUR, before))
    await keep(store, posts_each_hour(end - 24 * HOUR, end, now, first=5000))
    await collected(store)
    assert (await changed(store)).verdict == verdict


async def test_a_large_difference_that_chance_explains_is_no_clear_change(store: Any) -> None:
    end = COLLECTED.replace(minute=0)
    start = end - 48 * HOUR
    posts = posts_each_hour(start, end, [GOOD, BAD])
    # Three of 48 become good: the mean rises by 0.07, which chance explains.
    turned = [post for post in posts if post["order_key"] >= iso(end - 24 * HOUR)][1:7:2]
    for post in turned:
        post["sentiment"] = {**post["sentiment"], "label": GOOD, "compound": 0.6124}
    await keep(store, posts)
    await collected(store)
    change = await changed(store)
    assert change.avg_sentiment is not None
    assert change.avg_sentiment > 0.05
    assert change.interval is not None
    assert change.interval[0] < 0 < change.interval[1]
    assert change.verdict == "no_clear_change"


async def test_a_subreddit_that_was_not_collected_is_named_and_keeps_the_change_untold(
    store: Any,
) -> None:
    end = COLLECTED.replace(minute=0)
    for number, (name, label) in enumerate((("aws", GOOD), ("claude", BAD))):
        until = end - 3 * HOUR if name == "aws" else end
        posts = posts_each_hour(
            end - 48 * HOUR, until, [label] * 20, name=name, first=5000 * number
        )
        await keep(store, posts)
    await collected(store, aws=end - 3 * HOUR)
    change = await changed(store)
    assert change.behind == ["aws"]
    assert (change.verdict, change.reason) == ("incomplete", "not_collected")
    # By itself the subreddit is compared over the hours that it has.
    alone = await changed(store, "aws")
    assert alone.hours == 21
    assert alone.verdict == "no_clear_change"


async def test_before_any_collection_the_window_ends_now(store: Any) -> None:
    answer = await compared(store)
    assert answer.window.end == iso(COLLECTED)
    assert answer.subreddits[0].statistics.total == 0


async def test_earlier_clients_get_what_they_got(steady: Any) -> None:
    await collected(steady, COLLECTED - 3 * HOUR)
    answer = await compare(
        deps_of(steady, now=COLLECTED), CompareParameters(subreddits=("all",), hours=24)
    )
    assert answer.window.end == iso(COLLECTED)
    assert answer.gaps is None
    assert answer.subreddits[0].change is None
