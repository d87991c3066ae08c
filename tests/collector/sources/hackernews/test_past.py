"""The past of a saved query, read a request at a time."""

import json
import time
from contextlib import closing
from typing import Any

from collector.sources.base import Seen
from shared.models import Watermark
from shared.times import iso_from_epoch
from tests.collector.sources.hackernews.clients import COMMUNITY, source_of

DAY = 86400


def walk(stand_in: Any, start: int, end: int) -> tuple[dict[str, Seen], list[str | None]]:
    """Read a span, each slice by a process of its own."""
    found: dict[str, Seen] = {}
    complete: list[str | None] = []
    cursor: Watermark | None = None
    while True:
        with closing(source_of(stand_in.base_url)) as source:
            span = (iso_from_epoch(start), iso_from_epoch(end))
            read = next(source.backfill(COMMUNITY, *span, cursor))
            assert source.requests_used == 1
        found |= {each.id: each for each in read.items}
        complete.append(read.complete_since)
        if read.cursor is None:
            return found, complete
        cursor = json.loads(json.dumps(read.cursor))


def test_stories_their_trees_and_comments_elsewhere_are_read(hacker_news) -> None:
    now = int(time.time())
    board, start, end = hacker_news.board, now - 30 * DAY, now - DAY
    wanted: set[int] = set()
    for number in range(420):
        moment = start + number // 3 * 5000
        story = board.write("story", title=f"Claude Code {number}", time=moment)
        wanted.add(story)
        if number % 30 == 0:
            wanted.add(board.write("comment", parent=story, text="I like it", time=moment + 9))
    for number in range(450):
        moment = start + number // 5 * 20000
        elsewhere = board.write("story", title="Editors", time=start - DAY)
        said = board.write("comment", parent=elsewhere, text="claude code!", time=moment)
        wanted |= {elsewhere, said}
    board.write("story", title="Claude Code of today", time=end)
    board.write("story", title="Claude Code of old", time=start - 1)
    found, complete = walk(hacker_news, start, end)
    assert found.keys() == {f"hn.{number}" for number in wanted}
    # It comes nearer to the start with each span, and is there at the end.
    known = [each for each in complete if each is not None]
    assert known == sorted(known, reverse=True)
    assert known[-1] == iso_from_epoch(start)
    assert len(set(known)) > 2


def test_a_second_with_more_stories_than_an_answer_ends_the_walk_nowhere(hacker_news) -> None:
    now = int(time.time())
    for _ in range(250):
        hacker_news.board.write("story", title="Claude Code", time=now - 5 * DAY)
    last = hacker_news.board.write("story", title="Claude Code", time=now - 6 * DAY)
    found, _ = walk(hacker_news, now - 9 * DAY, now)
    assert f"hn.{last}" in found
    assert len(found) >= 200


def test_the_front_page_has_no_past(hacker_news) -> None:
    with closing(source_of(hacker_news.base_url)) as source:
        span = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")
        (only,) = source.backfill("hn.front", *span, None)
    assert (list(only.items), only.cursor, only.complete_since) == ([], None, None)
