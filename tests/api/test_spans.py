"""Windows from a start to an end equal a direct count, and wrong ones say what is taken."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.deps import Deps
from api.errors import BadParameters
from api.http.limiter import is_heavy
from api.reads.comparison import compare
from api.reads.explain.explanation import read_explanation
from api.reads.statistics import read_stats
from api.reads.subjects import read_subject, read_subjects
from api.reads.trends import read_trends
from api.reads.voice import read_voice
from api.schema.explain import ExplainParameters
from api.schema.parameters import CompareParameters, ScopeParameters, TrendsParameters
from api.schema.subject_parameters import SubjectParameters, SubjectsParameters, VoiceParameters
from shared.store import COMMUNITIES, Store
from shared.times import hour_start, iso, utc_now
from tests.api.reads.test_change import collected
from tests.api.reads.test_coverage import observed
from tests.api.subject_world import keep_matched, watch
from tests.api.test_windows import BESIDE_COUNTS, ITEMS, MOMENTS, Item, by_hand, steps, with_items
from tests.api.world import NAMES, NOW, a_post, deps_of, get, keep

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
SECOND = timedelta(seconds=1)
# Offsets of zones: whole hours, and India's and Nepal's.
OFFSETS = st.sampled_from([0, 60, -480, 330, 345, 765])


@st.composite
def spans(draw: Any) -> tuple[datetime, datetime, datetime, int]:
    """Draw a time, and a start and an end around the 400 hours before it, with their offset."""
    now = draw(MOMENTS)
    start = now - timedelta(seconds=draw(st.integers(3600, 400 * 3600)))
    length = draw(st.one_of(st.sampled_from([3600, 86400]), st.integers(1, 450 * 3600)))
    return now, start, start + timedelta(seconds=length), draw(OFFSETS)


def written_at(moment: datetime, minutes: int) -> str:
    return moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat()


def whole(now: datetime, start: datetime, end: datetime) -> tuple[datetime, datetime]:
    """Return the whole hours that a span touches, without the running one."""
    return hour_start(start), min(hour_start(end - SECOND) + HOUR, hour_start(now))


@given(drawn_span=spans(), drawn=ITEMS, scope=st.sampled_from(["all", *NAMES]))
@settings(max_examples=40, deadline=None)
async def test_any_span_equals_a_count_by_hand(
    tmp_path_factory, drawn_span: Any, drawn: list[Item], scope: str
) -> None:
    now, start, end, minutes = drawn_span
    asked: dict[str, Any] = {
        "subreddit": scope,
        "start": written_at(start, minutes),
        "end": written_at(end, minutes),
    }
    store = await with_items(tmp_path_factory, now, drawn)
    try:
        deps = deps_of(store, now=now)
        stats = await read_stats(deps, ScopeParameters(**asked))
        trends = await read_trends(deps, TrendsParameters(**asked, granularity="day"))
    finally:
        await store.close()
    first, last = whole(now, start, end)
    expected = by_hand(now, drawn, first, last, scope)
    assert stats.statistics.model_dump(exclude=BESIDE_COUNTS) == expected
    assert (stats.window.start, stats.window.end) == (iso(first), iso(last))
    assert stats.time_window_hours == (last - first) // HOUR
    assert stats.timestamp == iso(now)
    assert [point.model_dump(exclude=BESIDE_COUNTS) for point in trends.trend_data] == [
        {"start": iso(begin), **by_hand(now, drawn, max(begin, first), min(until, last), scope)}
        for begin, until in steps(first, last - SECOND, "day")
    ]


@given(drawn_span=spans(), drawn=ITEMS)
@settings(max_examples=30, deadline=None)
async def test_a_comparison_counts_the_span_and_the_one_it_names(
    tmp_path_factory, drawn_span: Any, drawn: list[Item]
) -> None:
    now, start, end, minutes = drawn_span
    asked: dict[str, Any] = {
        "start": written_at(start, minutes),
        "end": written_at(end, minutes),
    }
    store = await with_items(tmp_path_factory, now, drawn)
    try:
        found = await compare(
            deps_of(store, now=now), CompareParameters(subreddits=("aws", "all"), **asked)
        )
    finally:
        await store.close()
    first, last = whole(now, start, end)
    back = max(last - first, WEEK)
    assert found.before is not None
    assert found.before.model_dump() == {
        "start": iso(first - back),
        "end": iso(last - back),
        "because": "week_before" if last - first < WEEK else "just_before",
    }
    assert found.previous_window.model_dump() == {
        "start": iso(first - back),
        "end": iso(last - back),
    }
    for scope, each in zip(["aws", "all"], found.subreddits, strict=True):
        now_by_hand = by_hand(now, drawn, first, last, scope)
        before_by_hand = by_hand(now, drawn, first - back, last - back, scope)
        assert each.statistics.model_dump(exclude=BESIDE_COUNTS) == now_by_hand
        assert each.previous.model_dump(exclude=BESIDE_COUNTS) == before_by_hand
        assert each.change is not None
        assert each.change.hours <= (last - first) // HOUR


@pytest.mark.parametrize(
    ("first", "days", "hours"),
    [
        # Berlin's clocks go back on 25 October 2026, and forward on 28 March 2027.
        (datetime(2026, 10, 24), 2, 49),  # noqa: DTZ001 - a local midnight
        (datetime(2026, 10, 25), 1, 25),  # noqa: DTZ001
        (datetime(2027, 3, 28), 1, 23),  # noqa: DTZ001
        (datetime(2027, 3, 22), 7, 167),  # noqa: DTZ001
    ],
)
async def test_days_of_a_zone_have_the_hours_that_its_clocks_show(
    store: Store, first: datetime, days: int, hours: int
) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start, end = first.replace(tzinfo=zone), (first + timedelta(days=days)).replace(tzinfo=zone)
    inside = [start.astimezone(UTC), end.astimezone(UTC) - SECOND]
    outside = [start.astimezone(UTC) - SECOND, end.astimezone(UTC)]
    await keep(store, [a_post(n, at) for n, at in enumerate([*inside, *outside])])
    deps = deps_of(store, now=end.astimezone(UTC) + 3 * DAY)
    asked: dict[str, Any] = {"start": start.isoformat(), "end": end.isoformat()}
    stats = await read_stats(deps, ScopeParameters(**asked))
    assert (stats.time_window_hours, stats.statistics.total) == (hours, 2)
    compared = await compare(deps, CompareParameters(subreddits=("aws",), **asked))
    assert compared.before is not None
    # A week is 168 hours, whatever the clocks do.
    assert compared.before.start == iso(start.astimezone(UTC) - WEEK)
    assert compared.before.end == iso(end.astimezone(UTC) - WEEK)


async def test_a_date_is_its_beginning_in_utc(store: Store) -> None:
    day = datetime(2026, 11, 20, tzinfo=UTC)
    await keep(store, [a_post(n, day + n * 12 * HOUR) for n in range(4)])
    stats = await read_stats(deps_of(store), ScopeParameters(start="2026-11-20", end="2026-11-21"))
    assert (stats.window.start, stats.window.end) == (iso(day), iso(day + DAY))
    assert (stats.time_window_hours, stats.statistics.total) == (24, 2)


async def test_the_running_hour_is_left_out_and_what_is_yet_to_come(store: Store) -> None:
    await keep(store, [a_post(0, NOW - HOUR), a_post(1, NOW - timedelta(minutes=1))])
    for end in (None, iso(NOW), iso(NOW + 30 * DAY), "9999-12-31T23:59:59Z"):
        asked = ScopeParameters(start=iso(NOW - 2 * HOUR), end=end)
        stats = await read_stats(deps_of(store), asked)
        assert (stats.window.end, stats.statistics.total) == (iso(hour_start(NOW)), 1)


async def test_a_span_ends_at_the_last_collection_if_that_is_wanted(store: Store) -> None:
    await collected(store, NOW - 3 * HOUR)
    asked: dict[str, Any] = {"start": iso(NOW - 10 * HOUR), "subreddits": ("aws",)}
    for until, hours in (("collected", 3), ("now", 0)):
        found = await compare(deps_of(store), CompareParameters(**asked, until=until))  # type: ignore[arg-type]
        assert found.window.end == iso(hour_start(NOW) - hours * HOUR)
    # Nothing was collected since its start: the gaps say so.
    late = CompareParameters(subreddits=("aws",), start=iso(NOW - 2 * HOUR), until="collected")
    assert (await compare(deps_of(store), late)).window.end == iso(hour_start(NOW))


async def answers(deps: Deps, **asked: Any) -> dict[str, Any]:
    """Return the answers of all reads of subjects, by their names."""
    return {
        "subjects": await read_subjects(deps, SubjectsParameters(**asked)),
        "subject": await read_subject(deps, SubjectParameters(id="kiro", **asked)),
        "voice": await read_voice(deps, VoiceParameters(**asked)),
    }


async def test_subjects_count_the_span_and_compare_it_with_the_week_before(store: Store) -> None:
    await watch(store)
    start = hour_start(NOW) - 2 * DAY
    ages = [-1, 0, 5, 9, 10, -168, -160, -159, -158]
    posts = [
        a_post(n, start + hours * HOUR + SECOND, title="I love kiro")
        for n, hours in enumerate(ages)
    ]
    await keep_matched(store, posts)
    found = await answers(deps_of(store), start=iso(start), end=iso(start + 10 * HOUR))
    window = {"start": iso(start), "end": iso(start + 10 * HOUR)}
    before = {"start": iso(start - WEEK), "end": iso(start - WEEK + 10 * HOUR)}
    for each in found.values():
        assert each.window.model_dump() == window
        assert each.previous_window.model_dump() == before
        assert each.before.model_dump() == {**before, "because": "week_before"}
        assert each.time_window_hours == 10
    (kiro,) = (each for each in found["subjects"].subjects if each.id == "kiro")
    for figures in (kiro, found["subject"]):
        assert (figures.statistics.total, figures.previous.total) == (3, 3)
        assert (figures.change.statistics.total, figures.change.previous.total) == (3, 3)
        assert sum(point["total"] for point in figures.trend_data) == 3
    assert [each.id for each in found["subject"].newest] == ["p3", "p2", "p1"]
    assert (found["voice"].base, found["voice"].previous_base) == (3, 3)


@pytest.mark.parametrize("baseline", [None, "before", "rhythm"])
async def test_hours_are_compared_with_those_just_before_unless_the_rhythm_is_wanted(
    store: Store, baseline: Any
) -> None:
    asked: dict[str, Any] = {"hours": 24, "until": "collected", "baseline": baseline}
    found = await compare(deps_of(store), CompareParameters(subreddits=("aws",), **asked))
    back = WEEK if baseline == "rhythm" else DAY
    assert found.before is not None
    assert found.before.start == iso(hour_start(NOW) - DAY - back)
    assert found.before.end == iso(hour_start(NOW) - back)
    custom: dict[str, Any] = {"start": iso(NOW - DAY), "baseline": baseline}
    found = await compare(deps_of(store), CompareParameters(subreddits=("aws",), **custom))
    back = DAY if baseline == "before" else WEEK
    assert found.before is not None
    assert found.before.start == iso(hour_start(NOW - DAY) - back)


async def test_without_a_week_of_data_a_short_span_is_compared_with_the_one_just_before(
    store: Store,
) -> None:
    begun = hour_start(NOW) - 4 * DAY
    await store.upsert(COMMUNITIES, [observed("aws", 3, covered=[[iso(begun), iso(NOW)]])])
    asked = CompareParameters(subreddits=("aws",), start=iso(NOW - DAY))
    found = await compare(deps_of(store), asked)
    assert found.before is not None
    assert found.before.because == "no_week_before"
    assert found.before.end == found.window.start
    coverage = found.subreddits[0].coverage
    assert coverage is not None
    assert coverage.since == iso(begun)


OLD: list[list[str]] = [[iso(NOW - 80 * DAY), iso(NOW)]]
# Nothing was observed in this many hours of the day a week earlier, which ends an hour before NOW.
GAP_BEFORE = hour_start(NOW) - WEEK - DAY


@pytest.mark.parametrize(
    ("said", "covered", "because"),
    [
        (24, OLD, "week_before"),
        # Less than half of the usual 24 items of a day: nothing to compare with.
        (12, OLD, "week_before"),
        (11, OLD, "no_week_before"),
        (0, OLD, "no_week_before"),
        # At least half of the hours must have been observed.
        (
            24,
            [[OLD[0][0], iso(GAP_BEFORE)], [iso(GAP_BEFORE + 12 * HOUR), iso(NOW)]],
            "week_before",
        ),
        (
            24,
            [[OLD[0][0], iso(GAP_BEFORE)], [iso(GAP_BEFORE + 13 * HOUR), iso(NOW)]],
            "no_week_before",
        ),
    ],
    ids=["as usual", "half", "less", "none", "half of it", "less than half of it"],
)
async def test_the_week_before_is_compared_with_where_data_covers_it(
    sqlite_store: Store, said: int, covered: list[list[str]], because: str
) -> None:
    last = GAP_BEFORE + DAY - SECOND
    now = [a_post(n, NOW - n * HOUR) for n in range(1, 25)]
    before = [a_post(100 + n, last - n * HOUR) for n in range(said)]
    await keep(sqlite_store, [*now, *before])
    await sqlite_store.upsert(COMMUNITIES, [observed("aws", 1, covered=covered)])
    deps = deps_of(sqlite_store, names=("aws",))
    await watch(sqlite_store)
    asked: dict[str, Any] = {"hours": 24, "baseline": "rhythm"}
    found = {
        **await answers(deps, **asked),
        "compare": await compare(
            deps, CompareParameters(scopes=("aws",), until="collected", **asked)
        ),
        "explain": await read_explanation(deps, ExplainParameters(community="aws", **asked)),
    }
    back = WEEK if because == "week_before" else DAY
    assert {name: (each.before.because, each.before.start) for name, each in found.items()} == (
        dict.fromkeys(found, (because, iso(hour_start(NOW) - DAY - back)))
    )


async def test_one_community_has_its_own_time_before_and_several_have_one(
    sqlite_store: Store,
) -> None:
    young: list[list[str]] = [[iso(NOW - 3 * DAY), iso(NOW)]]
    posts = [a_post(n, NOW - n * HOUR, "claude") for n in range(240)]
    await keep(sqlite_store, [*posts, *(a_post(1000 + n, NOW - n * HOUR) for n in range(72))])
    states = [observed("aws", 0.1, covered=young), observed("claude", 1, covered=OLD)]
    await sqlite_store.upsert(COMMUNITIES, states)
    deps = deps_of(sqlite_store, names=("aws", "claude"))
    asked: dict[str, Any] = {"hours": 24, "baseline": "rhythm", "until": "collected"}
    for scopes, because, reason in (
        (("aws",), "no_week_before", None),
        (("claude",), "week_before", None),
        (("aws", "claude"), "week_before", "no_earlier_data"),
    ):
        found = await compare(deps, CompareParameters(scopes=scopes, **asked))
        assert found.before is not None
        assert found.before.because == because
        assert found.subreddits[0].change is not None
        assert found.subreddits[0].change.reason == reason


async def test_a_window_before_all_data_says_since_when_there_is_some(store: Store) -> None:
    begun = hour_start(NOW) - 4 * DAY
    await store.upsert(COMMUNITIES, [observed("aws", 3, covered=[[iso(begun), iso(NOW)]])])
    asked = ScopeParameters(subreddit="aws", start=iso(NOW - 9 * DAY), end=iso(NOW - 8 * DAY))
    stats = await read_stats(deps_of(store), asked)
    assert stats.coverage is not None
    assert stats.coverage.since == iso(begun)
    assert (stats.statistics.total, stats.coverage.observed) == (0, 0)
    (gap,) = stats.coverage.gaps
    assert (gap.start, gap.end, gap.kind) == (stats.window.start, stats.window.end, "not_watched")


def refused(now: datetime) -> list[tuple[dict[str, str], str, str]]:
    """Return parameters with the one that is refused, and a part of the reason."""
    day = f"{now:%Y-%m-%d}"
    hour = hour_start(now)
    return [
        ({"hours": "24", "start": iso(now - DAY)}, "hours", "it doesn't go with"),
        ({"hours": "24", "end": iso(now)}, "hours", "it doesn't go with"),
        ({"end": iso(now)}, "start", "it is missing"),
        ({"start": iso(now - DAY), "end": iso(now - 2 * DAY)}, "end", "is not after the start"),
        ({"start": iso(now - DAY), "end": iso(now - DAY)}, "end", "is not after the start"),
        ({"start": iso(now + 2 * HOUR)}, "start", "is yet to come"),
        ({"start": iso(hour)}, "start", "no full hour since"),
        ({"start": iso(now - 100 * DAY)}, "start", "RETENTION_DAYS is 90"),
        ({"start": "yesterday"}, "start", "it is not a time"),
        ({"start": day, "end": f"{day}T25:00"}, "end", "it is not a time"),
    ]


@pytest.mark.parametrize("number", range(len(refused(NOW))))
@pytest.mark.parametrize(
    "path",
    ["/sentiment/stats", "/sentiment/trends", "/sentiment/compare", "/subjects", "/share-of-voice"],
)
@pytest.mark.usefixtures("process", "written")
async def test_a_wrong_span_is_refused_with_what_is_taken(path: str, number: int) -> None:
    asked, name, detail = refused(utc_now())[number]
    more = {"subreddits": "aws"} if path.endswith("compare") else {}
    answer = await get(f"/api/v1{path}", None, **asked, **more)
    assert answer.status_code == 422
    (error,) = json.loads(answer.get_body())["errors"]
    assert error["parameter"] == name
    assert detail in error["detail"]
    assert error["takes"]


async def test_what_is_kept_for_years_has_spans_of_a_year_by_the_day(store: Store) -> None:
    deps = deps_of(store, RETENTION_DAYS="900")
    year = {"start": "2025-11-01", "end": "2026-11-02"}
    trends = await read_trends(deps, TrendsParameters(**year))
    assert (trends.granularity, len(trends.trend_data)) == ("day", 366)
    with pytest.raises(BadParameters, match="more than 366 days"):
        await read_stats(deps, ScopeParameters(start="2025-11-01", end="2026-11-03"))
    with pytest.raises(BadParameters, match="a comparison of 2 may have 180 days"):
        await compare(deps, CompareParameters(scopes=("aws", "all"), **year))
    half = {"start": "2026-05-06", "end": "2026-11-02"}
    compared = await compare(deps, CompareParameters(scopes=("aws", "all"), **half))
    assert compared.time_window_hours == 180 * 24
    listed = await read_subjects(deps, SubjectsParameters(**year))
    assert listed.time_window_hours == 366 * 24


@pytest.mark.parametrize(
    ("hours", "is_slow"), [(24, False), (900, False), (1100, True), (2000, True)]
)
def test_a_long_span_waits_for_its_turn_as_a_long_window_does(hours: int, *, is_slow: bool) -> None:
    asked: dict[str, Any] = {"start": iso(NOW - hours * HOUR), "end": iso(NOW)}
    assert is_heavy(TrendsParameters(**asked)) == is_heavy(TrendsParameters(hours=hours)) == is_slow
    assert is_heavy(SubjectsParameters(**asked)) == is_slow
    assert is_heavy(CompareParameters(subreddits=("aws",), **asked)) == is_slow
    assert not is_heavy(ScopeParameters(**asked))
    assert is_heavy(ScopeParameters(start=iso(NOW - 100 * DAY), end=iso(NOW)))


@given(
    now=MOMENTS,
    start=st.datetimes(timezones=st.just(UTC)),
    end=st.datetimes(timezones=st.just(UTC)),
)
@settings(max_examples=50, deadline=None)
async def test_no_span_at_all_breaks_an_answer(tmp_path_factory, now, start, end) -> None:
    store = await with_items(tmp_path_factory, now, [])
    try:
        with suppress(BadParameters):
            asked = CompareParameters(subreddits=("aws",), start=iso(start), end=iso(end))
            found = await compare(deps_of(store, now=now), asked)
            assert found.window.start < found.window.end <= iso(now)
    finally:
        await store.close()
