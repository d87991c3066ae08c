"""Outages of sources and communities: said once when they begin, and once when they end."""

import logging
from collections.abc import Sequence

from collector.collection.context import CycleContext
from collector.collection.groups import Group, Read
from collector.collection.observed import after_failure, begins
from shared.communities import SourceName
from shared.errors import ErrorKind, SourceError, SourceRefused, UndertoneError
from shared.logs import event
from shared.models import CommunityState, CycleError, Outcome
from shared.times import iso

log = logging.getLogger(__name__)

# The kind of a source that has no requests left for now.
WAITS: ErrorKind = "rate_limited"


def states_of_waiting(cycle: CycleContext, group: Group) -> list[CommunityState]:
    """Return the states of communities that weren't tried since their source refuses all.

    A source whose time or whose requests are used up has not failed: its communities are first in
    the next cycle.
    """
    now = iso(cycle.clock())
    states: list[CommunityState] = []
    for source, error in group.ended_by.items():
        if not isinstance(error, SourceRefused) or error.kind == WAITS:
            continue
        shared = [each for each in group.failures if each.is_shared]
        own = [each for each in shared if cycle.settings.source_of(each.state["id"]) == source]
        left = group.waiting[source]
        _log_outage(source, error, [*(each.state for each in own), *left])
        # The same words for all, without how many were tried.
        message = own[-1].message if own else str(error)
        for state in left:
            noted = CycleError(community=state["id"], kind=error.kind, message=message)
            states.append(after_failure(state, noted, now, is_shared=True))
    return states


def log_recoveries(cycle: CycleContext, reads: Sequence[Read], recovered: set[SourceName]) -> None:
    """Log which communities work again, and of a source that failed as a whole the source once."""
    for read in reads:
        failing = read.before.get("failing")
        if not failing:
            continue
        source = cycle.settings.source_of(read.name)
        if not failing["is_shared"]:
            event(log, "cycle.community_recovered", community=read.name, since=failing["since"])
        elif source not in recovered:
            recovered.add(source)
            event(log, "source.recovered", source=source, since=failing["since"])


def outcome_of(
    cycle: CycleContext, source: SourceName, ended_by: UndertoneError | None
) -> tuple[Outcome, str | None]:
    """Return the outcome of a source in a cycle that has read it, and the reason if it isn't ok."""
    document = cycle.journal.document
    watched = cycle.settings.watched
    own = [name for name in watched if cycle.settings.source_of(name) == source]
    if isinstance(ended_by, SourceRefused) and ended_by.kind != WAITS:
        return "failed", str(ended_by)
    left = set(own) - set(document["communities_processed"])
    if ended_by is not None and left:
        return "waiting", f"{ended_by}; {len(left)} of {len(own)} communities wait for the next"
    counts = [document["communities"].get(name) for name in own]
    errors = [each["error"] for each in counts if each and each["error"]]
    if own and len(errors) == len(own):
        return "failed", errors[0]
    return "ok", f"{len(errors)} of {len(own)} communities failed" if errors else None


def _log_outage(source: SourceName, error: SourceError, states: Sequence[CommunityState]) -> None:
    """Log that a source fails, unless an earlier cycle has said so of one of its communities."""
    noted = CycleError(community=None, kind=error.kind, message=str(error))
    if not any(_is_shared(state) and not begins(state, noted) for state in states):
        event(
            log,
            "source.failed",
            logging.WARNING,
            source=source,
            kind=error.kind,
            reason=str(error),
            communities=len(states),
        )


def _is_shared(state: CommunityState) -> bool:
    failing = state.get("failing")
    return failing is not None and failing["is_shared"]
