"""Runs the steps from the version of a database to another one, under the lease.

Before a step begins, the version of the database says between which two it is, and no version opens
it any more. So nothing is written between a kill and the run that goes on, and that run finds what
the killed one left.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass

from collector.maintenance.upgrades.steps import STEPS, Parts, Step
from collector.writers.deadline import Check
from collector.writers.lease import LeaseWait, lease
from shared.errors import StoreOutdated
from shared.logs import event
from shared.models import UpgradeState
from shared.store import COLLECTION, UPGRADES, Store
from shared.store.schema import between, schema_of
from shared.times import Clock, iso

log = logging.getLogger(__name__)

KEY = ("upgrade", "upgrade")

ShowPart = Callable[[str, str], None]
"""Takes the title of a step, and the cursor of the part that is done."""


def show_nothing(_title: str, _cursor: str) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Move:
    """A step in one direction."""

    step: Step
    is_back: bool

    @property
    def origin(self) -> int:
        """Return the version that it begins at."""
        return self.step.before + 1 if self.is_back else self.step.before

    @property
    def target(self) -> int:
        """Return the version that it ends at."""
        return self.step.before if self.is_back else self.step.before + 1

    @property
    def parts(self) -> Parts:
        """Return what changes the documents."""
        return self.step.back if self.is_back else self.step.forth


@dataclass(frozen=True)
class Upgrader:
    """Brings a database, of whatever version, to another version."""

    store: Store
    clock: Clock
    lease_seconds: int
    lease_wait: LeaseWait
    show: ShowPart = show_nothing
    steps: tuple[Step, ...] = STEPS

    async def run(self, version: int) -> list[Move]:
        """Move to a version, and return the steps; none if it is there, or empty.

        Raises StoreOutdated if no steps lead there, before anything is written. Raises CycleRunning
        if another writer holds the lease, LeaseLost, and StoreUnavailable. What is done stays done.
        """
        moves = await self.plan(version)
        if not moves:
            return []
        holder = self.clock().strftime("upgrade_%Y%m%d_%H%M%S")
        held = lease(
            self.store,
            holder,
            seconds=self.lease_seconds,
            clock=self.clock,
            lease_wait=self.lease_wait,
        )
        async with held as mine:
            # Another upgrade may have run while this one waited.
            moves = await self.plan(version)
            for move in moves:
                await self._take(move, mine.check)
        return moves

    async def plan(self, version: int) -> list[Move]:
        """Return the steps to a version. Raises StoreOutdated if there are none that lead there."""
        found = await schema_of(self.store)
        return [] if found is None else moves_between(found, version, self.steps)

    async def undone(self) -> int:
        """Return the version before the one of the database. Raises StoreOutdated."""
        found = await schema_of(self.store)
        for step in self.steps:
            if found in {step.before + 1, between(step.before, step.before + 1)}:
                return step.before
        raise StoreOutdated(f"no step leads back from shape {found}")

    async def _take(self, move: Move, check: Check) -> None:
        await self._set_version(between(move.origin, move.target), check)
        cursor = await self._cursor(move)
        event(log, "upgrade.step", origin=move.origin, target=move.target, cursor=cursor or None)
        async for done in move.parts(self.store, cursor):
            check()
            await self.store.upsert(UPGRADES, [_state(move, done)])
            self.show(move.step.title, done)
        await self._set_version(move.target, check)
        await self.store.delete(UPGRADES, [KEY])
        event(log, "upgrade.stepped", target=move.target, at=iso(self.clock()))

    async def _cursor(self, move: Move) -> str:
        """Return where a killed run of this move was; other moves begin at their start."""
        found = await self.store.read(UPGRADES, *KEY)
        own = (move.origin, move.target)
        if found is not None and (found["origin"], found["target"]) == own:
            return found["cursor"]
        await self.store.upsert(UPGRADES, [_state(move, "")])
        return ""

    async def _set_version(self, version: int | str, check: Check) -> None:
        state = await self.store.read(COLLECTION, "collection", "collection")
        if state is None:
            raise StoreOutdated("the database was emptied while it was upgraded")
        check()
        etag = state["_etag"]
        state["schema"] = version
        await self.store.replace(COLLECTION, state, etag)


def moves_between(found: int | str, version: int, steps: tuple[Step, ...]) -> list[Move]:
    """Return the steps from what a database says to a version. Raises StoreOutdated."""
    by_version = {step.before: step for step in steps}
    moves: list[Move] = []
    for step in steps:
        if found == between(step.before, step.before + 1):
            moves = [Move(step, is_back=version <= step.before)]
            found = moves[0].target
    while found != version:
        if not isinstance(found, int):
            raise StoreOutdated(f"no step leads from shape {found} to {version}")
        is_back = found > version
        before = found - 1 if is_back else found
        if before not in by_version:
            raise StoreOutdated(f"no step leads from shape {found} to {version}")
        moves.append(Move(by_version[before], is_back))
        found = moves[-1].target
    return moves


def _state(move: Move, cursor: str) -> UpgradeState:
    return UpgradeState(
        id="upgrade",
        kind="upgrade",
        ttl=-1,
        origin=move.origin,
        target=move.target,
        cursor=cursor,
    )
