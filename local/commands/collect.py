"""The commands `collect` and `stats`: run a cycle by hand, and show the stored statistics."""

import asyncio
import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TypedDict

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from collector.jobs import collect
from collector.runs import LEASE_WAIT_SECONDS, opened, watched_settings
from collector.writers.lease import LeaseWait
from local.commands.ended import ANOTHER_RUNS, COMPLETED, FAILED
from local.commands.rescore import score_after
from local.host.config import read_local_settings
from local.reddit.feed import feed_of
from local.reddit.server import StandIn, create_app
from local.standin import chosen_source
from shared.errors import CycleRunning, UndertoneError
from shared.models import ALL, CommunityCounts, Cycle
from shared.settings import Settings, load_settings
from shared.stats.cells import Totals, cells_of, totals
from shared.stats.months import read_days
from shared.stats.watched import only_watched
from shared.times import Window, utc_now

COUNTS = ("posts_seen", "comments_seen", "new", "edited", "moved", "removed")


def collect_command(environ: Mapping[str, str], *, as_json: bool) -> int:
    """Run one cycle with this environment's settings, and return the exit status.

    Without credentials the stand-in serves the sample. Raises SettingsError and HostError.
    """
    with chosen_source(read_local_settings(Path(), environ), None) as choice:
        settings = load_settings(choice.environ)
        with _stand_in(choice.listener) if choice.listener else nullcontext():
            return asyncio.run(collect_once(settings, as_json=as_json))


def stats_command(environ: Mapping[str, str], *, hours: int, as_json: bool) -> int:
    """Show statistics with this environment's settings, and return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    return asyncio.run(show_stats(settings, hours=hours, as_json=as_json))


def _stand_in(listener: socket.socket) -> StandIn:
    return StandIn(create_app(feed_of(None)), listener=listener)


class Report(TypedDict):
    """The output of `collect --json`; programs rely on it."""

    cycle: str
    status: str
    subreddits: dict[str, CommunityCounts]
    reddit_requests: int
    seconds: float


async def collect_once(settings: Settings, *, as_json: bool) -> int:
    """Run one cycle, show it, and return the exit status."""
    console = Console(stderr=True)
    started = time.monotonic()
    try:
        watched = len((await watched_settings(settings)).watched)
        with _progress(console, watched, shown=not as_json) as progress:
            lease_wait = LeaseWait(LEASE_WAIT_SECONDS, yields_to="cycle")
            cycle = await collect(settings, "cli", lease_wait=lease_wait, progress=progress)
    except CycleRunning as error:
        console.print(f"Another writer runs: {error.holder}. Try again when it has ended.")
        return ANOTHER_RUNS
    except UndertoneError as error:
        console.print(f"The cycle failed: {error}", style="red", markup=False, soft_wrap=True)
        return FAILED
    await score_after(settings, console, shown=not as_json)
    report = Report(
        cycle=cycle["id"],
        status=cycle["status"],
        subreddits=cycle["communities"],
        reddit_requests=cycle["requests"].get("reddit", {"used": 0})["used"],
        seconds=round(time.monotonic() - started, 3),
    )
    if as_json:
        print(json.dumps(report))
    else:
        _print_cycle(Console(), cycle, report)
    return COMPLETED if cycle["status"] == "completed" else FAILED


@contextmanager
def _progress(console: Console, communities: int, *, shown: bool) -> Iterator["_Bar"]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not shown, transient=True) as progress:
        task = progress.add_task("collecting", total=communities)
        yield _Bar(progress, task)


class _Bar:
    def __init__(self, progress: Progress, task: int) -> None:
        self._progress = progress
        self._task = progress.task_ids[task]

    def __call__(self, community: str, counts: CommunityCounts) -> None:
        state = "failed" if counts["error"] else "done"
        self._progress.update(self._task, advance=1, description=f"{community} {state}")


def _print_cycle(console: Console, cycle: Cycle, report: Report) -> None:
    title = f"{cycle['id']}: {cycle['status']}"
    table = Table(title=title, title_justify="left", box=box.SIMPLE)
    table.add_column("community", no_wrap=True)
    for name in COUNTS:
        table.add_column(name.replace("_", "\n"), justify="right")
    table.add_column("failed")
    for name, counts in sorted(cycle["communities"].items(), key=lambda row: row[0].lower()):
        numbers = [str(counts[count]) for count in COUNTS]  # type: ignore[literal-required]
        table.add_row(name, *numbers, counts["error"] or "")
    table.add_section()
    table.add_row("all", *(str(cycle[count]) for count in COUNTS), "")  # type: ignore[literal-required]
    console.print(table)
    for error in cycle["errors"]:
        if error["community"] is None:
            reason = f"{error['kind']}: {error['message']}"
            console.print(reason, style="red", markup=False, soft_wrap=True)
    if cycle["origin"] != "live":
        console.print(f"This is {cycle['origin']} data, not live.", style="yellow")
    sent = ", ".join(f"{each['used']} of {name}" for name, each in cycle["requests"].items())
    console.print(f"requests: {sent}; {report['seconds']:.1f} s")


async def show_stats(settings: Settings, *, hours: int, as_json: bool) -> int:
    """Print the last hours' statistics, for each community and for all; return the exit status."""
    window = Window.of_hours(hours, utc_now())
    try:
        found = await _totals(settings, window)
    except UndertoneError as error:
        Console(stderr=True).print(str(error), style="red", markup=False, soft_wrap=True)
        return FAILED
    if as_json:
        print(json.dumps(found))
        return COMPLETED
    title = f"The last {hours} hours"
    table = Table("community", title=title, title_justify="left", box=box.SIMPLE)
    for name in ("posts", "comments", "positive", "neutral", "negative", "average"):
        table.add_column(name, justify="right")
    for scope, total in found.items():
        if scope == ALL:
            table.add_section()
        average = total["avg_sentiment"]
        table.add_row(
            scope,
            str(total["posts"]),
            str(total["comments"]),
            str(total["positive"]),
            str(total["neutral"]),
            str(total["negative"]),
            "-" if average is None else f"{average:+.3f}",
        )
    Console().print(table)
    if found[ALL]["mixed_methods"]:
        methods = ", ".join(f"{items} by {name}" for name, items in found[ALL]["methods"].items())
        Console().print(
            f"Several methods scored these items ({methods}): `python -m local rescore` ends that.",
            style="yellow",
            soft_wrap=True,
        )
    return COMPLETED


async def _totals(settings: Settings, window: Window) -> dict[str, Totals]:
    async with opened(settings) as (store, watched):
        scopes = [*sorted(watched.watched, key=str.lower), ALL]
        days = await read_days(store, scopes, window.days())
        days[ALL] = await only_watched(store, watched.watched, days[ALL])
    return {
        scope: totals(
            cells_of(found, window.hours()),
            settings.other_languages,
        )
        for scope, found in days.items()
    }
