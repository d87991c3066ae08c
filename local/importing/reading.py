"""Reads a file in chunks of items, from where an earlier import of it stopped."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from collector.collection.diff import FROM_THE_FUTURE, MAX_AHEAD
from collector.ingest.importer import CHANGES, Chunk, Written
from collector.ingest.waiting import add
from collector.sources.base import Seen
from local.importing.lines import LeftOut, Selection, read_import
from local.importing.opening import DamagedFile, opened, reading
from shared.models import ImportedFile
from shared.pushed import MAX_LINE_BYTES
from shared.store import IMPORTED_FILES, Store
from shared.times import Clock, utc_now

CHUNK_ITEMS = 5000
CHUNK_BYTES = 16 * 1024 * 1024
# Progress is stored after this number of bytes of lines that aren't chosen.
SCANNED_BYTES = 256 * 1024 * 1024
KNOWN_BYTES = 64 * 1024
NAMED_LINES = 5
TOO_OLD = "older than RETENTION_DAYS"
TTL = 90 * 24 * 3600

Progress = Callable[[ImportedFile, int, int], None]
"""Takes the state, the bytes read of the file, and its size."""


@dataclass
class Part:
    """The contents of a chunk's lines."""

    offset: int
    lines: int = 0
    others: int = 0
    items: dict[str, dict[str, Seen]] = field(default_factory=dict)
    count: int = 0
    """Lines with items."""
    bytes: int = 0
    """The length of those lines."""
    left_out: dict[str, list[int]] = field(default_factory=dict)

    def is_full(self, items: int) -> bool:
        """Return whether the chunk is large enough to write."""
        return self.count >= items or self.bytes >= CHUNK_BYTES


@dataclass(frozen=True)
class FileImport:
    """Imports one file: its chunks, and the state that is stored after each."""

    store: Store
    path: Path
    chosen: Selection
    retention_days: int
    progress: Progress
    clock: Clock = utc_now
    chunk_items: int = CHUNK_ITEMS

    def identity(self) -> str:
        """Return the id of the file's state: of what it holds, and of what is taken from it."""
        with self.path.open("rb") as file:
            head = file.read(KNOWN_BYTES)
        said = f"{self.path.stat().st_size} {self.chosen.names} {self.retention_days}"
        return f"file_{hashlib.blake2b(head + said.encode(), digest_size=16).hexdigest()}"

    async def state(self) -> ImportedFile:
        """Return how far the file was imported."""
        file_id = self.identity()
        known = await self.store.read(IMPORTED_FILES, "imported_file", file_id)
        return known or ImportedFile(
            id=file_id, kind="imported_file", ttl=TTL, file=self.path.name, is_done=False,
            offset=0, lines=0, others=0, new=0, edited=0, moved=0, removed=0, unchanged=0,
            left_out={}, oldest=None, newest=None,
        )  # fmt: skip

    async def chunks(self, state: ImportedFile) -> AsyncIterator[Chunk]:
        """Yield the chunks from the state on; it is changed, and stored, as they are written.

        Raises OSError, and DamagedFile once all whole lines were yielded.
        """
        size = self.path.stat().st_size
        with opened(self.path) as (text, file):
            is_plain = text is file
            parts = self._parts(text, state["offset"], state["lines"], is_plain=is_plain)
            while (part := await asyncio.to_thread(next, parts, None)) is not None:
                place = file.tell()

                async def written(done: Written, part: Part = part, place: int = place) -> None:
                    _add(state, part, done)
                    await self.store.upsert(IMPORTED_FILES, [state])
                    self.progress(state, place, size)

                items = {name: list(found.values()) for name, found in part.items.items()}
                yield Chunk(items, written)

    def _parts(self, text: BinaryIO, start: int, number: int, *, is_plain: bool) -> Iterator[Part]:
        now = self.clock()
        oldest = (now - timedelta(days=self.retention_days)).timestamp()
        latest = (now + MAX_AHEAD).timestamp()
        part, begun = Part(start), start
        damaged: DamagedFile | None = None
        try:
            with reading():
                _skip(text, start, is_plain=is_plain)
                for line, end in _lines(text, start):
                    number += 1
                    self._take(part, number, line, oldest, latest)
                    part.offset, part.lines = end, part.lines + 1
                    if part.is_full(self.chunk_items) or end - begun >= SCANNED_BYTES:
                        yield part
                        part, begun = Part(end), end
        except DamagedFile as error:
            # What was whole before is kept.
            damaged = error
        yield part
        if damaged is not None:
            raise damaged

    def _take(self, part: Part, number: int, line: bytes, oldest: float, latest: float) -> None:
        found = read_import(line, self.chosen) if line else LeftOut("longer than 1 MB")
        if found is None:
            part.others += bool(line.strip())
            return
        if not isinstance(found, LeftOut):
            created = found[1].created_utc
            if oldest <= created <= latest:
                part.count += 1
                part.bytes += len(line)
                add(part.items.setdefault(found[0], {}), found[1])
                return
            found = LeftOut(TOO_OLD if created < oldest else FROM_THE_FUTURE)
        part.left_out.setdefault(found.reason, []).append(number)


def _add(state: ImportedFile, part: Part, done: Written) -> None:
    state["offset"] = part.offset
    state["lines"] += part.lines
    state["others"] += part.others
    for change in CHANGES:
        state[change] += done.counts.get(change, 0)  # type: ignore[literal-required]
    for reason, numbers in part.left_out.items():
        count, named = state["left_out"].get(reason, (0, []))
        named = [*named, *numbers[: NAMED_LINES - len(named)]]
        state["left_out"][reason] = (count + len(numbers), named)
    hours = [hour for hour in (state["oldest"], done.oldest) if hour]
    state["oldest"] = min(hours, default=None)
    hours = [hour for hour in (state["newest"], done.newest) if hour]
    state["newest"] = max(hours, default=None)


def _skip(text: BinaryIO, count: int, *, is_plain: bool) -> None:
    if is_plain:
        text.seek(count)
        return
    while count > 0 and (read := len(text.read(min(count, MAX_LINE_BYTES)))):
        count -= read


def _lines(text: BinaryIO, end: int) -> Iterator[tuple[bytes, int]]:
    """Yield lines, each with the place of its end; b"" for one that is too long."""
    while line := text.readline(MAX_LINE_BYTES):
        end += len(line)
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line, end
            continue
        while rest := text.readline(MAX_LINE_BYTES):
            end += len(rest)
            if rest.endswith(b"\n"):
                break
        yield b"", end
