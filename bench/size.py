"""Cost of every read and job as the store grows: `python -m bench.size`.

For each size (items over 90 days, subreddits, and subjects) it fills a SQLite file in a temporary
folder. It measures each read, a cycle with nothing new, one with 6,000 new items, trending and
cleanup. Each runs in a process of its own, so that its peak memory is its own. Prints one JSON
object, with the ratios of processor time to the smallest size of the run. `--table` prints a table
beside it, with the ratios by subjects and by items. `--plot FILE` draws them; `--quick` only checks
that everything works.
"""

import argparse
import asyncio
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from api.http.responses import prepare
from bench.fill import NOW, Size, fill_file
from bench.size_plot import draw
from bench.size_reads import READS, Bench, CountingStore
from bench.size_table import table
from bench.stored_source import StoredSource
from collector.collection.cycle import Collector
from collector.maintenance.cleanup import Cleaner
from collector.sentiment.registry import method_named
from collector.trending.finder import Trends
from shared.costs import track
from shared.store import COLLECTION
from shared.store.sqlite import SqliteStore
from shared.subjects.watchlist import read_watchlist

ITEMS = "10000,100000,1000000"
COMMUNITIES = "14,100,1000"
SUBJECTS = "10,100"
QUICK_ITEMS, QUICK_SUBREDDITS, QUICK_SUBJECTS = "400,1600", "3,20", "10,20"
REPEATS, QUICK_REPEATS = 25, 2
NEW_ITEMS, QUICK_NEW_ITEMS = 6000, 60
HALF_HOUR, DAY = timedelta(minutes=30), timedelta(days=1)
KIB, MS = 1024, 1000


async def nothing(bench: Bench) -> dict[str, Any]:
    """Read one document, to measure the imports and the open file."""
    await bench.store.read(COLLECTION, "collection", "collection")
    return {}


async def trending(bench: Bench) -> dict[str, Any]:
    """Find what is trending."""
    found = await Trends(bench.store, bench.settings, lambda: NOW + HALF_HOUR).find()
    return {"topics": len(found["topics"])}


async def steady_cycle(bench: Bench) -> dict[str, Any]:
    """Run a cycle that finds nothing new."""
    return await _cycle(bench, new=0, at=NOW + HALF_HOUR)


async def busy_cycle(bench: Bench) -> dict[str, Any]:
    """Run a cycle that finds 6,000 new items."""
    new = QUICK_NEW_ITEMS if bench.quick else NEW_ITEMS
    return await _cycle(bench, new=new, at=NOW + 2 * HALF_HOUR)


async def _cycle(bench: Bench, *, new: int, at: datetime) -> dict[str, Any]:
    source = StoredSource(bench.settings, at, new, bench.watchlist["subjects"])
    method = method_named("vader")
    collector = Collector(bench.store, {"reddit": source}, method, bench.settings, clock=lambda: at)
    cycle = await collector.run("cli")
    source.close()
    if cycle["status"] != "completed" or cycle["errors"] or cycle["new"] != new:
        raise RuntimeError(f"{cycle['status']}: {cycle['new']} new, {cycle['errors']}")
    return {"source_seconds": round(source.seconds, 2), "source_cpu": source.cpu_seconds}


async def cleanup_plan(bench: Bench) -> dict[str, Any]:
    """Return what a cleanup a day later would remove."""
    return dict((await Cleaner(bench.store, bench.settings, lambda: NOW + DAY).plan()).removed)


async def cleanup(bench: Bench) -> dict[str, Any]:
    """Remove one day."""
    done = await Cleaner(bench.store, bench.settings, lambda: NOW + DAY).run()
    return dict(done["removed"])


WORK: dict[str, Callable[[Bench], Awaitable[dict[str, Any]]]] = {
    "nothing": nothing,
    "find trends": trending,
    "cycle, nothing new": steady_cycle,
    "cycle, 6,000 new": busy_cycle,
    "cleanup, dry run": cleanup_plan,
    "cleanup, one day": cleanup,
}


async def measure_read(bench: Bench, name: str) -> dict[str, Any]:
    """Return a read's median milliseconds, including its JSON answer, and its cost."""
    deps, read = bench.deps(), READS[name]

    async def once() -> tuple[float, float]:
        began, used = time.perf_counter(), time.process_time()
        body = prepare(await read(deps), deps.settings.origin).body
        taken = (time.perf_counter() - began) * MS, (time.process_time() - used) * MS
        sizes.append(len(body))
        return taken

    sizes: list[int] = []
    with track() as costs:
        await once()
    documents = bench.store.counts["read"]
    times = [await once() for _ in range(QUICK_REPEATS if bench.quick else REPEATS)]
    return {
        "ms": round(statistics.median(wall for wall, _ in times), 2),
        "cpu_ms": round(statistics.median(cpu for _, cpu in times), 2),
        "operations": costs.operations,
        "documents": documents,
        "answer_kb": round(sizes[0] / KIB, 1),
    }


async def measure_work(bench: Bench, name: str) -> dict[str, Any]:
    """Return the seconds of a piece of work, and its cost."""
    began, used = time.perf_counter(), time.process_time()
    with track() as costs:
        found = await WORK[name](bench)
    cpu = time.process_time() - used - found.pop("source_cpu", 0)
    return {
        "seconds": round(time.perf_counter() - began - found.get("source_seconds", 0), 3),
        "cpu_seconds": round(cpu, 3),
        "operations": costs.operations,
        "documents": bench.store.counts["read"],
        "written": bench.store.counts["written"],
        **found,
    }


async def measure(path: Path, size: Size, name: str, *, quick: bool) -> dict[str, Any]:
    """Return the measurement of one task in this process, with the process's peak memory."""
    settings = size.settings(path)
    opened = await SqliteStore.open(path, retry_seconds=20)
    store = CountingStore(opened)
    bench = Bench(store, settings, await read_watchlist(opened), quick)
    try:
        found = await (measure_read if name in READS else measure_work)(bench, name)
    finally:
        await store.close()
    return {**found, "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIB)}


def in_own_process(path: Path, size: Size, task: str, *, quick: bool) -> Any:
    """Return the result of a task in a process of its own, or in this one with `quick`."""
    if quick:
        return run_task(task, path, size, quick=quick)
    arguments = ["--task", task, "--file", str(path), "--items", str(size.items)]
    arguments += ["--subreddits", str(size.subreddits), "--subjects", str(size.subjects)]
    done = subprocess.run(
        [sys.executable, "-m", "bench.size", *arguments],
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def run_task(task: str, path: Path, size: Size, *, quick: bool) -> Any:
    """Run a task in this process, and return its result."""
    if task == "fill":
        return asyncio.run(fill_file(path, size))
    return asyncio.run(measure(path, size, task, quick=quick))


def measured_size(folder: Path, size: Size, *, quick: bool) -> dict[str, Any]:
    """Fill a file, and return every measurement on it."""
    path = folder / "size.db"
    seconds = in_own_process(path, size, "fill", quick=quick)
    file_mb = round(path.stat().st_size / 1e6)
    measures = {}
    for name in [*READS, *WORK]:
        measures[name] = in_own_process(path, size, name, quick=quick)
        print(*vars(size).values(), name, measures[name], file=sys.stderr)
    shutil.rmtree(folder)
    folder.mkdir()
    return {
        "items": size.items,
        "subreddits": size.subreddits,
        "subjects": size.subjects,
        "fill_seconds": seconds,
        "file_mb": file_mb,
        "measures": measures,
    }


def with_ratios(sizes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Add to each measurement the ratio of its processor time to that of the smallest size.

    Processor time is used because other work on the machine hardly changes it.
    """
    for size in sizes:
        for name, found in size["measures"].items():
            unit = "cpu_ms" if "cpu_ms" in found else "cpu_seconds"
            least = sizes[0]["measures"][name][unit]
            found["ratio"] = round(found[unit] / least, 2) if least else None
    return sizes


def report(sizes: Iterable[Size], *, quick: bool) -> dict[str, Any]:
    """Return the measurements of all sizes, smallest first."""
    with tempfile.TemporaryDirectory(prefix="undertone-size-") as made:
        folder = Path(made) / "data"
        folder.mkdir()
        found = [measured_size(folder, size, quick=quick) for size in sizes]
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "sizes": with_ratios(found),
    }


def _numbers(text: str) -> list[int]:
    return sorted(int(part) for part in text.split(","))


def main() -> None:
    """Measure, and print the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=_numbers, help=f"numbers of items, such as {ITEMS}")
    parser.add_argument("--subreddits", type=_numbers, help=f"and of subreddits, {COMMUNITIES}")
    parser.add_argument("--subjects", type=_numbers, help=f"and of subjects, {SUBJECTS}")
    parser.add_argument(
        "--cross", action="store_true", help="only sizes of the fewest subreddits or the most items"
    )
    parser.add_argument("--quick", action="store_true", help="small sizes, few repeats")
    parser.add_argument("--table", action="store_true", help="print a Markdown table to stderr")
    parser.add_argument("--plot", type=Path, help="an SVG file to draw")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    items = given.items or _numbers(QUICK_ITEMS if given.quick else ITEMS)
    subreddits = given.subreddits or _numbers(QUICK_SUBREDDITS if given.quick else COMMUNITIES)
    subjects = given.subjects or _numbers(QUICK_SUBJECTS if given.quick else SUBJECTS)
    sizes = [Size(*each) for each in product(items, subreddits, subjects)]
    if given.cross:
        sizes = [s for s in sizes if s.subreddits == subreddits[0] or s.items == items[-1]]
        sizes = [s for s in sizes if s.subreddits == subreddits[0] or s.subjects == subjects[0]]
    if given.task:
        print(json.dumps(run_task(given.task, given.file, sizes[0], quick=given.quick)))
        return
    found = report(sizes, quick=given.quick)
    if given.table:
        print(table(found["sizes"]), file=sys.stderr)
    if given.plot:
        given.plot.write_text(draw(found["sizes"]), encoding="utf-8")
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
