"""Imports a generated dump: `python -m bench.imports --lines 1000000`.

It prints the items a second of the import's own time (CPU and wall), and the most memory it had.
"""

import argparse
import asyncio
import gzip
import json
import random
import resource
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from local.commands.importing import import_file
from local.importing.lines import selection_of
from local.sample.phrases import SENTENCES
from shared.models import ImportedFile
from shared.settings import load_settings
from shared.store import open_store

SUBREDDITS = ("Cursor", "claude", "OpenAI", "ChatGPTCoding", "aws", "programming")
DAYS = 60
POSTS = 0.2
SEED = 7


def dump_line(number: int, lines: int, start: float, words: Sequence[str]) -> str:
    """Return a line of a dump, in the order of time."""
    chance = random.Random(SEED + number)
    created = int(start + number * DAYS * 86400 / lines)
    text = " ".join(chance.choices(words, k=chance.randint(1, 4)))
    thing = {
        "id": f"z{number}",
        "author": f"user{chance.randrange(5000)}",
        "created_utc": created,
        "subreddit": SUBREDDITS[number % len(SUBREDDITS)],
        "score": chance.randrange(200),
        "permalink": f"/r/x/comments/z{number}/",
        "retrieved_on": created + 90000,
        "gilded": 0,
        "all_awardings": [],
    }
    if chance.random() < POSTS:
        thing |= {"title": f"{text[:80]} {number}", "selftext": text, "num_comments": 3, "url": ""}
    else:
        parent = f"t3_z{max(0, number - chance.randrange(50))}"
        thing |= {"body": text, "link_id": parent, "parent_id": parent}
    return json.dumps(thing)


def write_dump(path: Path, lines: int) -> None:
    """Write a gzipped dump of the last DAYS days."""
    start, words = (
        time.time() - DAYS * 86400,
        [each for some in SENTENCES.values() for each in some],
    )
    with gzip.open(path, "wt", compresslevel=1) as file:
        for number in range(lines):
            file.write(dump_line(number, lines, start, words) + "\n")


async def measure(path: Path, database: Path) -> ImportedFile:
    """Import the dump into a new database."""
    settings = load_settings(
        {"SUBREDDITS": ",".join(SUBREDDITS), "SQLITE_PATH": str(database), "ORIGIN": "recorded"}
    )
    store = await open_store(settings, retry_seconds=5)
    try:
        chosen = selection_of(settings, None, ())
        state, _ = await import_file(store, settings, path, chosen, lambda *_: None)
    finally:
        await store.close()
    return state


def main() -> None:
    """Generate, import, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=1_000_000)
    given = parser.parse_args()
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dump.ndjson.gz"
        write_dump(path, given.lines)
        wall, own = time.monotonic(), time.process_time()
        state = asyncio.run(measure(path, Path(folder) / "bench.db"))
        wall, own = time.monotonic() - wall, time.process_time() - own
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{state['lines']} lines, {state['new']} new: {state['new'] / own:.0f} a second of own"
        f" time, {state['new'] / wall:.0f} of the clock; {most:.0f} MB at most"
    )


if __name__ == "__main__":
    main()
