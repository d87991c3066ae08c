"""A folder of files as a source: PUSH_FOLDER/NAME.ndjson is the community push.NAME.

Whatever writes the files appends a line for each item, and a line with the same id for each change.
A poll reads what was appended since the last one; a file that was replaced is read from its start.
"""

import logging
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from collector.sources.base import ItemReference, Looked, Page, Seen, SourceBase
from collector.sources.push.files import count_lines, lines, place_of, watermark_at
from collector.sources.push.lines import read_line
from collector.sources.waiting import Wait
from shared.communities import SourceName, name_in_source
from shared.errors import CommunityUnavailable, SourceRefused
from shared.logs import event
from shared.models import Watermark
from shared.settings import Settings
from shared.times import iso_from_epoch

log = logging.getLogger(__name__)

# A poll reads this number of a community's lines, wrong ones included; the next one goes on there.
LINES_AT_ONCE = 5000
# A line whose id stands here is one of another item, without its JSON being read.
PLAIN_ID = re.compile(rb'"id"\s*:\s*"([^"\\]*)"')


class FolderSource(SourceBase):
    """The files of PUSH_FOLDER; without it there are none, and items come by POST and import."""

    name: SourceName = "push"
    keys_at_once = 500
    # Nobody has to push.
    may_be_silent = True

    def __init__(self, settings: Settings, *, wait: Wait) -> None:
        folder = settings.push_folder
        # os.path's says no where Path's raises: a name that is too long, a folder above that is
        # closed to us.
        if folder is not None and not os.path.isdir(folder):  # noqa: PTH112
            # Without the folders above it: clients read this too.
            raise SourceRefused(
                "missing", f"PUSH_FOLDER: {folder.name!r} is no folder: make it, or name another"
            )
        super().__init__()
        self._folder = folder
        self._wait = wait
        self.requests_used = 0

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Return the items of the next 5,000 lines of a community's file, as one page.

        They come as later lines have them: an item that was edited or taken back is so from the
        first poll on, however many polls read the file.
        """
        del now
        if self._is_only_pushed(community):
            # Who pushes decides what there is: nothing else could have been observed.
            yield Page([], watermark or {}, oldest)
            return
        with self._opened(community) as file:
            start = end = place_of(file, watermark)
            first = number = count_lines(file, start)
            found: dict[str, Seen] = {}
            for line in islice(lines(file, start), LINES_AT_ONCE):
                number, end = number + 1, line.end
                item = read_line(line.text, community)
                if isinstance(item, str):
                    self._leave_out(community, number, item)
                elif item is not None:
                    found[item.key] = _later(found.get(item.key), item)
            for item in _those_of(file, end, community, found):
                found[item.key] = _later(found[item.key], item)
            yield Page(
                list(found.values()),
                watermark_at(file, end),
                None if watermark else oldest,
                _newest(found.values()) if number - first == LINES_AT_ONCE else None,
            )

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Return those of the items that a file has; of the others it says nothing.

        A file may hold the latest items alone, so that what it lacks isn't gone.
        """
        wanted = {item.key: item for item in items}
        found: dict[str, Seen] = {}
        for community in dict.fromkeys(item.community for item in items):
            if self._is_only_pushed(community):
                continue
            try:
                with self._opened(community) as file:
                    found |= {item.key: item for item in _those_of(file, 0, community, wanted)}
            except CommunityUnavailable:
                continue
        return Looked(list(found.values()))

    def _is_only_pushed(self, community: str) -> bool:
        """Return whether a community's items come by POST or import alone, and no file has any."""
        if self._folder is None:
            return True
        return community in self.kept and not self._path_of(community).exists()

    def _path_of(self, community: str) -> Path:
        return Path(self._folder or "") / f"{name_in_source(community)}.ndjson"

    @contextmanager
    def _opened(self, community: str) -> Iterator[BinaryIO]:
        """Open a community's file. Raises CommunityUnavailable, also where reading it fails."""
        self._wait(0)
        self.requests_used += 1
        path = self._path_of(community)
        try:
            # Opening a pipe would wait for one who writes.
            if not stat.S_ISREG(path.stat().st_mode):
                raise CommunityUnavailable("forbidden", f"{path.name} of PUSH_FOLDER is no file")
            with path.open("rb") as file:
                yield file
        except FileNotFoundError:
            reason = f"PUSH_FOLDER has no file {path.name}: make it, or take it out of COMMUNITIES"
            raise CommunityUnavailable("missing", reason) from None
        except OSError as error:
            reason = f"{path.name} of PUSH_FOLDER can't be read ({error.strerror})"
            raise CommunityUnavailable("forbidden", reason) from error

    def _leave_out(self, community: str, number: int, reason: str) -> None:
        """Count a line that is wrong, and name it in the log."""
        self.left_out[reason] += 1
        event(
            log,
            "push.line_left_out",
            logging.WARNING,
            community=community,
            line=number,
            reason=reason,
        )


def _newest(items: Iterable[Seen]) -> str | None:
    newest = max((item.created_utc for item in items), default=None)
    return None if newest is None else iso_from_epoch(newest)


def _later(first: Seen | None, item: Seen) -> Seen:
    """Return an item as a later line has it: the time of the first one counts."""
    return item if first is None else replace(item, created_utc=first.created_utc)


def _those_of(
    file: BinaryIO, start: int, community: str, wanted: Mapping[str, object]
) -> Iterator[Seen]:
    """Yield what the lines from a place on say of the items with these keys."""
    ids = {key.partition(":")[2].removeprefix(f"{community}.").encode() for key in wanted}
    for line in lines(file, start) if ids else ():
        plain = PLAIN_ID.search(line.text)
        if plain is not None and plain[1] not in ids:
            continue
        item = read_line(line.text, community)
        if item is not None and not isinstance(item, str) and item.key in wanted:
            yield item
