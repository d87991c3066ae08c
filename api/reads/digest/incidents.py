"""The alerts that are open now."""

from collections.abc import Iterable
from itertools import chain, zip_longest

from api.deps import Deps
from api.schema.digest import MAX_INCIDENTS, DigestIncident
from shared.alerts.rules import read_rules
from shared.alerts.states import NO_INCIDENT
from shared.models import AlertState, Incident
from shared.store import ALERT_STATES, INCIDENTS, Key

# A rule may have an open incident for each item that it found.
MAX_READ = 30


async def read_open_incidents(deps: Deps) -> list[DigestIncident]:
    """Return the newest open incidents, newest first; the states of rules number them.

    Of more than MAX_READ, those of each rule are read in turn. Raises StoreError.
    """
    store = await deps.store()
    rules = (await read_rules(store))["rules"]
    if not rules:
        return []
    states = await store.read_many(ALERT_STATES, [("alert_state", rule["id"]) for rule in rules])
    keys = _newest_keys(states.values())[:MAX_READ]
    found = (await store.read_many(INCIDENTS, keys)).values() if keys else ()
    listed = [each for each in found if each["status"] == "open"]
    listed.sort(key=lambda each: each["order_key"], reverse=True)
    return [_answer(each) for each in listed[:MAX_INCIDENTS]]


def _newest_keys(states: Iterable[AlertState]) -> list[Key]:
    """Return the keys of open incidents: the newest of each rule first, then the next of each."""
    of_rules = (
        [
            ("incident", f"{state['id']}.{number:06}")
            for number in sorted(state["open"].values(), reverse=True)
            if number != NO_INCIDENT
        ]
        for state in states
    )
    return [key for key in chain.from_iterable(zip_longest(*of_rules)) if key is not None]


def _answer(incident: Incident) -> DigestIncident:
    found = [each["finding"]["sentence"] for each in incident["updates"] if each["finding"]]
    return DigestIncident(
        id=incident["id"],
        rule=incident["rule"]["name"],
        scope=incident["scope_name"],
        opened=incident["opened"],
        sentence=found[-1] if found else "",
    )
