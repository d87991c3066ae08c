"""The command `backfill`: read a community's past."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from collector.backfill_jobs import backfill_by_hand
from local.commands.ended import COMPLETED, FAILED, exit_status, print_failure
from local.commands.rescore import score_after
from local.host.config import read_local_settings
from shared.backfills import status_of
from shared.errors import SettingsError
from shared.models import Backfill
from shared.settings import Settings, load_settings
from shared.times import day_of, parse_iso, utc_now


def backfill_command(
    environ: Mapping[str, str], community: str, *, days: int | None, as_json: bool
) -> int:
    """Read a community's past with this environment's settings, and return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    errors = Console(stderr=True)
    wanted = days or settings.backfill_days
    if wanted > settings.retention_days:
        errors.print(f"RETENTION_DAYS keeps {settings.retention_days} days: no more is read.")

    def work() -> int:
        done = _read(settings, community, wanted, errors, shown=not as_json)
        asyncio.run(score_after(settings, errors, shown=not as_json))
        return _report(done, errors, as_json=as_json)

    resume = "the same command, or a later collection, goes on from here."
    return exit_status(work, errors, resume=resume, raises=(SettingsError,))


def _report(done: Backfill, errors: Console, *, as_json: bool) -> int:
    error = done["last_error"]
    if as_json:
        names = ("community", "source", "start", "end", "reached", "items", "expected")
        report = {name: done[name] for name in names}  # type: ignore[literal-required]
        status = status_of(done, utc_now())
        print(json.dumps({**report, "status": status, "error": error and error["message"]}))
    elif done["complete"]:
        since = day_of(done["start"])
        Console().print(f"{done['items']} items of {done['community']} since {since} were read.")
    if done["complete"]:
        return COMPLETED
    reason = error["message"] if error else "the source's last requests are left to polling"
    print_failure(errors, f"{done['items']} items were read. It goes on later: {reason}")
    return FAILED


def _read(settings: Settings, name: str, days: int, console: Console, *, shown: bool) -> Backfill:
    with _bar(console, name, shown=shown) as bar:
        return asyncio.run(backfill_by_hand(settings, name, days=days, progress=bar))


class _Bar:
    """Shows how much of the time is read, and how many items that were."""

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress = progress
        self._name = name
        self._task = progress.add_task(name, total=1.0)

    def __call__(self, backfill: Backfill) -> None:
        start, end = parse_iso(backfill["start"]), parse_iso(backfill["end"])
        reached = parse_iso(backfill["reached"] or backfill["end"])
        self._progress.update(
            self._task,
            completed=(end - reached) / max(end - start, end.resolution),
            description=f"{self._name}: {backfill['items']} items, to {reached:%Y-%m-%d}",
        )


@contextmanager
def _bar(console: Console, name: str, *, shown: bool) -> Iterator[_Bar]:
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not shown, transient=True) as progress:
        yield _Bar(progress, name)
