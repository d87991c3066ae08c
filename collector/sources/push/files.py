"""Lines of a file that others write: where they begin and end, and whether it is still the same."""

import codecs
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shared.models import Watermark
from shared.pushed import MAX_LINE_BYTES

# As much of a file's beginning, and of what stands before a place, tells whether it is the same.
KNOWN_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file: what it holds, and where it ends; "" where it is too long."""

    text: bytes
    end: int


def lines(file: BinaryIO, start: int) -> Iterator[Line]:
    """Yield the lines from a place on; a last one that is still being written is left for later."""
    file.seek(start)
    end = start
    while raw := file.readline(MAX_LINE_BYTES):
        end += len(raw)
        if raw.endswith(b"\n"):
            yield Line(raw.removeprefix(codecs.BOM_UTF8), end)
        elif len(raw) == MAX_LINE_BYTES:
            while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                end += len(rest)
            if not rest:
                return
            end += len(rest)
            yield Line(b"", end)
        elif _is_json(raw):
            yield Line(raw.removeprefix(codecs.BOM_UTF8), end)
        else:
            return


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except (ValueError, RecursionError):
        return False
    return True


def count_lines(file: BinaryIO, end: int) -> int:
    """Count the line ends before a place."""
    file.seek(0)
    count = 0
    while end > 0 and (chunk := file.read(min(end, MAX_LINE_BYTES))):
        count += chunk.count(b"\n")
        end -= len(chunk)
    return count


def watermark_at(file: BinaryIO, end: int) -> Watermark:
    """Return what leads back to a place in this file."""
    head = _digest(file, 0, min(end, KNOWN_BYTES))
    return {"offset": str(end), "head": head, "tail": _digest(file, max(0, end - KNOWN_BYTES), end)}


def place_of(file: BinaryIO, watermark: Watermark | None) -> int:
    """Return where to go on: the file's start where it isn't the one of the watermark."""
    if watermark is None:
        return 0
    offset = int(watermark["offset"])
    return offset if watermark_at(file, offset) == watermark else 0


def _digest(file: BinaryIO, start: int, end: int) -> str:
    file.seek(start)
    return hashlib.blake2b(file.read(end - start), digest_size=16).hexdigest()
