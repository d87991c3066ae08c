"""What people do about incidents: acknowledge, snooze, and send a test."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from api.deps import Deps
from api.errors import BadParameters
from api.reads.alert_rules import rule_named
from api.reads.incidents import TESTS, find_incident
from api.schema.problems import BadParameter
from shared.alerts.deliveries import first_deliveries, outbox_of
from shared.alerts.rules import read_rules
from shared.alerts.scopes import name_of_scope
from shared.errors import DocumentChanged, StoreUnavailable
from shared.models import AlertRule, AlertState, Finding, Incident, IncidentUpdate
from shared.store import ALERT_STATES, INCIDENTS, Store
from shared.subjects.refusals import quoted
from shared.times import hour_of, iso

MAX_TRIES = 5
STATE: Final = "alert_state"
TEST: Final = "test"
# A test is looked up right after it was sent.
TESTS_KEPT = timedelta(days=7)


async def acknowledge(deps: Deps, incident_id: str) -> Incident:
    """Acknowledge an incident: channels hear of its end only. Done twice, the first time counts.

    Raises NotFound and StoreError.
    """
    now = deps.clock()
    return await _change(
        await deps.store(), incident_id, lambda incident: acknowledged(incident, now)
    )


async def snooze(deps: Deps, incident_id: str, hours: int) -> Incident:
    """Silence the rule of an incident for some hours; of a test, the incident alone.

    Raises NotFound and StoreError.
    """
    now, store = deps.clock(), await deps.store()
    until = now + timedelta(hours=hours)
    incident = await find_incident(store, incident_id)
    if not is_test(incident):
        await _silence(store, incident["rule"]["id"], until)
    return await _change(store, incident_id, lambda each: silenced(each, until, now))


async def send_test(deps: Deps, rule_id: str, name: str) -> Incident:
    """Write an incident of its own with a test message to each channel of a rule, and return it.

    name tells it from other tests, in eight hexadecimal digits; no list has it. Raises NotFound,
    BadParameters where the rule has no channel, and StoreError.
    """
    store = await deps.store()
    rule = rule_named(await read_rules(store), rule_id)
    if not rule["channels"]:
        raise BadParameters(
            [
                BadParameter(
                    parameter="id",
                    detail=f"{quoted(rule_id)} has no channels, so that nothing can be sent",
                    takes="the id of a rule with at least one channel",
                )
            ]
        )
    scope_name = name_of_scope(rule["scope"], await deps.read_watchlist())
    tested = test_incident(rule, scope_name, name, deps.clock())
    await store.create(INCIDENTS, tested)
    return tested


def is_test(incident: Incident) -> bool:
    """Return whether an incident is a test of a rule's channels."""
    return incident["order_key"].startswith(TESTS)


def acknowledged(incident: Incident, now: datetime) -> Incident:
    """Return an incident as somebody has acknowledged it."""
    if incident["acknowledged"] is not None:
        return incident
    return {
        **incident,
        "acknowledged": iso(now),
        "updates": [
            *incident["updates"],
            IncidentUpdate(at=iso(now), event="acknowledged", finding=None),
        ],
    }


def silenced(incident: Incident, until: datetime, now: datetime) -> Incident:
    """Return an incident as somebody has silenced it until a time."""
    return {
        **incident,
        "silenced_until": iso(until),
        "updates": [
            *incident["updates"],
            IncidentUpdate(at=iso(now), event="silenced", finding=None),
        ],
    }


def test_incident(rule: AlertRule, scope_name: str, name: str, now: datetime) -> Incident:
    """Return the incident of a test, with a delivery to each recipient that is due now."""
    own = f"{rule['id']}.test-{name}"
    deliveries = first_deliveries(rule, TEST, now)
    finding = Finding(
        cause=TEST,
        sentence=f"This is a test of the alert rule {rule['name']}: nothing has happened.",
        hour=hour_of(iso(now)),
        figures={},
        items=[],
        key=None,
    )
    return Incident(
        id=own,
        kind="incident",
        ttl=int(TESTS_KEPT.total_seconds()),
        rule=rule,
        scope_name=scope_name,
        cause=TEST,
        status="closed",
        opened=iso(now),
        closed=iso(now),
        acknowledged=None,
        silenced_until=None,
        updates=[IncidentUpdate(at=iso(now), event="opened", finding=finding)],
        deliveries=deliveries,
        outbox=outbox_of(deliveries),
        order_key=f"{TESTS}{iso(now)}_{own}",
    )


async def _change(store: Store, incident_id: str, edit: Callable[[Incident], Incident]) -> Incident:
    """Write what an edit makes of an incident. Raises NotFound and StoreError."""
    for _ in range(MAX_TRIES):
        before = await find_incident(store, incident_id)
        after = edit(before)
        if after is before:
            return before
        with suppress(DocumentChanged):
            await store.replace(INCIDENTS, after, before["_etag"])
            return after
    raise StoreUnavailable("the incident changes with every read")


async def _silence(store: Store, rule_id: str, until: datetime) -> None:
    """Silence a rule until a time. Raises StoreError."""
    for _ in range(MAX_TRIES):
        state = await store.read(ALERT_STATES, STATE, rule_id)
        if state is None:
            # Its state went with the rule: nothing is evaluated any more.
            return
        after: AlertState = {**state, "silenced_until": iso(until)}
        with suppress(DocumentChanged):
            await store.replace(ALERT_STATES, after, state["_etag"])
            return
    raise StoreUnavailable("the state of the alert rule changes with every read")
