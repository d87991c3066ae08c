"""A writer's session: take the lease, begin, recover orphaned work, do the work, close."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from collector.writers.journal import Journal, Kind, free_id
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait, lease
from collector.writers.recovery import recover_orphaned
from collector.writers.shutdown import ended_early
from shared.errors import DocumentExists, ErrorKind, LeaseLost, StoreError, kind_of
from shared.logs import event
from shared.store import Store
from shared.times import Clock

log = logging.getLogger(__name__)

J = TypeVar("J", bound=Journal[Any])

Begin = Callable[[HeldLease], Awaitable[J]]
"""Write the first document of the work, under the lease. Raises DocumentExists."""


@dataclass(frozen=True)
class Writer:
    """A writer: its store and clock, and how it takes the lease."""

    store: Store
    clock: Clock
    lease_seconds: int
    lease_wait: LeaseWait = NO_WAIT

    def lease(self, holder: str) -> AbstractAsyncContextManager[HeldLease]:
        """Hold the lease, for work without a journal. Raises CycleRunning."""
        return lease(
            self.store,
            holder,
            seconds=self.lease_seconds,
            clock=self.clock,
            lease_wait=self.lease_wait,
        )

    @asynccontextmanager
    async def session(
        self, kind: Kind, begin: Begin[J], *, work_id: str | None = None
    ) -> AsyncIterator[J]:
        """Do one piece of work, and close its document however the block ends.

        The work has a new id, or work_id if it was requested or is continued. Orphaned work is
        recovered first. Raises CycleRunning if another writer holds the lease, LeaseLost,
        StoreUnavailable, and what `begin` and the block raise.
        """
        async with AsyncExitStack() as stack:
            journal = await self._begun(stack, kind, begin, work_id)
            async with closing_journal(journal):
                await recover_orphaned(self.store, journal, self.clock)
                yield journal

    async def _begun(
        self, stack: AsyncExitStack, kind: Kind, begin: Begin[J], work_id: str | None
    ) -> J:
        while True:
            holder = work_id or await free_id(self.store, kind, self.clock)
            async with AsyncExitStack() as attempt:
                held = await attempt.enter_async_context(self.lease(holder))
                try:
                    journal = await begin(held)
                except DocumentExists:
                    # Other work took the id of this second, and has already ended.
                    continue
                stack.push_async_exit(attempt.pop_all())
                return journal


@asynccontextmanager
async def closing_journal(journal: Journal[Any]) -> AsyncIterator[None]:
    """Close a journal's document, however the block ends."""
    try:
        yield
        await journal.end(journal.outcome)
    except LeaseLost:
        raise
    except (Exception, asyncio.CancelledError) as error:
        await _close_broken(journal, error)
        raise
    await journal.closed()


async def _close_broken(journal: Journal[Any], error: BaseException) -> None:
    """Close work that an error ended. The next writer recounts its pending cells."""
    kind, reason = _cause(journal, error)
    journal.fail(None, kind, reason)
    try:
        await journal.end("failed")
        await journal.closed()
    except (StoreError, LeaseLost):
        # It stays `running`, and the next writer finds it.
        work = journal.document["id"]
        event(log, "work.not_closed", logging.ERROR, work=work, reason=reason)


def _cause(journal: Journal[Any], error: BaseException) -> tuple[ErrorKind, str]:
    if early := ended_early(error):
        return early[0], f"{early[1]}; the next {journal.document['kind']} goes on"
    return kind_of(error), f"{type(error).__name__}: {error}"
