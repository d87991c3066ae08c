"""The maximum cost of reads of subjects, with as many of them as a watchlist may have."""

import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from api.errors import BadParameters
from api.reads.comparison import compare
from api.reads.digest.answer import read_digest
from api.reads.digest.questions import TALK
from api.reads.digest.reasons import explain_rows
from api.reads.explain.explanation import read_explanation
from api.reads.items import read_items
from api.reads.markers import read_effect
from api.reads.mentions import read_feed, read_mentions
from api.reads.posts import read_recent_posts
from api.reads.spans import read_spans
from api.reads.statistics import read_stats
from api.reads.subjects import read_subject, read_subjects
from api.reads.topics import read_topics
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.reads.voice import read_voice
from api.schema.digest import DigestParameters
from api.schema.explain import ExplainParameters
from api.schema.markers import MAX_EFFECT_DAYS, EffectParameters
from api.schema.parameters import (
    CompareParameters,
    ItemsParameters,
    PostsParameters,
    ScopeParameters,
    TrendingParameters,
    TrendsParameters,
)
from api.schema.subject_parameters import (
    FeedParameters,
    MentionsParameters,
    SubjectParameters,
    SubjectsParameters,
    VoiceParameters,
)
from api.schema.topics import TopicsParameters
from bench.priced_store import PricedStore
from collector.rollups.ranked_days import write_ranked_days
from collector.rollups.subject_months import write_subject_months
from collector.rollups.subject_tables import SubjectRows, write_tables
from shared.models import CommunityState, DayStats, Post, SubjectHour
from shared.stats.cells import Scored, add, count
from shared.stats.months import key_of
from shared.stats.subject_tables import MONTHS_OF_TABLE
from shared.stats.subjects import (
    TABLE,
    VIAS,
    PartFields,
    pack_mention,
    part_name,
    parts_key,
    put_part,
    subject_scope,
)
from shared.stats.table_rows import numbers_of
from shared.stats.threads import Threads, pack_threads
from shared.stats.uncertainty import Rest, Thread
from shared.store import (
    COMMENTS,
    COMMUNITIES,
    DAYS,
    MONTHS,
    POSTS,
    SUBJECT_HOURS,
    SUBJECT_PARTS,
    SUBJECTS_DAYS,
    SUBJECTS_MONTHS,
    WATCHLIST,
    Store,
)
from shared.store.community_states import bucket_of, never_read
from shared.subjects.watchlist import read_watchlist
from shared.times import iso, month_of
from tests.api.subject_world import a_subject, watch
from tests.api.test_bounds import MAX_REQUEST_UNITS
from tests.api.world import LABELS, NOW, a_comment, a_post, deps_of
from tests.fixtures.stores import FilledStore
from tests.watchlists import a_marker

# A watchlist of maximum size: each subject is talked about in each community each hour, and four
# of them in many ways.
PLACES = tuple(f"community{number}" for number in range(14))
SUBJECTS = [
    a_subject(f"subject-{number}", f"word{number}", role="own" if number < 10 else "competitor")
    for number in range(100)
]
MANY = [subject["id"] for subject in SUBJECTS[:10]]
DAYS_BACK = 182
HOUR = timedelta(hours=1)
CELL = count(
    [
        Scored(LABELS[n % 3], (n % 19 - 9) / 10.0001, "linear 1", is_english=n % 7 > 0)
        for n in range(30)
    ],
    posts=8,
)
# As many as an hour lists, and others.
THREADS = Threads(
    {f"post-{n}": Thread(n + 1, 0.0213 * n) for n in range(50)},
    Rest(40, 60, -7.0213, 100, 3.0213, 12.87654321),
)
DATES = [(NOW - n * 24 * HOUR).date().isoformat() for n in range(DAYS_BACK)]
HOURS = [f"{hour:02}" for hour in range(24)]


async def fill_tables(store: Store) -> None:
    """Store the tables of all days and months; a day and a month are made, the others copied."""
    rows = dict.fromkeys(PLACES, numbers_of(CELL))
    ids = [subject["id"] for subject in SUBJECTS]
    first = f"{month_of(DATES[-1])}-01"
    of_month = [f"{first[:-2]}{day:02}" for day in range(1, 32)]
    threads = pack_threads(THREADS)
    one_hour = SubjectRows({"12": rows}, {"12": [threads, threads]})
    whole_day = SubjectRows(dict.fromkeys(HOURS, rows), {key: [threads, threads] for key in HOURS})
    await write_tables(store, dict.fromkeys(of_month, dict.fromkeys(ids, one_hour)), {})
    await write_tables(store, {first: dict.fromkeys(ids, whole_day)}, {})
    day = await store.read(SUBJECTS_DAYS, TABLE, first)
    month = await store.read(SUBJECTS_MONTHS, MONTHS_OF_TABLE, month_of(first))
    assert day is not None
    assert month is not None
    await store.upsert(SUBJECTS_DAYS, [{**day, "id": each} for each in DATES])  # type: ignore[misc]
    months = {month_of(each) for each in DATES}
    await store.upsert(SUBJECTS_MONTHS, [{**month, "id": each} for each in sorted(months)])  # type: ignore[misc]


def a_day(subject: str, day: str) -> DayStats:
    parts: Any = {}
    for name, via, hour in product(PLACES[:6], VIAS[:2], HOURS):
        put_part(PartFields(parts, {}, {}), part_name(via, name), hour, CELL, is_mixed=False)
    whole = add([CELL] * 12)
    return DayStats(
        id=day,
        scope=subject_scope(subject),
        hours=dict.fromkeys(HOURS, whole),
        names=list(PLACES[:6]),
        parts=parts,
    )


async def fill_days(store: Store) -> None:
    """Store the days and months of ten subjects: those of one are made, the others copied."""
    days = [a_day(MANY[0], day) for day in DATES]
    await write_subject_months(store, days)
    months = sorted({month_of(day) for day in DATES})
    keys = [key_of(subject_scope(MANY[0]), month) for month in months]
    parts_keys = [parts_key(MANY[0], month) for month in months]
    whole = (await store.read_many(MONTHS, keys)).values()
    parts = (await store.read_many(SUBJECT_PARTS, parts_keys)).values()
    for subject in MANY:
        scope = subject_scope(subject)
        own: Any = {"scope": key_of(scope, "")[0]}
        await store.upsert(DAYS, [{**day, "scope": scope} for day in days])  # type: ignore[misc]
        await store.upsert(MONTHS, [{**month, **own} for month in whole])  # type: ignore[misc]
        await store.upsert(SUBJECT_PARTS, [{**month, **own} for month in parts])  # type: ignore[misc]


async def fill_mentions(store: Store) -> None:
    """Store hours of a subject for 90 days, and the items of its newest 60 hours."""
    scope = subject_scope(MANY[0])
    hours = []
    for n in range(2160):
        at = NOW - n * HOUR
        listed = [pack_mention(f":05:07Z_p{n}", LABELS[n % 3], "text", "post")]
        listed += [
            pack_mention(f":04:{m:02}Z_c{n * 30 + m}", LABELS[m % 3], "thread", "comment")
            for m in range(30)
        ]
        share: Any = {"cell": CELL, "vias": {"text": CELL, "thread": CELL}, "mentions": listed}
        hours.append(SubjectHour(id=iso(at)[:13], scope=scope, shares={PLACES[n % 14]: share}))
    await store.upsert(SUBJECT_HOURS, hours)
    await write_ranked_days(store, {scope: {each["id"]: _ranked(each) for each in hours}})
    said = [{"subject": MANY[0], "via": "text", "matched": ["word0"]}]
    words: Any = {"content": "some words that people say " * 30, "mentions": said}
    posts = [a_post(n, NOW - n * HOUR, PLACES[n % 14], **words) for n in range(600)]
    await store.upsert(POSTS, posts)
    by_thread = [{**said[0], "via": "thread", "matched": []}]
    comments = []
    for n, m in product(range(60), range(30)):
        at = (NOW - n * HOUR).replace(minute=4, second=m)
        comment: Any = a_comment(n * 30 + m, at, PLACES[n % 14])
        comments.append({**comment, **words, "mentions": by_thread})
    await store.upsert(COMMENTS, comments)


def _ranked(hour: SubjectHour) -> dict[str, list[str]]:
    """Return the entries of what an hour lists."""
    return {
        name: [
            f"{n * 97 % 20001:05}{each[0]}{each[2]}{each[1]}{each[4:6]}{each[7:9]}{each[11:]}"
            for n, each in enumerate(share["mentions"])
        ]
        for name, share in hour["shares"].items()
    }


async def fill(store: Store) -> None:
    await watch(store, SUBJECTS)
    await fill_tables(store)
    await fill_days(store)
    await fill_mentions(store)


async def leave_holes(store: Store) -> None:
    """Let each day have hours that nobody knows, as where it is collected by day only."""
    covered = [[f"{day}T08:00:00Z", f"{day}T20:00:00Z"] for day in sorted(DATES)]
    for name in PLACES:
        state: Any = {
            "id": name,
            "kind": "community",
            "bucket": bucket_of(name),
            "last_collected_at": iso(NOW),
            "last_error": None,
            "usual_rate": 10.0,
            "covered": covered,
        }
        states: list[CommunityState] = [state]
        await store.upsert(COMMUNITIES, states)


@pytest.fixture
async def busy(read_only_store: FilledStore) -> Store:
    """Open a store with a hundred busy subjects."""
    return await read_only_store(fill)


@pytest.fixture
async def changed_busy(filled_store: FilledStore) -> Store:
    """Open a copy of that store, to which a test writes."""
    return await filled_store(fill)


Read = Callable[..., Awaitable[Any]]
SPANS = (24, 48, 168, 720, 2160)
# What ends at the last collection costs what ends now does, and the states of communities.
ENDS = (*product(SPANS, ("collected",)), (SPANS[-1], "now"))


async def check(store: Store, calls: Iterable[tuple[Read, Any]], **given: Any) -> None:
    """Assert that none of these reads costs more than the bound."""
    priced = PricedStore(store)
    for read, parameters in calls:
        with priced.counting() as bill:
            await read(deps_of(priced, **{"names": PLACES, **given}), parameters)
        assert bill.request_units < MAX_REQUEST_UNITS, (read.__name__, parameters, bill.by_kind())


def of_all_subjects() -> Iterator[tuple[Read, Any]]:
    for hours, until in ENDS:
        given: Any = {"hours": hours, "until": until}
        yield read_subjects, SubjectsParameters(**given)
        yield read_subject, SubjectParameters(id=MANY[0], **given)
        yield read_voice, VoiceParameters(**given, home="exclude", top=100)


def comparisons() -> Iterator[CompareParameters]:
    # Fewer scopes than may be compared cost less.
    for hours, until in ENDS:
        scopes: Any = [f"subject:{name}" for name in MANY]
        given: Any = {"scopes": scopes, "hours": hours, "until": until}
        yield CompareParameters(**given, granularity="hour")


async def test_no_figures_of_a_hundred_subjects_cost_more_than_the_bound(busy) -> None:
    await check(busy, of_all_subjects())


async def test_nor_where_each_day_has_hours_that_nobody_knows(changed_busy) -> None:
    await leave_holes(changed_busy)
    await check(changed_busy, of_all_subjects())


async def test_no_statistics_of_a_subject_cost_more_than_the_bound(busy) -> None:
    calls: list[tuple[Read, Any]] = [(compare, each) for each in comparisons()]
    for hours in SPANS:
        calls.append((read_stats, ScopeParameters(subject=MANY[0], hours=hours)))
        calls.append((read_stats, ScopeParameters(subject=MANY[0], via="text", hours=hours)))
        by_name = TrendsParameters(subject=MANY[0], by="community", hours=hours)
        calls.append((read_trends, by_name))
    await check(busy, calls)


async def test_the_effect_of_no_marker_costs_more_than_the_bound(changed_busy) -> None:
    watchlist = await read_watchlist(changed_busy)
    day = iso(NOW - timedelta(days=MAX_EFFECT_DAYS + 1))[:10]
    markers = [a_marker("own", day, subject=MANY[0]), a_marker("all", day)]
    await changed_busy.upsert(WATCHLIST, [{**watchlist, "markers": markers}])
    calls = [(read_effect, EffectParameters(id=each["id"], days=30)) for each in markers]
    await check(changed_busy, calls)


async def test_the_reasons_of_no_change_cost_more_than_the_bound(busy) -> None:
    asked = [ExplainParameters(subject=MANY[0], hours=hours) for hours in SPANS]
    await check(busy, [(read_explanation, each) for each in asked])


async def test_nor_where_some_communities_are_no_longer_watched(changed_busy) -> None:
    calls: list[tuple[Read, Any]] = [
        (read_subjects, SubjectsParameters(hours=2160)),
        (read_stats, ScopeParameters(subject=MANY[0], hours=2160)),
        (read_trends, TrendsParameters(subject=MANY[0], hours=2160, by="via")),
        *((compare, each) for each in comparisons()),
    ]
    state: Any = never_read(PLACES[0])
    await changed_busy.upsert(COMMUNITIES, [state])
    await check(changed_busy, calls, names=PLACES[2:])


async def test_no_list_of_a_subject_costs_more_than_the_bound(busy) -> None:
    calls: list[tuple[Read, Any]] = []
    for given in (
        {},
        {"q": "zzzq"},
        {"via": "home"},
        {"sentiment": "negative", "community": PLACES[3]},
    ):
        more: Any = {**given, "hours": 2160, "limit": 500}
        calls.append((read_items, ItemsParameters(subject=MANY[0], **more)))
        calls.append((read_recent_posts, PostsParameters(subject=MANY[0], **more)))
        calls.append((read_mentions, MentionsParameters(id=MANY[0], **more)))
        calls.append((read_mentions, MentionsParameters(id=MANY[0], **more, sort="score")))
    calls.append((read_feed, FeedParameters(id=MANY[0])))
    calls.append((read_trending, TrendingParameters(subject=MANY[0], limit=100)))
    calls += [
        (read_topics, TopicsParameters(subject=MANY[0], hours=hours)) for hours in (24, 168, 2160)
    ]
    await check(busy, calls)


@pytest.mark.parametrize("hours", SPANS)
async def test_no_sorted_list_of_a_subject_costs_more_than_the_bound(busy, hours: int) -> None:
    priced = PricedStore(busy)
    given: Any = {"hours": hours, "limit": 500}
    filters: tuple[dict[str, str], ...] = ({}, {"via": "text"}, {"q": "zzzq"})
    for sort, more in product(("reach", "influence"), filters):
        asked = MentionsParameters(id=MANY[0], sort=sort, **given, **more)
        # One that is too long is refused, for no more.
        with priced.counting() as bill, suppress(BadParameters):
            page = await read_mentions(deps_of(priced, names=PLACES), asked)
            assert page.items.root or "q" in more
        assert bill.request_units < MAX_REQUEST_UNITS, (sort, more, bill.by_kind())
        assert bill.request_units > 1


async def test_tables_stay_below_half_a_megabyte(busy) -> None:
    keys = [(TABLE, day) for day in DATES]
    tables = [*(await busy.read_many(SUBJECTS_DAYS, keys)).values()]
    sizes = [len(json.dumps(table, separators=(",", ":"))) for table in tables]
    assert max(sizes) < 512 * 1024


def ended_digests() -> Iterator[DigestParameters]:
    """Return digests of all subjects, of ten, and of one, by the week and by the day."""
    for period, subjects in product(("week", "day"), (None, tuple(MANY), (MANY[0],))):
        yield DigestParameters.model_validate({"period": period, "subjects": subjects})


async def test_no_digest_costs_more_than_the_bound(busy) -> None:
    await check(busy, [(read_digest, each) for each in ended_digests()])


async def ask(store: Store) -> None:
    """Store a long question about each of ten subjects in each hour of two days."""
    posts: list[Post] = []
    for subject, n in product(MANY, range(48)):
        hour = iso(NOW - n * HOUR)[:13]
        found = await store.read(SUBJECT_HOURS, subject_scope(subject), hour)
        listed = pack_mention(f":01:01Z_{subject}.{n}", "neutral", "text", "post", TALK)
        share: Any = {"cell": CELL, "vias": {"text": CELL}, "mentions": [listed]}
        shares = {**(found["shares"] if found else {}), "asked": share}
        own = SubjectHour(id=hour, scope=subject_scope(subject), shares=shares)
        await store.upsert(SUBJECT_HOURS, [own])
        at = f"{hour}:01:01Z"
        said = {"subject": subject, "via": "text", "matched": ["word0"]}
        more: Any = {
            "id": f"{subject}.{n}",
            "order_key": f"{at}_{subject}.{n}",
            "comment_count": 0,
            "content": "some words that people say " * 60,
            "kinds": list(TALK),
            "mentions": [said],
        }
        posts.append(a_post(n, NOW - n * HOUR, "asked", **more))
    await store.upsert(POSTS, posts)


@pytest.mark.parametrize("period", ["week", "day"])
async def test_nor_one_with_three_reasons_and_questions(changed_busy, period: Any) -> None:
    await ask(changed_busy)
    priced = PricedStore(changed_busy)
    deps = deps_of(priced, names=(*PLACES, "asked"))
    asked = DigestParameters(period=period, subjects=tuple(MANY))
    with priced.counting() as whole:
        digest = await read_digest(deps, asked)
    assert len(digest.reasons) == 1
    assert len(digest.worth_an_answer.items) == 5
    costs = []
    span = SubjectsParameters(start=digest.window.start, end=digest.window.end)
    for number in (1, 3):
        spans = await read_spans(deps, span)
        with priced.counting() as bill:
            # The subject whose items are stored stands for three.
            rows = digest.subjects[:1] * number
            found = await explain_rows(deps, rows, SUBJECTS, spans)
        assert len(found) == number
        costs.append(bill.request_units)
    assert whole.request_units - costs[0] + costs[1] < MAX_REQUEST_UNITS, (whole.by_kind(), costs)
