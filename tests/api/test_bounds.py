"""The maximum cost of a read, whatever its parameters and format, and which reads wait."""

import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any, TypeVar

import pytest

from api.errors import BadParameters
from api.http.limiter import AT_ONCE, RETRY_SECONDS, WAITING, Limiter, TooBusy
from api.reads.comparison import compare
from api.reads.day_items import read_day, read_day_items
from api.reads.explain.explanation import read_explanation
from api.reads.hours import MAX_HOURS_READ
from api.reads.items import read_items
from api.reads.listing import with_largest_page
from api.reads.posts import read_recent_posts
from api.reads.statistics import read_stats
from api.reads.trends import read_trends
from api.schema.explain import ExplainParameters
from api.schema.exports import ExportParameters
from api.schema.parameters import (
    CompareParameters,
    ItemsParameters,
    PostsParameters,
    ScopeParameters,
    TrendsParameters,
)
from api.schema.sentiment import ComparedScope
from api.schema.values import MAX_SORTED, Sort
from bench.fill import fill_months
from bench.priced_store import PricedStore
from shared.models import ALL, Cell, DayStats, Labelled, Post, RankedDay, ScopeHour
from shared.stats.cell_threads import with_threads
from shared.stats.cells import Scored, count
from shared.stats.months import partition_of
from shared.stats.ranked import ranked_partition
from shared.store import COMMUNITIES, DAYS, HOURS_OF_ALL, MONTHS, RANKED_DAYS, Query, Store
from shared.times import iso, utc_now
from tests.api.reads.test_coverage import observed
from tests.api.world import (
    LABELS,
    NAMES,
    NOW,
    CountingStore,
    a_comment,
    a_post,
    ask,
    deps_of,
    get,
    keep,
    posts_back,
)
from tests.fixtures.stores import Fill, FilledStore

MAX_REQUEST_UNITS = 1000
RECENT, ITEMS = "/api/v1/posts/recent", "/api/v1/items"
MENTIONS = "/api/v1/subjects/cursor/mentions"
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


async def fill_many(store: Store) -> None:
    """Store a post every twenty minutes for 16 days, with texts of typical length."""
    posts = [
        {**post, "content": "some words that people say " * 30}
        for post in posts_back(16 * 24 * 3, 20 * MINUTE)
    ]
    await keep(store, posts)  # type: ignore[arg-type]


async def fill_listed(store: Store) -> None:
    """Store these posts, and a comment every ten minutes for two weeks."""
    await fill_many(store)
    comments = [a_comment(n, NOW - n * 10 * MINUTE, NAMES[n % 3]) for n in range(2000)]
    await keep(store, (), comments)


async def fill_not_yet_listed(store: Store) -> None:
    """Store the same, with hours that don't list their comments yet."""
    await fill_listed(store)
    stored = await store.query(Query(HOURS_OF_ALL, ALL, 1000, order_by="id"))
    hours = [each for each in stored if "shares" in each]
    for share in [share for hour in hours for share in hour["shares"].values()]:
        share.pop("comments")
    await store.upsert(HOURS_OF_ALL, hours)


@pytest.fixture
async def many(read_only_store: FilledStore) -> Store:
    """Open a store with these posts."""
    return await read_only_store(fill_many)


@pytest.mark.parametrize(
    "given",
    [
        {"q": "zzzq"},
        {"q": "people"},
        {},
        {"sentiment": "negative"},
        {"subreddit": "aws", "q": "zzzq"},
        {"subreddit": "aws"},
    ],
    ids=str,
)
async def test_no_page_and_no_file_costs_more_than_the_bound(many, given: dict[str, str]) -> None:
    priced = PricedStore(many)
    parameters = with_largest_page(PostsParameters(hours=2160, **given))  # type: ignore[arg-type]
    cursor, pages = None, 0
    while pages < 3:
        with priced.counting() as bill:
            asked = parameters.model_copy(update={"cursor": cursor})
            cursor = (await read_recent_posts(deps_of(priced), asked)).next_cursor
        assert bill.request_units < MAX_REQUEST_UNITS
        pages += 1
        if cursor is None:
            break


@pytest.mark.parametrize("given", [{}, {"community": "aws"}, {"kind": "comment"}], ids=str)
@pytest.mark.parametrize(
    "fill", [fill_listed, fill_not_yet_listed], ids=["listed", "not yet listed"]
)
async def test_no_page_of_a_day_costs_more_than_the_bound(
    read_only_store: FilledStore, given: Any, fill: Fill
) -> None:
    priced = PricedStore(await read_only_store(fill))
    deps = deps_of(priced)
    with priced.counting() as bill:
        day = await read_day(deps, ExportParameters(day="2026-11-22", **given))
    assert bill.request_units < MAX_REQUEST_UNITS / 10
    pages = read_day_items(deps, day)
    found = []
    while True:
        with priced.counting() as bill:
            page = await anext(pages, None)
        assert bill.request_units < MAX_REQUEST_UNITS
        if page is None:
            break
        found += page.items.root
    assert len(found) > 50


@pytest.mark.parametrize(
    "given",
    [
        {"q": "zzzq"},
        {},
        {"kind": "comment"},
        {"sentiment": "negative"},
        {"subreddit": "aws", "q": "zzzq"},
        {"subreddit": "aws"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "fill", [fill_listed, fill_not_yet_listed], ids=["listed", "not yet listed"]
)
async def test_no_page_of_posts_and_comments_costs_more_than_the_bound(
    read_only_store: FilledStore, given: Any, fill: Fill
) -> None:
    priced, cursor = PricedStore(await read_only_store(fill)), None
    parameters = with_largest_page(ItemsParameters(hours=2160, **given))
    for _ in range(3):
        with priced.counting() as bill:
            asked = parameters.model_copy(update={"cursor": cursor})
            cursor = (await read_items(deps_of(priced), asked)).next_cursor
        assert bill.request_units < MAX_REQUEST_UNITS
        if cursor is None:
            break


async def fill_sorted(store: Store) -> None:
    """Store as many long posts as a list by reach can have, and comments of 90 days.

    The posts are of one day, and each day's list of its items is as long as in a busy place.
    """
    posts = [_long(post) for post in posts_back(MAX_SORTED - 100, MINUTE)]
    comments = [a_comment(n, NOW - n * 15 * MINUTE, NAMES[n % 3]) for n in range(8600)]
    await keep(store, posts, comments)


def _long(post: Post) -> Post:
    return {**post, "content": "some words that people say " * 60, "kinds": ["problem"]}


@pytest.fixture
async def sorted_store(read_only_store: FilledStore) -> Store:
    """Open a store with these items."""
    return await read_only_store(fill_sorted)


@pytest.mark.parametrize("hours", [24, 2160])
@pytest.mark.parametrize("given", [{}, {"talk": "problem"}, {"subreddit": "aws"}], ids=str)
async def test_no_list_by_reach_costs_more_than_the_bound(
    sorted_store: Store, given: dict[str, str], hours: int
) -> None:
    priced = PricedStore(sorted_store)
    asked: dict[str, Any] = {**given, "sort": "reach", "limit": 1, "hours": hours}
    with priced.counting() as bill:
        page = await read_recent_posts(deps_of(priced), PostsParameters.model_validate(asked))
    assert page.next_cursor is not None
    assert bill.request_units < MAX_REQUEST_UNITS
    # One of a community alone is a third as long.
    assert bill.request_units > (780 if "subreddit" not in given else 170)


@pytest.mark.parametrize("sort", ["most_negative", "influence"])
@pytest.mark.parametrize("given", [{}, {"q": "people"}, {"subreddit": "aws"}], ids=str)
async def test_no_page_of_an_order_costs_more_than_the_bound(
    sorted_store: Store, given: dict[str, str], sort: Sort
) -> None:
    priced = PricedStore(sorted_store)
    asked: dict[str, Any] = {**given, "sort": sort, "limit": 500, "hours": 2160}
    with priced.counting() as bill:
        page = await read_items(deps_of(priced), ItemsParameters.model_validate(asked))
    assert page.items.root
    assert page.next_cursor is not None
    assert 500 < bill.request_units < MAX_REQUEST_UNITS


EVERY_HOUR = [f"{hour:02}" for hour in range(24)]


def a_ranked_day(day: str, entries: int) -> RankedDay:
    """Return a day of all with this number of entries in each hour."""
    listed = [
        f"{n % 20001:05}np.{n % 3600 // 60:02}{n % 60:02}1abc{n:04} p" for n in range(entries)
    ]
    hours = {hour: {"aws": listed} for hour in EVERY_HOUR}
    return RankedDay(id=day, scope=ranked_partition(ALL), hours=hours)


def split(day: RankedDay) -> list[RankedDay]:
    """Return the documents of a day that is too large for one."""
    hours = [
        RankedDay(id=f"{day['id']}T{hour}", scope=day["scope"], hours={hour: by_name})
        for hour, by_name in day["hours"].items()
    ]
    return [*hours, RankedDay(id=day["id"], scope=day["scope"], hours={}, is_split=True)]


@pytest.mark.parametrize(
    ("entries", "days", "is_split"),
    [
        (130, 89, False),
        (139, 89, False),
        (700, 18, False),
        (700, 89, False),
        (900, 14, True),
        (4000, 89, True),
        (60_000, 1, True),
    ],
)
async def test_the_days_that_list_the_items_of_a_window_cost_no_more_than_the_bound(
    filled_store: FilledStore, entries: int, days: int, *, is_split: bool
) -> None:
    store = await filled_store(fill_sorted)
    dates = [(NOW - n * 24 * HOUR).date().isoformat() for n in range(1, days + 1)]
    for each in dates:
        day = a_ranked_day(each, entries)
        await store.upsert(RANKED_DAYS, split(day) if is_split else [day])
    priced = PricedStore(store)
    asked = ItemsParameters(sort="most_positive", limit=500, hours=24 * days + 24)
    with priced.counting() as bill, suppress(BadParameters):
        await read_items(deps_of(priced), asked)
    assert 200 < bill.request_units < MAX_REQUEST_UNITS, bill.by_kind()


TEN = tuple(f"community{number}" for number in range(10))
DAYS_BACK = 181
TODAY = NOW.date().isoformat()


T = TypeVar("T", Cell, Labelled)
PREFIX = "1abc"
SCORED = [
    Scored(LABELS[n % 3], (n % 19 - 9) / 10.0001, "linear 1", is_english=n % 7 > 0)
    for n in range(80)
]
A_BUSY_HOUR = with_threads(
    count(SCORED, posts=15), [(f"{PREFIX}{n % 60:03}", item) for n, item in enumerate(SCORED)]
)


def a_busy_day(subreddit: str, day: str) -> DayStats:
    """Return a day of maximum size: every hour has items, and some aren't English.

    Its threads go on in all of its hours, and have ids of their own.
    """
    hour = _renamed(A_BUSY_HOUR, day)
    hour["other_language"] = _renamed(A_BUSY_HOUR["other_language"], day)
    return {"id": day, "scope": subreddit, "hours": {f"{n:02}": hour for n in range(24)}}


def _renamed(part: T, day: str) -> T:
    renamed: T = {**part, "threads": part["threads"].replace(PREFIX, day[5:7] + day[8:])}
    return renamed


async def fill_months_alike(store: Store, names: Sequence[str]) -> None:
    """Store the months of communities with equal days: those of one are made, the others copied."""
    await fill_months(store, names[0])
    made = await store.query(Query(MONTHS, partition_of(names[0]), DAYS_BACK, order_by="id"))
    for name in names[1:]:
        await store.upsert(MONTHS, [{**each, "scope": partition_of(name)} for each in made])


async def fill_half_a_year(store: Store) -> None:
    """Store the days of ten communities, without their months."""
    days = [(NOW - n * 24 * HOUR).date().isoformat() for n in range(DAYS_BACK)]
    await store.upsert(DAYS, [a_busy_day(name, day) for name in TEN for day in days])
    of_all = [{**a_busy_day(ALL, day), "names": list(TEN)} for day in days]
    await store.upsert(DAYS, of_all)  # type: ignore[arg-type]


async def fill_a_year(store: Store) -> None:
    """Store the days of all communities in a year, and those of four of them with their months."""
    days = [(NOW - n * 24 * HOUR).date().isoformat() for n in range(366)]
    of_all = [{**a_busy_day(ALL, day), "names": list(TEN)} for day in days]
    await store.upsert(DAYS, of_all)  # type: ignore[arg-type]
    for name in TEN[:4]:
        await store.upsert(DAYS, [a_busy_day(name, day) for day in days])
    await fill_months_alike(store, TEN[:4])


async def fill_half_a_year_with_months(store: Store) -> None:
    """Store their days and months, as this version does."""
    await fill_half_a_year(store)
    await fill_months_alike(store, TEN)


@pytest.fixture
async def half_a_year(filled_store: FilledStore) -> Store:
    """Open a store with days only."""
    return await filled_store(fill_half_a_year)


@pytest.fixture
async def with_months(read_only_store: FilledStore) -> Store:
    """Open a store with days and months."""
    return await read_only_store(fill_half_a_year_with_months)


@pytest.fixture
async def changed_months(filled_store: FilledStore) -> Store:
    """Open a copy of that store, to which a test writes."""
    return await filled_store(fill_half_a_year_with_months)


def a_listed_hour(number: int) -> ScopeHour:
    """Return an hour of all that lists 80 posts of each community.

    Their documents are missing: reading one costs what reading a small one does.
    """
    at = NOW - number * HOUR
    hour = iso(at)[:13]
    listed = [f"{hour}:05:{n % 60:02}Z_{PREFIX}{number}x{n}" for n in range(80)]
    shares: Any = {
        name: {
            "cell": count(SCORED, posts=80),
            "posts": [[f"{key}{name}", LABELS[n % 3]] for n, key in enumerate(listed)],
        }
        for name in TEN
    }
    return ScopeHour(id=hour, scope=ALL, shares=shares)


@pytest.mark.parametrize("names", [TEN, (*TEN[:9], ALL)], ids=["ten", "nine and all"])
async def test_no_comparison_costs_more_than_the_bound(with_months, names: tuple[str, ...]) -> None:
    priced = PricedStore(with_months)
    # What ends at the last collection costs what ends now does, and the states of communities.
    for hours, until in (*product((24, 168, 720, 1000, 2160), ("collected",)), (2160, "now")):
        given: Any = {"subreddits": names, "hours": hours, "until": until}
        asked = CompareParameters(**given, granularity="day")
        with priced.counting() as bill:
            await compare(deps_of(priced, names=TEN), asked)
        assert bill.request_units < MAX_REQUEST_UNITS


async def test_no_comparison_with_the_week_before_costs_more_than_the_bound(
    changed_months: Store,
) -> None:
    covered = [[iso(NOW - 2000 * HOUR), iso(NOW)]]
    await changed_months.upsert(COMMUNITIES, [observed(name, 1, covered=covered) for name in TEN])
    priced = PricedStore(changed_months)
    for names, hours in product((TEN, (ALL,), TEN[:1]), (1, 24, 167)):
        asked = CompareParameters(
            subreddits=names, hours=hours, until="collected", baseline="rhythm", granularity="day"
        )
        with priced.counting() as bill:
            found = await compare(deps_of(priced, names=TEN), asked)
        assert found.before is not None
        assert found.before.because == "week_before"
        assert bill.request_units < MAX_REQUEST_UNITS / 2, (names, hours)


async def test_the_reasons_of_no_change_cost_more_than_the_bound(changed_months: Store) -> None:
    numbers = [number for number in range(4400) if number % 23 == 1 or number < 50]
    await changed_months.upsert(HOURS_OF_ALL, [a_listed_hour(number) for number in numbers])
    priced = PricedStore(changed_months)
    for community, hours in product((None, TEN[0]), (24, 168, 720, 2160)):
        with priced.counting() as bill:
            asked = ExplainParameters(hours=hours, community=community)
            await read_explanation(deps_of(priced, names=TEN), asked)
        assert bill.request_units < MAX_REQUEST_UNITS, (community, hours, bill.by_kind())


async def test_no_long_span_costs_more_than_the_bound(filled_store: FilledStore) -> None:
    priced = PricedStore(await filled_store(fill_a_year))
    deps = deps_of(priced, names=TEN, RETENTION_DAYS="400")
    year, half = ((NOW - n * 24 * HOUR).date().isoformat() for n in (364, 180))
    four = [f"community{number}" for number in range(4)]
    with priced.counting() as bill:
        await read_stats(deps, ScopeParameters(start=year))
    assert bill.request_units < MAX_REQUEST_UNITS
    asked = CompareParameters(scopes=(ALL, *four), start=half, end=TODAY, granularity="day")
    with priced.counting() as bill:
        await compare(deps, asked)
    assert bill.request_units < MAX_REQUEST_UNITS


async def test_no_trend_costs_more_than_the_bound_where_nine_of_ten_are_no_longer_watched(
    with_months,
) -> None:
    priced = PricedStore(with_months)
    for subreddit in (None, TEN[0]):
        with priced.counting() as bill:
            asked = TrendsParameters(subreddit=subreddit, hours=2160)
            await read_trends(deps_of(priced, names=TEN[:1]), asked)
        assert bill.request_units < MAX_REQUEST_UNITS


async def test_months_answer_what_days_do(half_a_year) -> None:
    deps = deps_of(half_a_year, names=TEN)
    asked = CompareParameters(subreddits=(*TEN[:3], ALL), hours=2000, granularity="day")
    of_days = await compare(deps, asked)
    await fill_months_alike(half_a_year, TEN)
    of_months = await compare(deps, asked)
    for one, other in zip(of_months.subreddits, of_days.subreddits, strict=True):
        assert _counted(one) == _counted(other)
        # The days at both ends count whole, and a day's digest lists fifteen threads.
        assert one.statistics.stderr == pytest.approx(other.statistics.stderr, rel=0.1)
        assert one.difference.stderr == pytest.approx(other.difference.stderr, rel=0.1)


def _counted(scope: ComparedScope) -> Any:
    uncertain = {"stderr", "interval", "shares"}
    points = [each.model_dump(exclude=uncertain) for each in scope.trend_data or ()]
    figures = (scope.statistics, scope.previous, scope.difference)
    return [each.model_dump(exclude=uncertain) for each in figures if each], points


async def test_a_page_over_quiet_hours_ends_at_the_bound_and_the_next_one_goes_on(
    sqlite_store,
) -> None:
    posts = [a_post(n, NOW - n * HOUR, label="positive") for n in range(1000)]
    posts[5]["sentiment"]["label"] = posts[980]["sentiment"]["label"] = "negative"
    await keep(sqlite_store, posts)
    cursor, found, reads = None, [], 0
    while True:
        counting = CountingStore(sqlite_store)
        asked = PostsParameters(hours=2160, sentiment="negative", cursor=cursor)
        page = await read_recent_posts(deps_of(counting), asked)
        found += [post.id for post in page.items.root]
        reads, cursor = reads + 1, page.next_cursor
        priced = PricedStore(sqlite_store)
        with priced.counting() as bill:
            await read_recent_posts(deps_of(priced), asked)
        assert bill.request_units < MAX_REQUEST_UNITS
        if cursor is None:
            break
    assert found == ["p5", "p980"]
    assert reads == -(-1000 // MAX_HOURS_READ)


async def test_the_pages_over_quiet_hours_miss_no_post_at_their_edges(sqlite_store) -> None:
    start = NOW.replace(minute=0, second=0)
    posts = [a_post(2 * n + m, start - n * HOUR - m * MINUTE) for n in range(400) for m in (0, 1)]
    await keep(sqlite_store, posts)
    cursor, found = None, []
    while True:
        asked = PostsParameters(hours=2160, q="title", limit=500, cursor=cursor)
        page = await read_recent_posts(deps_of(sqlite_store), asked)
        found += [post.id for post in page.items.root]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [
        post["id"] for post in sorted(posts, key=lambda post: post["order_key"], reverse=True)
    ]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
async def test_the_file_of_a_search_holds_what_a_page_of_it_does(process, written, form) -> None:
    del process
    await keep(written, posts_back(1200, 5 * MINUTE, newest=utc_now()))
    target = f"{RECENT}?hours=2160&q=%22title%201%22"
    as_json, file = await get(target, limit=500), await get(target, format=form)
    ids = [post["id"] for post in json.loads(as_json.get_body())]
    rows = file.get_body().decode().splitlines()[form == "csv" :]
    assert len(rows) == len(ids)
    assert ids[0] in rows[0]
    cursor = as_json.headers["Link"].rpartition("cursor=")[2]
    assert file.headers["Link"].rpartition("cursor=")[2] == cursor


async def test_those_who_search_wait_in_a_line_and_beyond_it_are_told_to_come_again(
    process, written
) -> None:
    del process
    await keep(written, posts_back(300, MINUTE, newest=utc_now()))
    searches = [get(RECENT, q=f"word{n}", hours=2160) for n in range(300)]
    others = [
        get("/api/v1/health"),
        get("/"),
        get("/api/v1/sentiment/stats"),
        get(RECENT),
        ask("HEAD", "/api/v1/health"),
    ]
    *found, health, page, stats, posts, head = await asyncio.gather(*searches, *others)
    assert [each.status_code for each in (health, page, stats, posts, head)] == [200] * 5
    assert json.loads(health.get_body())["database"]["connected"]
    statuses = [each.status_code for each in found]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= AT_ONCE + WAITING
    refused = found[statuses.index(429)]
    assert refused.mimetype == "application/problem+json"
    assert refused.headers["Retry-After"] == str(RETRY_SECONDS)
    assert (await get(RECENT, q="word299")).status_code == 200, "the line is empty again"


@pytest.mark.parametrize(
    ("target", "is_heavy"),
    [
        (f"{RECENT}?q=x", True),
        (f"{RECENT}?format=csv", True),
        (f"{RECENT}?limit=500", True),
        ("/api/v1/sentiment/trends?format=ndjson", True),
        ("/api/v1/sentiment/trends?hours=2160", True),
        ("/api/v1/sentiment/compare?subreddits=aws,claude,openai&hours=2160", True),
        (f"{ITEMS}?q=x", True),
        (f"{ITEMS}?format=ndjson", True),
        (f"{ITEMS}?limit=500", True),
        (f"{MENTIONS}?q=x", True),
        (f"{MENTIONS}?sort=score", True),
        (f"{MENTIONS}?sort=reach", True),
        (f"{MENTIONS}.atom?sort=influence", True),
        (f"{ITEMS}?sort=most_negative", True),
        (f"{RECENT}?sort=most_positive", True),
        (f"{RECENT}?sort=newest", False),
        (f"{MENTIONS}?format=csv", True),
        ("/api/v1/subjects?hours=2160", True),
        ("/api/v1/subjects/cursor?hours=2160", True),
        ("/api/v1/share-of-voice?hours=2160", True),
        ("/api/v1/explain", True),
        (MENTIONS, False),
        ("/api/v1/subjects", False),
        ("/api/v1/subjects/cursor?hours=168", False),
        ("/api/v1/share-of-voice?hours=720", False),
        (f"{MENTIONS}.atom", False),
        (ITEMS, False),
        (RECENT, False),
        ("/api/v1/sentiment/trends", False),
        ("/api/v1/sentiment/compare?subreddits=aws,claude,openai", False),
        ("/api/v1/sentiment/stats?hours=2160", False),
        ("/api/v1/posts/abc", True),
        ("/api/v1/posts/abc?subreddit=claude", False),
        ("/api/v1/posts/abc?community=claude", False),
        ("/api/v1/corrections?limit=200", True),
        ("/api/v1/corrections", False),
        ("/api/v1/topics?subject=cursor", True),
        (f"{ITEMS}?topic=rate-limit", True),
        ("/api/v1/trending", False),
        ("/api/v1/trending.atom", False),
        ("/api/v1/subreddits", False),
        ("/api/v1/cycles", False),
        ("/api/v1/health", False),
        ("/", False),
        ("/api/v1/docs", False),
        ("/api/v1/openapi.json", False),
    ],
)
async def test_only_heavy_reads_wait_for_heavy_reads(
    process, written, monkeypatch, target: str, is_heavy: bool
) -> None:
    del process, written

    async def full(self: Limiter, read: Any) -> Any:
        del self, read
        raise TooBusy

    monkeypatch.setattr(Limiter, "run", full)
    assert ((await get(target)).status_code == 429) is is_heavy


async def test_a_read_that_fails_gives_its_place_away() -> None:
    limiter = Limiter(at_once=1, waiting=0)

    async def fail() -> None:
        raise ValueError

    for _ in range(3):
        with pytest.raises(ValueError):  # noqa: PT011 - it has no message
            await limiter.run(fail)


async def test_no_more_read_at_once_than_may() -> None:
    limiter, running, most = Limiter(at_once=2, waiting=5), 0, 0

    async def read() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    await asyncio.gather(*(limiter.run(read) for _ in range(7)))
    assert most == 2
