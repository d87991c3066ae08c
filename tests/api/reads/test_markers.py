"""Before and after a marker: equal spans of full hours, which never overlap, and none too early."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.errors import NotFound
from api.reads.comparison import compare
from api.reads.explain.items import limits_of
from api.reads.markers import read_effect
from api.schema.markers import EffectParameters, MarkerEffect
from api.schema.parameters import CompareParameters
from shared.costs import track
from shared.models import Marker
from shared.settings import Settings, load_settings
from shared.store import COMMUNITIES, WATCHLIST, Store
from shared.store.community_states import all_states
from shared.subjects.watchlist import read_watchlist
from shared.times import iso
from tests.api.reads.test_change import BAD, COLLECTED, GOOD, collected, posts_each_hour
from tests.api.subject_world import keep_matched, watch
from tests.api.world import a_comment, a_post, deps_of, keep
from tests.fixtures.stores import closing_store, drop
from tests.watchlists import a_marker as marker_of_a_day

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# Three days before the last collection.
AT = datetime(2026, 11, 20, 13, tzinfo=UTC)
FULL = COLLECTED.replace(minute=0)
MIXED = [GOOD, BAD, GOOD, BAD]


def a_marker(marker_id: str = "m", at: datetime = AT, **more: Any) -> Marker:
    """Return a marker at a time of a day."""
    return marker_of_a_day(marker_id, f"{at:%Y-%m-%d}", **{"time": f"{at:%H:%M}", **more})


@pytest.fixture
def store(sqlite_store: Store) -> Store:
    """Open a file alone: that both databases answer alike, tests/contracts/test_store.py shows."""
    return sqlite_store


async def mark(store: Any, *markers: Marker) -> None:
    """Store a watchlist with these markers."""
    await watch(store)
    await store.upsert(WATCHLIST, [{**await read_watchlist(store), "markers": list(markers)}])


async def effect(store: Any, *markers: Marker, days: int = 7, now: datetime = COLLECTED) -> Any:
    """Return what changed from before the first marker to after it."""
    await mark(store, *markers)
    parameters = EffectParameters(id=markers[0]["id"], days=days)
    return await read_effect(deps_of(store, now=now), parameters)


def span(found: MarkerEffect, name: str) -> tuple[str, str]:
    part = getattr(found, name)
    return part.start, part.end


async def fill_turned(store: Any) -> None:
    """Store ten days, good up to AT and bad from then on, collected to the end."""
    start = FULL - 10 * DAY
    await keep(store, posts_each_hour(start, AT, [GOOD] * 3 + [BAD]))
    await keep(store, posts_each_hour(AT, COLLECTED, [GOOD] + [BAD] * 3, first=9000))
    await collected(store)


@pytest.fixture(scope="module", params=["sqlite", "cosmos"])
def turned_settings(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Fill a database of each kind once, in which tests change nothing but the watchlist."""
    is_cosmos = request.param == "cosmos"
    path = str(tmp_path_factory.mktemp("turned") / "undertone.db")
    settings = (
        request.getfixturevalue("cosmos_server").settings()
        if is_cosmos
        else load_settings({"SQLITE_PATH": path})
    )

    async def fill() -> None:
        async with closing_store(settings) as store:
            await fill_turned(store)

    asyncio.run(fill())
    yield settings
    if is_cosmos:
        asyncio.run(drop(settings))


@pytest.fixture
async def turned(turned_settings: Settings) -> AsyncIterator[Any]:
    """Open the store of these days."""
    async with closing_store(turned_settings) as store:
        yield store


async def test_what_turns_at_a_marker_is_told_over_equal_spans(turned: Any) -> None:
    found = await effect(turned, a_marker())
    assert (found.status, found.scope, found.days, found.hours) == ("compared", "all", 7, 72)
    assert span(found, "before") == (iso(AT - 3 * DAY), iso(AT))
    assert span(found, "after") == (iso(AT), iso(FULL))
    change = found.change
    assert change.verdict == "worse"
    assert change.previous.total == change.statistics.total == 72 * 4
    assert (change.previous.positive, change.statistics.positive) == (72 * 3, 72)
    assert change.avg_sentiment < 0
    assert found.overlapping == []


async def test_nothing_that_changed_elsewhere_is_claimed_of_a_marker(store: Any) -> None:
    await keep(store, posts_each_hour(FULL - 10 * DAY, COLLECTED, MIXED))
    await collected(store)
    found = await effect(store, a_marker())
    assert found.change.verdict not in {"better", "worse"}
    assert found.change.avg_sentiment == pytest.approx(0)


async def test_a_span_is_as_long_as_asked_or_as_collected(turned: Any) -> None:
    for days in (1, 2, 3):
        found = await effect(turned, a_marker(), days=days)
        assert found.hours == days * 24
        assert span(found, "after") == (iso(AT), iso(AT + days * DAY))
        assert span(found, "before") == (iso(AT - days * DAY), iso(AT))
    late = await effect(turned, a_marker(), days=30, now=COLLECTED + 5 * DAY)
    assert span(late, "after") == (iso(AT), iso(FULL)), "nothing is known of later hours"


async def test_the_hour_of_a_marker_counts_on_neither_side(turned: Any) -> None:
    found = await effect(turned, a_marker(at=AT + timedelta(minutes=30)), days=2)
    assert span(found, "before")[1] == iso(AT)
    assert span(found, "after")[0] == iso(AT + HOUR)


async def test_without_a_time_its_whole_day_counts_on_neither_side(turned: Any) -> None:
    found = await effect(turned, a_marker(time=None), days=2)
    assert span(found, "before") == ("2026-11-18T00:00:00Z", "2026-11-20T00:00:00Z")
    assert span(found, "after") == ("2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z")
    assert found.ready_at == "2026-11-22T00:00:00Z"


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (COLLECTED + timedelta(minutes=1), "upcoming"),
        (COLLECTED + 400 * DAY, "upcoming"),
        (COLLECTED - timedelta(minutes=30), "too_early"),
        (FULL - 23 * HOUR, "too_early"),
        (FULL - 24 * HOUR, "compared"),
    ],
)
async def test_without_a_day_after_it_no_verdict_is_given(
    turned: Any, at: datetime, status: str
) -> None:
    found = await effect(turned, a_marker(at=at))
    assert found.status == status
    parts = (found.hours, found.before, found.after, found.change)
    assert all(each is None for each in parts) is (status != "compared")
    assert found.ready_at >= iso(at + DAY)


async def test_a_day_counts_when_it_was_collected(turned: Any) -> None:
    """A day later by the clock, but nothing was collected since."""
    found = await effect(turned, a_marker(at=FULL), now=COLLECTED + 2 * DAY)
    assert found.status == "too_early"


async def test_hours_that_are_not_known_count_on_neither_side(store: Any) -> None:
    """aws has nothing before the last two days before the marker."""
    await fill_turned(store)
    await store.upsert(*await _known_since(store, AT - 2 * DAY))
    found = await effect(store, a_marker())
    assert (found.hours, found.change.hours) == (72, 48)


async def _known_since(store: Any, since: datetime) -> Any:
    states = [state async for state in all_states(store)]
    covered = [[iso(since), iso(COLLECTED)]]
    return COMMUNITIES, [{**each, "covered": covered} for each in states]


async def test_it_says_the_same_as_a_comparison_of_the_same_hours(turned: Any) -> None:
    found = await effect(turned, a_marker(at=FULL - DAY), days=1)
    parameters = CompareParameters(subreddits=("all",), hours=24, until="collected")
    compared = await compare(deps_of(turned, now=COLLECTED), parameters)
    assert found.change == compared.subreddits[0].change


async def test_the_items_that_differ_moved_the_mean_most_and_are_of_several_threads(
    store: Any,
) -> None:
    """Calm posts on both sides: after the marker a thread is angry, before it one post was glad."""
    calm = [a_post(n, FULL - n * HOUR) for n in range(1, 6 * 24 + 1)]
    begun = AT + HOUR + timedelta(minutes=7)
    glad = a_post(501, AT - 2 * HOUR - timedelta(minutes=7), "aws", GOOD)
    comments: Any = [
        {**a_comment(n, begun + n * timedelta(minutes=5), "aws", BAD), "post_id": "p500"}
        for n in range(1, 9)
    ]
    await keep(store, [*calm, a_post(500, begun, "aws", BAD), glad], comments)
    await collected(store)
    found = await effect(store, a_marker(), days=1)
    assert found.looked_at.model_dump() == {
        "items": 33, "read": 33, "items_before": 25, "read_before": 25,
    }  # fmt: skip
    first = found.items[:3]
    assert {(each.id, each.side) for each in first if each.post_id == "p501"} == {
        ("p501", "before")
    }
    assert [(each.post_id, each.side) for each in first if each.post_id != "p501"] == [
        ("p500", "after"),
        ("p500", "after"),
    ]
    assert all(each.permalink.startswith("https://") and each.effect < 0 for each in first)
    assert len(found.items) == 10
    sizes = [abs(each.effect) for each in found.items]
    assert sizes == sorted(sizes, reverse=True)
    # The mean without one of the angry items.
    angry = found.change.statistics.avg_sentiment * 33
    one = next(each for each in first if each.side == "after")
    without = (angry - one.compound) / 32
    assert one.effect == pytest.approx(angry / 33 - without, rel=0.2)


async def test_where_nothing_differs_no_item_is_listed(store: Any) -> None:
    await keep(store, [a_post(n, FULL - n * HOUR) for n in range(1, 6 * 24 + 1)])
    await collected(store)
    found = await effect(store, a_marker())
    assert (found.status, found.items) == ("compared", [])
    early = await effect(store, a_marker(at=FULL))
    assert (early.items, early.looked_at) == ([], None)


async def test_of_a_busy_span_a_bounded_number_of_items_is_read(store: Any) -> None:
    await keep(store, posts_each_hour(FULL - 6 * DAY, COLLECTED, MIXED))
    await collected(store)
    with track() as costs:
        found = await effect(store, a_marker())
    assert found.looked_at.items == 72 * 4
    limits = limits_of(72)
    most = min(limits.items, 4 * limits.hours)
    assert found.looked_at.read == found.looked_at.read_before == most < 72 * 4
    assert costs.operations < 40


async def test_other_markers_within_the_spans_are_warned_of(turned: Any) -> None:
    start, end = AT - 3 * DAY, FULL
    inside = {
        "first": start,
        "in-its-hour": start + timedelta(minutes=30),
        "same": AT,
        "last": end - timedelta(minutes=1),
    }
    outside = {"before": start - timedelta(minutes=1), "after": end}
    others = [a_marker(name, at) for name, at in {**inside, **outside}.items()]
    of_a_day = a_marker("day", start - DAY, time=None)
    ends_inside = a_marker("ends-inside", start, time=None)
    found = await effect(turned, a_marker(), *others, of_a_day, ends_inside)
    assert [each.id for each in found.overlapping] == [
        "ends-inside", "first", "in-its-hour", "same", "last",
    ]  # fmt: skip


async def test_a_marker_of_a_subject_is_about_its_mentions(store: Any) -> None:
    posts = [
        a_post(n, FULL - n * HOUR, "aws", BAD if n < 72 else GOOD, content="Lantern is fine")
        for n in range(1, 150)
    ]
    noise = [
        a_post(1000 + n, FULL - n * HOUR, "claude", GOOD if n < 72 else BAD) for n in range(1, 150)
    ]
    await keep_matched(store, [*posts, *noise])
    await collected(store)
    others = [a_marker("own", AT + DAY, subject="lantern"), a_marker("all", AT - DAY)]
    other = a_marker("other", AT, subject="kiro")
    found = await effect(store, a_marker(subject="lantern"), *others, other)
    assert found.scope == "subject:lantern"
    assert found.change.statistics.total == 72
    assert found.change.verdict == "worse"
    assert [each.id for each in found.overlapping] == ["all", "own"]


async def test_before_anything_is_collected_nothing_is_claimed(store: Any) -> None:
    found = await effect(store, a_marker())
    assert found.change is None or found.change.verdict not in {"better", "worse"}


async def test_an_unknown_marker_is_not_found(store: Any) -> None:
    await mark(store, a_marker())
    with pytest.raises(NotFound, match="'other'"):
        await read_effect(deps_of(store), EffectParameters(id="other"))
