"""The evaluation of rules: which hours, what is written, and kills between any two writes."""

import asyncio
import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from collector.alerts.evaluation import Evaluated, Progress, due_hours
from collector.alerts.incidents import MAX_UPDATES
from shared.alerts.deliveries import MAX_DELIVERIES
from shared.alerts.states import first_state
from shared.errors import StoreUnavailable
from shared.models import AlertState, CitedItem, Topics
from shared.settings import Settings, load_settings
from shared.store import ALERT_STATES, COLLECTION, INCIDENTS, TOPICS, Store
from shared.times import iso
from tests.collector.alerts.world import (
    World,
    at_once,
    collection_state,
    events_of,
    hour_after,
    owed,
)
from tests.collector.crashing import DeadlyStore, DeadStore, Killed, opened
from tests.shared.alerts.evaluations import (
    HOUR,
    NO_DATA,
    NOTHING,
    START,
    a_channel,
    a_finding,
    a_rule,
    found,
)

WORSE = found(a_finding("worse"))


def worse(hour: int, value: float = -0.2) -> Any:
    finding = a_finding("worse", hour=hour_after(hour))
    return found({**finding, "figures": {"value": value}})


@pytest.fixture
async def world(sqlite_store: Store, sqlite_settings: Settings) -> World:
    return World(sqlite_store, sqlite_settings)


def evaluated_at(hour: int | None) -> AlertState:
    state = first_state("mood")
    state["hour"] = None if hour is None else hour_after(hour)
    return state


def progress(**more: Any) -> Progress:
    return Progress(
        **{"collected": START + 10 * HOUR, "topics": None, "now": START + 30 * HOUR, **more}
    )


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, [9]),
        (evaluated_at(None), [9]),
        (evaluated_at(9), []),
        (evaluated_at(8), [9]),
        (evaluated_at(5), [6, 7, 8, 9]),
        (evaluated_at(30), []),
        (evaluated_at(31), [9]),
        (evaluated_at(54), [9]),
        (evaluated_at(-14), [*range(-13, 10)]),
        (evaluated_at(-15), [*range(-14, 10)]),
        (evaluated_at(-100), [*range(-14, 10)]),
    ],
)
def test_a_rule_is_due_for_each_full_hour_since_its_last(state, expected) -> None:
    hours = due_hours(a_rule(), state, progress())
    assert hours == [hour_after(n) for n in expected]
    assert len(hours) <= 24


def test_the_hour_that_goes_on_is_not_due() -> None:
    late = progress(collected=START + 10 * HOUR + timedelta(minutes=59))
    assert due_hours(a_rule(), evaluated_at(8), late) == [hour_after(9)]


def test_before_the_first_collection_nothing_is_due_and_rules_that_are_off_never_are() -> None:
    assert due_hours(a_rule(), None, progress(collected=None)) == []
    assert due_hours(a_rule(enabled=False), None, progress()) == []


def test_a_time_in_the_future_brings_no_hour_forward() -> None:
    wrong = progress(collected=START + 1000 * HOUR, now=START + 2 * HOUR)
    assert due_hours(a_rule(), evaluated_at(0), wrong) == [hour_after(1)]


def test_a_rule_about_topics_waits_for_the_topics_of_its_hour() -> None:
    rule = a_rule(condition={"type": "topic"})
    assert due_hours(rule, evaluated_at(5), progress()) == []
    read = progress(topics=START + 8 * HOUR + timedelta(minutes=5))
    assert due_hours(rule, evaluated_at(5), read) == [hour_after(6), hour_after(7)]


@pytest.mark.parametrize("kind", ["collection", "coverage"])
def test_a_rule_about_collection_is_due_an_hour_late_where_nothing_is_collected(kind) -> None:
    rule = a_rule(condition={"type": kind})
    assert due_hours(rule, evaluated_at(8), progress(now=START + 10 * HOUR)) == [hour_after(9)]
    stopped = progress(collected=START + 10 * HOUR, now=START + 11.9 * HOUR)
    assert due_hours(rule, evaluated_at(9), stopped) == []
    stopped = progress(collected=START + 10 * HOUR, now=START + 12 * HOUR)
    assert due_hours(rule, evaluated_at(9), stopped) == [hour_after(10)]
    never = progress(collected=None, now=START + 12 * HOUR)
    assert due_hours(rule, None, never) == [hour_after(10)]


async def test_an_incident_is_written_with_its_deliveries_updated_and_closed(
    store: Store, any_store_settings: Settings
) -> None:
    world = World(store, any_store_settings)
    await world.have(a_rule(channels=[a_channel("one"), a_channel("two", type="slack")]))
    world.plan.finds("mood", 1, worse(1), worse(2, -0.3), NOTHING, NOTHING)
    assert await world.evaluate(0) == Evaluated(1)
    assert await world.incidents() == []
    assert await world.evaluate(1) == Evaluated(1, opened=1)
    incident = await world.incident()
    assert (incident["status"], incident["ttl"], incident["outbox"]) == ("open", -1, "waiting")
    assert incident["opened"] == iso(START + 2 * HOUR)
    assert incident["scope_name"] == "Cursor"
    assert incident["order_key"] == f"{incident['opened']}_mood.000001"
    assert owed(incident) == [("opened", "one", "waiting"), ("opened", "two", "waiting")]
    assert {each["due"] for each in incident["deliveries"]} == {iso(world.now + HOUR / 6)}
    assert await world.evaluate(2) == Evaluated(1, updated=1)
    assert await world.evaluate(3) == Evaluated(1)
    assert (await world.state())["status"] == "recovering"
    assert await world.evaluate(4) == Evaluated(1, closed=1)
    incident = await world.incident()
    assert events_of(incident) == ["opened", "updated", "closed"]
    assert (incident["status"], incident["closed"]) == ("closed", iso(START + 5 * HOUR))
    assert incident["ttl"] == 90 * 86_400
    assert owed(incident)[2:] == [("closed", "one", "waiting"), ("closed", "two", "waiting")]
    assert [each["id"] for each in incident["deliveries"]] == ["1", "2", "3", "4"]
    state = await world.state()
    assert (state["status"], state["number"], state["hour"]) == ("ok", 1, hour_after(4))


async def test_an_hour_is_evaluated_once(world) -> None:
    await world.have(a_rule(), a_rule("other"))
    assert await world.evaluator().is_due() is False
    await world.collected(0)
    assert await world.evaluator().is_due() is True
    assert await world.evaluate(0) == Evaluated(2)
    assert await world.evaluator().is_due() is False
    assert await world.evaluate(0) == Evaluated()
    assert world.plan.asked == [("mood", hour_after(0)), ("other", hour_after(0))]


async def test_hours_that_were_missed_are_made_up_for_in_their_order(world) -> None:
    await world.have(a_rule())
    await world.evaluate(0)
    world.plan.finds("mood", 2, worse(2), NOTHING, NOTHING)
    world.plan.finds("mood", 6, worse(6))
    assert await world.evaluate(6) == Evaluated(6, opened=2, closed=1)
    first, second = await world.incidents()
    # They opened and closed by their hours, whenever that was found out.
    assert (first["opened"], first["closed"]) == (iso(START + 3 * HOUR), iso(START + 5 * HOUR))
    assert second["opened"] == iso(START + 7 * HOUR)
    assert {each["at"] for each in first["updates"]} == {iso(world.now)}


async def test_the_rules_of_an_hour_are_evaluated_together(world) -> None:
    await world.have(a_rule(), a_rule("other"))
    await world.evaluate(0)
    world.plan.asked.clear()
    await world.evaluate(2)
    assert world.plan.asked == [
        (rule, hour_after(hour)) for hour in (1, 2) for rule in ("mood", "other")
    ]


async def test_hours_over_a_day_old_are_skipped_and_the_log_says_so(world, caplog) -> None:
    await world.have(a_rule())
    await world.evaluate(0)
    caplog.set_level(logging.INFO)
    assert await world.evaluate(40) == Evaluated(24)
    lines = [record.getMessage() for record in caplog.records]
    assert [line for line in lines if line.startswith("alerts.hours_skipped")] == [
        'alerts.hours_skipped rule=mood hours=16 reason="only the newest 24 are evaluated"'
    ]
    assert (
        f"alerts.evaluated rule=mood hour={hour_after(40)} found=ok status=ok opened=0 updated=0"
        " closed=0"
    ) in lines


async def test_a_rule_recovers_from_a_clock_that_was_a_day_ahead_and_the_log_says_so_once(
    world, caplog
) -> None:
    await world.have(a_rule(channels=[a_channel("one")]))
    world.plan.finds("mood", 26, worse(26))
    await world.evaluate(1)
    # The clock of one run is a day ahead, and finds something then.
    await world.evaluate(25)
    await world.evaluate(26)
    assert (await world.state())["hour"] == hour_after(26)
    caplog.set_level(logging.INFO)
    caplog.clear()
    world.plan.finds("mood", 3, worse(3), NOTHING, NOTHING)
    world.plan.finds("mood", 12, worse(12))
    await world.collected(3)
    assert await world.evaluator().is_due() is True
    assert await world.evaluate(3) == Evaluated(1, updated=1)
    assert await world.evaluate(4) == Evaluated(1)
    lines = [record.getMessage() for record in caplog.records]
    (line,) = [each for each in lines if each.startswith("alerts.clock_was_ahead")]
    reason = f"it is evaluated from {hour_after(3)} on again"
    assert line.endswith(f' rule=mood hour={hour_after(26)} reason="{reason}"')
    assert await world.evaluate(5) == Evaluated(1, closed=1)
    state = await world.state()
    assert (state["status"], state["since"], state["hour"]) == (
        "ok",
        iso(START + 6 * HOUR),
        hour_after(5),
    )
    incident = await world.incident()
    assert incident["closed"] == incident["opened"], "it lasted no negative time"
    # Its cooldown doesn't last until the next day.
    assert await world.evaluate(12) == Evaluated(7, opened=1)


async def test_a_collection_that_began_before_the_end_of_an_hour_leaves_it_to_the_next(
    world,
) -> None:
    await world.have(a_rule())
    await world.collected(1)
    began = collection_state(START + 1.9 * HOUR, world.now)
    await world.store.upsert(COLLECTION, [began])
    await world.evaluator().run()
    assert (await world.state())["hour"] == hour_after(0)


async def test_a_collection_that_failed_brings_no_hour_forward(world) -> None:
    await world.have(a_rule())
    # One that began before the end of the hour has completed after it, and the next one failed.
    ended, failed = START + 2.1 * HOUR, START + 2.5 * HOUR
    await world.collected(1)
    await world.store.upsert(COLLECTION, [collection_state(failed, ended)])
    world.now = START + 2.6 * HOUR
    assert await world.evaluator().run() == Evaluated()
    await world.store.upsert(COLLECTION, [collection_state(START + 3 * HOUR, START + 3.1 * HOUR)])
    world.now = START + 3.2 * HOUR
    assert await world.evaluator().run() == Evaluated(1)
    assert (await world.state())["hour"] == hour_after(2)


async def test_topics_that_were_found_later_are_evaluated_then(world) -> None:
    await world.have(a_rule(condition={"type": "topic"}))
    assert await world.evaluate(0) == Evaluated()
    topics = Topics(id="current", created_at=iso(world.now), topics=[], snapshots=[])
    await world.store.upsert(TOPICS, [topics])
    assert await world.evaluator().run() == Evaluated(1)


async def test_a_rule_whose_evaluation_fails_is_broken_and_holds_up_no_other(world, caplog) -> None:
    await world.have(a_rule("bad"), a_rule("mood"))
    read = world.plan.read

    async def fails(store: Any, settings: Any, rule: Any, hour: str) -> Any:
        if rule["id"] == "bad":
            raise KeyError("figures")
        return await read(store, settings, rule, hour)

    world.plan.read = fails
    assert await world.evaluate(0) == Evaluated(2)
    state = await world.state("bad")
    assert (state["status"], state["hour"]) == ("broken", hour_after(0))
    assert state["reason"] == "its evaluation failed: KeyError: 'figures'"
    assert "alerts.rule_failed rule=bad" in caplog.text
    assert (await world.state())["status"] == "ok"


async def test_a_fault_of_the_store_is_no_broken_rule_and_the_hour_is_evaluated_later(
    world,
) -> None:
    await world.have(a_rule())
    read = world.plan.read

    async def fails(*_: Any) -> Any:
        raise StoreUnavailable("down")

    world.plan.read = fails
    with pytest.raises(StoreUnavailable):
        await world.evaluate(0)
    assert await world.store.read(ALERT_STATES, "alert_state", "mood") is None
    world.plan.read = read
    assert await world.evaluate(0) == Evaluated(1)


async def test_missing_data_is_shown_and_closes_nothing(world) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), NO_DATA, NO_DATA, NO_DATA)
    for hour in range(5):
        await world.evaluate(hour)
    state = await world.state()
    assert (state["status"], state["reason"]) == ("no_data", "The hour has gaps.")
    assert state["hour"] == hour_after(4)
    incident = await world.incident()
    assert (incident["status"], events_of(incident)) == ("open", ["opened"])


async def test_an_incident_that_nothing_judges_for_a_week_ends_with_a_message_that_says_so(
    world,
) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), *[NO_DATA] * (7 * 24))
    for hour in range(2):
        await world.evaluate(hour)
    for hour in [*range(24, 8 * 24, 24), 1 + 7 * 24]:
        await world.evaluate(hour)
    incident = await world.incident()
    assert (incident["status"], incident["closed"]) == ("closed", iso(START + (2 + 7 * 24) * HOUR))
    reason = "It can't be judged any more, for 7 days: The hour has gaps."
    assert incident["updates"][-1].get("reason") == reason
    assert [each["event"] for each in incident["deliveries"]] == ["opened", "closed"]
    assert (await world.state())["open"] == {}


@pytest.mark.parametrize("is_deleted", [True, False])
async def test_a_rule_that_is_deleted_or_off_closes_its_incidents_without_a_message(
    world, is_deleted
) -> None:
    await world.have(a_rule(), a_rule("other"))
    world.plan.finds("mood", 1, worse(1))
    await world.evaluate(0)
    await world.evaluate(1)
    kept = [] if is_deleted else [a_rule(enabled=False)]
    await world.have(*kept, a_rule("other"))
    assert await world.evaluator().is_due() is True
    assert (await world.evaluate(2)).closed == 1
    assert await world.evaluator().is_due() is False
    incident = await world.incident()
    assert (incident["status"], events_of(incident)) == ("closed", ["opened", "closed"])
    assert (owed(incident), incident["outbox"]) == ([], "empty")
    state = await world.state()
    assert state["ttl"] == (90 * 86_400 if is_deleted else -1)
    # On again: its first evaluation is silent, and numbers go on.
    await world.have(a_rule(), a_rule("other"))
    world.plan.finds("mood", 3, worse(3), NOTHING, NOTHING, worse(6))
    for hour in range(3, 7):
        await world.evaluate(hour)
    names = [each["id"] for each in await world.incidents()]
    assert names == ["mood.000001", "mood.000002"]
    assert (await world.state())["ttl"] == -1


@pytest.mark.parametrize(
    ("more", "kept"),
    [
        ({"batch": "alert_mood_000001_1", "attempts": 1}, ("opened", "one", "waiting")),
        ({"status": "sent", "batch": "alert_mood_000001_1"}, ("opened", "one", "sent")),
    ],
)
async def test_what_a_message_of_a_deleted_rule_has_already_is_sent(world, more, kept) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1))
    await world.evaluate(0)
    await world.evaluate(1)
    (delivery,) = (await world.incident())["deliveries"]
    await world.change("mood.000001", deliveries=[{**delivery, **more}])
    await world.have()
    await world.evaluate(2)
    assert owed(await world.incident()) == [kept]


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "subject:windsurf"},
        {"condition": {"type": "mood", "direction": "worse"}},
        {"condition": {"type": "search", "q": "refund"}},
    ],
)
async def test_a_rule_with_another_scope_or_condition_begins_again(world, change) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), worse(2), worse(3), NOTHING, NOTHING, worse(6))
    await world.evaluate(0)
    await world.evaluate(1)
    await world.have(a_rule(**change))
    assert await world.evaluator().is_due() is True
    # What its new condition finds first is no news, and the old one's end none either.
    assert await world.evaluate(2) == Evaluated(1, closed=1)
    assert await world.evaluate(3) == Evaluated(1)
    incident = await world.incident()
    assert (incident["status"], events_of(incident)) == ("closed", ["opened", "closed"])
    assert (owed(incident), incident["outbox"]) == ([], "empty")
    for hour in (4, 5, 6):
        await world.evaluate(hour)
    second = await world.incident("mood.000002")
    assert second["rule"] == a_rule(**change)


@pytest.mark.parametrize(
    ("rules", "reason"),
    [
        ([], "Its rule was removed."),
        ([a_rule(enabled=False)], "Its rule was switched off."),
        ([a_rule(scope="all")], "Its rule got another scope or condition."),
    ],
)
async def test_an_incident_says_what_became_of_its_rule(world, rules, reason) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1))
    await world.evaluate(0)
    await world.evaluate(1)
    await world.have(*rules)
    await world.evaluate(2)
    assert (await world.incident())["updates"][-1].get("reason") == reason


async def test_a_rule_that_is_removed_and_written_again_within_an_hour_goes_on(world) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), worse(2, -0.5), NOTHING, NOTHING)
    await world.evaluate(0)
    await world.evaluate(1)
    await world.have()
    await world.have({**a_rule(), "name": "Cursor, again"})
    assert await world.evaluate(2) == Evaluated(1, updated=1)
    await world.evaluate(3)
    assert await world.evaluate(4) == Evaluated(1, closed=1)
    assert [each["id"] for each in await world.incidents()] == ["mood.000001"]


async def test_what_was_cited_before_a_rule_was_off_is_cited_once(world) -> None:
    first, second = a_finding("search", "item:1"), a_finding("search", "item:2", hour_after(5))
    rule = a_rule("search")
    await world.have(rule)
    world.plan.finds("search", 1, found(first))
    await world.evaluate(0)
    await world.evaluate(1)
    await world.have(a_rule("search", enabled=False))
    await world.evaluate(2)
    await world.have(rule)
    # On again, the first evaluation is silent, and what it finds is no news afterwards.
    world.plan.finds("search", 3, found(first), NOTHING, found(first, second), found(second))
    for hour in (3, 4, 5, 6):
        await world.evaluate(hour)
    cited = [
        update["finding"]["key"]
        for incident in await world.incidents()
        for update in incident["updates"]
        if update["finding"]
    ]
    assert cited == ["item:1", "item:2"]


async def test_a_rule_with_another_note_or_channel_goes_on(world) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), worse(2))
    await world.evaluate(0)
    await world.evaluate(1)
    await world.have(a_rule(note="Ask Ada.", channels=[], cooldown=15))
    assert await world.evaluate(2) == Evaluated(1, updated=1)


async def test_a_rule_that_comes_again_after_its_state_expired_reuses_no_incident(world) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), NOTHING, NOTHING)
    for hour in range(4):
        await world.evaluate(hour)
    before = await world.incident()
    await world.store.delete(ALERT_STATES, [("alert_state", "mood")])
    world.plan.finds("mood", 5, worse(5))
    await world.evaluate(4)
    await world.evaluate(5)
    assert await world.incident() == before
    assert (await world.incident("mood.000002"))["status"] == "open"


async def test_who_acknowledges_while_it_is_evaluated_loses_nothing(world) -> None:
    await world.have(a_rule())
    world.plan.finds("mood", 1, worse(1), worse(2, -0.4))
    await world.evaluate(0)
    await world.evaluate(1)

    class Interrupting:
        """A store in which somebody acknowledges right before the first write of an incident."""

        is_done = False

        def __getattr__(self, name: str) -> Any:
            return getattr(world.store, name)

        async def replace(self, container: Any, document: Any, etag: str) -> str:
            if container is INCIDENTS and not self.is_done:
                self.is_done = True
                await world.change("mood.000001", acknowledged=iso(world.now))
            return await world.store.replace(container, document, etag)

    assert await world.evaluate(2, Interrupting()) == Evaluated(1, updated=1)
    incident = await world.incident()
    assert incident["acknowledged"] is not None
    assert events_of(incident) == ["opened", "updated"]


async def test_two_runs_side_by_side_open_each_incident_once(world) -> None:
    await world.have(*(a_rule(name) for name in ("a", "b", "c")))
    for name in ("a", "b", "c"):
        both = found(*(a_finding(f"{name}{n}", f"{name}{n}") for n in range(3)))
        world.plan.finds(name, 1, both)
    await world.evaluate(0)
    await world.collected(1)
    runs = await at_once([world.evaluator().run for _ in range(3)])
    assert sum(each.opened for each in runs) == 9
    incidents = await world.incidents()
    assert sorted(each["cause"] for each in incidents) == [
        f"{a}{n}" for a in "abc" for n in range(3)
    ]
    assert all(len(each["deliveries"]) == 1 for each in incidents)


@pytest.mark.parametrize("status", ["sent", "failed", "folded"])
async def test_documents_stay_small_while_an_incident_lasts_for_weeks(world, status) -> None:
    await world.have(a_rule())
    await world.evaluate(0)
    for hour in range(1, MAX_UPDATES + 60):
        world.plan.finds("mood", hour, worse(hour, -hour / 1000))
        await world.evaluate(hour)
        incident = await world.incident()
        for each in incident["deliveries"]:
            each["status"] = "sent" if each["event"] == "opened" else status
        await world.change("mood.000001", deliveries=incident["deliveries"])
    incident = await world.incident()
    assert len(incident["updates"]) == MAX_UPDATES
    assert len(incident["deliveries"]) == MAX_DELIVERIES
    assert incident["updates"][0]["event"] == "opened"
    assert incident["deliveries"][0]["event"] == "opened"
    ids = [each["id"] for each in incident["deliveries"]]
    assert len(set(ids)) == MAX_DELIVERIES


async def test_an_incident_that_cites_much_is_far_below_what_a_document_takes(world) -> None:
    await world.have(a_rule())
    await world.evaluate(0)
    long = CitedItem(
        id="t3_1", community="newsokur", title="題" * 300, excerpt="文" * 280, permalink="/r" * 100
    )
    for hour in range(1, 60):
        finding = worse(hour, -hour / 1000).findings[0]
        world.plan.finds("mood", hour, found({**finding, "items": [long] * 5}))
        await world.evaluate(hour)
    incident = await world.incident()
    assert len(json.dumps(incident)) < 500_000
    first, *_, last = incident["updates"]
    assert first["event"] == "opened"
    assert last["finding"]["hour"] == hour_after(59)


# Two incidents open, one is updated, one closes, and then one more opens.
HISTORY = {
    "mood": [
        NOTHING,
        found(a_finding("worse"), a_finding("volume")),
        found(a_finding("worse", hour=hour_after(2))),
        found({**a_finding("worse", hour=hour_after(3)), "figures": {"value": -0.5}}),
        NOTHING,
        NOTHING,
    ],
    "search": [
        NOTHING,
        found(a_finding("search", "item:1"), a_finding("search", "item:2")),
        found(a_finding("search", "item:3", hour_after(2)), a_finding("topic", "topic:1")),
        NOTHING,
        found(a_finding("topic", "topic:1"), a_finding("topic", "topic:2", hour_after(4))),
        NOTHING,
    ],
}


async def _story(settings: Settings, step: int | None) -> tuple[Any, list[int]]:
    """Evaluate the history, killed at a step of its writes, and then to its end.

    Return everything stored, without ETags, and the steps at which a kill makes a difference.
    """
    async with opened(settings) as store:
        world = World(store, settings)
        await world.have(
            a_rule("mood", channels=[a_channel("one"), a_channel("two")]), a_rule("search")
        )
        for rule, evaluations in HISTORY.items():
            world.plan.finds(rule, 0, *evaluations)
        deadly: Any = DeadlyStore(store, -2) if step is None else DeadStore(store, step)
        for hour in range(len(HISTORY["mood"])):
            try:
                await world.evaluate(hour, deadly)
            except Killed:
                deadly = store
                await world.evaluate(hour)
        stored = [*await world.incidents(), *[await world.state(name) for name in HISTORY]]
        for document in stored:
            document.pop("_etag")
        return stored, deadly.steps() if step is None else []


def test_a_kill_between_any_two_writes_loses_nothing_and_opens_nothing_twice(tmp_path) -> None:
    def settings(name: str) -> Settings:
        return load_settings({"SQLITE_PATH": str(tmp_path / f"{name}.db")})

    whole, steps = asyncio.run(_story(settings("whole"), None))
    assert [each["id"] for each in whole] == [
        "mood.000001",
        "mood.000002",
        "search.000001",
        "search.000002",
        "mood",
        "search",
    ]
    assert len(steps) > 10
    for step in steps:
        killed, _ = asyncio.run(_story(settings(f"killed{step}"), step))
        assert killed == whole, f"killed at step {step}"
