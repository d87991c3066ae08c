"""Recounts the cells that a cycle changes, and brings `all` up to date with them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import timedelta

from collector.collection.journal import CycleJournal
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from shared.store import Store
from shared.times import Clock

# A cycle document stays small (2 MB is Cosmos DB's limit): with more pending, `all` is rebuilt
# early.
MAX_PENDING = 5000
# `all` lags behind its parts by this much at most. A cycle of 957 communities takes 20 minutes, and
# costs a tenth more request units by this.
MAX_LAG = timedelta(seconds=60)


class Recount:
    """The recounted cells of a cycle that `all` does not hold yet."""

    def __init__(self, store: Store, journal: CycleJournal, clock: Clock) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._shares: Shares = defaultdict(dict)
        self._done_at = clock()

    def forget(self, hours: Mapping[str, Iterable[str]]) -> None:
        """Forget what was recounted of hours that are about to change again."""
        for name, changing in hours.items():
            for hour in changing:
                self._shares[name].pop(hour, None)

    async def recount(self, name: str, hours: Iterable[str]) -> None:
        """Recount these hours of a community from its items."""
        self._shares[name].update(await rebuild_cells(self._store, name, hours))

    async def finish(self) -> None:
        """Make every pending cell, and `all`, agree with the items again."""
        for name, hours in self._journal.pending.items():
            if missing := hours - self._shares[name].keys():
                await self.recount(name, missing)
        if any(self._shares.values()):
            await rebuild_all(self._store, self._shares)
            self._shares.clear()
            await self._journal.reconciled()
        self._done_at = self._clock()

    async def finish_when_due(self) -> None:
        """Do so where many cells are pending, or `all` lags behind for long."""
        pending = sum(map(len, self._journal.pending.values()))
        is_late = self._clock() - self._done_at >= MAX_LAG
        if pending > MAX_PENDING or (pending and is_late):
            await self.finish()
