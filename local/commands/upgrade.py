"""The command `upgrade`: bring a database to the stored shapes of this version, or back."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from collector.maintenance.upgrades.run import Move, ShowPart, Upgrader, show_nothing
from collector.runs import LEASE_WAIT_SECONDS, RETRY_SECONDS
from collector.writers.lease import LeaseWait
from local.commands.ended import COMPLETED, exit_status
from local.host.config import read_local_settings
from shared.settings import Settings, load_settings
from shared.store import open_store
from shared.store.schema import SCHEMA
from shared.times import utc_now


def upgrade_command(
    environ: Mapping[str, str], *, to: int | None, undo: bool, as_json: bool
) -> int:
    """Upgrade the database of this environment's settings, and return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    errors = Console(stderr=True)
    show = show_nothing if as_json else _shown(errors)

    def work() -> int:
        version, moves = asyncio.run(_upgraded(settings, to, show, undo=undo))
        _report(version, moves, as_json=as_json)
        return COMPLETED

    return exit_status(work, errors, resume="run the same command again to go on from here.")


async def _upgraded(
    settings: Settings, to: int | None, show: ShowPart, *, undo: bool
) -> tuple[int, list[Move]]:
    store = await open_store(settings, retry_seconds=RETRY_SECONDS, any_shape=True)
    try:
        wait = LeaseWait(LEASE_WAIT_SECONDS)
        upgrader = Upgrader(store, utc_now, settings.lease_seconds, wait, show)
        version = await upgrader.undone() if undo else to or SCHEMA
        return version, await upgrader.run(version)
    finally:
        await store.close()


def _shown(console: Console) -> ShowPart:
    def show(title: str, cursor: str) -> None:
        console.print(f"{title}: {cursor}", markup=False, highlight=False)

    return show


def _report(version: int, moves: list[Move], *, as_json: bool) -> None:
    steps = [{"from": move.origin, "to": move.target} for move in moves]
    if as_json:
        print(json.dumps({"shape": version, "steps": steps}))
    elif moves:
        way = " to ".join(str(each) for each in [moves[0].origin, *(m.target for m in moves)])
        Console().print(f"The database was brought from shape {way}.", highlight=False)
    else:
        Console().print(f"The database has shape {version} already, or is empty.", highlight=False)
