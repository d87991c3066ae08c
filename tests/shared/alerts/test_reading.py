"""What is read of a store for rules: figures by the hour, gaps, items, and what it costs."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from bench.priced_store import PricedStore
from shared.alerts.conditions import evaluate
from shared.alerts.reading import EvidenceReader, last_full_hour, read_evaluation
from shared.alerts.replay import read_replay
from shared.models import ALL, Cell, CollectionState, ConditionType, DayStats, Watchlist
from shared.settings import Settings, load_settings
from shared.stats.months import pack_cell
from shared.store import COLLECTION, COMMUNITIES, CURRENT, DAYS, TOPICS, Store
from shared.subjects.watchlist import read_watchlist
from shared.times import day_of, iso, next_hour, parse_iso
from tests.api.reads.test_coverage import observed
from tests.api.subject_world import SUBJECTS, keep_matched, watch
from tests.api.world import NAMES, a_comment, a_post
from tests.shared.alerts.histories import HOURS, NUMBER, Items, Scope, cells_of
from tests.shared.alerts.rules import a_rule

LAST = HOURS[-1]
NOW = parse_iso(f"{next_hour(LAST)}:05:00Z")
HOUR = timedelta(hours=1)
OWN = "subject:lantern"
MAX_REQUEST_UNITS = 1000


def settings() -> Settings:
    return load_settings({"SUBREDDITS": ",".join(NAMES)})


async def keep_days(store: Store, scope: str, cells: Mapping[str, Cell], **more: Any) -> None:
    """Store the days of a scope with these cells."""
    days: dict[str, DayStats] = {}
    for hour, cell in cells.items():
        day = days.setdefault(day_of(hour), DayStats(id=day_of(hour), scope=scope, hours={}))
        day["hours"][hour[-2:]] = cell
    for day in days.values():
        day["names"] = list(NAMES)
        day.update({name: make(day) for name, make in more.items()})  # type: ignore[typeddict-item]
    await store.upsert(DAYS, list(days.values()))


async def keep_collected(store: Store, lacking: Sequence[tuple[str, str]] = ()) -> None:
    """Store that all communities were collected up to now, but those that lack a time."""
    await store.upsert(
        COLLECTION,
        [
            CollectionState(
                id="collection",
                kind="collection",
                ttl=-1,
                schema=1,
                origin="live",
                last_cycle="cycle",
                last_started_at=iso(NOW - 2 * HOUR / 60),
                last_collection_at=iso(NOW),
                collections_succeeded=9,
                collections_failed=0,
            )
        ],
    )
    covered = [[f"{HOURS[0]}:00:00Z", iso(NOW)]]
    gaps = dict(lacking)
    for name in NAMES:
        own = covered
        if name in gaps:
            own = [[covered[0][0], gaps[name]], [iso(parse_iso(gaps[name]) + 5 * HOUR), iso(NOW)]]
        await store.upsert(COMMUNITIES, [observed(name, 10.0, covered=own)])


async def keep_history(store: Store, mood: Any = 0.1, daily: float = 600, **more: Any) -> None:
    rng = np.random.default_rng(12)
    own = Scope(daily, tail=2.2).items(rng, mood)
    await keep_days(store, OWN, cells_of(own), **more)
    await keep_days(store, ALL, cells_of(own.and_(Scope(2000, tail=2.2).items(rng))))
    await keep_days(store, "aws", cells_of(Scope(300, tail=2.2).items(rng)))
    await watch(store, SUBJECTS)
    await keep_collected(store)


def rule(kind: ConditionType, scope: str = OWN, **more: Any) -> Any:
    return a_rule(scope=scope, condition={"type": kind, **more})


async def reader(store: Store, **more: Any) -> EvidenceReader:
    return EvidenceReader(store, settings(), await read_watchlist(store), **more)


async def test_figures_are_those_of_the_stored_hours_with_their_threads(sqlite_store) -> None:
    await keep_history(sqlite_store)
    evidence = await (await reader(sqlite_store)).read(rule("mood"), LAST)
    assert evidence.last == LAST
    assert evidence.name == "Lantern"
    assert evidence.figures.hours[-1] == LAST
    own = Scope(600, tail=2.2).items(np.random.default_rng(12))
    span = evidence.figures.span(LAST, 24)
    assert span is not None
    assert evidence.figures.items(span) == int((own.hours >= NUMBER - 24).sum())
    sample = evidence.figures.sample(range(*span))
    assert sample.threads is not None
    assert sample.threads.items == sample.items
    assert not evidence.figures.unknown


async def test_hours_that_a_community_lacks_are_unknown_of_it_and_of_all(sqlite_store) -> None:
    await keep_history(sqlite_store)
    gap = f"{HOURS[-10]}:00:00Z"
    await keep_collected(sqlite_store, [("aws", gap)])
    reading = await reader(sqlite_store)
    of_aws = await reading.read(rule("mood", "community:AWS"), LAST)
    assert of_aws.name == "r/aws"
    assert of_aws.figures.unknown == set(HOURS[-10:-5])
    # A third of the items is a large part of all.
    assert of_aws.of_all.unknown == set(HOURS[-10:-5])
    assert not of_aws.falling
    await keep_collected(sqlite_store, [("aws", gap), ("claude", gap)])
    of_all = await (await reader(sqlite_store)).read(rule("mood", ALL), LAST)
    assert of_all.falling == set(HOURS[-10:-5])


def parts_of(**parts: Items) -> Any:
    """Return what makes the parts of a subject's days, by the community of the items."""
    cells = {name: cells_of(items) for name, items in parts.items()}

    def make(day: DayStats) -> Any:
        return {
            f"text in {name}": {
                hour[-2:]: pack_cell(cell)
                for hour, cell in own.items()
                if day_of(hour) == day["id"]
            }
            for name, own in cells.items()
        }

    return make


async def keep_added(
    store: Store, old: Items, added: Items, *, hours: int, hourly: float = 10.0
) -> None:
    """Store the mentions in claude, and in aws, which was added these hours ago and read no past.

    hourly is the usual number of items an hour of aws; the others have 100.
    """
    added = added.but(added.hours >= NUMBER - hours)
    both = old.and_(added)
    await keep_days(store, OWN, cells_of(both), parts=parts_of(claude=old, aws=added))
    others = Scope(2000, tail=2.2).items(np.random.default_rng(30))
    await keep_days(store, ALL, cells_of(both.and_(others)))
    await keep_days(store, "aws", cells_of(added))
    await watch(store, SUBJECTS)
    await keep_collected(store)
    since = iso(NOW - hours * HOUR)
    for name, usual in (("aws", hourly), ("claude", 100.0), ("OpenAI", 10.0)):
        covered = [[since if name == "aws" else f"{HOURS[0]}:00:00Z", iso(NOW)]]
        await store.upsert(COMMUNITIES, [observed(name, usual, covered=covered)])


def some_items(seed: int, daily: float = 200, mood: Any = 0.1) -> Items:
    return Scope(daily, tail=2.2).items(np.random.default_rng(seed), mood)


@pytest.mark.parametrize("hours", [5, 30, 24 * 12, 24 * 25])
@pytest.mark.parametrize("kind", ["volume", "mood"])
async def test_a_community_that_was_added_raises_no_alert_before_its_past_is_read(
    sqlite_store, kind, hours
) -> None:
    # It has half as many items again, in a bad mood.
    added = some_items(2, 190, -0.6)
    await keep_added(sqlite_store, some_items(1), added, hours=hours)
    found = await read_evaluation(sqlite_store, settings(), rule(kind, direction="any"), LAST)
    assert (found.status, found.findings) == ("ok", ())


async def test_the_past_of_an_added_community_counts_once_it_was_read(sqlite_store) -> None:
    old, added = some_items(1), some_items(2, 600)
    await keep_added(sqlite_store, old, added, hours=NUMBER)
    evidence = await (await reader(sqlite_store)).read(rule("volume"), LAST)
    assert not evidence.young
    span = evidence.figures.span(LAST, 24)
    assert span is not None
    assert evidence.figures.items(span) == int((old.and_(added).hours >= NUMBER - 24).sum())


async def test_what_happens_beside_an_added_community_is_found_and_the_finding_says_so(
    sqlite_store,
) -> None:
    more = Scope(200, tail=2.2).burst(np.random.default_rng(3), range(NUMBER - 6, NUMBER), 60)
    old = some_items(1).and_(more)
    await keep_added(sqlite_store, old, some_items(2, 190), hours=30)
    found = await read_evaluation(sqlite_store, settings(), rule("volume"), LAST)
    (finding,) = found.findings
    assert finding["cause"] == "more"
    note = "r/aws isn't counted: not observed in the weeks to compare with."
    assert finding["sentence"].endswith(note)
    hours = int(finding["figures"]["hours"] or 0)
    assert finding["figures"]["value"] == int((old.hours >= NUMBER - hours).sum())


async def test_most_items_in_a_community_that_was_added_tell_nothing_and_say_which(
    sqlite_store,
) -> None:
    await keep_added(sqlite_store, some_items(1, 20), some_items(2, 200), hours=30)
    for kind in ("volume", "mood"):
        found = await read_evaluation(sqlite_store, settings(), rule(kind), LAST)  # type: ignore[arg-type]
        assert found.status == "no_data"
        reason = "Most items are in r/aws, not observed in the weeks to compare with."
        assert found.reason == reason
    # A share compares with no other time.
    share = rule("negative_share", above=0.9)
    assert (await read_evaluation(sqlite_store, settings(), share, LAST)).status == "ok"


async def test_all_communities_are_judged_without_a_large_one_that_was_added(sqlite_store) -> None:
    await keep_added(sqlite_store, some_items(1), some_items(2, 1500), hours=30, hourly=60)
    found = await read_evaluation(sqlite_store, settings(), rule("volume", ALL), LAST)
    assert (found.status, found.reason) == ("ok", None)
    evidence = await (await reader(sqlite_store)).read(rule("volume", ALL), LAST)
    assert evidence.young == {"aws"}
    span = evidence.figures.span(LAST, 24)
    assert span is not None
    assert evidence.figures.sample(range(*span)).threads is not None


async def test_where_too_many_days_would_be_left_out_only_all_communities_have_no_data(
    sqlite_store, monkeypatch
) -> None:
    monkeypatch.setattr("shared.alerts.reading.MAX_DAYS_LEFT_OUT", 1)
    await keep_added(sqlite_store, some_items(1), some_items(2, 190), hours=30)
    of_all = await read_evaluation(sqlite_store, settings(), rule("volume", ALL), LAST)
    reason = "Too many communities (1) are too young to compare."
    assert (of_all.status, of_all.reason) == ("no_data", reason)
    for scope in (OWN, "community:claude"):
        found = await read_evaluation(sqlite_store, settings(), rule("volume", scope), LAST)
        assert found.reason != reason


@pytest.mark.parametrize(("days", "young"), [(10, {"aws"}), (2, set())])
async def test_a_community_that_nobody_watched_for_a_while_counts_once_its_gap_was_read(
    sqlite_store, days, young
) -> None:
    await keep_added(sqlite_store, some_items(1), some_items(2, 190), hours=NUMBER)
    again = NOW - timedelta(days=3)
    covered = [
        [f"{HOURS[0]}:00:00Z", iso(again - timedelta(days=days))],
        [iso(again), iso(NOW)],
    ]
    await sqlite_store.upsert(COMMUNITIES, [observed("aws", 10.0, covered=covered)])
    evidence = await (await reader(sqlite_store)).read(rule("volume"), LAST)
    assert evidence.young == young


async def test_after_a_first_start_no_community_is_too_young(sqlite_store) -> None:
    await keep_history(sqlite_store)
    for name, days in (("aws", 15), ("claude", 16), ("OpenAI", 15)):
        covered = [[iso(NOW - timedelta(days=days)), iso(NOW)]]
        await sqlite_store.upsert(COMMUNITIES, [observed(name, 10.0, covered=covered)])
    evidence = await (await reader(sqlite_store)).read(rule("volume", ALL), LAST)
    assert not evidence.young


async def test_hours_before_all_data_are_unknown_though_they_were_observed(sqlite_store) -> None:
    rng = np.random.default_rng(12)
    own = {
        hour: cell for hour, cell in cells_of(Scope(600).items(rng)).items() if hour > HOURS[-200]
    }
    await keep_days(sqlite_store, OWN, own)
    await keep_days(sqlite_store, ALL, own)
    await watch(sqlite_store, SUBJECTS)
    await keep_collected(sqlite_store)
    evidence = await (await reader(sqlite_store)).read(rule("volume"), LAST)
    assert evidence.figures.unknown == {hour for hour in evidence.figures.hours if hour < min(own)}
    watchlist = await read_watchlist(sqlite_store)
    found = await read_replay(sqlite_store, settings(), watchlist, rule("volume"), now=NOW)
    assert not found.messages


async def test_rules_of_one_scope_read_its_days_once(sqlite_store) -> None:
    await keep_history(sqlite_store)
    priced = PricedStore(sqlite_store)
    reading = await reader(priced)
    with priced.counting() as first:
        await reading.evaluation(rule("volume"), LAST)
    with priced.counting() as second:
        await reading.evaluation(rule("negative_share", above=0.9), LAST)
    assert first.request_units > 0
    assert second.request_units == 0


async def test_rules_share_the_items_topics_and_tables_that_they_read(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    posts = [a_post(n, NOW - n * HOUR, "aws", title="lantern or kiro") for n in range(1, 130)]
    await keep_matched(sqlite_store, posts)
    topic: Any = {
        "id": "limits",
        "theme": "limits",
        "post_ids": ["p1", "p2"],
        "communities": ["aws"],
        "growth": None,
        "mentions": 2,
        "engagement_velocity": None,
        "sentiment_avg": None,
        "state": "new",
    }
    topics = {"id": CURRENT, "created_at": iso(NOW), "topics": [topic], "snapshots": []}
    await sqlite_store.upsert(TOPICS, [topics])
    priced = PricedStore(sqlite_store)
    reading = await reader(priced)
    for first, second in (
        (rule("search", q="lantern"), rule("search", q="refund")),
        (rule("mention"), rule("mention")),
        (rule("topic"), rule("topic", "community:aws")),
        (rule("share_of_voice"), rule("share_of_voice", "subject:kiro")),
    ):
        with priced.counting() as of_first:
            await reading.read(first, LAST)
        with priced.counting() as of_second:
            await reading.read(second, LAST)
        assert of_first.request_units > 0, first
        assert of_second.request_units == 0, second
    before = await reading.read(rule("search", q="lantern"), HOURS[-2])
    assert before.recent is not None
    assert before.recent.hour == HOURS[-2]


async def test_no_evaluation_and_no_replay_costs_more_than_the_bound(sqlite_store) -> None:
    # A subject in 14 communities by three ways, and 2,000 items a day.
    def parts(day: DayStats) -> Any:
        names = [f"{via} in sub{n:04}" for via in ("text", "thread", "home") for n in range(14)]
        return {
            name: {hour: pack_cell(cell) for hour, cell in day["hours"].items()} for name in names
        }

    await keep_history(sqlite_store, daily=2000, parts=parts)
    priced = PricedStore(sqlite_store)
    watchlist = await read_watchlist(sqlite_store)
    many = load_settings({"SUBREDDITS": ",".join([*NAMES, *(f"sub{n:04}" for n in range(14))])})
    for kind in ("mood", "share_of_voice"):
        with priced.counting() as bill:
            await read_replay(priced, many, watchlist, rule(kind), now=NOW)
        # Tables are small here.
        assert (100 if kind == "mood" else 1) < bill.request_units < MAX_REQUEST_UNITS
        with priced.counting() as bill:
            await read_evaluation(priced, many, rule(kind), LAST)
        assert bill.request_units < MAX_REQUEST_UNITS / 2


@pytest.mark.parametrize(
    ("scope", "reason"),
    [
        ("subject:gone", "The watchlist has no subject gone."),
        ("community:gone", "r/gone isn't watched."),
    ],
)
async def test_a_scope_that_is_gone_breaks_its_rule(sqlite_store, scope: str, reason: str) -> None:
    await keep_history(sqlite_store)
    found = await (await reader(sqlite_store)).evaluation(rule("mood", scope), LAST)
    assert (found.status, found.reason) == ("broken", reason)


@pytest.mark.parametrize("kind", ["mood", "volume", "negative_share", "share_of_voice"])
async def test_nothing_is_said_of_a_subject_before_stored_items_are_matched_by_its_rules(
    sqlite_store, kind
) -> None:
    await keep_history(sqlite_store, mood_that_fell())
    matched = await read_evaluation(sqlite_store, settings(), rule(kind), LAST)
    await watch(sqlite_store, SUBJECTS, matched=False, revision=2)
    found = await read_evaluation(sqlite_store, settings(), rule(kind), LAST)
    reason = "The watchlist has changed, and stored items aren't matched by its rules yet."
    assert (found.status, found.reason) == ("no_data", reason)
    assert matched.reason != reason
    if kind != "share_of_voice":
        of_all = await read_evaluation(sqlite_store, settings(), rule(kind, ALL), LAST)
        assert of_all.reason != reason


async def test_a_merged_subject_is_the_one_that_it_was_merged_into(sqlite_store) -> None:
    await keep_history(sqlite_store)
    evidence = await (await reader(sqlite_store)).read(rule("topic", "subject:codewhisperer"), LAST)
    assert (evidence.scope, evidence.name) == ("subject:kiro", "Kiro")


def mood_that_fell() -> Any:
    mood = np.full(NUMBER, 0.1)
    mood[-60:] -= 0.4
    return mood


async def test_a_replay_says_what_would_have_been_sent_and_when(sqlite_store) -> None:
    await keep_history(sqlite_store, mood_that_fell())
    watchlist: Watchlist = await read_watchlist(sqlite_store)
    asked = rule("mood", direction="any")
    found = await read_replay(sqlite_store, settings(), watchlist, asked, now=NOW)
    assert (found.evaluated, found.unknown, found.reasons) == (720, 0, {})
    (message,) = found.messages
    assert (message.event, message.cause) == ("opened", "worse")
    assert message.sentence.startswith("Mood about Lantern fell by ")
    assert f"{HOURS[-60]}:00:00Z" < message.at <= f"{HOURS[-36]}:00:00Z"
    assert not message.items
    # As the rule evaluates that hour.
    hour = HOURS[HOURS.index(message.at[:13]) - 1]
    evaluation = await read_evaluation(sqlite_store, settings(), asked, hour)
    assert [each["sentence"] for each in evaluation.findings] == [message.sentence]


async def test_a_replay_counts_the_hours_that_it_knows_nothing_of(sqlite_store) -> None:
    await keep_history(sqlite_store)
    await keep_collected(sqlite_store, [(name, f"{HOURS[-30]}:00:00Z") for name in NAMES])
    watchlist = await read_watchlist(sqlite_store)
    found = await read_replay(sqlite_store, settings(), watchlist, rule("volume"), now=NOW)
    assert found.unknown >= 5
    assert sum(found.reasons.values()) == found.unknown
    assert not found.messages
    for kind in ("topic", "mention", "search", "collection"):
        asked = rule(kind, q="words")  # type: ignore[arg-type]
        found = await read_replay(sqlite_store, settings(), watchlist, asked, now=NOW)
        assert (found.unknown, len(found.reasons), found.messages) == (720, 1, [])


async def test_findings_of_counts_cite_items_that_weigh_most(sqlite_store) -> None:
    await watch(sqlite_store, SUBJECTS)
    ago = NOW - 3 * HOUR
    posts = [
        a_post(n, ago, "aws", "negative" if n % 2 else "positive", title=f"lantern {n}")
        for n in range(12)
    ]
    await keep_matched(sqlite_store, posts)
    # Their days are written over by the history, and their hours stay.
    await keep_history(sqlite_store, mood_that_fell())
    evaluation = await read_evaluation(sqlite_store, settings(), rule("mood"), LAST)
    (finding,) = evaluation.findings
    assert 1 <= len(finding["items"]) <= 5
    assert finding["items"][0]["id"] in {f"p{n}" for n in range(1, 12, 2)}
    assert finding["items"][0]["community"] == "aws"


async def test_a_slow_change_cites_items_of_the_seven_full_days_that_it_judged(
    sqlite_store,
) -> None:
    await watch(sqlite_store, SUBJECTS)
    # Today, in an hour of the week that wasn't observed, in its first hour, and before it.
    hours = {0: HOURS[-13], 1: HOURS[-185], 2: HOURS[-192], 3: HOURS[-193]}
    posts = [
        a_post(n, parse_iso(f"{hours[n % 4]}:30:00Z"), "aws", "negative", title=f"lantern {n}")
        for n in range(16)
    ]
    await keep_matched(sqlite_store, posts)
    mood = np.full(NUMBER, 0.1)
    mood[-336:] -= np.linspace(0, 0.25, 336)
    # Today it is as it was, so that there is no change at once.
    mood[-24:] = 0.1
    await keep_history(sqlite_store, mood, daily=150)
    await keep_collected(sqlite_store, [(name, f"{HOURS[-187]}:00:00Z") for name in NAMES])
    evaluation = await read_evaluation(sqlite_store, settings(), rule("mood"), HOURS[-7])
    (finding,) = evaluation.findings
    assert "fell slowly" in finding["sentence"]
    assert finding["hour"] == HOURS[-25]
    assert {int(each["id"][1:]) % 4 for each in finding["items"]} == {2}


async def test_the_coverage_of_a_subject_is_that_of_all_communities(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    evidence = await (await reader(sqlite_store)).read(rule("coverage"), LAST)
    assert list(evidence.communities) == list(NAMES)
    assert evidence.no_data is None


async def test_a_search_reads_the_items_of_the_last_hours_alone(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    posts = [a_post(n, NOW - n * HOUR, "aws", content="a refund, lantern") for n in range(1, 6)]
    comment = a_comment(9, NOW - HOUR, "claude")
    await keep_matched(sqlite_store, posts, [comment])
    asked = rule("search", "community:aws", q="refund")
    found = await read_evaluation(sqlite_store, settings(), asked, LAST)
    assert [each["key"] for each in found.findings] == ["post:p1", "post:p2", "post:p3"]
    about = await read_evaluation(sqlite_store, settings(), rule("search", q="refund"), LAST)
    assert len(about.findings) == 3
    nothing = rule("search", "community:claude", q="refund")
    assert (await read_evaluation(sqlite_store, settings(), nothing, LAST)).status == "ok"


async def test_an_item_that_spreads_is_found_among_those_of_four_weeks(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    posts = [a_post(n, NOW - n * 5 * HOUR, NAMES[n % 3]) for n in range(6, 130)]
    viral = a_post(900, NOW - 2 * HOUR, "claude", title="lantern is everywhere")
    await keep_matched(sqlite_store, [*posts, viral])
    found = await read_evaluation(sqlite_store, settings(), rule("mention", ALL), LAST)
    in_community = rule("mention", "community:claude")
    (finding,) = found.findings
    assert (await read_evaluation(sqlite_store, settings(), in_community, LAST)).status == "no_data"
    assert finding["key"] == "post:p900"
    assert finding["items"][0]["title"] == "lantern is everywhere"
    few = await read_evaluation(sqlite_store, settings(), rule("mention"), LAST)
    assert few.status == "no_data"


async def test_of_many_items_those_of_each_age_are_read_whatever_their_kind(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    end = parse_iso(f"{next_hour(LAST)}:00:00Z")
    posts = [a_post(n, end - HOUR * (n / 16) - HOUR / 60, "claude") for n in range(384)]
    comments = [a_comment(n, end - HOUR * (n - 399.5), "claude") for n in range(400, 424)]
    past = [a_post(n, end - HOUR * (n - 450), NAMES[n % 3]) for n in range(500, 1100)]
    await keep_matched(sqlite_store, [*posts, *past], comments)
    priced = PricedStore(sqlite_store)
    with priced.counting() as bill:
        evidence = await (await reader(priced)).read(rule("mention", ALL), LAST)
    assert 300 < bill.request_units < MAX_REQUEST_UNITS
    assert evidence.reach is not None
    assert (len(evidence.reach.recent), evidence.reach.of) == (300, 384 + 24)
    ages = Counter(
        (int((end - parse_iso(each["created_utc"])) / HOUR) + 1, each["kind"])
        for each in evidence.reach.recent
    )
    for age in (2, 4, 8, 16, 24):
        assert (ages[age, "post"], ages[age, "comment"]) == (16, 1), age
    assert len({age for age, _ in ages}) == 24


async def test_a_topic_is_of_a_scope_by_its_posts(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    posts = [a_post(n, NOW - HOUR, "aws", title="lantern limits") for n in range(4)]
    others = [a_post(n, NOW - HOUR, "claude", title="other limits") for n in range(4, 8)]
    await keep_matched(sqlite_store, [*posts, *others])
    topic: Any = {
        "id": "limits",
        "theme": "limits",
        "post_ids": [f"p{n}" for n in range(6)],
        "communities": ["aws", "claude"],
        "growth": None,
        "mentions": 6,
        "engagement_velocity": None,
        "sentiment_avg": None,
        "state": "new",
    }
    fading = {**topic, "id": "old", "state": "fading"}
    topics = {"id": CURRENT, "created_at": iso(NOW), "topics": [topic, fading], "snapshots": []}
    await sqlite_store.upsert(TOPICS, [topics])
    for scope, number in ((OWN, 1), ("community:aws", 1), ("community:claude", 0), (ALL, 1)):
        found = await read_evaluation(sqlite_store, settings(), rule("topic", scope), LAST)
        assert len(found.findings) == number, scope


def test_an_hour_is_full_once_a_collection_began_after_it() -> None:
    assert last_full_hour("2026-11-23T13:05:07Z", "2026-11-23T12:59:00Z") == "2026-11-23T11"
    assert last_full_hour("2026-11-23T13:05:07Z", "2026-11-23T13:00:00Z") == "2026-11-23T12"
    assert last_full_hour(None, None) is None


async def test_share_of_voice_reads_the_tables_of_all_subjects(sqlite_store) -> None:
    await keep_collected(sqlite_store)
    await watch(sqlite_store, SUBJECTS)
    posts = [
        a_post(n, NOW - HOUR - n * 4 * HOUR, "claude", title="kiro" if n % 3 else "zed and kiro")
        for n in range(1, 84)
    ]
    await keep_matched(sqlite_store, posts)
    evidence = await (await reader(sqlite_store)).read(rule("share_of_voice", "subject:zed"), LAST)
    assert evidence.voice is not None
    assert evidence.voice.subjects == ["lantern", "kiro", "zed"]
    assert sum(day.items["kiro"] for day in evidence.voice.days.values()) == 83
    assert sum(day.items["zed"] for day in evidence.voice.days.values()) == 27
    assert evaluate({"type": "share_of_voice"}, evidence, LAST).status == "ok"


@pytest.mark.parametrize(("days", "status"), [(3, "ok"), (30, "firing")])
async def test_a_community_that_was_added_moves_no_share_of_voice(
    sqlite_store, days, status
) -> None:
    await watch(sqlite_store, SUBJECTS)
    posts = [a_post(n, NOW - n * 2 * HOUR, "claude", title="kiro") for n in range(1, 180)]
    added = [a_post(n, NOW - (n - 199) * HOUR, "aws", title="zed") for n in range(200, 270)]
    await keep_matched(sqlite_store, [*posts, *added])
    await keep_collected(sqlite_store)
    covered = [[iso(NOW - timedelta(days=days)), iso(NOW)]]
    await sqlite_store.upsert(COMMUNITIES, [observed("aws", 1.0, covered=covered)])
    asked = rule("share_of_voice", "subject:zed")
    found = await read_evaluation(sqlite_store, settings(), asked, LAST)
    assert found.status == status
