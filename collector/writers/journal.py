"""The document of a piece of work: what is done, written down before it is."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Generic, Literal, TypeVar, cast

from collector.writers.lease import HeldLease
from shared.errors import DocumentChanged, ErrorKind, LeaseLost, StoreError, UndertoneError
from shared.models import CycleError, Work, WorkStatus
from shared.store import WORK, Query, Store
from shared.times import Clock, iso

W = TypeVar("W", bound=Work)

Kind = Literal["cycle", "cleanup", "rescore"]
KINDS: tuple[Kind, ...] = ("cycle", "cleanup", "rescore")
# Usually one; more only after several crashes in a row.
MAX_ORPHANED = 100


async def free_id(store: Store, kind: Kind, clock: Clock) -> str:
    """Return an id of the form cycle_YYYYMMDD_HHMMSS that no work of this kind has yet."""
    moment = clock()
    while True:
        free = moment.strftime(f"{kind}_%Y%m%d_%H%M%S")
        if await store.read(WORK, kind, free) is None:
            return free
        moment += timedelta(seconds=1)


async def unreconciled_work(store: Store) -> list[Work]:
    """List the work whose document is open: all but the lease's holder is orphaned."""
    return [
        work
        for kind in KINDS
        for work in await store.query(
            Query(WORK, kind, MAX_ORPHANED, order_by="id", equals={"reconciled": "no"})
        )
    ]


class Journal(Generic[W]):
    """One document of work, kept by its one writer, who holds the lease."""

    def __init__(self, store: Store, held: HeldLease, clock: Clock, document: W, etag: str) -> None:
        self.document = document
        self._store = store
        self._held = held
        self._clock = clock
        self._etag = etag
        self._pending: dict[str, set[str]] = defaultdict(set)
        self._is_saved = True
        self.outcome: WorkStatus = "completed"
        """The status that the work ends with, where no error ends it."""
        self.cycles_closed = 0
        """The number of orphaned cycles closed before it."""

    @property
    def pending(self) -> Mapping[str, set[str]]:
        """Return the hours of each community that may not agree with their items."""
        return self._pending

    def check(self) -> None:
        """Raise LeaseLost when somebody else may be writing."""
        self._held.check()

    async def write_ahead(self, hours: Mapping[str, set[str]]) -> None:
        """Write down which hours of which communities are about to change, before they do."""
        fresh = {name: found - self._pending[name] for name, found in hours.items()}
        for name, found in fresh.items():
            self._pending[name] |= found
        if any(fresh.values()) or not self._is_saved:
            await self.save()
        else:
            self._held.check()

    async def reconciled(self) -> None:
        """Write down that every pending cell agrees with its items again."""
        self._pending.clear()
        await self.save()

    def fail(
        self, community: str | None, kind: ErrorKind, error: UndertoneError | str
    ) -> CycleError:
        """Note an error of a community, or of the whole, and give it."""
        noted = CycleError(community=community, kind=kind, message=str(error))
        self.document["errors"].append(noted)
        return noted

    async def end(self, status: WorkStatus) -> None:
        """Close the document; with cells pending the next writer still finds it."""
        self.document["status"] = status
        self.document["reconciled"] = "no" if any(self._pending.values()) else "yes"
        self.document["end_time"] = iso(self._clock())
        await self.save()

    async def closed(self) -> None:
        """Do what follows once the document is closed."""

    async def save(self) -> None:
        """Write the document as it is now. Raises LeaseLost when another writer closed it."""
        self._held.check()
        self.document["pending_cells"] = {
            name: sorted(hours) for name, hours in self._pending.items() if hours
        }
        work = cast("Work", self.document)
        writing = asyncio.ensure_future(self._store.replace(WORK, work, self._etag))
        try:
            self._etag = await asyncio.shield(writing)
            self._is_saved = True
        except DocumentChanged as error:
            raise LeaseLost(f"{work['id']} was closed by another writer") from error
        except asyncio.CancelledError:
            # The write goes on, and only its ETag lets the document be closed.
            with suppress(StoreError):
                self._etag = await writing
            raise


def begun(kind: Kind, held: HeldLease, clock: Clock) -> Work:
    """Return how the document of work begins that starts now; its id is the lease's holder."""
    return Work(
        id=held.holder,
        kind=kind,
        status="running",
        start_time=iso(clock()),
        end_time=None,
        errors=[],
        pending_cells={},
        reconciled="no",
    )
