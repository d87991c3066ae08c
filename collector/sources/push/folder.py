"""A folder of files as a source: PUSH_FOLDER/NAME.ndjson is the community push.NAME.

Whatever writes the files appends a line for each item, and a line with the same id for each change.
A poll reads what was appended since the last one; a file that was replaced is read from its start.
"""

import codecs
import hashlib
import json
import logging
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from collector.sources.base import ItemReference, Looked, Page, Seen
from collector.sources.push.lines import OtherCommunity, PushedItem, reason_of
from collector.sources.waiting import Wait
from shared.communities import SourceName, name_in_source
from shared.errors import CommunityUnavailable, SourceRefused
from shared.logs import event
from shared.models import Watermark
from shared.settings import Settings

log = logging.getLogger(__name__)

PAGE = 500
# An item's text ends at 100,000 characters.
MAX_LINE_BYTES = 1_000_000
# As much of a file's beginning tells whether it is the same file.
HEAD_BYTES = 4096


@dataclass(frozen=True)
class Line:
    """A line of a file: its number, what it holds, where it ends; "" where it is too long."""

    number: int
    text: bytes
    end: int


class FolderSource:
    """The files of PUSH_FOLDER."""

    name: SourceName = "push"
    keys_at_once = 500
    requests_left: int | None = None

    def __init__(self, settings: Settings, *, wait: Wait) -> None:
        folder = settings.push_folder
        if folder is None or not folder.is_dir():
            raise SourceRefused(
                "missing", f"PUSH_FOLDER: {folder} is no folder: make it, or name another"
            )
        self._folder: Path = folder
        self._wait = wait
        self.requests_used = 0
        self.left_out: Counter[str] = Counter()

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Return what was appended to a community's file, 500 lines at a time."""
        del oldest, now
        with self._open(community) as file:
            start = _start(file, watermark)
            head = _head(file)
            found: list[Seen] = []
            end = start
            for line in _lines(file, start):
                end = line.end
                if (item := self._read(community, line)) is not None:
                    found.append(item)
                if len(found) == PAGE:
                    yield Page(found, _watermark(head, end))
                    found = []
                    self._wait(0)
            yield Page(found, _watermark(head, end))

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return those of the items that a file has; of the others it says nothing.

        A file may hold the latest items alone, so that what it lacks isn't gone.
        """
        wanted = {item.key for item in items}
        found: dict[str, Seen] = {}
        for community in dict.fromkeys(item.community for item in items):
            try:
                found.update(self._those_of(community, wanted))
            except CommunityUnavailable:
                continue
        return Looked(list(found.values()))

    def close(self) -> None:
        """Close nothing: files are open while they are read."""

    def _those_of(self, community: str, wanted: set[str]) -> dict[str, Seen]:
        self._wait(0)
        found: dict[str, Seen] = {}
        with self._open(community) as file:
            for line in _lines(file, 0):
                item = _item(line, community)
                if not isinstance(item, str) and item is not None and item.key in wanted:
                    found[item.key] = item
        return found

    def _open(self, community: str) -> BinaryIO:
        self.requests_used += 1
        path = self._folder / f"{name_in_source(community)}.ndjson"
        try:
            return path.open("rb")
        except FileNotFoundError:
            reason = f"PUSH_FOLDER has no file {path.name}: make it, or take it out of COMMUNITIES"
            raise CommunityUnavailable("missing", reason) from None
        except OSError as error:
            reason = f"{path.name} of PUSH_FOLDER can't be read ({error.strerror})"
            raise CommunityUnavailable("forbidden", reason) from error

    def _read(self, community: str, line: Line) -> Seen | None:
        """Return a line's item; one that is wrong is left out, counted and named in the log."""
        item = _item(line, community)
        if not isinstance(item, str):
            return item
        self.left_out[item] += 1
        event(
            log,
            "push.line_left_out",
            logging.WARNING,
            community=community,
            line=line.number,
            reason=item,
        )
        return None


def _item(line: Line, community: str) -> Seen | str | None:
    """Return a line's item, or what is wrong with it; None for one that is empty."""
    if not line.text:
        return "longer than 1 MB"
    if not line.text.strip():
        return None
    try:
        return PushedItem.model_validate_json(line.text).seen(community)
    except ValidationError as error:
        return reason_of(error)
    except OtherCommunity:
        return "of another community"


def _lines(file: BinaryIO, start: int) -> Iterator[Line]:
    """Yield the lines from a place on; a last one that is still being written is left for later."""
    file.seek(0)
    number = sum(chunk.count(b"\n") for chunk in _chunks(file, start))
    file.seek(start)
    while raw := file.readline(MAX_LINE_BYTES):
        number += 1
        is_whole = raw.endswith(b"\n")
        if not is_whole and len(raw) == MAX_LINE_BYTES:
            while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
                continue
            yield Line(number, b"", file.tell())
            continue
        if not is_whole and not _is_json(raw):
            return
        yield Line(number, raw.removeprefix(codecs.BOM_UTF8), file.tell())


def _is_json(raw: bytes) -> bool:
    try:
        json.loads(raw)
    except ValueError:
        return False
    return True


def _chunks(file: BinaryIO, end: int) -> Iterator[bytes]:
    while end > 0 and (chunk := file.read(min(end, MAX_LINE_BYTES))):
        end -= len(chunk)
        yield chunk


def _head(file: BinaryIO) -> bytes:
    file.seek(0)
    return file.read(HEAD_BYTES)


def _watermark(head: bytes, end: int) -> Watermark:
    return {"offset": str(end), "head": _digest(head[:end])}


def _start(file: BinaryIO, watermark: Watermark | None) -> int:
    """Return where to go on: the file's start where it isn't the one of the watermark."""
    if watermark is None:
        return 0
    offset, head = int(watermark["offset"]), _head(file)
    is_same = file.seek(0, 2) >= offset and watermark["head"] == _digest(head[:offset])
    return offset if is_same else 0


def _digest(head: bytes) -> str:
    return hashlib.blake2b(head, digest_size=16).hexdigest()
