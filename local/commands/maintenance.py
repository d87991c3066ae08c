"""The commands `cleanup` and `trending`: run by hand what their timers do."""

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from collector.jobs import clean_up, find_trends
from collector.maintenance.cleanup import Cleaner, Plan
from collector.runs import opened
from local.commands.ended import COMPLETED, exit_status
from local.host.config import read_local_settings
from shared.models import Cleanup, Topics
from shared.settings import Settings, load_settings


def cleanup_command(environ: Mapping[str, str], *, dry_run: bool, as_json: bool) -> int:
    """Remove expired data, or with `dry_run` show what would be removed. Return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    if dry_run:
        return _status(lambda: _print_plan(asyncio.run(_plan(settings)), as_json=as_json))
    return _status(lambda: _print_cleanup(asyncio.run(clean_up(settings)), as_json=as_json))


def trending_command(environ: Mapping[str, str], *, as_json: bool) -> int:
    """Recompute the trending topics, show them, and return the exit status.

    Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    return _status(lambda: _print_topics(asyncio.run(find_trends(settings)), as_json=as_json))


def _status(work: Callable[[], None]) -> int:
    """Run the work, print its error if it fails, and return the exit status."""

    def completed() -> int:
        work()
        return COMPLETED

    return exit_status(completed, Console(stderr=True))


async def _plan(settings: Settings) -> Plan:
    async with opened(settings) as (store, watched):
        return await Cleaner(store, watched).plan()


def _print_plan(plan: Plan, *, as_json: bool) -> None:
    if as_json:
        report = {
            "before": plan.before,
            "removed": plan.removed,
            "orphaned_cycles": plan.orphaned_cycles,
        }
        print(json.dumps({"dry_run": True, **report}))
        return
    _print_removed(f"Would go: what is older than {plan.before}", dict(plan.removed))
    for cycle in plan.orphaned_cycles:
        Console().print(f"{cycle} is orphaned, and would be closed as failed")


def _print_cleanup(done: Cleanup, *, as_json: bool) -> None:
    if as_json:
        names = ("id", "status", "before", "removed", "cycles_closed", "complete")
        report = {name: done[name] for name in names}  # type: ignore[literal-required]
        print(json.dumps({"dry_run": False, **report}))
        return
    _print_removed(f"Gone: what was older than {done['before']}", dict(done["removed"]))
    if done["cycles_closed"]:
        Console().print(f"{done['cycles_closed']} orphaned cycles were closed as failed")
    if not done["complete"]:
        reasons = [error["message"] for error in done["errors"]]
        for reason in reasons or ["The time was used up: the next cleanup goes on."]:
            Console().print(reason, style="yellow", soft_wrap=True)


def _print_removed(title: str, removed: Mapping[str, object]) -> None:
    table = Table(*removed, title=title, title_justify="left", box=box.SIMPLE)
    table.add_row(*map(str, removed.values()))
    Console().print(table)


def _print_topics(found: Topics, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(found["topics"]))
        return
    title = f"Trending at {found['created_at']}"
    table = Table("theme", title=title, title_justify="left", box=box.SIMPLE)
    for name in ("posts", "upvotes", "comments", "sentiment"):
        table.add_column(name, justify="right")
    table.add_column("communities")
    for topic in found["topics"]:
        average = topic["sentiment_avg"]
        table.add_row(
            topic["theme"],
            str(topic["mentions"]),
            _known(topic.get("upvotes")),
            _known(topic.get("comments")),
            "-" if average is None else f"{average:+.3f}",
            ", ".join(topic["communities"]),
        )
    Console().print(table)
    if len({method for topic in found["topics"] for method in topic.get("methods", {})}) > 1:
        mixed = "Several methods scored these posts: `python -m local rescore` ends that."
        Console().print(mixed, style="yellow", soft_wrap=True)
    if not found["topics"]:
        Console().print("Nothing stands out against the seven days before.")


def _known(count: int | None) -> str:
    """Write a count; one that no source gave is unknown."""
    return "-" if count is None else f"{count:,}"
