"""The command `import`: bring dumps and lines of items into the database."""

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from collector.ingest.importer import Importer
from collector.runs import (
    RESCORE_WAIT_SECONDS,
    RETRY_SECONDS,
    chosen_method,
    watched_settings,
)
from collector.sentiment.base import light
from collector.writers.lease import LeaseWait
from local.commands.ended import COMPLETED, FAILED, exit_status
from local.commands.rescore import score_after
from local.host.config import read_local_settings
from local.importing.lines import Selection, selection_of
from local.importing.opening import DamagedFile
from local.importing.reading import FileImport, Progress
from shared.logs import printable
from shared.models import ImportedFile
from shared.settings import Settings, load_settings
from shared.store import IMPORTED_FILES, Store, open_store

SECONDS_BETWEEN_LINES = 10.0
CHANGES = ("new", "edited", "moved", "removed", "unchanged")


@dataclass(frozen=True)
class Choice:
    """The community of lines that name none, and the communities whose lines are taken."""

    community: str | None = None
    only: tuple[str, ...] = ()


def import_command(
    environ: Mapping[str, str], files: Sequence[Path], choice: Choice, *, as_json: bool
) -> int:
    """Import files one after another. Return the exit status.

    Raises SettingsError, HostError, StoreError, and OSError if a file can't be opened.
    """
    configured = load_settings(read_local_settings(Path(), environ))
    settings = asyncio.run(watched_settings(configured))
    chosen = selection_of(settings, choice.community, choice.only)
    errors = Console(stderr=True)
    for file in files:
        file.open("rb").close()
    if unwatched := sorted(set(chosen.names) - {*settings.watched, ""}):
        errors.print(
            f"Not watched, so that nothing shows it: {', '.join(unwatched)}. Add it to SUBREDDITS"
            " or COMMUNITIES.",
            style="yellow",
            markup=False,
        )

    def work() -> int:
        for file in files:
            with _shown(errors, file, is_on=not as_json) as progress:
                state, error = asyncio.run(_import(settings, file, chosen, progress))
            _print_done(state, error, as_json=as_json)
            if error is not None:
                return FAILED
        asyncio.run(score_after(configured, errors, shown=not as_json))
        return COMPLETED

    return exit_status(work, errors, resume="the same command goes on from here.")


async def _import(
    settings: Settings, file: Path, chosen: Selection, progress: Progress
) -> tuple[ImportedFile, DamagedFile | None]:
    """Import a file, and return its state, and why it can't be read to its end."""
    store = await open_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        return await import_file(store, settings, file, chosen, progress)
    finally:
        await store.close()


async def import_file(
    store: Store, settings: Settings, file: Path, chosen: Selection, progress: Progress
) -> tuple[ImportedFile, DamagedFile | None]:
    """Import a file into a store; what an earlier import of it has read isn't read again.

    Raises what `Importer.run` raises, and OSError.
    """
    importer = Importer(store, light(chosen_method(settings)), settings)
    reads = FileImport(store, file, chosen, settings.retention_days, progress)
    state = await reads.state()
    if state["is_done"]:
        return state, None
    lease_wait = LeaseWait(RESCORE_WAIT_SECONDS)
    damaged: DamagedFile | None = None
    try:
        await importer.run(file.name, reads.chunks(state), lease_wait=lease_wait)
    except DamagedFile as error:
        damaged = error
    if state["oldest"] and state["newest"]:
        hours = state["oldest"], state["newest"]
        await importer.mark_copies(file.name, *hours, lease_wait=lease_wait)
        state["oldest"] = state["newest"] = None
    state["is_done"] = damaged is None
    await store.upsert(IMPORTED_FILES, [state])
    return state, damaged


@contextmanager
def _shown(console: Console, file: Path, *, is_on: bool) -> Iterator[Progress]:
    """Show the progress: a bar on a terminal, else a line now and then."""
    if console.is_terminal and is_on:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TimeRemainingColumn(),
        )
        with Bar(*columns, console=console, transient=True) as bar:
            task = bar.add_task(printable(file.name), total=None)
            yield lambda _state, read, size: bar.update(task, completed=read, total=size)
        return
    last = time.monotonic()

    def line(state: ImportedFile, read: int, size: int) -> None:
        nonlocal last
        if is_on and time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            share = 100 * read // max(1, size)
            print(f"{state['file']}: {share}%, {state['new']} new items", file=sys.stderr)

    yield line


def _print_done(state: ImportedFile, error: DamagedFile | None, *, as_json: bool) -> None:
    counts = {name: state[name] for name in CHANGES}  # type: ignore[literal-required]
    left_out = {
        reason: {"lines": count, "first": named}
        for reason, (count, named) in state["left_out"].items()
    }
    if as_json:
        report = {
            "file": state["file"],
            "complete": state["is_done"],
            "lines": state["lines"],
            **counts,
            "not_chosen": state["others"],
            "left_out": left_out,
            "error": str(error) if error else None,
        }
        print(json.dumps(report))
        return
    said = ", ".join(f"{count} {name}" for name, count in counts.items())
    print(printable(f"{state['file']}: {state['lines']} lines: {said}."))
    if state["others"]:
        print(f"  {state['others']} of other communities")
    for reason, found in left_out.items():
        lines = ", ".join(map(str, found["first"]))  # type: ignore[call-overload]
        print(printable(f"  {found['lines']} left out: {reason} (line {lines})"))
    if error is not None:
        reason = f"  After line {state['lines']}: {error}. What was whole before is imported."
        print(printable(reason), file=sys.stderr)
