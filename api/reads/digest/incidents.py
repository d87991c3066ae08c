"""The alerts that are open now."""

from api.deps import Deps
from api.schema.digest import DigestIncident
from shared.models import Incident
from shared.store import ALERT_STATES, INCIDENTS, Query

# A watchlist of rules has no more.
MAX_RULES = 50
MAX_INCIDENTS = 20


async def read_open_incidents(deps: Deps) -> list[DigestIncident]:
    """Return the open incidents, newest first; the states of rules number them.

    Raises StoreError.
    """
    store = await deps.store()
    states = await store.query(Query(ALERT_STATES, "alert_state", MAX_RULES, order_by="id"))
    keys = [
        ("incident", f"{state['id']}.{number:06}")
        for state in states
        for number in state["open"].values()
    ]
    found = (await store.read_many(INCIDENTS, keys)).values() if keys else ()
    listed = [each for each in found if each["status"] == "open"]
    listed.sort(key=lambda each: each["order_key"], reverse=True)
    return [_answer(each) for each in listed[:MAX_INCIDENTS]]


def _answer(incident: Incident) -> DigestIncident:
    found = [each["finding"]["sentence"] for each in incident["updates"] if each["finding"]]
    return DigestIncident(
        id=incident["id"],
        rule=incident["rule"]["name"],
        scope=incident["scope_name"],
        opened=incident["opened"],
        sentence=found[-1] if found else "",
    )
