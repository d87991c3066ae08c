"""Recounts the cells that a cycle, or other work, changes, and updates `all` with them."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from collector.collection.journal import ItemsJournal
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from shared.store import Store
from shared.times import Clock

# Maximum pending cells before `all` is updated early: a cycle's document must stay small (Cosmos
# DB's limit is 2 MB).
MAX_PENDING = 5000
# Maximum lag of `all` behind the communities. A cycle of 957 communities takes 20 minutes, and this
# costs it a tenth more request units.
MAX_LAG = timedelta(seconds=60)
# In a first cycle somebody looks at an empty page: `all` also follows after 1, 4, 16 … groups. Each
# time rewrites the hours of `all` and of subjects, a tenth of what the cycle costs.
FIRST_GROWTH = 4
# And where its sources make it wait, but only some times: a wait may be that for a rate limit.
FIRST_IDLE = 5


AddUp = Callable[[Shares], Awaitable[None]]
"""Brings `all` and the subjects up to date with the shares of communities, or has that done."""


class Recount:
    """The recounted cells of a piece of work that aren't in `all` yet."""

    def __init__(
        self,
        store: Store,
        journal: ItemsJournal[Any],
        clock: Clock,
        *,
        is_first: bool = False,
        add_up: AddUp | None = None,
    ) -> None:
        """Begin; in a first cycle somebody looks at an empty page, and `all` follows sooner.

        add_up is by default `rebuild_all` of the store.
        """
        self._add_up = add_up
        self._is_first = is_first
        self._groups, self._next, self._idle_left = 0, 1, FIRST_IDLE
        self._store = store
        self._journal = journal
        self._clock = clock
        self._shares: Shares = defaultdict(dict)
        self._done_at = clock()

    def forget(self, hours: Mapping[str, Iterable[str]]) -> None:
        """Drop the recounted cells of hours that will change again."""
        for name, changing in hours.items():
            for hour in changing:
                self._shares[name].pop(hour, None)

    async def recount(self, name: str, hours: Iterable[str]) -> None:
        """Recount these hours of a community from its items."""
        self._shares[name].update(await rebuild_cells(self._store, name, hours))

    async def finish(self, *, is_sure: bool = True) -> None:
        """Recount the remaining pending cells, and update `all`.

        is_sure is False for what killed work left, whose items may have changed since.
        """
        for name, hours in self._journal.pending.items():
            if missing := hours - self._shares[name].keys():
                await self.recount(name, missing)
        if any(self._shares.values()):
            if self._add_up is not None:
                await self._add_up(self._shares)
            else:
                await rebuild_all(self._store, self._shares, is_sure=is_sure)
            self._shares.clear()
            await self._journal.reconciled()
        self._done_at = self._clock()

    async def finish_when_due(self, *, is_idle: bool = False) -> None:
        """Finish if many cells are pending, or if `all` lags too far behind.

        is_idle says that nothing more may come for a while.
        """
        pending = sum(map(len, self._journal.pending.values()))
        if not pending:
            return
        is_late = self._clock() - self._done_at >= MAX_LAG or self._is_shown_now(is_idle=is_idle)
        if pending > MAX_PENDING or is_late:
            await self.finish()

    def _is_shown_now(self, *, is_idle: bool) -> bool:
        """Return whether a first cycle shows what it has read so far."""
        self._groups += 1
        if self._is_first and self._groups == self._next:
            self._next *= FIRST_GROWTH
            return True
        if self._is_first and is_idle and self._idle_left:
            self._idle_left -= 1
            return True
        return False
