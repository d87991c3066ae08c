"""The list of subjects, and the card of one, against a recount of their mentions."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from math import hypot
from statistics import variance
from typing import Any

import pytest

from api.errors import UnknownSubject
from api.reads.comparison import compare
from api.reads.statistics import read_stats
from api.reads.subjects import read_subject, read_subjects
from api.reads.trends import read_trends
from api.schema.parameters import CompareParameters, ScopeParameters, TrendsParameters
from api.schema.subject_parameters import SubjectParameters, SubjectsParameters
from api.schema.subjects import SubjectFigures
from shared.models import CollectionState, CommunityState, Post
from shared.stats.cell_threads import thread_of
from shared.stats.means import DESIGN_EFFECT
from shared.stats.uncertainty import CORRELATION, Thread, mean_of
from shared.store import COLLECTION, COMMUNITIES, Store
from shared.store.community_states import bucket_of
from shared.times import Window, iso, parse_iso
from tests.api.subject_world import (
    SUBJECTS,
    a_subject,
    counts,
    ids,
    keep_matched,
    mentioning,
    talk,
    watch,
)
from tests.api.world import COMPOUND, NAMES, NOW, CountingStore, a_post, deps_of, get
from tests.fixtures.stores import FilledStore

HOUR = timedelta(hours=1)
COUNT = 400


async def fill(store: Store) -> None:
    """Store the items of a week, one every 25 minutes."""
    await watch(store)
    await keep_matched(store, *talk(COUNT))


@pytest.fixture
async def talked(filled_store: FilledStore) -> Store:
    """Open a store in which people talk about the subjects."""
    return await filled_store(fill)


async def all_items(store: Store) -> list[Any]:
    posts, comments = talk(COUNT)
    return await keep_matched(store, posts, comments)


async def rows(store: Any, **given: Any) -> dict[str, SubjectFigures]:
    found = await read_subjects(deps_of(store), SubjectsParameters(**given))
    return {each.id: each for each in found.subjects}


def between(items: list[Any], subject: str, start: datetime, end: datetime) -> list[Any]:
    """Return the mentions from a time to another one."""
    found = mentioning(items, subject, hours=2160)
    return [item for item in found if iso(start) <= item["created_utc"] < iso(end)]


async def test_own_subjects_come_first_then_competitors_then_topics(talked) -> None:
    found = await read_subjects(deps_of(talked), SubjectsParameters(hours=48))
    roles = [each.role for each in found.subjects]
    assert roles == ["own", "competitor", "competitor", "topic"]
    first, second = found.subjects[1:3]
    assert first.mentions >= second.mentions
    assert sorted(found.set) == ["kiro", "lantern", "zed"]
    assert found.sentiment_of == "text"


@pytest.mark.parametrize("hours", [1, 24, 48, 49, 100, 168])
async def test_figures_equal_a_recount(talked, hours: int) -> None:
    items = await all_items(talked)
    found = await rows(talked, hours=hours)
    window = Window.of_hours(hours, NOW)
    base = sum(len(mentioning(items, name, hours=hours)) for name in ("lantern", "kiro", "zed"))
    for name, row in found.items():
        own = mentioning(items, name, hours=hours)
        before = between(items, name, window.start - hours * HOUR, window.start)
        told = row.statistics.model_dump(include=counts(own).keys())
        assert told == pytest.approx(counts(own), abs=1e-4)
        assert row.previous.total == len(before)
        assert row.difference.total == len(own) - len(before)
        assert row.mentions == len(own)
        assert row.share == (None if name == "robots" else pytest.approx(len(own) / base))
        assert sum(point["total"] for point in row.trend_data) == len(own)
        assert len(row.trend_data) == (hours if hours <= 48 else len(window.days()))
        by_name = [len(mentioning(items, name, hours=hours, community=each)) for each in NAMES]
        if own:
            assert row.top_community is not None
            assert row.top_community.mentions == max(by_name)
    shares = [row.share for row in found.values() if row.share is not None]
    assert sum(shares) == pytest.approx(1)


async def test_the_change_is_that_of_equal_full_hours(talked) -> None:
    items = await all_items(talked)
    end = NOW.replace(minute=0, second=0)
    found = await rows(talked, hours=48)
    spans = ((end - 48 * HOUR, end), (end - 96 * HOUR, end - 48 * HOUR))
    names = ("lantern", "kiro", "zed")
    shares = []
    for start, until in spans:
        own = {name: len(between(items, name, start, until)) for name in names}
        shares.append({name: own[name] / sum(own.values()) for name in names})
    for name in names:
        row, now = found[name], between(items, name, *spans[0])
        assert row.change.hours == 48
        assert row.change.statistics.total == len(now)
        assert row.change.previous.total == len(between(items, name, *spans[1]))
        assert row.share_change == pytest.approx(shares[0][name] - shares[1][name])
        assert row.change.verdict in {"too_few", "no_clear_change", "better", "worse"}


async def test_a_clear_change_is_told_and_a_mix_of_methods_is_not(sqlite_store) -> None:
    await watch(sqlite_store)
    posts = [
        a_post(n, NOW - n * HOUR / 2, "claude", "negative" if n < 50 else "positive", title="kiro")
        for n in range(1, 97)
    ]
    await keep_matched(sqlite_store, posts)
    assert (await rows(sqlite_store))["kiro"].change.verdict == "worse"
    for post in posts[:20]:
        post["sentiment"] = {**post["sentiment"], "version": "9"}
    await keep_matched(sqlite_store, posts)
    found = await read_subjects(deps_of(sqlite_store), SubjectsParameters())
    (kiro,) = [each for each in found.subjects if each.id == "kiro"]
    assert (kiro.change.verdict, kiro.change.reason) == ("incomplete", "mixed_methods")
    assert found.mixed_methods


async def test_a_mix_of_methods_is_said_at_midnight_too(sqlite_store) -> None:
    await watch(sqlite_store)
    midnight = NOW.replace(hour=0, minute=0, second=30)
    # Nothing is of today yet, and nothing of the first days of the time before.
    posts = [a_post(n, midnight - n * HOUR, "claude", title="kiro") for n in range(1, 150)]
    for post in posts[::3]:
        post["sentiment"] = {**post["sentiment"], "version": "9"}
    await keep_matched(sqlite_store, posts)
    parameters = SubjectsParameters(hours=168)
    assert (await read_subjects(deps_of(sqlite_store, now=midnight), parameters)).mixed_methods


def threads_of(items: Iterable[Any]) -> list[Thread]:
    found: dict[str, list[float]] = defaultdict(list)
    for item in items:
        found[thread_of(item)].append(item["sentiment"]["compound"])
    return [Thread(len(own), sum(own)) for own in found.values()]


async def test_errors_of_the_list_know_threads_as_statistics_of_a_subject_do(talked) -> None:
    items = await all_items(talked)
    deps = deps_of(talked)
    for name, row in (await rows(talked)).items():
        mean = mean_of(threads_of(mentioning(items, name)))
        assert mean is not None
        assert row.statistics.stderr == pytest.approx(mean.error, abs=1e-4)
        stats = (await read_stats(deps, ScopeParameters(subject=name))).statistics
        card = (await read_subject(deps, SubjectParameters(id=name))).statistics
        for other in (stats, card):
            assert (row.statistics.stderr, row.statistics.interval) == (
                other.stderr,
                other.interval,
            )


@pytest.mark.parametrize("hours", [24, 168])
async def test_each_step_of_a_course_has_the_error_of_its_threads(talked, hours: int) -> None:
    items = await all_items(talked)
    window, found = Window.of_hours(hours, NOW), await rows(talked, hours=hours)
    length = HOUR if hours <= 48 else 24 * HOUR
    for name, row in found.items():
        for point in row.trend_data:
            start = max(parse_iso(point["start"]), window.start)
            own = between(items, name, start, parse_iso(point["start"]) + length)
            mean = mean_of(threads_of(own))
            error = None if mean is None or mean.error is None else pytest.approx(mean.error, 0.05)
            assert point["stderr"] == error
            assert (point["interval"] is None) == (error is None)
            assert (point["left_out"], point["few"]) == (0, len(own) < 30)
    assert any(point["stderr"] for row in found.values() for point in row.trend_data)


async def test_a_difference_has_the_errors_of_both_windows(talked) -> None:
    items = await all_items(talked)
    deps, start = deps_of(talked), Window.of_hours(24, NOW).start
    found = await rows(talked)
    scopes = ",".join(f"subject:{name}" for name in found)
    compared = await compare(deps, CompareParameters.model_validate({"scopes": scopes}))
    for (name, row), scope in zip(found.items(), compared.subreddits, strict=True):
        now = mean_of(threads_of(mentioning(items, name)))
        before = mean_of(threads_of(between(items, name, start - 24 * HOUR, start)))
        assert now is not None
        assert before is not None
        error = ((now.error or 0) ** 2 + (before.error or 0) ** 2) ** 0.5
        assert row.difference.stderr == pytest.approx(error, abs=2e-4)
        # Comparisons of many days come from months, which have digests of days.
        errors = scope.statistics.stderr or 0, scope.previous.stderr or 0
        assert scope.difference.stderr == pytest.approx(hypot(*errors), abs=2e-4)
        for difference in (row.difference, scope.difference):
            low, high = difference.interval or (1.0, 0.0)
            assert low < difference.avg_sentiment < high


async def test_months_of_tables_list_the_largest_threads_of_each_day(talked) -> None:
    items = await all_items(talked)
    for name, row in (await rows(talked, hours=168)).items():
        mean = mean_of(threads_of(mentioning(items, name, hours=168)))
        assert mean is not None
        assert row.statistics.stderr == pytest.approx(mean.error, rel=0.05)


async def test_threads_of_hours_with_unwatched_communities_are_unknown(talked) -> None:
    items = await all_items(talked)
    found = await read_subjects(deps_of(talked, names=NAMES[1:]), SubjectsParameters())
    (lantern,) = [each for each in found.subjects if each.id == "lantern"]
    own = [
        item["sentiment"]["compound"]
        for name in NAMES[1:]
        for item in mentioning(items, "lantern", community=name)
    ]
    mean = sum(own) / len(own)
    variance = sum((each - mean) ** 2 for each in own) / (len(own) - 1)
    error = (DESIGN_EFFECT * variance / len(own)) ** 0.5
    assert lantern.statistics.stderr == pytest.approx(error, abs=1e-4)


async def test_until_the_last_collection(talked) -> None:
    last = NOW - 5 * HOUR
    state: Any = {"id": "collection", "kind": "collection", "last_collection_at": iso(last)}
    await talked.upsert(COLLECTION, [CollectionState(**state)])
    items = await all_items(talked)
    found = await read_subjects(deps_of(talked), SubjectsParameters(until="collected"))
    assert found.window.end == iso(last)
    window = Window.of_hours(24, last)
    for row in found.subjects:
        # The hour of the last collection counts in whole.
        assert row.mentions == len(between(items, row.id, window.start, _next_hour(last)))
        hours = [point["start"] for point in row.trend_data]
        assert (hours[0], hours[-1]) == (iso(window.start), "2026-11-23T08:00:00Z")


async def test_hours_that_were_not_observed_are_left_out_of_changes(talked) -> None:
    end = NOW.replace(minute=0, second=0)
    covered = [
        [iso(NOW - 200 * HOUR), iso(end - 10 * HOUR)],
        [iso(end - 4 * HOUR), iso(NOW)],
    ]
    await talked.upsert(COMMUNITIES, [_state(name, covered) for name in NAMES])
    found = await read_subjects(deps_of(talked), SubjectsParameters())
    assert {row.change.hours for row in found.subjects} == {18}
    assert [(gap.start, gap.end) for gap in found.gaps] == [
        (iso(end - 10 * HOUR), iso(end - 4 * HOUR))
    ]
    assert found.coverage is not None
    assert found.coverage.observed < 1


def _next_hour(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0) + HOUR


def _state(name: str, covered: Any) -> CommunityState:
    state: Any = {
        "id": name,
        "kind": "community",
        "bucket": bucket_of(name),
        "last_collected_at": covered[-1][1],
        "last_error": None,
        "covered": covered,
        "usual_rate": 10.0,
    }
    return state  # type: ignore[no-any-return]


@pytest.mark.parametrize("many", [3, 100])
async def test_the_list_reads_as_much_whatever_the_number_of_subjects(sqlite_store, many) -> None:
    subjects = [a_subject(f"s{n}", f"word{n}") for n in range(many)]
    await watch(sqlite_store, subjects)
    posts = [a_post(n, NOW - n * HOUR, NAMES[n % 3], title=f"word{n % many}") for n in range(1500)]
    await keep_matched(sqlite_store, posts, subjects=subjects)
    counting = CountingStore(sqlite_store)
    found = await read_subjects(deps_of(counting), SubjectsParameters(hours=720))
    assert len(found.subjects) == many
    assert sum(row.mentions for row in found.subjects) == 720
    assert sum(counting.asked.values()) <= 20


async def test_a_card_has_the_parts_that_add_up(talked) -> None:
    items = await all_items(talked)
    asked = SubjectParameters(id="Lantern", hours=48)
    card = await read_subject(deps_of(talked), asked)
    row = (await rows(talked, hours=48))["lantern"]
    assert card.model_dump(include=set(SubjectFigures.model_fields)) == row.model_dump()
    own = mentioning(items, "lantern", hours=48)
    assert [each.id for each in card.newest] == ids(own)[:5]
    for via in card.by_via:
        wanted = counts(mentioning(items, "lantern", hours=48, via=via.via))
        told = via.statistics.model_dump(include=wanted.keys())
        assert told == pytest.approx(wanted, abs=1e-4)
    for each in card.by_community:
        wanted = counts(mentioning(items, "lantern", hours=48, community=each.community))
        told = each.statistics.model_dump(include=wanted.keys())
        assert told == pytest.approx(wanted, abs=1e-4)
    assert sum(via.statistics.total for via in card.by_via) == card.mentions
    assert sum(each.statistics.total for each in card.by_community) == card.mentions
    assert sum(each.share for each in card.by_community) == pytest.approx(1)
    assert card.change.avg_sentiment is not None
    assert effects(card.by_community) == pytest.approx(card.change.avg_sentiment, abs=1e-4)
    changes = [each.change for each in card.by_community if each.change]
    assert sum(each.statistics.total for each in changes) == card.change.statistics.total
    assert sum(each.previous.total for each in changes) == card.change.previous.total
    assert card.effect_of_others == 0
    assert [term.text for term in card.terms] == ["lantern"]
    assert (card.home, card.merged_from) == (["aws"], [])


def most_uncertain(part: list[Any], whole: list[Any]) -> float:
    """Return the error of the mean of a part that holds the largest threads of the whole."""
    compounds = [item["sentiment"]["compound"] for item in part]
    left, squares = len(part), 0
    for thread in sorted(threads_of(whole), reverse=True):
        squares += min(left, thread.items) ** 2
        left -= min(left, thread.items)
    effect = 1 + CORRELATION * (squares / len(part) - 1)
    spread = variance(compounds) * (len(part) - 1) / (len(part) - effect)
    return float((spread * effect / len(part)) ** 0.5)


async def test_parts_of_a_subject_are_as_uncertain_as_its_threads_allow(talked) -> None:
    items = await all_items(talked)
    deps, hours = deps_of(talked), 48
    card = await read_subject(deps, SubjectParameters(id="lantern", hours=hours))
    whole = mentioning(items, "lantern", hours=hours)
    places = {"subreddit": {each.community: each.statistics for each in card.by_community}}
    vias = {"via": {each.via: each.statistics for each in card.by_via}}
    trends = {
        by: await read_trends(
            deps,
            TrendsParameters.model_validate(
                {"subject": "lantern", "hours": hours, "by": by, "granularity": "day"}
            ),
        )
        for by in ("community", "via")
    }
    for name, told in (places | vias).items():
        for part, statistics in told.items():
            wanted = {"community" if name == "subreddit" else name: part}
            own = mentioning(items, "lantern", hours=hours, **wanted)
            assert len(own) == statistics.total
            if len(own) < 2:
                continue
            error = pytest.approx(most_uncertain(own, whole), abs=2e-4)
            assert statistics.stderr == error
            scope = ScopeParameters.model_validate(
                {"subject": "lantern", "hours": hours, name: part}
            )
            assert (await read_stats(deps, scope)).statistics.stderr == error
    for parts in (trends["community"].communities, trends["via"].vias):
        assert parts
        for steps in parts.values():
            assert all((step.stderr is not None) == (step.total > 1) for step in steps)


async def test_a_part_that_is_all_of_a_subject_has_its_threads(sqlite_store) -> None:
    await watch(sqlite_store)
    posts = [a_post(n, NOW - n * HOUR / 4, "claude", title="kiro") for n in range(1, 41)]
    await keep_matched(sqlite_store, posts)
    card = await read_subject(deps_of(sqlite_store), SubjectParameters(id="kiro"))
    (place,) = card.by_community
    assert card.statistics.stderr is not None
    assert place.statistics.stderr == card.statistics.stderr
    assert place.statistics.interval == card.statistics.interval


def effects(parts: Iterable[Any]) -> float:
    """Add the effects of parts up; each must have one."""
    return sum(part.effect for part in parts)


def said_of_kiro(
    counts: Mapping[str, tuple[tuple[int, int], tuple[int, int]]],
) -> list[Post]:
    """Return posts about a subject: (positive, negative) by community, of the window and before."""
    posts: list[Post] = []
    for name, sides in counts.items():
        for end, (positive, negative) in zip((NOW - HOUR, NOW - 25 * HOUR), sides, strict=True):
            for label in ("positive",) * positive + ("negative",) * negative:
                n = len(posts)
                posts.append(a_post(n, end - n % 23 * HOUR, name, label, title="kiro"))  # type: ignore[arg-type]
    return posts


# By community, (positive, negative) in the window and before it.
MOVED = {
    # Its own mean fell.
    "claude": ((4, 56), (40, 20)),
    # It vanished.
    "aws": ((0, 0), (20, 0)),
    # It is new.
    "OpenAI": ((1, 9), (0, 0)),
}


async def test_what_moved_a_subject_adds_up_over_communities_that_came_and_went(
    sqlite_store,
) -> None:
    await watch(sqlite_store)
    await keep_matched(sqlite_store, said_of_kiro(MOVED))
    card = await read_subject(deps_of(sqlite_store), SubjectParameters(id="kiro"))
    assert card.change.verdict == "worse"
    found = {each.community: each for each in card.by_community}
    assert list(found) == ["claude", "OpenAI", "aws"]
    assert effects(found.values()) == pytest.approx(card.change.avg_sentiment, abs=1e-4)
    assert card.effect_of_others == 0
    totals = {name: (each.statistics.total, each.share) for name, each in found.items()}
    assert totals == {"claude": (60, 6 / 7), "OpenAI": (10, 1 / 7), "aws": (0, 0.0)}
    # By hand: a share of the items times the distance to the middle of both means, now less before.
    means = {
        name: [
            (COMPOUND["positive"] * up + COMPOUND["negative"] * down) / ((up + down) or 1)
            for up, down in sides
        ]
        for name, sides in MOVED.items()
    }
    now = (60 * means["claude"][0] + 10 * means["OpenAI"][0]) / 70
    before = (60 * means["claude"][1] + 20 * means["aws"][1]) / 80
    middle = (now + before) / 2
    wanted = {
        "claude": 60 / 70 * (means["claude"][0] - middle) - 60 / 80 * (means["claude"][1] - middle),
        "aws": -20 / 80 * (means["aws"][1] - middle),
        "OpenAI": 10 / 70 * (means["OpenAI"][0] - middle),
    }
    assert {name: each.effect for name, each in found.items()} == pytest.approx(wanted, abs=1e-5)
    verdicts = {name: each.change and each.change.verdict for name, each in found.items()}
    assert verdicts == {"claude": "worse", "aws": "too_few", "OpenAI": "incomplete"}


async def test_one_community_moves_all_and_few_mentions_claim_nothing(sqlite_store) -> None:
    await watch(sqlite_store)
    await keep_matched(sqlite_store, said_of_kiro({"claude": ((1, 3), (3, 1))}))
    card = await read_subject(deps_of(sqlite_store), SubjectParameters(id="kiro"))
    (only,) = card.by_community
    assert only.effect == pytest.approx(card.change.avg_sentiment, abs=1e-4)
    assert only.effect == pytest.approx((COMPOUND["negative"] - COMPOUND["positive"]) / 2, abs=1e-4)
    assert only.change is not None
    assert (card.change.verdict, only.change.verdict) == ("too_few", "too_few")


@pytest.mark.parametrize("kept", ["now", "before"])
async def test_without_mentions_on_a_side_there_is_no_effect(sqlite_store, kept: str) -> None:
    await watch(sqlite_store)
    sides = ((2, 1), (0, 0)) if kept == "now" else ((0, 0), (2, 1))
    await keep_matched(sqlite_store, said_of_kiro({"claude": sides}))
    card = await read_subject(deps_of(sqlite_store), SubjectParameters(id="kiro"))
    (only,) = card.by_community
    assert (only.effect, card.effect_of_others) == (None, None)
    assert only.change is not None
    assert only.change.verdict == card.change.verdict
    assert card.change.verdict == ("incomplete" if kept == "now" else "too_few")
    assert (only.statistics.total, only.share) == ((3, 1.0) if kept == "now" else (0, 0.0))


@pytest.mark.parametrize(
    ("since", "until", "hours", "reason"),
    [
        # It was first collected within the window: mentions before that are unknown.
        (-3, 0, 0, "no_earlier_data"),
        (-30, 0, 5, "no_earlier_data"),
        (-44, 0, 19, None),
        # It lacks the last hours of the window.
        (-200, -5, 19, "not_collected"),
    ],
)
async def test_a_community_that_was_not_observed_claims_no_change(
    sqlite_store, since: int, until: int, hours: int, reason: str | None
) -> None:
    await watch(sqlite_store)
    await keep_matched(sqlite_store, said_of_kiro({**MOVED, "aws": ((30, 30), (30, 30))}))
    whole = [[iso(NOW - 200 * HOUR), iso(NOW)]]
    part = [[iso(NOW + since * HOUR), iso(NOW + until * HOUR)]]
    states = [_state(name, part if name == "claude" else whole) for name in NAMES]
    for state in states:
        # One with less than a fifth of the items leaves no gap in the whole.
        state["hourly"] = 1.0 if state["id"] == "claude" else 9.0
    await sqlite_store.upsert(COMMUNITIES, states)
    card = await read_subject(deps_of(sqlite_store), SubjectParameters(id="kiro"))
    found = {each.community: each for each in card.by_community}
    change, other = found["claude"].change, found["aws"].change
    assert change is not None
    assert other is not None
    assert (change.verdict, change.reason) == ("incomplete" if reason else "worse", reason)
    assert change.hours == hours
    assert change.behind == (["claude"] if reason == "not_collected" else [])
    assert (other.verdict, other.hours) == ("no_clear_change", 24)
    assert effects(found.values()) == pytest.approx(card.change.avg_sentiment, abs=1e-4)


async def test_communities_without_a_name_are_the_others_of_a_change(sqlite_store) -> None:
    await watch(sqlite_store)
    # Tables name the twenty largest of a day; the rest is one row, whatever is watched.
    names = [f"place{n:02}" for n in range(24)]
    counts = {
        name: ((n % 3, 24), (24, n % 2)) if n < 20 else ((1, 0), (0, 1))
        for n, name in enumerate(names)
    }
    await keep_matched(sqlite_store, said_of_kiro(counts), names=names)
    deps = deps_of(sqlite_store, names=names[:22])
    card = await read_subject(deps, SubjectParameters(id="kiro"))
    assert [each.community for each in card.by_community if each.effect is None] == names[20:22]
    assert [each.change for each in card.by_community[20:]] == [None, None]
    assert card.effect_of_others is not None
    assert abs(card.effect_of_others) > 0.001
    listed = effects(each for each in card.by_community if each.effect is not None)
    assert listed + card.effect_of_others == pytest.approx(card.change.avg_sentiment, abs=1e-4)


async def test_a_merged_subject_is_told_by_its_new_id(talked) -> None:
    with pytest.raises(UnknownSubject, match="'codewhisperer' was merged into 'kiro'"):
        await read_subject(deps_of(talked), SubjectParameters(id="codewhisperer"))
    with pytest.raises(UnknownSubject, match="'lamp' is no subject"):
        await read_subject(deps_of(talked), SubjectParameters(id="lamp"))


async def test_subjects_without_mentions_have_no_mean_and_no_share(sqlite_store) -> None:
    await watch(sqlite_store)
    for row in (await rows(sqlite_store)).values():
        assert (row.mentions, row.statistics.avg_sentiment, row.share) == (0, None, None)
        assert (row.share_change, row.top_community) == (None, None)
        assert (row.change.verdict, row.change.reason) == ("incomplete", "no_earlier_data")
    card = await read_subject(deps_of(sqlite_store), SubjectParameters(id="zed"))
    assert (card.by_community, card.newest, card.base) == ([], [], 0)
    assert card.effect_of_others is None


@pytest.mark.usefixtures("process")
async def test_the_list_over_http(written) -> None:
    await watch(written)
    await watch(written, (*SUBJECTS, a_subject("new")), matched=False, revision=2)
    answer = await get("/api/v1/subjects")
    found = json.loads(answer.get_body())
    names = {"id", "name", "role", "statistics", "previous", "change", "mentions", "share"}
    assert all(names <= each.keys() for each in found["subjects"])
    assert {each["id"]: each["rematching"] for each in found["subjects"]}["new"] is True
    assert found["rematching"] is True
    tag = answer.headers["ETag"]
    assert (await get("/api/v1/subjects", {"if-none-match": tag})).status_code == 304
    assert (await get("/api/v1/subjects/new")).status_code == 200
    assert (await get("/api/v1/subjects?hours=2161")).status_code == 422
    assert (await get("/api/v1/subjects?subject=new")).status_code == 422


async def test_a_community_may_be_called_as_the_tables_might_be(sqlite_store) -> None:
    await watch(sqlite_store)
    posts = [a_post(n, NOW - n * HOUR, "subjects", title="kiro") for n in range(30)]
    await keep_matched(sqlite_store, posts, names=("subjects",))
    deps = deps_of(sqlite_store, names=("subjects",))
    found = await read_subjects(deps, SubjectsParameters(hours=24))
    assert {each.id: each.mentions for each in found.subjects}["kiro"] == 24
    stats = await read_stats(deps, ScopeParameters(subreddit="subjects"))
    assert stats.statistics.total == 24
