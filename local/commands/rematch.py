"""The command `rematch`: match stored items by the watchlist as it is now."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from collector.rematch_jobs import rematch_by_hand
from local.commands.ended import COMPLETED, exit_status
from local.host.config import read_local_settings
from shared.models import Rematch
from shared.settings import Settings, load_settings


def rematch_command(environ: Mapping[str, str], *, begins_again: bool, as_json: bool) -> int:
    """Match stored items with this environment's settings, and return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    errors = Console(stderr=True)

    def work() -> int:
        done = _rematched(settings, errors, begins_again=begins_again, shown=not as_json)
        _report(done, as_json=as_json)
        return COMPLETED

    resume = "the same command, or a later collection, goes on from here."
    return exit_status(work, errors, resume=resume)


def _rematched(
    settings: Settings, console: Console, *, begins_again: bool, shown: bool
) -> Rematch | None:
    with _bar(console, shown=shown) as bar:
        return asyncio.run(rematch_by_hand(settings, begins_again=begins_again, progress=bar))


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("matching", total=None)

    def __call__(self, rematch: Rematch) -> None:
        self._progress.update(self._task, completed=rematch["matched"], total=rematch["items"])


@contextmanager
def _bar(console: Console, *, shown: bool) -> Iterator[_Bar]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not shown, transient=True) as progress:
        yield _Bar(progress)


def _report(done: Rematch | None, *, as_json: bool) -> None:
    if as_json:
        names = ("revision", "subjects", "items", "matched", "changed")
        report = {name: done[name] for name in names} if done else {}  # type: ignore[literal-required]
        print(json.dumps({"status": "completed" if done else "nothing to do", **report}))
    elif done is None:
        Console().print("All stored items are matched by the watchlist as it is.")
    else:
        Console().print(
            f"{done['matched']} items were matched, and {done['changed']} were changed, by revision"
            f" {done['revision']} of the watchlist."
        )
