"""Decides which backfills need a message: new and lost ones, and those whose pause is over."""

import logging
import secrets
from bisect import bisect_right
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice

from collector.backfill.journal import new_backfill
from shared.backfills import BackfillMessage, backfill_id, is_active
from shared.communities import SourceName
from shared.errors import DocumentChanged, DocumentExists
from shared.logs import event
from shared.models import Backfill, BackfillPlan, CommunityState
from shared.settings import Settings
from shared.stats.coverage import holes
from shared.store import BACKFILL_PLAN, BACKFILLS, Store
from shared.store.community_states import read_states
from shared.times import iso, parse_iso

log = logging.getLogger(__name__)

# Each waits for leases and for the pace of its source, so more would only wait for each other.
MAX_ACTIVE = 2
# Communities that are looked at together: a document and a state of each take 1,000 request units.
MAX_LOOKED = 500
# Backfills that are gone on with before others begin.
MAX_BEGUN = 100


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
    it has been collected once, and another one of what no poll reached after a pause. With more
    than MAX_LOOKED communities, each call looks at the next of them. Raises StoreError.
    """
    if not settings.backfill_days or not sources:
        return []
    plan = await _read_plan(store) if len(sources) > MAX_LOOKED else None
    page = _page(sources, plan["last"]) if plan else list(sources)
    names = _looked_at(page, plan, sources)
    keys = {name: ("backfill", backfill_id(name)) for name in names}
    found = await store.read_many(BACKFILLS, keys.values())
    known = {name: found[key] for name, key in keys.items() if key in found}
    free = MAX_ACTIVE - sum(is_active(each, now) for each in known.values())
    if free <= 0:
        return []
    states = await read_states(store, names)
    collected = {name: state for name, state in states.items() if state["last_collected_at"]}
    first = iso(first_moment(settings, settings.backfill_days, now))
    spans = {
        name: _unread(state, known.get(name), first, iso(now)) for name, state in collected.items()
    }
    due = [
        name for name in names if spans.get(name) or (name in known and _is_due(known[name], now))
    ]
    if plan is None:
        # What was begun is ended first.
        due.sort(
            key=lambda name: (name not in known, known[name]["updated_at"] if name in known else "")
        )
    elif not await _write_plan(store, _moved_on(plan, page, known, due, free)):
        return []
    messages: list[BackfillMessage] = []
    for name in islice(due, free):
        ticket = new_ticket()
        start, end = spans.get(name) or (first, iso(now))
        fresh = new_backfill(name, sources[name], start=parse_iso(start), now=now, ticket=ticket)
        fresh["end"] = end
        if await write_ticket(store, fresh, known.get(name), now):
            messages.append(BackfillMessage(community=name, ticket=ticket))
    return messages


async def _read_plan(store: Store) -> BackfillPlan:
    found = await store.read(BACKFILL_PLAN, "backfill_plan", "plan")
    return found or BackfillPlan(id="plan", kind="backfill_plan", ttl=-1, last="", begun=[])


def _page(sources: Collection[str], last: str) -> list[str]:
    """Return MAX_LOOKED communities in the order of names: those after the last one, in a ring."""
    names = sorted(sources)
    at = bisect_right(names, last)
    return [*names[at:], *names[:at]][:MAX_LOOKED]


def _looked_at(
    page: Sequence[str], plan: BackfillPlan | None, sources: Collection[str]
) -> list[str]:
    """Return the communities to look at: those that were begun, then those of the page."""
    begun = [name for name in plan["begun"] if name in sources] if plan else []
    return list(dict.fromkeys([*begun, *page]))


def _moved_on(
    plan: BackfillPlan,
    page: Sequence[str],
    known: Mapping[str, Backfill],
    due: Sequence[str],
    free: int,
) -> BackfillPlan:
    """Return the plan after the first `free` of what is due; due ones that wait are looked at next.

    Each community has its turn in the order of names, so none waits for those that fail.
    """
    chosen = due[:free]
    fresh = [name for name in chosen if name not in plan["begun"]]
    last = page[-1]
    if len(due) > free:
        last = fresh[-1] if fresh else plan["last"]
    begun = [name for name in plan["begun"] if name in known and not known[name]["complete"]]
    kept = [*(name for name in begun if name not in chosen), *chosen]
    return {**plan, "last": last, "begun": kept[-MAX_BEGUN:]}


async def _write_plan(store: Store, plan: BackfillPlan) -> bool:
    """Write the plan; False if another planner was first, whose backfills count then."""
    try:
        if "_etag" in plan:
            await store.replace(BACKFILL_PLAN, plan, plan["_etag"])
        else:
            await store.create(BACKFILL_PLAN, plan)
    except (DocumentExists, DocumentChanged):
        return False
    return True


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
