"""Trends, comparisons and topics of subjects."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from api.errors import BadParameters, UnknownCommunity, UnknownSubject
from api.reads import cells
from api.reads.comparison import compare
from api.reads.statistics import read_stats
from api.reads.trending import read_trending
from api.reads.trends import read_trends
from api.schema.parameters import (
    CompareParameters,
    ScopeParameters,
    TrendingParameters,
    TrendsParameters,
)
from api.schema.sentiment import TrendPoint
from shared.store import COMMENTS, COMMUNITIES, POSTS, TOPICS, Store
from shared.store.community_states import never_read
from tests.api.reads.test_trending import topic, topics
from tests.api.subject_world import counts, keep_matched, mentioning, talk, watch
from tests.api.world import NAMES, NOW, a_post, deps_of, get
from tests.fixtures.stores import FilledStore

HOUR = timedelta(hours=1)
COUNT = 400


async def fill(store: Store) -> None:
    await watch(store)
    await keep_matched(store, *talk(COUNT))


@pytest.fixture
async def talked(filled_store: FilledStore) -> Store:
    """Open a store in which people talk about the subjects."""
    return await filled_store(fill)


async def all_items(store: Store) -> list[Any]:
    posts, comments = talk(COUNT)
    found = await store.read_many(POSTS, [(each["community"], each["id"]) for each in posts])
    said = await store.read_many(COMMENTS, [(each["community"], each["id"]) for each in comments])
    return [*found.values(), *said.values()]


@pytest.mark.parametrize("given", [{}, {"via": "text"}, {"community": "claude"}], ids=str)
@pytest.mark.parametrize("granularity", ["hour", "day", "week"])
async def test_trends_add_up_by_community_and_by_via(talked, given, granularity) -> None:
    items = await all_items(talked)
    asked = {"subject": "lantern", "hours": 100, "granularity": granularity, **given}
    plain = await read_trends(deps_of(talked), TrendsParameters(**asked))
    stats = await read_stats(
        deps_of(talked), ScopeParameters(subject="lantern", hours=100, **given)
    )
    assert plain.statistics == stats.statistics
    assert sum(point.total for point in plain.trend_data) == stats.statistics.total
    assert (plain.communities, plain.vias) == (None, None)
    by_name = await read_trends(deps_of(talked), TrendsParameters(**asked, by="community"))
    by_via = await read_trends(deps_of(talked), TrendsParameters(**asked, by="via"))
    # Months, which the plain trend may be read from, know less of threads.
    assert counted(by_name.trend_data) == counted(by_via.trend_data) == counted(plain.trend_data)
    assert by_name.communities is not None
    assert by_via.vias is not None
    for parts in (by_name.communities, by_via.vias):
        for place, point in enumerate(plain.trend_data):
            assert sum(part[place].total for part in parts.values()) == point.total  # type: ignore[union-attr]
    for name, points in by_name.communities.items():
        wanted = mentioning(items, "lantern", hours=100, **{**given, "community": name})
        assert sum(point.total for point in points) == len(wanted) > 0
    for via, points in by_via.vias.items():
        wanted = mentioning(items, "lantern", hours=100, **{**given, "via": via})
        assert sum(point.total for point in points) == len(wanted)


async def test_long_spans_answer_what_short_ones_do(talked) -> None:
    items = await all_items(talked)
    for given in ({}, {"via": "thread"}, {"community": "aws"}, {"via": "home", "community": "aws"}):
        asked = ScopeParameters(subject="lantern", hours=2160, **given)  # type: ignore[arg-type]
        stats = (await read_stats(deps_of(talked), asked)).statistics
        wanted = counts(mentioning(items, "lantern", hours=2160, **given))
        assert stats.model_dump(include=wanted.keys()) == pytest.approx(wanted, abs=1e-4)


@pytest.mark.parametrize("until", ["now", "collected"])
async def test_subjects_and_communities_are_compared_side_by_side(talked, until) -> None:
    items = await all_items(talked)
    scopes = ("subject:lantern", "claude", "subject:KIRO", "all")
    asked = CompareParameters(scopes=scopes, hours=48, until=until, granularity="day")
    found = await compare(deps_of(talked), asked)
    assert [each.scope for each in found.subreddits] == [
        "subject:lantern",
        "claude",
        "subject:kiro",
        "all",
    ]
    assert [each.subreddit for each in found.subreddits] == [e.scope for e in found.subreddits]
    assert [each.subject for each in found.subreddits] == ["lantern", None, "kiro", None]
    for each in (found.subreddits[0], found.subreddits[2]):
        wanted = counts(mentioning(items, str(each.subject), hours=48))
        told = each.statistics.model_dump(include=wanted.keys())
        assert told == pytest.approx(wanted, abs=1e-4)
        assert each.trend_data is not None
        assert sum(point.total for point in each.trend_data) == wanted["total"]
        assert (each.change is None) is (until == "now")
    assert found.sentiment_of == "text"
    alone = CompareParameters(
        subreddits=("claude", "all"), hours=48, until=until, granularity="day"
    )
    older = (await compare(deps_of(talked), alone)).subreddits
    assert [found.subreddits[1], found.subreddits[3]] == older


async def test_a_comparison_takes_both_parameters_and_needs_one(talked) -> None:
    deps = deps_of(talked)
    both = CompareParameters(subreddits=("aws",), scopes=("subject:zed", "aws"))
    assert [each.scope for each in (await compare(deps, both)).subreddits] == ["aws", "subject:zed"]
    with pytest.raises(BadParameters, match="subreddits: field required"):
        await compare(deps, CompareParameters())
    many = tuple(f"name{n}" for n in range(9))
    with pytest.raises(BadParameters, match="11 scopes"):
        await compare(deps, CompareParameters(subreddits=many, scopes=("aws", "subject:zed")))
    with pytest.raises(UnknownSubject, match="scopes: 'lamp'"):
        await compare(deps, CompareParameters(scopes=("subject:lamp",)))
    with pytest.raises(UnknownCommunity):
        await compare(deps, CompareParameters(scopes=("lantern",)))


async def test_parts_are_refused_without_a_subject(talked) -> None:
    with pytest.raises(BadParameters, match="by: 'community' counts only with `subject`"):
        await read_trends(deps_of(talked), TrendsParameters(by="community"))


async def test_topics_of_a_subject_are_those_whose_posts_mention_it(talked) -> None:
    created = "2026-11-23T13:05:00Z"
    posts = [
        a_post(900 + n, NOW - n * HOUR, NAMES[n % 3], title="Lantern" if n < 2 else "nothing")
        for n in range(6)
    ]
    await keep_matched(talked, posts)
    found = topics("current", created, [], count=2)
    found["topics"] = [
        {**topic(1, created), "post_ids": ["p900", "p902", "p901"], "communities": list(NAMES)},
        {**topic(2, created), "post_ids": ["p904", "p905"], "communities": list(NAMES)},
    ]
    await talked.upsert(TOPICS, [found])
    everything = (await read_trending(deps_of(talked), TrendingParameters())).root
    assert [each.subject_mentions for each in everything] == [None, None]
    asked = TrendingParameters(subject="lantern")
    (one,) = (await read_trending(deps_of(talked), asked)).root
    assert (one.id, one.post_ids, one.subject_mentions) == (everything[0].id, ["p900", "p901"], 2)
    assert (await read_trending(deps_of(talked), TrendingParameters(subject="zed"))).root == []
    with pytest.raises(UnknownSubject):
        await read_trending(deps_of(talked), TrendingParameters(subject="lamp"))


@pytest.mark.usefixtures("process")
async def test_subjects_over_http(written) -> None:
    await watch(written)
    for path in (
        "sentiment/stats?subject=zed&community=AWS&via=text",
        "sentiment/trends?subject=zed&by=via&granularity=day",
        "sentiment/compare?scopes=subject:zed,aws",
        "posts/recent?subject=zed",
        "items?subject=zed&via=home",
        "trending?subject=zed",
    ):
        assert (await get(f"/api/v1/{path}")).status_code == 200, path
    csv = (await get("/api/v1/sentiment/trends?subject=zed&by=via&hours=2&format=csv")).get_body()
    header, *rows = csv.decode().splitlines()
    assert header.endswith("subreddit,subject,via,stderr,interval,few,corrected")
    assert len(rows) == 2 * (1 + 3)
    for path, status in {
        "sentiment/stats?subject=lamp": 404,
        "sentiment/stats?subject=codewhisperer": 404,
        "sentiment/stats?via=text": 422,
        "sentiment/stats?subject=zed&via=mind": 422,
        "sentiment/trends?by=via": 422,
        "sentiment/compare": 422,
        "sentiment/compare?scopes=topic:zed": 422,
        "items?via=home": 422,
        "posts/recent?via=home": 422,
    }.items():
        answer = await get(f"/api/v1/{path}")
        assert answer.status_code == status, path
        assert json.loads(answer.get_body())["errors"][0]["takes"], path


@pytest.mark.parametrize("until", ["now", "collected"])
@pytest.mark.parametrize("hours", [100, 333, 1000])
async def test_many_subjects_over_long_spans_answer_the_same_from_tables(
    talked, monkeypatch, until, hours
) -> None:
    scopes = ("subject:lantern", "subject:zed", "subject:robots")
    asked = CompareParameters(scopes=scopes, hours=hours, until=until, granularity="day")
    deps = deps_of(talked, names=NAMES[1:])
    state: Any = never_read(NAMES[0])
    await talked.upsert(COMMUNITIES, [state])
    plain = await compare(deps, asked)
    monkeypatch.setattr(cells, "MAX_PARTED_MONTHS", 0)
    monkeypatch.setattr(cells, "MAX_DAYS_READ", 0)
    by_table = await compare(deps, asked.model_copy(update={"granularity": "hour"}))
    assert by_table.granularity == "day"
    for one, other in zip(plain.subreddits, by_table.subreddits, strict=True):
        assert one.statistics.total > 0
        assert in_tables(one) == in_tables(other)


def counted(points: Sequence[TrendPoint]) -> list[Any]:
    """Return what points count."""
    return [each.model_dump(exclude={"stderr", "interval"}) for each in points]


LEFT_OUT = ("copies", "stderr", "interval", "shares", "by_thread", "giant")


def in_tables(compared: Any) -> Any:
    """Return what tables have of an answer, too."""
    found: dict[str, Any] = compared.model_dump()
    for part in (found, *(found["trend_data"] or ()), found["change"] or {}):
        for totals in (part, part.get("statistics", {}), part.get("previous", {})):
            for name in LEFT_OUT:
                totals.pop(name, None)
    return found
