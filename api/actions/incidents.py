"""What people do about incidents: acknowledge, snooze, and send a test."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from api.deps import Deps
from api.errors import BadParameters
from api.reads.alert_rules import rule_named
from api.reads.incidents import TESTS, find_incident
from api.schema.incidents import SnoozeOf
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
ALL_OF_RULE: Final = "Nothing of its rule is sent until then."
# A test is looked up right after it was sent.
TESTS_KEPT = timedelta(days=7)


async def acknowledge(deps: Deps, incident_id: str) -> Incident:
    """Acknowledge an incident: channels hear of its end only. Done twice, the first time counts.

    Raises NotFound and StoreError.
    """
    now = deps.clock()
    return await _change(
        await deps.store(), incident_id, lambda incident: acknowledged(incident, now, deps.by)
    )


async def snooze(deps: Deps, incident_id: str, hours: int, of: SnoozeOf = "incident") -> Incident:
    """Silence an incident and its cause, or its whole rule, for some hours.

    Of a test, it is the incident alone. Raises NotFound and StoreError.
    """
    now, store = deps.clock(), await deps.store()
    until = now + timedelta(hours=hours)
    incident = await find_incident(store, incident_id)
    reason = None
    if not is_test(incident):
        cause = incident["cause"] if of == "incident" else None
        await _silence(store, incident["rule"]["id"], cause, until)
        reason = ALL_OF_RULE if of == "rule" else None
    return await _change(
        store, incident_id, lambda each: silenced(each, until, now, reason, deps.by)
    )


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


def acknowledged(incident: Incident, now: datetime, by: str | None = None) -> Incident:
    """Return an incident as somebody has acknowledged it, without updates that wait."""
    if incident["acknowledged"] is not None:
        return incident
    kept = [
        each
        for each in incident["deliveries"]
        if (each["event"], each["status"], each["batch"]) != ("updated", "waiting", None)
    ]
    update = IncidentUpdate(at=iso(now), event="acknowledged", finding=None)
    return {
        **incident,
        "deliveries": kept,
        "outbox": outbox_of(kept),
        "acknowledged": iso(now),
        "updates": [*incident["updates"], _with_name(update, by)],
    }


def _with_name(update: IncidentUpdate, by: str | None) -> IncidentUpdate:
    return update if by is None else {**update, "by": by}


def silenced(
    incident: Incident,
    until: datetime,
    now: datetime,
    reason: str | None = None,
    by: str | None = None,
) -> Incident:
    """Return an incident as somebody has silenced it until a time; reason says what else is."""
    update = IncidentUpdate(at=iso(now), event="silenced", finding=None)
    if reason is not None:
        update["reason"] = reason
    return {
        **incident,
        "silenced_until": iso(until),
        "updates": [*incident["updates"], _with_name(update, by)],
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


async def _silence(store: Store, rule_id: str, cause: str | None, until: datetime) -> None:
    """Silence a cause of a rule until a time; None: the whole rule. Raises StoreError."""
    for _ in range(MAX_TRIES):
        state = await store.read(ALERT_STATES, STATE, rule_id)
        if state is None:
            # Its state went with the rule: nothing is evaluated any more.
            return
        after: AlertState = {**state, "silenced_until": iso(until)}
        if cause is not None:
            after["silenced_until"] = state["silenced_until"]
            after["silenced"] = {**state.get("silenced", {}), cause: iso(until)}
        with suppress(DocumentChanged):
            await store.replace(ALERT_STATES, after, state["_etag"])
            return
    raise StoreUnavailable("the state of the alert rule changes with every read")
