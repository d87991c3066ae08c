"""Reads and writes the alert rules, and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.models import AlertRule, AlertRules, AlertRulesRevision
from shared.store import ALERT_RULES, ALERT_RULES_REVISIONS, Store
from shared.times import iso

KEY: Final = ("alert_rules", "alert_rules")
REVISIONS: Final = "alert_rules_revision"
# A removed rule can be brought back from its revision.
KEPT_REVISIONS = 200
MAX_SHOWN = 20
NO_RULES = "no rules yet"


def no_rules() -> AlertRules:
    """Return the rules before anything is stored: none, of revision 0."""
    return AlertRules(
        id="alert_rules",
        kind="alert_rules",
        ttl=-1,
        revision=0,
        changed_at="1970-01-01T00:00:00Z",
        change=NO_RULES,
        rules=[],
    )


async def read_rules(store: Store) -> AlertRules:
    """Return the stored rules, or none, which have no `_etag`. Raises StoreError."""
    return await store.read(ALERT_RULES, *KEY) or no_rules()


async def write_rules(
    store: Store, before: AlertRules, *, rules: Sequence[AlertRule], change: str, now: datetime
) -> AlertRules:
    """Write the next revision over `before`, as it was read, and return it.

    What it replaces is kept first, so that no crash loses a revision. `change` says in a few words
    what is new. Raises DocumentChanged and DocumentExists if another writer was first, and
    StoreError.
    """
    after = AlertRules(
        id="alert_rules",
        kind="alert_rules",
        ttl=-1,
        revision=before["revision"] + 1,
        changed_at=iso(now),
        change=change,
        rules=list(rules),
    )
    if (etag := before.get("_etag")) is None:
        etag = await store.create(ALERT_RULES, after)
    else:
        await store.upsert(ALERT_RULES_REVISIONS, [_revision_of(before)])
        etag = await store.replace(ALERT_RULES, after, etag)
        expired = after["revision"] - KEPT_REVISIONS
        if expired > 0:
            await store.delete(ALERT_RULES_REVISIONS, [(REVISIONS, _id_of(expired))])
    return {**after, "_etag": etag}


async def read_history(
    store: Store, *, below: int | None = None, limit: int = MAX_SHOWN
) -> list[AlertRules]:
    """Return revisions, the newest first: those before `below`, or else from the current one on.

    There are fewer than `limit` where there are no more. Raises StoreError.
    """
    current = await read_rules(store)
    top = current["revision"] if below is None else min(below - 1, current["revision"])
    numbers = range(top, max(0, top - limit), -1)
    kept = await store.read_many(
        ALERT_RULES_REVISIONS,
        [(REVISIONS, _id_of(each)) for each in numbers if each != current["revision"]],
    )
    states = {each["rules"]["revision"]: each["rules"] for each in kept.values()}
    states[current["revision"]] = current
    return [states[each] for each in numbers if each in states]


def _revision_of(rules: AlertRules) -> AlertRulesRevision:
    state = rules.copy()
    state.pop("_etag", None)
    return AlertRulesRevision(
        id=_id_of(rules["revision"]), kind="alert_rules_revision", ttl=-1, rules=state
    )


def _id_of(revision: int) -> str:
    return f"{revision:08}"
