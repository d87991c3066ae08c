"""Decides which backfills need a message: new and lost ones, and those whose pause is over."""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import islice

from collector.backfill.journal import new_backfill
from shared.backfills import BackfillMessage, backfill_id, is_active
from shared.communities import SourceName
from shared.errors import DocumentChanged, DocumentExists
from shared.logs import event
from shared.models import Backfill, CommunityState
from shared.settings import Settings
from shared.stats.coverage import holes
from shared.store import BACKFILLS, Store
from shared.store.community_states import read_states
from shared.times import iso, parse_iso

log = logging.getLogger(__name__)

# Each has the lease in turn, so more would only wait for each other.
MAX_ACTIVE = 2


def new_ticket() -> str:
    """Return a ticket, which makes the messages of earlier ones void."""
    return secrets.token_hex(8)


def first_moment(settings: Settings, days: int, now: datetime) -> datetime:
    """Return the begin of a backfill: the cleanup removes what RETENTION_DAYS doesn't keep."""
    return now - timedelta(days=min(days, settings.retention_days))


async def due_backfills(
    store: Store, settings: Settings, sources: Mapping[str, SourceName], now: datetime
) -> list[BackfillMessage]:
    """Return the messages to send now, after their documents were written.

    sources are those that have the past of watched communities. A community gets its backfill when
    it has been collected once, and another one of what no poll reached after a pause. Raises
    StoreError.
    """
    if not settings.backfill_days or not sources:
        return []
    keys = {name: ("backfill", backfill_id(name)) for name in sources}
    found = await store.read_many(BACKFILLS, keys.values())
    known = {name: found[key] for name, key in keys.items() if key in found}
    free = MAX_ACTIVE - sum(is_active(each, now) for each in known.values())
    if free <= 0:
        return []
    states = await read_states(store, sources)
    collected = {name: state for name, state in states.items() if state["last_collected_at"]}
    first = iso(first_moment(settings, settings.backfill_days, now))
    spans = {
        name: _unread(state, known.get(name), first, iso(now)) for name, state in collected.items()
    }
    due = [
        name for name in sources if spans.get(name) or (name in known and _is_due(known[name], now))
    ]
    # What was begun is ended first.
    due.sort(
        key=lambda name: (name not in known, known[name]["updated_at"] if name in known else "")
    )
    messages: list[BackfillMessage] = []
    for name in islice(due, free):
        ticket = new_ticket()
        start, end = spans.get(name) or (first, iso(now))
        fresh = new_backfill(name, sources[name], start=parse_iso(start), now=now, ticket=ticket)
        fresh["end"] = end
        if await write_ticket(store, fresh, known.get(name), now):
            messages.append(BackfillMessage(community=name, ticket=ticket))
    return messages


def _unread(
    state: CommunityState, known: Backfill | None, first: str, now: str
) -> tuple[str, str] | None:
    """Return the span that is to be read next: all, or what was missed since the last backfill."""
    if known is None:
        return first, now
    if not known["complete"]:
        return None
    covered = state.get("covered", [])
    end = covered[-1][1] if covered else ""
    missed = holes(covered, max(first, known["end"]), end)
    return (missed[0][0], missed[-1][1]) if missed else None


def _is_due(backfill: Backfill, now: datetime) -> bool:
    if backfill["complete"] or is_active(backfill, now):
        return False
    return backfill["retry_at"] is None or backfill["retry_at"] <= iso(now)


async def write_ticket(
    store: Store, fresh: Backfill, known: Backfill | None, now: datetime
) -> bool:
    """Write the fresh document, or the known one with its ticket; False if another was first."""
    try:
        if known is None:
            await store.create(BACKFILLS, fresh)
        else:
            await store.replace(BACKFILLS, _renewed(known, fresh, now), known["_etag"])
    except (DocumentExists, DocumentChanged):
        return False
    event(
        log,
        "backfill.asked_for",
        community=fresh["community"],
        source=fresh["source"],
        start=(fresh if known is None or known["complete"] else known)["start"],
    )
    return True


def _renewed(known: Backfill, fresh: Backfill, now: datetime) -> Backfill:
    """Return the known backfill with a new ticket, to go on, or the fresh one.

    A cursor means nothing to another source, and a complete backfill begins again.
    """
    if known["source"] != fresh["source"] or known["complete"]:
        # Cells that a killed turn left pending are still to be recounted.
        return {
            **fresh,
            "pending_cells": known["pending_cells"],
            "reconciled": known["reconciled"],
        }
    return {**known, "ticket": fresh["ticket"], "retry_at": None, "updated_at": iso(now)}
