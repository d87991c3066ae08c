"""The journal: the stored document of a piece of work, with a write-ahead of what will change."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Generic, Literal, TypeVar, cast, get_args

from collector.writers.lease import HeldLease
from shared.errors import DocumentChanged, ErrorKind, LeaseLost, StoreError, UndertoneError
from shared.models import CycleError, Work, WorkStatus
from shared.store import WORK, Query, Store
from shared.times import Clock, iso

W = TypeVar("W", bound=Work)

Kind = Literal["cycle", "cleanup", "rescore", "backfill", "import", "rematch", "correct"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# Work of these kinds has an id of its time, and expires. A community has one backfill at most,
# and there is one rematch.
DATED: tuple[Kind, ...] = ("cycle", "cleanup", "rescore", "import", "correct")
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
    """List the work whose document is open. All but the lease holder's is orphaned."""
    return [
        work
        for kind in KINDS
        for work in await store.query(
            Query(WORK, kind, MAX_ORPHANED, order_by="id", equals={"reconciled": "no"})
        )
    ]


class Journal(Generic[W]):
    """The document of a piece of work. Only the writer that holds the lease changes it."""

    def __init__(self, store: Store, held: HeldLease, clock: Clock, document: W, etag: str) -> None:
        self.document = document
        self._store = store
        self._held = held
        self._clock = clock
        self._etag = etag
        self._pending: dict[str, set[str]] = defaultdict(set)
        self._is_saved = True
        self.outcome: WorkStatus = "completed"
        """The status that the work ends with unless an error ends it."""
        self.cycles_closed = 0
        """The number of orphaned cycles closed before it."""

    @property
    def pending(self) -> Mapping[str, set[str]]:
        """Return by community the hours whose statistics may differ from their items."""
        return self._pending

    def check(self) -> None:
        """Raise LeaseLost if another writer may be writing."""
        self._held.check()

    async def write_ahead(self, hours: Mapping[str, set[str]]) -> None:
        """Store which hours of which communities will change, before they do."""
        fresh = {name: found - self._pending[name] for name, found in hours.items()}
        for name, found in fresh.items():
            self._pending[name] |= found
        if any(fresh.values()) or not self._is_saved:
            await self.save()
        else:
            self._held.check()

    async def reconciled(self) -> None:
        """Store that all pending cells agree with their items again."""
        self._pending.clear()
        await self.save()

    def fail(
        self, community: str | None, kind: ErrorKind, error: UndertoneError | str
    ) -> CycleError:
        """Add an error of a community, or of the whole work, and return it."""
        noted = CycleError(community=community, kind=kind, message=str(error))
        self.document["errors"].append(noted)
        return noted

    async def end(self, status: WorkStatus) -> None:
        """Close the document. If cells are pending, the next writer recovers them."""
        self.document["status"] = status
        self.document["reconciled"] = "no" if any(self._pending.values()) else "yes"
        self.document["end_time"] = iso(self._clock())
        await self.save()

    async def closed(self) -> None:
        """Run after the document is closed; subclasses override it."""

    async def save(self) -> None:
        """Store the document. Raises LeaseLost if another writer closed it."""
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
            # The write continues, and closing the document needs its ETag.
            with suppress(StoreError):
                self._etag = await writing
            raise


def begun(kind: Kind, held: HeldLease, clock: Clock) -> Work:
    """Return the first version of a document of work; its id is the holder of the lease."""
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
