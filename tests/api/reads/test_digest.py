"""Digests: every figure is that of another read, every sentence has data that makes it true."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.errors import BadParameters, UnknownSubject
from api.export.digest import digest_markdown
from api.reads.digest.answer import read_digest
from api.reads.digest.incidents import read_open_incidents
from api.reads.digest.questions import MAX_POSTS_READ
from api.reads.explain.explanation import read_explanation
from api.reads.items import read_items
from api.reads.subjects import read_subjects
from api.reads.topics import read_topics
from api.reads.voice import read_voice
from api.schema.digest import Digest, DigestParameters
from api.schema.explain import ExplainParameters
from api.schema.parameters import ItemsParameters
from api.schema.subject_parameters import SubjectsParameters, VoiceParameters
from api.schema.topics import TopicsParameters
from bench.priced_store import PricedStore
from shared.alerts.rules import no_rules
from shared.models import AlertRules, Post
from shared.store import (
    ALERT_RULES,
    ALERT_STATES,
    COLLECTION,
    COMMUNITIES,
    INCIDENTS,
    WATCHLIST,
    Store,
)
from shared.subjects.watchlist import read_watchlist
from shared.times import iso
from tests.api.reads.test_coverage import observed
from tests.api.reads.test_explain import a_voice
from tests.api.reads.test_topics import chatter, planted
from tests.api.subject_world import keep_matched, watch
from tests.api.world import NAMES, NOW, a_comment, deps_of, keep
from tests.fixtures.stores import FilledStore
from tests.shared.alerts.rules import a_rule
from tests.watchlists import a_marker

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
# The last week that is over.
START, END = datetime(2026, 11, 16, tzinfo=UTC), datetime(2026, 11, 23, tzinfo=UTC)
SPAN: Any = {"start": iso(START), "end": iso(END)}
IN_THE_WEEK = "In the week from 16 to 22 November 2026"
NEXT = "The next digest comes on Monday, 30 November 2026."
NUMBERS = iter(range(1, 10**6))


def mentions(subject: str, start: datetime, count: int, mood: float, **more: Any) -> list[Post]:
    """Return posts about a subject, spread over a week; moods alternate around `mood`."""
    said = [{"subject": subject, "via": "text", "matched": [subject]}]
    return [
        a_voice(
            next(NUMBERS),
            NOW - (start + n * WEEK / count + timedelta(minutes=1)),
            NAMES[n % len(NAMES)],
            mood + (-0.2, 0.0, 0.2)[n % 3],
            **{"mentions": said, "author": f"author{n}", **more},
        )
        for n in range(count)
    ]


async def digest(store: Any, *, now: datetime = NOW, **asked: Any) -> Digest:
    return await read_digest(deps_of(store, now=now), DigestParameters.model_validate(asked))


async def fill(store: Store) -> None:
    """Store two weeks in which one subject fell, one is named more, and one is as it was."""
    await watch(store)
    posts = [
        *mentions("lantern", START, 60, -0.4),
        *mentions("lantern", START - WEEK, 60, 0.4),
        *mentions("kiro", START, 120, 0.0),
        *mentions("kiro", START - WEEK, 45, 0.0),
        *mentions("zed", START, 45, 0.1),
        *mentions("zed", START - WEEK, 45, 0.1),
        *mentions("robots", START, 9, 0.1),
    ]
    await keep(store, posts)


@pytest.fixture
async def two_weeks(filled_store: FilledStore) -> Store:
    """Open a store with these weeks."""
    return await filled_store(fill)


async def test_what_changed_is_said_first_and_the_rest_is_named(two_weeks: Store) -> None:
    found = await digest(two_weeks)
    assert found.sentence == (
        f"{IN_THE_WEEK}, Lantern got worse, down by 0.80; Kiro was mentioned more (120 times, 45"
        " before). Zed had no clear change."
    )
    assert found.why_empty is None
    assert [(each.subject, each.verdict, each.volume) for each in found.changed] == [
        ("lantern", "worse", "no_clear_change"),
        ("kiro", "no_clear_change", "more"),
    ]
    assert [each.sentence for each in found.changed] == [
        "Lantern got worse, down by 0.80.",
        "Kiro was mentioned more (120 times, 45 before).",
    ]
    assert [each.sentence for each in found.unchanged] == [
        "Zed has no clear change (by less than 0.01; 45 mentions, 45 before)."
    ]
    assert (found.window.start, found.window.end) == (iso(START), iso(END))
    assert (found.compared_with.start, found.compared_with.end) == (iso(START - WEEK), iso(START))
    assert (found.first_day, found.end) == ("2026-11-16", "2026-11-23")
    assert (found.previous_end, found.next_end) == ("2026-11-16", None)
    assert found.next_at == "2026-11-30T00:00:00Z"
    assert (found.origin, found.is_sample) == ("live", False)


async def test_figures_are_those_of_subjects_and_of_the_share_of_voice(two_weeks: Store) -> None:
    found = await digest(two_weeks)
    deps = deps_of(two_weeks)
    listed = {
        each.id: dict(each)
        for each in (await read_subjects(deps, SubjectsParameters(**SPAN))).subjects
    }
    voices = {each.id: each for each in (await read_voice(deps, VoiceParameters(**SPAN))).subjects}
    assert [each.id for each in found.subjects] == ["lantern", "kiro", "zed"] == found.set
    for row in found.subjects:
        own = dict(row)
        volume, interval = own.pop("volume"), own.pop("share_change_interval")
        assert own == listed[row.id]
        assert interval == voices[row.id].change_interval
        assert (volume.n, volume.n_before) == (
            row.change.statistics.total,
            row.change.previous.total,
        )


async def test_a_set_of_its_own_shares_the_voice(two_weeks: Store) -> None:
    found = await digest(two_weeks, subjects="zed,ROBOTS")
    voices = await read_voice(
        deps_of(two_weeks), VoiceParameters(**SPAN, subjects=("zed", "robots"))
    )
    assert found.set == ["zed", "robots"]
    assert (
        {each.id: each.share for each in found.subjects}
        == {each.id: each.share for each in voices.subjects}
        == {"zed": 45 / 54, "robots": 9 / 54}
    )
    with pytest.raises(UnknownSubject):
        await digest(two_weeks, subjects="zed,nobody")


async def test_reasons_are_those_of_explain_for_what_changed(two_weeks: Store) -> None:
    found = await digest(two_weeks)
    assert [each.subject for each in found.reasons] == ["lantern", "kiro"]
    for each in found.reasons:
        asked = ExplainParameters(subject=each.subject, **SPAN)
        own = await read_explanation(deps_of(two_weeks), asked)
        assert (each.sentence, each.verdict, each.volume) == (
            own.sentence,
            own.verdict,
            own.volume,
        )
    (of_lantern,) = [each for each in found.reasons if each.subject == "lantern"]
    own = await read_explanation(deps_of(two_weeks), ExplainParameters(subject="lantern", **SPAN))
    assert of_lantern.quotes == own.quotes
    assert of_lantern.contributions
    assert all(each in own.contributions for each in of_lantern.contributions)
    known = {each.id for each in of_lantern.cited}
    assert {each for part in of_lantern.contributions for each in part.items} <= known
    assert {each.item.id for each in found.read_these if each.subject == "lantern"} <= {
        each.item for each in own.read_these
    }
    assert len(found.read_these) == 5
    assert {each.subject for each in found.read_these} == {"lantern", "kiro"}


async def test_counts_are_those_of_their_lists(two_weeks: Store) -> None:
    found = await digest(two_weeks)
    deps = deps_of(two_weeks)
    for row in found.subjects:
        asked = ItemsParameters(subject=row.id, limit=500, **SPAN)
        assert len((await read_items(deps, asked)).items.root) == row.mentions


async def test_topics_are_those_of_the_subject(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    rng = random.Random(7)
    posts = [
        *chatter(rng, 30, 0, END - HOUR, 5 * HOUR),
        *chatter(rng, 60, 1000, START - HOUR, 2 * HOUR),
        *planted("Copper Planner", 5000, END - HOUR),
    ]
    await keep_matched(sqlite_store, posts)
    deps = deps_of(sqlite_store)
    found = await digest(sqlite_store)
    topics = (await read_topics(deps, TopicsParameters(subject="lantern", **SPAN))).topics
    assert [each.name for each in topics] == ["Copper Planner"]
    assert [(each.subject, each.id, each.n, each.n_before) for each in found.topics] == [
        ("lantern", each.id, each.n, each.n_before) for each in topics
    ]
    for each in found.topics:
        assert each.is_whole
        asked = ItemsParameters(subject="lantern", topic=each.id, limit=500, **SPAN)
        assert len((await read_items(deps, asked)).items.root) == each.n


async def test_without_a_change_an_own_subject_is_explained(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    posts = [
        each
        for subject in ("zed", "lantern")
        for start in (START, START - WEEK)
        for each in mentions(subject, start, 45, 0.1)
    ]
    await keep(sqlite_store, posts)
    found = await digest(sqlite_store)
    assert found.sentence == (
        f"{IN_THE_WEEK}, nothing changed clearly: the mood about Lantern and Zed, and the number of"
        " mentions, stayed within chance."
    )
    assert found.changed == []
    assert [each.subject for each in found.reasons] == ["lantern"]
    sentences = {each.subject: each.sentence for each in found.unchanged}
    assert sentences["kiro"] == "Nobody mentioned Kiro, neither now nor before."


async def test_few_mentions_say_so(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    posts = [*mentions("zed", START, 10, 0.1), *mentions("zed", START - WEEK, 9, 0.1)]
    await keep(sqlite_store, posts)
    found = await digest(sqlite_store, subjects="zed")
    assert found.sentence == (
        f"{IN_THE_WEEK}, no change can be told: there are too few mentions of Zed."
    )
    (own,) = found.unchanged
    assert own.verdict == "too_few"
    assert own.sentence.startswith(
        "Too few mentions of Zed to tell a change of its mood: 10 mentions, 9 before."
    )


@pytest.mark.parametrize("is_recorded", [True, False])
async def test_a_first_week_of_data_compares_with_nothing(
    sqlite_store: Store, is_recorded: bool
) -> None:
    await watch(sqlite_store)
    if is_recorded:
        # A first poll may say that it reached back further than its oldest item.
        await sqlite_store.upsert(COMMUNITIES, [observed(name, 2.0) for name in NAMES])
    await keep(sqlite_store, mentions("zed", START, 50, 0.1))
    found = await digest(sqlite_store, subjects="zed,kiro")
    assert found.sentence == (
        f"{IN_THE_WEEK}, no change can be told: too little is known of the time before."
    )
    assert found.subjects[0].volume.verdict == "incomplete"
    assert {each.name: each.sentence for each in found.unchanged} == {
        "Zed": "The change of Zed can't be told: too little is known of the time before.",
        "Kiro": "Nobody mentioned Kiro; too little is known of the time before.",
    }
    lines = digest_markdown(found, "https://undertone.example").splitlines()
    assert "- Not mentioned: Kiro." in lines


async def test_a_week_without_mentions_says_when_the_next_digest_comes(
    sqlite_store: Store,
) -> None:
    await watch(sqlite_store)
    state: Any = {
        "id": "collection",
        "kind": "collection",
        "ttl": -1,
        "last_collection_at": iso(NOW),
    }
    await sqlite_store.upsert(COLLECTION, [state])
    found = await digest(sqlite_store, subjects="zed,kiro")
    assert found.why_empty == "no_mentions"
    assert found.sentence == f"{IN_THE_WEEK}, nobody mentioned Kiro or Zed. {NEXT}"
    await keep(sqlite_store, mentions("zed", START - WEEK, 50, 0.1))
    found = await digest(sqlite_store, subjects="zed,kiro")
    assert found.sentence == (
        f"{IN_THE_WEEK}, nobody mentioned Kiro or Zed. There were 50 mentions in the time before."
        f" {NEXT}"
    )
    assert [each.subject for each in found.changed] == ["zed"]


async def test_an_empty_store_says_that_nothing_was_collected(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    found = await digest(sqlite_store)
    assert (found.why_empty, found.sentence) == (
        "not_collected",
        f"{IN_THE_WEEK}, nothing was collected. {NEXT}",
    )
    assert (found.reasons, found.read_these, found.topics) == ([], [], [])
    assert found.worth_an_answer.items == []


async def test_an_empty_first_week_says_since_when_there_is_data(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    began = datetime(2026, 11, 25, 9, tzinfo=UTC)
    states = [observed(name, 2.0, covered=[[iso(began), iso(began + HOUR)]]) for name in NAMES]
    await sqlite_store.upsert(COMMUNITIES, states)
    found = await digest(sqlite_store, now=began + HOUR)
    assert found.why_empty == "not_collected"
    assert found.sentence == (
        f"{IN_THE_WEEK}, nothing was collected: collection began on Wednesday, 25 November 2026."
        f" {NEXT}"
    )
    earlier = await digest(sqlite_store, now=began + HOUR, end="2026-11-09")
    assert earlier.sentence.endswith(f"25 November 2026. {NEXT}")


async def test_a_watchlist_without_subjects_says_what_to_do(sqlite_store: Store) -> None:
    await watch(sqlite_store, [])
    found = await digest(sqlite_store)
    assert found.why_empty == "no_subjects"
    assert found.sentence.startswith("No subject is watched yet: add what people talk about")
    assert found.sentence.endswith(NEXT)
    assert (found.subjects, found.worth_an_answer.since) == ([], None)


async def test_what_was_not_seen_is_said_and_no_change_claimed_over_it(
    filled_store: FilledStore,
) -> None:
    store = await filled_store(fill)
    seen = [[iso(START - 3 * WEEK), iso(START - WEEK)], [iso(START), iso(NOW)]]
    blind = [observed(name, 2.0, covered=seen) for name in NAMES]
    await store.upsert(COMMUNITIES, blind)
    found = await digest(store)
    assert found.sentence == (
        f"{IN_THE_WEEK}, no change can be told: too little is known of the time before."
    )
    assert found.unseen == []
    missed = [[iso(START - 3 * WEEK), iso(START)], [iso(START + 10 * HOUR), iso(NOW)]]
    all_seen = [[iso(START - 3 * WEEK), iso(NOW)]]
    await store.upsert(
        COMMUNITIES,
        [observed(name, 2.0, covered=missed if name == "claude" else all_seen) for name in NAMES],
    )
    found = await digest(store)
    assert [(each.community, each.hours) for each in found.unseen] == [("claude", 10)]
    assert [(each.start, each.end) for each in found.gaps] == [(iso(START), iso(START + 10 * HOUR))]
    assert found.changed[0].sentence.startswith("Lantern got worse")


def asking(number: int, kind: str, upvotes: int | None, **more: Any) -> Post:
    (post,) = mentions("lantern", END - number * HOUR, 1, 0.1, kinds=[kind])
    own: Any = {"id": f"q{number}", "order_key": f"{post['created_utc']}_q{number}"}
    return {**post, "upvotes": upvotes, "comment_count": 0, **own, **more}  # type: ignore[typeddict-item]


async def test_worth_an_answer_are_questions_and_problems_without_a_reply(
    sqlite_store: Store,
) -> None:
    await watch(sqlite_store)
    posts = [
        asking(1, "question", 3),
        asking(2, "problem", 30),
        asking(3, "praise", 90),
        asking(4, "question", 80, comment_count=2),
        asking(5, "question", None, comment_count=None),
        asking(6, "question", 70, comment_count=None),
        asking(7, "problem", 60, deleted=True),
        *(asking(10 + n, "question", n) for n in range(5)),
    ]
    reply = a_comment(1, END - HOUR, posts[5]["community"])
    await keep(sqlite_store, posts, [{**reply, "post_id": "q6", "parent_id": "q6"}])
    found = (await digest(sqlite_store)).worth_an_answer
    assert found.subjects == ["lantern"]
    assert found.since == iso(START)
    assert [(each.id, each.upvotes, each.talk) for each in found.items] == [
        ("q2", 30, ["problem"]),
        ("q14", 4, ["question"]),
        ("q1", 3, ["question"]),
        ("q13", 3, ["question"]),
        ("q12", 2, ["question"]),
    ]
    assert {each.subjects[0] for each in found.items} == {"lantern"}
    (zed,) = [(await digest(sqlite_store, subjects="zed")).worth_an_answer]
    assert (zed.subjects, zed.items) == (["zed"], [])


async def test_since_is_the_time_from_which_all_questions_were_read(sqlite_store: Store) -> None:
    await watch(sqlite_store)
    await keep(sqlite_store, [asking(n, "question", n) for n in range(1, 100)])
    found = (await digest(sqlite_store)).worth_an_answer
    assert found.items[0].id == f"q{MAX_POSTS_READ}"
    assert found.since == asking(MAX_POSTS_READ, "question", 0)["created_utc"]


async def test_questions_cost_little_where_many_communities_share_items(
    sqlite_store: Store,
) -> None:
    await watch(sqlite_store)
    names = [f"hn.term{n}" for n in range(40)]
    shared = [asking(n, "question", 100 - n, community=names[0]) for n in range(1, 20)]
    await keep(sqlite_store, [*shared, asking(30, "question", 1, community="claude")])
    priced = PricedStore(sqlite_store)

    async def read(count: int) -> list[str]:
        deps = deps_of(priced, COMMUNITIES=",".join(names[:count]))
        with priced.counting() as bill:
            found = await read_digest(deps, DigestParameters())
        assert bill.request_units < 400, bill.by_kind()
        return [each.id for each in found.worth_an_answer.items]

    assert await read(3) == ["q1", "q2", "q3", "q4", "q5"]
    # A post whose comments may lie in too many places is passed over.
    assert await read(40) == ["q30"]


async def test_markers_lie_behind_or_ahead(two_weeks: Store) -> None:
    watchlist = await read_watchlist(two_weeks)
    markers = [
        a_marker("too-early", "2026-11-15"),
        a_marker("within", "2026-11-16", subject="kiro"),
        a_marker("of-another", "2026-11-17", subject="robots"),
        a_marker("next", "2026-11-23"),
        a_marker("later", "2026-12-23"),
    ]
    marked: Any = {**watchlist, "markers": markers}
    await two_weeks.upsert(WATCHLIST, [marked])
    found = (await digest(two_weeks)).markers
    assert [each.id for each in found.behind] == ["within"]
    assert [each.id for each in found.ahead] == ["next", "later"]


def said(event: str, text: str | None) -> dict[str, Any]:
    return {"at": iso(NOW), "event": event, "finding": None if text is None else {"sentence": text}}


def an_incident(rule: str, number: int, status: str) -> Any:
    """Return an incident that opened this number of hours ago, and was sent to many channels."""
    at = iso(NOW - number * HOUR)
    updates = [said("opened", "It fell."), said("updated", "It fell more."), said("updated", None)]
    return {
        "id": f"{rule}.{number:06}",
        "kind": "incident",
        "ttl": -1,
        "rule": {"name": "Mood of Lantern"},
        "scope_name": "Lantern",
        "status": status,
        "opened": at,
        "updates": updates,
        "deliveries": [{"id": f"delivery {n}", "error": "no answer " * 10} for n in range(20)],
        "order_key": f"{at}_{rule}.{number:06}",
    }


async def open_alerts(store: Store, rules: dict[str, dict[str, int]], *incidents: Any) -> None:
    """Store these rules, the numbers of their open incidents by cause, and incidents."""
    stored: AlertRules = {**no_rules(), "rules": [a_rule(id=name) for name in rules]}
    await store.upsert(ALERT_RULES, [stored])
    states: list[Any] = [
        {"id": name, "kind": "alert_state", "ttl": -1, "open": numbers}
        for name, numbers in rules.items()
    ]
    await store.upsert(ALERT_STATES, states)
    await store.upsert(INCIDENTS, incidents)


async def test_open_incidents_are_those_that_the_states_of_rules_number(
    two_weeks: Store,
) -> None:
    assert (await digest(two_weeks)).incidents == []
    statuses = enumerate(("closed", "open", "open", "open"), start=1)
    listed = [an_incident("mood", number, status) for number, status in statuses]
    # A cause that was there before the rule has no incident.
    await open_alerts(two_weeks, {"mood": {"a": 1, "b": 3, "c": 2, "d": 0}}, *listed)
    found = (await digest(two_weeks)).incidents
    assert [(each.id, each.rule, each.scope, each.sentence) for each in found] == [
        ("mood.000002", "Mood of Lantern", "Lantern", "It fell more."),
        ("mood.000003", "Mood of Lantern", "Lantern", "It fell more."),
    ]


async def test_states_of_removed_rules_hide_no_open_incident(sqlite_store: Store) -> None:
    await open_alerts(sqlite_store, {f"removed-{n}": {} for n in range(60)})
    await open_alerts(sqlite_store, {"search": {"a": 1}}, an_incident("search", 1, "open"))
    assert [each.id for each in (await digest(sqlite_store)).incidents] == ["search.000001"]


async def test_of_many_open_incidents_a_bounded_number_is_read(sqlite_store: Store) -> None:
    numbers = {f"item {number}": number for number in range(1, 41)}
    rules = {f"rule-{n}": numbers for n in range(20)}
    opened = [an_incident(rule, number, "open") for rule in rules for number in numbers.values()]
    await open_alerts(sqlite_store, rules, *opened)
    priced = PricedStore(sqlite_store)
    with priced.counting() as bill:
        found = await read_open_incidents(deps_of(priced))
    assert len(found) == 20
    assert {each.rule for each in found} == {"Mood of Lantern"}
    assert bill.request_units < 150


async def test_a_day_is_compared_with_the_same_day_a_week_earlier(two_weeks: Store) -> None:
    found = await digest(two_weeks, period="day")
    assert found.sentence.startswith("On Sunday, 22 November 2026, ")
    assert found.compared_with.because == "week_before"
    assert found.compared_with.start == "2026-11-15T00:00:00Z"
    assert (found.first_day, found.end) == ("2026-11-22", "2026-11-23")
    assert (found.previous_end, found.next_at) == ("2026-11-22", "2026-11-24T00:00:00Z")
    assert found.granularity == "hour"


async def test_an_earlier_week_has_neighbours(two_weeks: Store) -> None:
    found = await digest(two_weeks, end="2026-11-18")
    assert (found.end, found.previous_end, found.next_end) == (
        "2026-11-16",
        "2026-11-09",
        "2026-11-23",
    )
    assert found.window.end == iso(START)
    assert [each.mentions for each in found.subjects] == [60, 45, 45]


@pytest.mark.parametrize(
    ("end", "detail"),
    [
        ("2026-11-30", "2026-11-30: that week isn't over: the last one is 2026-11-23"),
        ("2026-08-24", "2026-08-24: nothing from before 2026-08-25T00:00:00Z is kept"),
    ],
)
async def test_a_week_that_is_not_over_or_not_kept_is_refused(
    sqlite_store: Store, end: str, detail: str
) -> None:
    with pytest.raises(BadParameters) as refused:
        await digest(sqlite_store, end=end)
    (bad,) = refused.value.errors
    assert bad.parameter == "end"
    assert bad.detail.startswith(detail)
