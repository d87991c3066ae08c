"""Writes the state of scoring: which method is in force, and how many items wait for it.

The state repeats what the cells say, so that no read has to count them. It is written without the
lease, under an ETag condition, since its numbers are counted again at the end of every run.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from collector.maintenance.stale import Stale, find_stale
from collector.sentiment.base import Method, meanwhile
from collector.sentiment.rescoring import Paused
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.logs import event
from shared.models import ScoringId, ScoringState
from shared.scoring import is_active, is_due, new_ticket, read_scoring
from shared.stats.cells import method_name
from shared.store import SCORING, Store
from shared.times import Clock, iso

log = logging.getLogger(__name__)

MAX_TRIES = 5
AGAIN_SECONDS = 0.02
CHANGES_ALWAYS = "the state of scoring changes with every read"
# What couldn't be scored is tried again after this time.
RETRY_AFTER = timedelta(hours=1)
# More hours that failed would make the document large; the others are tried again sooner.
MAX_FAILED_HOURS = 500


class TakenOver(Exception):
    """Another run has taken over: this one's ticket is void."""


@dataclass(frozen=True)
class Progress:
    """The items that a run has left: those that wait, their hours, and those that failed.

    last_error is that of the last item that failed in this run; None if none did. paused says why
    and until when a language model scores nothing more.
    """

    waiting: int
    oldest: str | None
    newest: str | None
    failed: Mapping[str, int]
    last_error: str | None
    paused: Paused | None = None


@dataclass(frozen=True)
class PartProgress:
    """The work that one of several workers has done since its last note.

    scored is the number of items that it wrote. failed counts the items that couldn't be scored, by
    the names of their hours, and `cured` names the hours that are done: what failed in them before
    doesn't any more. last_error and paused are as in Progress.
    """

    scored: int
    failed: Mapping[str, int]
    cured: Collection[str]
    last_error: str | None
    paused: Paused | None = None


@dataclass(frozen=True)
class Backlog:
    """The state of scoring in a store, as a process with this method writes it.

    wanted is the name that SENTIMENT_METHOD asks for; state is the id of the document.
    """

    store: Store
    method: Method
    wanted: str
    clock: Clock
    state: ScoringId = "scoring"

    @property
    def current(self) -> str:
        """Return the method's name as in statistics."""
        return method_name(self.method.name, self.method.version)

    async def find(self) -> Stale:
        """Find the items that wait: none for a method that stands in for the wanted one."""
        found = await find_stale(self.store, self.method.accepted)
        return Stale(found.methods, []) if self.method.stands_in_because else found

    async def ask(self) -> str | None:
        """Count the items that wait, and return the ticket of a message that is to be sent.

        None if no item waits that can be scored now, or if a message is on its way.
        """
        for _ in range(MAX_TRIES):
            known = await read_scoring(self.store, self.state)
            if known is not None and self._is_clear(known):
                return None
            state, now = _counted(self._begun(known), await self.find()), self.clock()
            is_needed = is_due(state, now) and not is_active(state, now)
            if is_needed:
                state["ticket"], state["ticket_at"] = new_ticket(), iso(now)
            # A run that ends meanwhile counts again, also if nothing but the ETag has changed.
            if not state["waiting"] and known is not None and _is_same(known, state):
                return None
            if await self._write(known, state):
                self._log_waiting(state)
                return state["ticket"] if is_needed else None
        raise StoreUnavailable(CHANGES_ALWAYS)

    async def take_over(self) -> str:
        """Write a new ticket, which makes the messages on their way void, and return it."""
        ticket = new_ticket()

        async def taken(state: ScoringState) -> None:
            state["ticket"], state["ticket_at"] = ticket, iso(self.clock())
            state["retry_at"], state["is_counted"] = None, False
            state["paused_because"] = state["paused_until"] = None

        await self._change(None, taken)
        return ticket

    async def owned(self, ticket: str) -> ScoringState:
        """Return the state. Raises TakenOver if it has another ticket."""
        state = await read_scoring(self.store, self.state)
        if state is None or state["ticket"] != ticket:
            raise TakenOver
        return self._begun(state)

    async def note(self, ticket: str, progress: Progress) -> ScoringState:
        """Write how far a run has come. Raises TakenOver."""

        async def come(state: ScoringState) -> None:
            self._put(state, progress)

        return await self._change(ticket, come)

    async def begin_round(self, ticket: str) -> tuple[Stale, bool]:
        """Count the items that wait, and return them, and whether some that failed are tried again.

        Raises TakenOver.
        """
        stale = await self.find()

        async def counted(state: ScoringState) -> None:
            state.update(_counted(state, stale))
            state["ticket_at"] = iso(self.clock())

        state = await self._change(ticket, counted, is_shared=True)
        is_due_again = state["retry_at"] is None or state["retry_at"] <= iso(self.clock())
        return stale, bool(state["failed"]) and is_due_again

    async def alive(self, ticket: str) -> None:
        """Store a sign of work. Raises TakenOver."""

        async def seen(state: ScoringState) -> None:
            state["ticket_at"] = iso(self.clock())

        await self._change(ticket, seen, is_shared=True)

    async def note_part(self, ticket: str, part: PartProgress) -> ScoringState:
        """Add what one of several workers has done. Raises TakenOver."""

        async def come(state: ScoringState) -> None:
            left = {name: n for name, n in state["failed"].items() if name not in part.cured}
            progress = Progress(
                waiting=max(0, state["waiting"] - part.scored),
                oldest=state["oldest"],
                newest=state["newest"],
                failed={**left, **part.failed},
                last_error=part.last_error,
                paused=part.paused,
            )
            self._put(state, progress)

        return await self._change(ticket, come, is_shared=True)

    async def end_round(self, ticket: str, *, may_go_on: bool) -> ScoringState:
        """Count again at the end of a round.

        Its ticket is void: another one is there if more can be scored now. Raises TakenOver.
        """

        async def counted(state: ScoringState) -> None:
            state.update(_counted(state, await self.find()))
            now = self.clock()
            goes_on = may_go_on and is_due(state, now)
            state["ticket"] = new_ticket() if goes_on else None
            state["ticket_at"] = iso(now) if goes_on else None

        return await self._change(ticket, counted, is_shared=True)

    async def end(self, ticket: str, progress: Progress, *, may_go_on: bool) -> ScoringState:
        """Count again at the end of a run.

        Its ticket is void unless it may go on, and more can be scored now. Raises TakenOver.
        """

        async def counted(state: ScoringState) -> None:
            self._put(state, progress)
            state.update(_counted(state, await self.find()))
            if not (may_go_on and is_due(state, self.clock())):
                state["ticket"] = state["ticket_at"] = None

        return await self._change(ticket, counted)

    def _put(self, state: ScoringState, progress: Progress) -> None:
        failed = dict(sorted(progress.failed.items(), reverse=True)[:MAX_FAILED_HOURS])
        state["failed"] = failed
        if progress.last_error is not None:
            state["last_error"] = progress.last_error
            state["retry_at"] = iso(self.clock() + RETRY_AFTER)
        if not failed:
            state["last_error"] = state["retry_at"] = None
        paused = progress.paused
        state["paused_because"] = paused.reason if paused else None
        state["paused_until"] = paused.until if paused else None
        state["waiting"] = progress.waiting
        state["oldest"], state["newest"] = progress.oldest, progress.newest
        state["ticket_at"] = iso(self.clock())

    async def _change(
        self,
        ticket: str | None,
        change: Callable[[ScoringState], Awaitable[None]],
        *,
        is_shared: bool = False,
    ) -> ScoringState:
        """Change the state, again if another writer was first. Raises TakenOver.

        is_shared says that workers of the same ticket change it, too: they are no reason to end.
        """
        tries = 0
        while is_shared or tries < MAX_TRIES:
            known = await read_scoring(self.store, self.state)
            if ticket is not None and (known is None or known["ticket"] != ticket):
                raise TakenOver
            state = self._begun(known)
            await change(state)
            if await self._write(known, state):
                return state
            tries += 1
            if is_shared:
                await asyncio.sleep(AGAIN_SECONDS)
        raise StoreUnavailable(CHANGES_ALWAYS)

    async def _write(self, known: ScoringState | None, state: ScoringState) -> bool:
        """Write the state; False if another writer was first."""
        try:
            if known is None:
                await self.store.create(SCORING, state)
            else:
                await self.store.replace(SCORING, state, known["_etag"])
        except (DocumentExists, DocumentChanged):
            return False
        return True

    def _begun(self, known: ScoringState | None) -> ScoringState:
        """Return the state for this method; what another one failed at is forgotten."""
        fresh = ScoringState(
            id=self.state,
            kind="scoring",
            ttl=-1,
            method=self.current,
            wanted=self.wanted,
            reason=self.method.stands_in_because,
            stands_in=self._stands_in,
            waiting=0,
            oldest=None,
            newest=None,
            is_counted=False,
            failed={},
            retry_at=None,
            last_error=None,
            ticket=known["ticket"] if known else None,
            ticket_at=known["ticket_at"] if known else None,
        )
        if known is None or known["method"] != self.current:
            return fresh
        return {
            **known,
            "wanted": fresh["wanted"],
            "reason": fresh["reason"],
            "stands_in": fresh["stands_in"],
        }

    @cached_property
    def _stands_in(self) -> str | None:
        """Return the name of the method that scores until then; None if it is the same."""
        stand_in = meanwhile(self.method)
        is_same = stand_in is self.method
        return None if is_same else method_name(stand_in.name, stand_in.version)

    def _is_clear(self, known: ScoringState) -> bool:
        """Return whether nothing can wait: all was scored, and is scored when it is written."""
        is_scored_once = not (self.method.is_slow or self.method.score_targets)
        is_counted = known["is_counted"] and not known["waiting"]
        return is_counted and is_scored_once and _is_same(known, self._begun(known))

    def _log_waiting(self, state: ScoringState) -> None:
        if state["waiting"]:
            event(
                log,
                "scoring.waiting",
                method=state["method"],
                stands_in=state["stands_in"],
                items=state["waiting"],
                oldest=state["oldest"],
                newest=state["newest"],
            )


def _counted(state: ScoringState, stale: Stale) -> ScoringState:
    """Return the state with the items that wait as they were just counted."""
    hours = {each.hour for each in stale.hours}
    failed = {name: items for name, items in state["failed"].items() if _hour_of(name) in hours}
    return {
        **state,
        "waiting": stale.items,
        "oldest": min(hours, default=None),
        "newest": max(hours, default=None),
        "is_counted": True,
        "failed": failed,
    }


def _hour_of(name: str) -> str:
    return name.partition(" ")[0]


def _is_same(known: ScoringState, state: ScoringState) -> bool:
    return {**known, "_etag": ""} == {**state, "_etag": ""}
