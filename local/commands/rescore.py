"""The command `rescore`: score stored items again by the current sentiment method."""

import asyncio
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from collector.maintenance.rescore import Plan, RescoreEnd
from collector.score_jobs import plan_rescore, rescore_by_hand, score_waiting
from local.commands.ended import COMPLETED, exit_status, print_failure
from local.host.config import read_local_settings
from shared.errors import UndertoneError
from shared.settings import Settings, load_settings


def rescore_command(environ: Mapping[str, str], *, dry_run: bool, as_json: bool) -> int:
    """Rescore, or with `dry_run` show the number of items to rescore. Return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    errors = Console(stderr=True)

    def work() -> int:
        if dry_run:
            _print_plan(asyncio.run(plan_rescore(settings)), as_json=as_json)
        else:
            _print_done(_rescored(settings, errors, shown=not as_json), as_json=as_json)
        return COMPLETED

    resume = "the next `python -m local rescore` goes on from here."
    return exit_status(work, errors, resume=resume)


async def score_after(settings: Settings, errors: Console, *, shown: bool) -> None:
    """Score what a command has stored and left to a slow method.

    If that fails, it is said: the items wait, and a later collection or rescore scores them.
    """
    try:
        with _bar(errors, shown=shown) as bar:
            await score_waiting(settings, progress=bar)
    except UndertoneError as error:
        print_failure(errors, f"The items are stored, and wait for their method: {error}")


def _rescored(settings: Settings, console: Console, *, shown: bool) -> RescoreEnd:
    with _bar(console, shown=shown) as bar:
        return asyncio.run(rescore_by_hand(settings, progress=bar))


class _Bar:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("rescoring", total=None)

    def __call__(self, done: int, of: int) -> None:
        self._progress.update(self._task, completed=done, total=of)


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


def _print_plan(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        report = {"method": plan.method, "to_rescore": plan.stale, "methods": plan.methods}
        print(json.dumps({"dry_run": True, **report}))
        return
    console = Console()
    console.print(f"{plan.stale} items would be scored again, by {plan.method}. Scored now:")
    for method, items in plan.methods.items():
        console.print(f"  {items} by {method}", highlight=False)


def _print_done(done: RescoreEnd, *, as_json: bool) -> None:
    is_complete = not (done.waiting or done.is_taken_over)
    if as_json:
        report = {
            "id": done.id,
            "status": "completed",
            "method": done.method,
            "rescored": done.rescored,
            "complete": is_complete,
            "failed": done.failed,
        }
        print(json.dumps({"dry_run": False, **report}))
        return
    console = Console()
    console.print(f"{done.rescored} items were scored again, by {done.method}.")
    if done.is_taken_over:
        console.print("Another rescore has taken over, and goes on.", style="yellow")
    elif done.paused:
        console.print(f"The others wait: {done.paused}.", style="yellow")
    elif done.failed:
        console.print(
            f"{done.failed} items couldn't be scored: {done.error}. They keep their scores, and are"
            " tried again later.",
            style="yellow",
        )
    elif not is_complete:
        console.print(
            "Others came meanwhile that another method scored: run this again. If that doesn't"
            " help, what collects has another SENTIMENT_METHOD: set the same there.",
            style="yellow",
        )
