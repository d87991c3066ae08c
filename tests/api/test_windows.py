"""Statistics, trends and comparisons of random items equal a direct count, at every edge."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.reads.comparison import compare
from api.reads.statistics import read_stats
from api.reads.trends import read_trends
from api.schema.parameters import CompareParameters, ScopeParameters, TrendsParameters
from shared.models import Comment, Post
from shared.store import Store
from shared.store.sqlite import SqliteStore
from shared.times import iso
from tests.api.world import (
    COMPOUND,
    LABELS,
    NAMES,
    CountingStore,
    a_comment,
    a_post,
    deps_of,
    get,
    keep,
)

HOUR = timedelta(hours=1)
# Edges of the calendar: leap days, ends of years and months, midnights, Mondays.
EDGES = [
    datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC),
    datetime(2028, 3, 1, 0, 0, 0, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 30, tzinfo=UTC),
    datetime(2027, 1, 1, 0, 0, 0, tzinfo=UTC),
    datetime(2027, 1, 4, 0, 59, tzinfo=UTC),
    datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC),
    datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
]
MOMENTS = st.sampled_from(EDGES)
HOURS = st.one_of(st.sampled_from([1, 2, 23, 24, 25, 167, 168, 169]), st.integers(1, 400))
ITEMS = st.lists(
    st.tuples(
        st.integers(0, 500 * 3600),  # Seconds before that moment.
        st.sampled_from(NAMES),
        st.sampled_from(LABELS),
        st.booleans(),
    ),
    max_size=30,
)

Item = tuple[int, str, Any, bool]


def items_of(now: datetime, drawn: list[Item]) -> tuple[list[Post], list[Comment]]:
    posts, comments = [], []
    for number, (age, name, label, is_post) in enumerate(drawn):
        created = now - timedelta(seconds=age)
        if is_post:
            posts.append(a_post(number, created, name, label))
        else:
            comments.append(a_comment(number, created, name, label))
    return posts, comments


BESIDE_COUNTS = {"coverage", "stderr", "interval", "few", "shares", "kinds"}


def by_hand(now: datetime, drawn: list[Item], start: datetime, end: datetime, scope: str) -> Any:
    """Count the items of a scope that were created in start <= created < end."""
    found = [
        each
        for each in drawn
        if start <= now - timedelta(seconds=each[0]) < end and scope in {"all", each[1]}
    ]
    labels = [label for _, _, label, _ in found]
    compounds = [COMPOUND[label] for label in labels]
    return {
        "total": len(found),
        **{label: labels.count(label) for label in LABELS},
        "avg_sentiment": pytest.approx(sum(compounds) / len(found), abs=1e-4) if found else None,
        "posts": sum(is_post for *_, is_post in found),
        "comments": sum(not is_post for *_, is_post in found),
        "left_out": 0,
        "methods": {"vader 3.3.2": len(found)} if found else {},
        "mixed_methods": False,
        "copies": 0,
        "corrected": 0,
    }


def first_hour(now: datetime, hours: int) -> datetime:
    return now.replace(minute=0, second=0, microsecond=0) - (hours - 1) * HOUR


async def with_items(tmp_path_factory: Any, now: datetime, drawn: list[Item]) -> SqliteStore:
    path = tmp_path_factory.mktemp("windows") / "undertone.db"
    store = await SqliteStore.open(path, retry_seconds=20)
    await keep(store, *items_of(now, drawn))
    return store


@given(now=MOMENTS, hours=HOURS, drawn=ITEMS, scope=st.sampled_from(["all", *NAMES]))
@settings(max_examples=60, deadline=None)
async def test_statistics_equal_a_count_by_hand(
    tmp_path_factory, now: datetime, hours: int, drawn: list[Item], scope: str
) -> None:
    store = await with_items(tmp_path_factory, now, drawn)
    try:
        answer = await read_stats(
            deps_of(store, now=now), ScopeParameters(subreddit=scope, hours=hours)
        )
    finally:
        await store.close()
    start = first_hour(now, hours)
    expected = by_hand(now, drawn, start, now + HOUR, scope)
    assert answer.statistics.model_dump(exclude=BESIDE_COUNTS) == expected
    assert answer.window.start == iso(start)


def steps(start: datetime, now: datetime, granularity: str) -> Iterator[tuple[datetime, datetime]]:
    """Return the steps of the window by the calendar, first to last."""
    hours = {"hour": 1, "2h": 2, "4h": 4, "8h": 8, "day": 24, "week": 168}[granularity]
    length = timedelta(hours=hours)
    first = start.replace(hour=start.hour - start.hour % min(hours, 24))
    if granularity == "week":
        first -= timedelta(days=first.isoweekday() - 1)
    while first <= now:
        yield first, first + length
        first += length


@given(
    now=MOMENTS,
    hours=HOURS,
    drawn=ITEMS,
    scope=st.sampled_from(["all", "aws"]),
    granularity=st.sampled_from(["hour", "2h", "4h", "8h", "day", "week"]),
)
@settings(max_examples=60, deadline=None)
async def test_trends_have_every_step_and_each_equals_a_count_by_hand(
    tmp_path_factory, *, now: datetime, hours: int, drawn: list[Item], scope: str, granularity: Any
) -> None:
    store = await with_items(tmp_path_factory, now, drawn)
    try:
        answer = await read_trends(
            deps_of(store, now=now),
            TrendsParameters(subreddit=scope, hours=hours, granularity=granularity),
        )
    finally:
        await store.close()
    start = first_hour(now, hours)
    expected = [
        {"start": iso(begin), **by_hand(now, drawn, max(begin, start), end, scope)}
        for begin, end in steps(start, now, granularity)
    ]
    found = [point.model_dump(exclude=BESIDE_COUNTS) for point in answer.trend_data]
    assert found == expected
    assert answer.statistics.total == sum(point.total for point in answer.trend_data)


@given(now=MOMENTS, hours=HOURS, drawn=ITEMS)
@settings(max_examples=30, deadline=None)
async def test_a_comparison_counts_both_windows(
    tmp_path_factory, now: datetime, hours: int, drawn: list[Item]
) -> None:
    store = await with_items(tmp_path_factory, now, drawn)
    try:
        answer = await compare(
            deps_of(store, now=now), CompareParameters(subreddits=("AWS", "all"), hours=hours)
        )
    finally:
        await store.close()
    start = first_hour(now, hours)
    for found, scope in zip(answer.subreddits, ["aws", "all"], strict=True):
        assert found.subreddit == scope
        current = by_hand(now, drawn, start, now + HOUR, scope)
        before = by_hand(now, drawn, start - hours * HOUR, start, scope)
        assert found.statistics.model_dump(exclude=BESIDE_COUNTS) == current
        assert found.previous.model_dump(exclude=BESIDE_COUNTS) == before
        assert found.difference.total == current["total"] - before["total"]
        assert found.difference.posts == current["posts"] - before["posts"]


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """Open a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_store


@pytest.mark.parametrize(("hours", "most"), [(24, 2), (168, 8), (2160, 91)])
@pytest.mark.parametrize("scope", ["all", "aws"])
async def test_a_window_reads_a_document_for_each_day(store, hours: int, most: int, scope) -> None:
    for read, model in ((read_stats, ScopeParameters), (read_trends, TrendsParameters)):
        counting = CountingStore(store)
        await read(deps_of(counting), model(subreddit=scope, hours=hours))  # type: ignore[operator]
        # The days or months, and what was observed.
        assert counting.reads == 2
        assert counting.asked["stats"] <= most


async def test_a_comparison_in_steps_has_the_trend_of_each(store) -> None:
    now = EDGES[5]
    posts = [a_post(n, now - n * 7 * HOUR, NAMES[n % 3], LABELS[n % 2]) for n in range(40)]
    await keep(store, posts)
    asked = deps_of(store, now=now)
    for granularity in ("hour", "8h", "day", "week"):
        compared = await compare(
            asked, CompareParameters(subreddits=["all", *NAMES], hours=100, granularity=granularity)
        )
        for each in compared.subreddits:
            alone = TrendsParameters(subreddit=each.subreddit, hours=100, granularity=granularity)
            assert each.trend_data == (await read_trends(asked, alone)).trend_data
    plain = await compare(asked, CompareParameters(subreddits=["aws"], hours=100))
    assert plain.subreddits[0].trend_data is None


@pytest.mark.parametrize(
    ("names", "hours", "steps"),
    [
        (1, 2160, "hour"),
        (2, 1250, "hour"),
        (2, 1251, "day"),
        (3, 833, "hour"),
        (3, 1485, "day"),
        (4, 2160, "day"),
    ],
)
async def test_a_comparison_of_very_many_hours_answers_in_days_and_says_so(
    process, written, names: int, hours: int, steps: str
) -> None:
    del process, written
    asked = {"subreddits": ",".join([*NAMES, "all"][:names]), "hours": hours}
    answer = await get("/api/v1/sentiment/compare", granularity="hour", **asked)
    assert answer.status_code == 200
    found = json.loads(answer.get_body())
    assert found["granularity"] == steps
    (count,) = {len(each["trend_data"]) for each in found["subreddits"]}
    assert count == hours if steps == "hour" else hours / 24 <= count <= hours / 24 + 2
    assert len(answer.get_body()) < 1_000_000


@pytest.mark.parametrize("granularity", ["hour", "2h", "4h", "8h", "day", "week", None])
async def test_a_comparison_says_its_steps(store, granularity) -> None:
    asked = CompareParameters(subreddits=("aws",), granularity=granularity)
    assert (await compare(deps_of(store), asked)).granularity == granularity


@pytest.mark.parametrize(
    ("items", "hours", "steps"),
    [(40, 24, "hour"), (8, 24, "4h"), (0, 24, "hour"), (1, 168, "day"), (40, 720, "day")],
)
async def test_steps_fit_the_items(store, items: int, hours: int, steps: str) -> None:
    now = EDGES[5]
    # Some hours are enough: steps without items don't count.
    filled = min(hours, 2000 // max(items, 1))
    posts = [
        a_post(1000 * back + each, now - back * HOUR, "aws", "neutral")
        for back in range(filled)
        for each in range(items)
    ]
    await keep(store, posts)
    asked = deps_of(store, now=now)
    compared = await compare(
        asked, CompareParameters(subreddits=("aws",), hours=hours, granularity="auto")
    )
    alone = await read_trends(
        asked, TrendsParameters(subreddit="aws", hours=hours, granularity="auto")
    )
    assert compared.granularity == alone.granularity == steps
    assert compared.subreddits[0].trend_data == alone.trend_data
