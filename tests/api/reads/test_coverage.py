"""Answers say what was not observed, since when and why, and claim nothing of it."""

from datetime import timedelta
from typing import Any

import pytest

from api.reads.comparison import compare
from api.reads.health import LastObserved, check_health
from api.reads.statistics import read_stats
from api.reads.subreddits import read_communities, read_subreddits
from api.reads.trends import read_trends
from api.schema.parameters import (
    CompareParameters,
    ScopeParameters,
    SubredditsParameters,
    TrendsParameters,
)
from bench.priced_store import PricedStore
from shared.models import CommunityState, CycleError, Failing
from shared.store import COMMUNITIES, Store
from shared.store.community_states import bucket_of
from shared.subjects.watchlist import keep_watchlist
from shared.times import iso
from tests.api.reads.test_change import BAD, COLLECTED, GOOD, HOUR, collected, posts_each_hour
from tests.api.world import NAMES, deps_of, keep

BLOCKED_AT = COLLECTED.replace(minute=5) - 3 * HOUR
COVERED = COLLECTED.replace(minute=0) - 3 * HOUR
REASON = "Discourse answers 403 to this address"
LONG_AGO = COLLECTED - timedelta(days=80)


def observed(name: str, hourly: float, **more: Any) -> CommunityState:
    state = CommunityState(
        id=name,
        kind="community",
        bucket=bucket_of(name),
        source="reddit",
        shard="",
        due_at="",
        ttl=-1,
        watermark=None,
        last_attempt_at=iso(COLLECTED),
        last_collected_at=iso(COLLECTED),
        last_error=None,
        covered=[[iso(LONG_AGO), iso(COLLECTED)]],
        hourly=hourly,
        last_item_at=iso(COLLECTED),
        failing=None,
    )
    return {**state, **more}  # type: ignore[typeddict-item]


def blocked(name: str, hourly: float) -> CommunityState:
    return observed(
        name,
        hourly,
        covered=[[iso(LONG_AGO), iso(COVERED)]],
        last_error=CycleError(community=name, kind="blocked", message=REASON),
        failing=Failing(since=iso(BLOCKED_AT), cycles=6, is_shared=True),
    )


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """Open a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_store


@pytest.fixture
async def steady(store: Store) -> Store:
    """Return a store of four days of two communities, of which one falls silent."""
    end = COLLECTED.replace(minute=0)
    await keep(store, posts_each_hour(end - 96 * HOUR, end, [GOOD, BAD] * 5, name="claude"))
    await keep(store, posts_each_hour(end - 96 * HOUR, COVERED, [GOOD, BAD], first=9000))
    await collected(store)
    return store


def deps(store: Store) -> Any:
    return deps_of(store, now=COLLECTED)


async def test_a_blocked_community_is_a_gap_and_not_silence(steady: Store) -> None:
    await steady.upsert(COMMUNITIES, [blocked("aws", 2), observed("claude", 10)])
    stats = await read_stats(deps(steady), ScopeParameters(subreddit="aws"))
    assert stats.coverage is not None
    (gap,) = stats.coverage.gaps
    assert (gap.start, gap.end) == (iso(COVERED), iso(COLLECTED))
    assert (gap.kind, gap.reason, gap.communities) == ("blocked", REASON, ["aws"])
    trends = await read_trends(deps(steady), TrendsParameters(subreddit="aws", hours=24))
    shares = [point.coverage for point in trends.trend_data]
    assert shares == [1.0] * 20 + [0.0] * 4
    answer = await compare(deps(steady), CompareParameters(subreddits=("aws",), until="collected"))
    (scope,) = answer.subreddits
    assert scope.change is not None
    assert scope.change.hours == 21
    assert scope.change.behind == ["aws"]
    assert answer.gaps is not None
    assert [gap.start for gap in answer.gaps] == [iso(COVERED)]


@pytest.mark.parametrize(("hourly", "is_large"), [(2, False), (3, True)])
async def test_all_has_a_gap_where_more_than_a_fifth_is_missing_and_names_the_rest(
    steady: Store, hourly: float, is_large: bool
) -> None:
    await steady.upsert(
        COMMUNITIES, [blocked("aws", hourly), observed("claude", 10), observed("OpenAI", 0)]
    )
    stats = await read_stats(deps(steady), ScopeParameters())
    assert stats.coverage is not None
    found, none = stats.coverage.gaps, stats.coverage.partial
    if not is_large:
        found, none = none, found
    assert none == []
    assert [(gap.start, gap.reason, gap.communities) for gap in found] == [
        (iso(COVERED), REASON, ["aws"])
    ]
    answer = await compare(deps(steady), CompareParameters(subreddits=("all",), until="collected"))
    change = answer.subreddits[0].change
    assert change is not None
    assert (change.hours, change.behind) == (21 if is_large else 24, ["aws"])
    # A large gap is left out on both sides; a small one leaves the sum of all incomplete.
    assert change.verdict == ("no_clear_change" if is_large else "incomplete")
    assert change.reason == (None if is_large else "not_collected")


async def test_what_is_observed_leaves_no_gap_however_quiet(steady: Store) -> None:
    await steady.upsert(COMMUNITIES, [observed(name, 5) for name in NAMES])
    for name in (None, *NAMES):
        stats = await read_stats(deps(steady), ScopeParameters(subreddit=name, hours=72))
        assert stats.coverage is not None
        assert (stats.coverage.gaps, stats.coverage.partial) == ([], [])
        assert stats.coverage.observed == 1.0


async def test_a_poll_that_is_soon_due_is_no_gap_and_one_that_is_late_is(steady: Store) -> None:
    await steady.upsert(COMMUNITIES, [observed(name, 5) for name in NAMES])
    for later, kinds in ((timedelta(minutes=50), []), (5 * HOUR, ["not_collected"])):
        found = await read_stats(
            deps_of(steady, now=COLLECTED + later), ScopeParameters(subreddit="aws")
        )
        assert found.coverage is not None
        assert [gap.kind for gap in found.coverage.gaps] == kinds


async def test_holes_say_whether_they_were_before_or_are_no_longer_listed(steady: Store) -> None:
    covered = [
        [iso(COLLECTED - 20 * HOUR), iso(COLLECTED - 10 * HOUR)],
        [iso(COLLECTED - 8 * HOUR), iso(COLLECTED)],
    ]
    await steady.upsert(COMMUNITIES, [observed("aws", 5, covered=covered)])
    stats = await read_stats(deps(steady), ScopeParameters(subreddit="aws"))
    assert stats.coverage is not None
    assert [gap.kind for gap in stats.coverage.gaps] == ["not_watched", "not_listed"]


async def test_since_when_and_why_stands_in_health_and_in_the_list(steady: Store) -> None:
    await steady.upsert(COMMUNITIES, [blocked("aws", 2), observed("claude", 10)])
    health = await check_health(deps(steady))
    assert health.status == "healthy"
    (source,) = health.sources
    assert (source.kind, source.reason, source.since) == ("blocked", REASON, iso(BLOCKED_AT))
    assert (source.communities, source.is_whole) == (["aws"], False)
    assert health.coverage is not None
    listed = await read_communities(deps(steady), SubredditsParameters())
    assert listed.communities == list(NAMES)
    aws = listed.details[0]
    assert (aws.community, aws.source, aws.failing_kind) == ("aws", "reddit", "blocked")
    assert (aws.failing_since, aws.last_error) == (iso(BLOCKED_AT), REASON)
    assert aws.covered_since == iso(LONG_AGO)
    earlier = await read_subreddits(deps(steady), SubredditsParameters())
    assert earlier.details[0].last_error == f"blocked since {iso(BLOCKED_AT)}: {REASON}"


async def test_polls_of_health_cost_five_request_units_and_see_each_collection(
    steady: Store,
) -> None:
    priced, seconds = PricedStore(steady), [0.0]
    names = [f"community{number}" for number in range(14)]
    await steady.upsert(COMMUNITIES, [observed(name, 2) for name in names])
    await keep_watchlist(steady, COLLECTED)
    asked = deps_of(priced, now=COLLECTED, names=names)
    last = LastObserved(clock=lambda: seconds[0])
    with priced.counting() as first:
        assert (await check_health(asked, last)).sources == []
    assert first.request_units > 5
    # As a platform that asks every five seconds.
    for seconds[0] in range(5, 600, 5):
        with priced.counting() as poll:
            assert (await check_health(asked, last)).coverage is not None
        assert poll.request_units <= 5
    await steady.upsert(COMMUNITIES, [blocked(names[0], 2)])
    await collected(steady)
    (source,) = (await check_health(asked, last)).sources
    assert source.communities == [names[0]]
    # Work that isn't a collection shows some minutes later.
    await steady.upsert(COMMUNITIES, [observed(names[0], 2)])
    assert len((await check_health(asked, last)).sources) == 1
    seconds[0] += 600
    assert (await check_health(asked, last)).sources == []
