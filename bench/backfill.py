"""Throughput of a backfill: a year of a busy forum, through the real pipeline, into SQLite.

    python -m bench.backfill [--items 200000]

The forum is generated in this process, so that all time is the code's own: comparing, scoring,
writing and the statistics. It is the processor's time, which other programs don't change.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from collector.backfill.journal import new_backfill
from collector.backfill.turn import BackfillTurn
from collector.sentiment.registry import method_named
from shared.settings import load_settings
from shared.store import BACKFILLS, open_store
from shared.times import utc_now
from tests.collector.backfill.forum import Forum

YEAR = timedelta(days=365)
TARGET = 2000
KB, MB = 1024, 1024 * 1024


async def read(items: int, folder: Path) -> tuple[float, float]:
    """Read the forum's year; return the seconds that it took, and those of generating it."""
    settings = load_settings(
        {
            "SUBREDDITS": "none",
            "COMMUNITIES": "forum.test",
            "FORUMS": "test=https://forum.example",
            "RETENTION_DAYS": "400",
            "SQLITE_PATH": str(folder / "bench.db"),
        }
    )
    now = utc_now()
    source = Forum(items, start=now - YEAR, end=now, slice_items=50)
    began = time.process_time()
    for number in range(items):
        source.item(number)
    generating = time.process_time() - began
    store = await open_store(settings, retry_seconds=60)
    made = new_backfill("forum.test", "discourse", start=now - YEAR, now=now, ticket="t")
    # Counting is the generated source's own time.
    made["expected"] = items
    await store.create(BACKFILLS, made)
    method = method_named(settings.default_method)
    began = time.process_time()
    turn = BackfillTurn(store, source, method, settings, lambda: False)
    done = await turn.run("forum.test", ticket="t")
    seconds = time.process_time() - began
    assert done["complete"], done["last_error"]  # noqa: S101 - a bench's own check
    await store.close()
    return seconds, generating


def main() -> None:
    """Print the throughput and the peak of memory."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=200_000)
    items = parser.parse_args().items
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KB
    with tempfile.TemporaryDirectory() as folder:
        seconds, generating = asyncio.run(read(items, Path(folder)))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KB
    rate = items / (seconds - generating)
    print(f"{items} items in {seconds - generating:.1f} s: {rate:.0f} items a second")
    print(f"generating them took {generating:.1f} s more, which don't count")
    print(f"peak {peak / MB:.0f} MB, {before / MB:.0f} MB before; the target is {TARGET} a second")


if __name__ == "__main__":
    main()
