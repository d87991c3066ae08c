"""The commands `export DIR` and `import DIR`: everything that a database holds, as files."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from collector.runs import RESCORE_WAIT_SECONDS, RETRY_SECONDS
from collector.writers.lease import LeaseWait
from local.commands.ended import COMPLETED, FAILED, exit_status
from local.exporting.export import export_store
from local.exporting.manifest import End, Header
from local.exporting.restore import Restore, Restored
from local.host.config import read_local_settings
from shared.logs import printable
from shared.settings import Settings, load_settings
from shared.store import open_whole_store
from shared.times import utc_now

RESUME = "the same command goes on from here."
# Hours that differ from a recount, of which the command names the first ones.
MAX_NAMED = 5


def export_command(environ: Mapping[str, str], folder: Path, *, as_json: bool) -> int:
    """Export the database of the settings into a folder, and return the exit status.

    Raises SettingsError, HostError and OSError.
    """
    settings = load_settings(read_local_settings(Path(), environ))

    def work() -> int:
        _print_export(folder, *asyncio.run(_export(settings, folder)), as_json=as_json)
        return COMPLETED

    return exit_status(work, Console(stderr=True), resume=RESUME)


def restore_command(
    environ: Mapping[str, str], folder: Path, *, recounts: bool, as_json: bool
) -> int:
    """Import an export into the empty database of the settings, and return the exit status.

    Raises SettingsError, HostError and OSError.
    """
    settings = load_settings(read_local_settings(Path(), environ))

    def work() -> int:
        done = asyncio.run(_restore(settings, folder, recounts=recounts))
        _print_restored(folder, done, as_json=as_json)
        return FAILED if done.recount.differing else COMPLETED

    return exit_status(work, Console(stderr=True), resume=RESUME)


async def _export(settings: Settings, folder: Path) -> tuple[Header, End]:
    store = await open_whole_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        return await export_store(store, settings, folder, clock=utc_now, progress=_to_stderr)
    finally:
        await store.close()


async def _restore(settings: Settings, folder: Path, *, recounts: bool) -> Restored:
    store = await open_whole_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        restore = Restore(store, settings, folder, utc_now, _to_stderr, recounts)
        return await restore.run(lease_wait=LeaseWait(RESCORE_WAIT_SECONDS))
    finally:
        await store.close()


def _to_stderr(line: str) -> None:
    print(printable(line), file=sys.stderr)


def _print_export(folder: Path, header: Header, end: End, *, as_json: bool) -> None:
    if as_json:
        report = {"folder": str(folder), "started_at": header.started_at}
        print(json.dumps({**report, **end.model_dump()}))
        return
    print(printable(f"{folder}: {end.documents} documents in {end.files} files, all verified."))
    if end.is_consistent:
        print("Nothing was written meanwhile: it is the database as of one moment.")
    else:
        print(
            "The app wrote meanwhile: each document is as of its own moment, and an import recounts"
            " the statistics."
        )


def _print_restored(folder: Path, done: Restored, *, as_json: bool) -> None:
    recount = done.recount
    if as_json:
        report = {
            "folder": str(folder),
            "exported_at": done.manifest.header.started_at,
            "documents": done.documents,
            "posts": recount.posts,
            "comments": recount.comments,
            "hours": recount.hours,
            "statistics_recounted": done.is_recounted,
            "differing_hours": recount.differing,
        }
        print(json.dumps(report))
        return
    print(
        printable(
            f"{folder}: {done.documents} documents are stored as they were exported, with"
            f" {recount.posts} posts and {recount.comments} comments."
        )
    )
    if done.is_recounted:
        print("The statistics were recounted from these.")
    if not recount.differing:
        print(f"The statistics of {recount.hours} hours equal a recount.")
        return
    named = ", ".join(recount.differing[:MAX_NAMED])
    print(
        printable(
            f"The statistics of {len(recount.differing)} hours differ from a recount ({named}), as"
            f" they did in the exported database. To correct them, delete this database and run"
            f" `python -m local import {folder} --recount`."
        ),
        file=sys.stderr,
    )
