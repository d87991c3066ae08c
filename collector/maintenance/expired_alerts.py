"""Removes closed incidents that are old, and the states of deleted rules without any.

Cosmos DB lets them expire by their time to live; other stores don't.
"""

from datetime import datetime

from collector.writers.deadline import Check
from shared.alerts.rules import read_rules
from shared.models import AlertState, Incident
from shared.store import ALERT_STATES, INCIDENTS, Query, Store
from shared.store.scan import after
from shared.times import iso

PAGE = 100
# A rule's id has small letters, digits and hyphens, and its incidents' ids go on with a dot.
BEHIND_DOT = "/"


async def remove_expired_alerts(store: Store, before: datetime, check: Check) -> int:
    """Remove incidents that closed before a time and owe nothing, and return how many.

    Open incidents stay. check is called before each write, and raises what ends the work.
    """
    removed = 0
    start = ""
    while page := await store.query(
        Query(INCIDENTS, "incident", PAGE, order_by="id", at_least=start)
    ):
        start = after(page[-1]["id"])
        expired = [("incident", each["id"]) for each in page if _is_expired(each, iso(before))]
        if expired:
            check()
            await store.delete(INCIDENTS, expired)
            removed += len(expired)
    await _remove_states(store, check)
    return removed


def _is_expired(incident: Incident, before: str) -> bool:
    closed = incident["closed"]
    return closed is not None and closed < before and incident["outbox"] == "empty"


async def _remove_states(store: Store, check: Check) -> None:
    """Remove states of deleted rules whose numbers no incident has any more."""
    rules = {rule["id"] for rule in (await read_rules(store))["rules"]}
    states = await store.query(Query(ALERT_STATES, "alert_state", 1000, order_by="id"))
    for state in states:
        if state["id"] not in rules and not await _has_incidents(store, state):
            check()
            await store.delete(ALERT_STATES, [("alert_state", state["id"])])


async def _has_incidents(store: Store, state: AlertState) -> bool:
    first = f"{state['id']}."
    end = f"{state['id']}{BEHIND_DOT}"
    query = Query(INCIDENTS, "incident", 1, order_by="id", at_least=first, below=end)
    return bool(await store.query(query))
