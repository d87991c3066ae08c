"""Incidents: how an evaluation's changes are written into them, and how a state follows them.

All functions are pure.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from shared.alerts.deliveries import (
    closing_deliveries,
    opening_deliveries,
    outbox_of,
    update_deliveries,
    with_deliveries,
)
from shared.alerts.states import NO_INCIDENT, Change, with_seen
from shared.models import AlertRule, AlertState, Finding, Incident, IncidentUpdate
from shared.store.keys import order_key
from shared.times import iso

# An incident keeps its first update and the newest ones, up to this number of all and this size of
# the newest as JSON: each write of it costs request units by its size, and 2 MB is the most.
MAX_UPDATES = 200
MAX_UPDATE_BYTES = 400_000


def incident_id(rule_id: str, number: int) -> str:
    """Return the id of a rule's incident."""
    return f"{rule_id}.{number:06}"


def new_incident(
    rule: AlertRule, scope_name: str, change: Change, end: datetime, now: datetime
) -> Incident:
    """Return the incident that opens with a change, with its deliveries; `end` is its hour's."""
    name = incident_id(rule["id"], change.number)
    deliveries = opening_deliveries(rule, now)
    return Incident(
        id=name,
        kind="incident",
        ttl=-1,
        rule=rule,
        scope_name=scope_name,
        cause=change.cause,
        status="open",
        opened=iso(end),
        closed=None,
        acknowledged=None,
        silenced_until=None,
        updates=[IncidentUpdate(at=iso(now), event="opened", finding=change.finding)],
        deliveries=deliveries,
        outbox=outbox_of(deliveries),
        order_key=order_key(iso(end), name),
    )


def changed_incident(
    incident: Incident, change: Change, end: datetime, now: datetime, keep: timedelta
) -> Incident:
    """Return an incident after an update or its end; the same where it has that already.

    keep is how long a closed one is kept.
    """
    if incident["status"] == "closed":
        return incident
    if change.event == "closed":
        ended = with_deliveries(incident, closing_deliveries(incident, now))
        # A clock that was ahead may have opened it.
        ended["status"], ended["closed"] = "closed", max(iso(end), incident["opened"])
        ended["ttl"] = int(keep.total_seconds())
        return _with_update(ended, _closing(now, change.reason))
    finding = change.finding
    if finding is None or _has(incident, finding):
        return incident
    more = with_deliveries(incident, update_deliveries(incident, finding, now))
    return _with_update(more, IncidentUpdate(at=iso(now), event="updated", finding=finding))


def retired_incident(incident: Incident, now: datetime, keep: timedelta, reason: str) -> Incident:
    """Return an incident that closes since its rule is gone, off or about something else.

    reason says which. No channel hears of it: what waits isn't sent any more, unless a message has
    it already.
    """
    if incident["status"] == "closed":
        return incident
    kept = [e for e in incident["deliveries"] if e["status"] != "waiting" or e["batch"] is not None]
    ended: Incident = {**incident, "deliveries": kept, "outbox": outbox_of(kept)}
    ended["status"], ended["closed"] = "closed", max(iso(now), incident["opened"])
    ended["ttl"] = int(keep.total_seconds())
    return _with_update(ended, _closing(now, reason))


def adopted(state: AlertState, incidents: Mapping[int, Incident | None]) -> AlertState:
    """Return a state as its incidents have it, by their number; None is one that is gone.

    They have the open ones of the state and those with a higher number than it knows: a run that
    was killed wrote incidents and not the state.
    """
    after: AlertState = {
        **state,
        "open": dict(state["open"]),
        "clear": dict(state["clear"]),
        "ended": dict(state["ended"]),
    }
    for number, incident in sorted(incidents.items()):
        after["number"] = max(after["number"], number)
        if incident is None or incident["status"] == "closed":
            _forget(after, number)
        if incident is None:
            continue
        if incident["status"] == "open":
            after["open"][incident["cause"]] = number
        elif incident["closed"] is not None:
            before = after["ended"].get(incident["cause"], "")
            after["ended"][incident["cause"]] = max(before, incident["closed"])
        after["seen"] = with_seen(after["seen"], _new_keys(after, incident))
    return after


def _forget(state: AlertState, number: int) -> None:
    causes = [cause for cause, each in state["open"].items() if each == number != NO_INCIDENT]
    for cause in causes:
        del state["open"][cause]
        state["clear"].pop(cause, None)


def _new_keys(state: AlertState, incident: Incident) -> Iterable[str]:
    known = set(state["seen"])
    keys = (update["finding"]["key"] for update in incident["updates"] if update["finding"])
    return [key for key in keys if key is not None and key not in known]


def _has(incident: Incident, finding: Finding) -> bool:
    """Return whether an incident has a finding, or has one last that says the same."""
    known = [each["finding"] for each in incident["updates"] if each["finding"] is not None]
    if any((each["hour"], each["key"]) == (finding["hour"], finding["key"]) for each in known):
        return True
    last = known[-1]
    says_same = (last["sentence"], last["figures"]) == (finding["sentence"], finding["figures"])
    return says_same and finding["key"] is None


def _closing(now: datetime, reason: str | None) -> IncidentUpdate:
    update = IncidentUpdate(at=iso(now), event="closed", finding=None)
    return {**update, "reason": reason} if reason else update


def _with_update(incident: Incident, update: IncidentUpdate) -> Incident:
    first, *later = [*incident["updates"], update]
    kept: list[IncidentUpdate] = []
    size = 0
    for each in reversed(later[1 - MAX_UPDATES :]):
        size += len(json.dumps(each))
        if kept and size > MAX_UPDATE_BYTES:
            break
        kept.append(each)
    return {**incident, "updates": [first, *reversed(kept)]}
