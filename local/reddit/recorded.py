"""Recorded objects: read from newline-delimited JSON, with their times moved up to now."""

import gzip
import json
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from local.reddit.objects import KINDS, RedditObject, fullname
from shared.errors import UndertoneError

FILES = ("posts.ndjson", "posts.ndjson.gz", "comments.ndjson", "comments.ndjson.gz")


class BadRecording(UndertoneError):
    """A folder of recorded objects can't be read; the message names the file and the line."""


def read_recording(folder: Path) -> list[RedditObject]:
    """Return the folder's objects in their order of creation.

    The folder holds posts.ndjson and comments.ndjson, each of them plain or gzipped (.gz), with one
    t3 or t1 object per line. Objects of the same second keep the order of the files, posts first.
    Raises BadRecording.
    """
    files = [folder / name for name in FILES if (folder / name).is_file()]
    if not files:
        raise BadRecording(
            f"{folder} holds no recorded objects: posts.ndjson or comments.ndjson, .gz or not"
        )
    things = [thing for file in files for thing in _read(file)]
    names = [fullname(thing) for thing in things]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadRecording(f"{folder} holds {twice} twice")
    return sorted(things, key=lambda thing: float(thing["data"]["created_utc"]))


def subreddits_in(things: Sequence[RedditObject]) -> tuple[str, ...]:
    """Return the subreddits, those with most objects first."""
    counts: dict[str, int] = {}
    for thing in things:
        name = str(thing["data"]["subreddit"])
        counts[name] = counts.get(name, 0) + 1
    return tuple(sorted(counts, key=lambda name: (-counts[name], name.lower())))


def move_times(
    things: Sequence[RedditObject], newest: datetime, span: timedelta
) -> list[RedditObject]:
    """Return the objects with their times spread evenly over a span that ends at `newest`.

    The first object gets the start of the span, the last one its end, in whole seconds. Years of a
    recording become hours, and its order stays. An edited object keeps the time between its
    creation and its edit, except that the edit is never in the future.
    """
    last = len(things) - 1
    end = int(newest.timestamp())
    seconds = int(span.total_seconds())
    return [
        moved(thing, end - seconds * (last - rank) // max(1, last), latest=end)
        for rank, thing in enumerate(things)
    ]


def moved(thing: RedditObject, created: int, *, latest: int) -> RedditObject:
    """Return the object as if created at a second, and edited no later than `latest`."""
    data = dict(thing["data"])
    edited = data.get("edited")
    # Reddit's field is a bool, or the time of the edit.
    if isinstance(edited, int | float) and not isinstance(edited, bool):
        after = max(0, int(edited - data["created_utc"]))
        data["edited"] = float(max(created, min(created + after, latest)))
    data["created_utc"] = data["created"] = float(created)
    return {"kind": thing["kind"], "data": data}


def _read(file: Path) -> Iterator[RedditObject]:
    text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    for number, line in enumerate(text.split(b"\n"), start=1):
        if line.strip():
            try:
                yield _checked(json.loads(line))
            except (ValueError, KeyError, TypeError) as error:
                raise BadRecording(f"{file}, line {number}: {error!r}") from error


def _checked(thing: Any) -> RedditObject:
    kind, data = thing["kind"], thing["data"]
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} is neither t3 nor t1")
    data.setdefault("name", f"{kind}_{data['id']}")
    float(data["created_utc"])
    str(data["subreddit"])
    if kind == "t1":
        data.setdefault("replies", "")
    return {"kind": kind, "data": data}
