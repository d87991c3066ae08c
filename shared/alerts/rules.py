"""Reads and writes the alert rules, and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from shared.models import AlertRule, AlertRules, AlertRulesRevision
from shared.store import ALERT_RULES, ALERT_RULES_REVISIONS, Store
from shared.store.revisions import Revisions, newest_revisions, revision_id
from shared.times import iso

KEY: Final = ("alert_rules", "alert_rules")
REVISIONS: Final = Revisions(ALERT_RULES, ALERT_RULES_REVISIONS, "alert_rules_revision")
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
    store: Store,
    before: AlertRules,
    *,
    rules: Sequence[AlertRule],
    change: str,
    now: datetime,
    by: str | None = None,
) -> AlertRules:
    """Write the next revision over `before`, as it was read, and return it.

    What it replaces is kept first, so that no crash loses a revision. `change` says in a few words
    what is new, and `by` who made it, None where that isn't known. Raises DocumentChanged and
    DocumentExists if another writer was first, and StoreError.
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
    if by is not None:
        after["by"] = by
    etag = await REVISIONS.write(
        store, after, _revision_of(before), number=after["revision"], etag=before.get("_etag")
    )
    return {**after, "_etag": etag}


async def read_history(
    store: Store, *, below: int | None = None, limit: int = MAX_SHOWN
) -> list[AlertRules]:
    """Return revisions, the newest first: those before `below`, or else from the current one on.

    There are fewer than `limit` where there are no more. Raises StoreError.
    """
    current = await read_rules(store)
    numbers = newest_revisions(current["revision"], below=below, limit=limit)
    kept = await REVISIONS.read(store, (each for each in numbers if each != current["revision"]))
    earlier = [each["rules"] for each in kept]
    return [current, *earlier] if current["revision"] in numbers else earlier


def _revision_of(rules: AlertRules) -> AlertRulesRevision:
    state = rules.copy()
    state.pop("_etag", None)
    return AlertRulesRevision(
        id=revision_id(rules["revision"]), kind="alert_rules_revision", ttl=-1, rules=state
    )
