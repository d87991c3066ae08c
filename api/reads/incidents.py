"""The incidents of alert rules: lists of them, and one with what was known and sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from api.deps import Deps
from api.errors import NotFound
from api.reads.alert_rules import rule_named
from api.schema.alerts import RulePath
from api.schema.incidents import (
    DeliveryAnswer,
    FindingAnswer,
    IncidentAnswer,
    IncidentPath,
    Incidents,
    IncidentsParameters,
    IncidentSummary,
    ShownChannel,
    UpdateAnswer,
)
from shared.alerts.channels import shown_address
from shared.alerts.composing import view_path
from shared.alerts.rules import read_rules
from shared.models import Delivery, Finding, Incident, IncidentUpdate
from shared.store import INCIDENTS, Query, Store
from shared.store.keys import id_of
from shared.subjects.refusals import quoted
from shared.times import parse_iso

KIND: Final = "incident"
# Maximum incidents that a page reads where it lists those of one status.
MAX_SCANNED = 200
# Order keys of incidents begin with a year; those of tests, which no list has, with this.
TESTS: Final = "test_"
FEED_ENTRIES = 30
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class IncidentsPage:
    """A page of the list; next_cursor is that of the next one, None on the last page."""

    incidents: Incidents
    next_cursor: str | None


@dataclass(frozen=True)
class RuleFeed:
    """The newest incidents of a rule, and when something became known last."""

    rule: str
    name: str
    updated: str
    incidents: Sequence[IncidentSummary]


async def read_incidents(deps: Deps, parameters: IncidentsParameters) -> IncidentsPage:
    """Return a page of the incidents, newest first, without tests. Raises StoreError.

    With a status, a page reads MAX_SCANNED incidents at most.
    """
    found, cursor = await find_incidents(await deps.store(), parameters)
    return IncidentsPage(Incidents([incident_summary(each) for each in found]), cursor)


async def find_incidents(
    store: Store, parameters: IncidentsParameters
) -> tuple[list[Incident], str | None]:
    """Return the stored incidents of a page, and the cursor of the next one. Raises StoreError."""
    found: list[Incident] = []
    cursor, is_more, scanned = parameters.cursor, True, 0
    while is_more and len(found) < parameters.limit and scanned < MAX_SCANNED:
        query = _query(parameters.rule, cursor, parameters.limit + 1)
        batch = await store.query(query)
        is_more = len(batch) == query.limit
        for incident in batch:
            if len(found) == parameters.limit:
                is_more = True
                break
            cursor, scanned = incident["order_key"], scanned + 1
            if parameters.status in {None, incident["status"]}:
                found.append(incident)
    return found, cursor if is_more else None


async def read_rule_feed(deps: Deps, parameters: RulePath) -> RuleFeed:
    """Return the newest incidents of a rule, also of one that was removed.

    Raises NotFound where there is neither the rule nor an incident of it, and StoreError.
    """
    store = await deps.store()
    newest = IncidentsParameters(rule=parameters.id, limit=FEED_ENTRIES)
    found, _ = await find_incidents(store, newest)
    rules = await read_rules(store)
    known = next((each for each in rules["rules"] if each["id"] == parameters.id), None)
    rule = known or (found[0]["rule"] if found else rule_named(rules, parameters.id))
    incidents = [incident_summary(each) for each in found]
    updated = max((each.updated for each in incidents), default=rules["changed_at"])
    return RuleFeed(rule["id"], rule["name"], updated, incidents)


async def read_incident(deps: Deps, parameters: IncidentPath) -> IncidentAnswer:
    """Return an incident. Raises NotFound and StoreError."""
    return incident_answer(deps, await find_incident(await deps.store(), parameters.id))


async def find_incident(store: Store, incident_id: str) -> Incident:
    """Return the stored incident. Raises NotFound and StoreError."""
    found = await store.read(INCIDENTS, KIND, incident_id)
    if found is None:
        raise NotFound(
            f"There is no incident {quoted(incident_id)}: GET /api/v1/alerts/incidents lists them."
        )
    return found


def incident_summary(incident: Incident) -> IncidentSummary:
    """Return an incident as lists show it."""
    rule, closed = incident["rule"], incident["closed"]
    findings = [each["finding"] for each in incident["updates"] if each["finding"] is not None]
    return IncidentSummary(
        id=incident["id"],
        rule=rule["id"],
        rule_name=rule["name"],
        type=rule["condition"]["type"],
        scope=rule["scope"],
        scope_name=incident["scope_name"],
        cause=incident["cause"],
        sentence=findings[-1]["sentence"] if findings else "",
        view=view_path(incident, findings[-1] if findings else None),
        status=incident["status"],
        opened=incident["opened"],
        closed=closed,
        lasted=None if closed is None else _minutes(incident["opened"], closed),
        acknowledged=incident["acknowledged"],
        silenced_until=incident["silenced_until"],
        updated=max((each["at"] for each in incident["updates"]), default=incident["opened"]),
        deliveries_by_status=dict(Counter(each["status"] for each in incident["deliveries"])),
    )


def incident_answer(deps: Deps, incident: Incident) -> IncidentAnswer:
    """Return an incident with what was known and sent; of addresses, what anybody may see."""
    return IncidentAnswer(
        **dict(incident_summary(incident)),
        updates=[_update_answer(deps, each) for each in incident["updates"]],
        deliveries=[_delivery_answer(each) for each in incident["deliveries"]],
    )


def finding_answer(finding: Finding) -> FindingAnswer:
    """Return a finding as answers show it."""
    return FindingAnswer.model_validate(finding)


def _query(rule: str | None, cursor: str | None, limit: int) -> Query[Incident]:
    """Return the query for the incidents of one rule, by their numbers, or of all, by time."""
    if rule is None:
        below = cursor or TESTS
        return Query(INCIDENTS, KIND, limit, descending=True, below=below)
    # A colon sorts behind digits and before the ids of tests.
    end = f"{rule}.:"
    below = min(end, id_of(cursor)) if cursor else end
    return Query(
        INCIDENTS, KIND, limit, order_by="id", descending=True, at_least=f"{rule}.", below=below
    )


def _minutes(start: str, end: str) -> int:
    return max(timedelta(), parse_iso(end) - parse_iso(start)) // MINUTE


def _update_answer(deps: Deps, update: IncidentUpdate) -> UpdateAnswer:
    finding = update["finding"]
    return UpdateAnswer(
        at=update["at"],
        event=update["event"],
        finding=None if finding is None else finding_answer(finding),
        reason=update.get("reason"),
        by=update.get("by") if deps.shows_names else None,
    )


def _delivery_answer(delivery: Delivery) -> DeliveryAnswer:
    channel = delivery["channel"]
    return DeliveryAnswer(
        id=delivery["id"],
        channel=ShownChannel(type=channel["type"], address=shown_address(channel)),
        event=delivery["event"],
        status=delivery["status"],
        created=delivery["created"],
        due=delivery["due"],
        attempts=delivery["attempts"],
        error=delivery["error"],
        sent_at=delivery["sent_at"],
    )
