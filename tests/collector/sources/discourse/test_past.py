"""The past of a forum: whole, newest first, a request a slice, whichever process reads it."""

import itertools
import json
import time
from datetime import timedelta

import pytest

from collector.sources.base import Slice
from local.discourse.board import PRIVATE, Board
from shared.errors import SourceUnavailable
from shared.models import Watermark
from shared.times import iso, utc_now

GENERATIONS = ["exclusive", "inclusive", "window"]
START, END = iso(utc_now() - timedelta(days=30)), iso(utc_now() - timedelta(days=2))


def walked(world, board: Board) -> list[Slice]:
    """Read the past with a new source for each slice."""
    found: list[Slice] = []
    cursor: Watermark | None = None
    for number in itertools.count():
        made = world(desk=board)
        found.append(next(made.source.backfill("forum.desk", START, END, cursor)))
        assert made.source.requests_used <= 1
        cursor = json.loads(json.dumps(found[-1].cursor))
        assert number < 500
        if cursor is None:
            return found
    raise AssertionError


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_past_is_whole_whatever_before_means(world, generation) -> None:
    # 200 days, of which some ids are nobody's to see.
    board = Board(generated=2_000, generation=generation, newest_generated=time.time())
    for number in range(2_000, 0, -1):
        post = board.changed(number)
        post.created = time.time() - (2_000 - number) * 2 * 3600
    for number in range(1_700, 1_860):
        board.posts[number].is_deleted = True
    slices = walked(world, board)
    found = [each for each in slices for item in each.items]
    ids = [item.id for each in slices for item in each.items]
    assert found
    expected = {
        f"forum.desk.{post.topic_id}" + (f".{post.number}" if post.number > 1 else "")
        for post in board.posts.values()
        if START <= iso(utc_now().fromtimestamp(post.created, utc_now().tzinfo)) < END
        and not post.is_deleted
        and not board.posts[(post.topic_id - 1) * 8 + 1].is_deleted
    }
    assert expected <= set(ids)
    assert len(ids) == len(set(ids))
    assert slices[-1].complete_since == START
    reached = [each.complete_since for each in slices if each.complete_since]
    assert reached == sorted(reached, reverse=True)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_forum_that_is_younger_than_what_is_asked_for_ends_at_its_first_post(
    world, generation
) -> None:
    board = Board(generation=generation)
    board.start("Staff", "Secret", created=time.time() - 10 * 86400, category=PRIVATE)
    for number in range(70):
        board.start(f"N{number}", "I love it", created=time.time() - 9 * 86400 + number)
    slices = walked(world, board)
    assert sum(len(each.items) for each in slices) == 70
    assert slices[-1].complete_since == START


@pytest.mark.parametrize("generation", GENERATIONS)
def test_an_empty_answer_leaves_no_gap(world, generation) -> None:
    newest = time.time() - 3 * 86400
    made = world(desk=Board(generated=400, generation=generation, newest_generated=newest))
    found: set[str] = set()
    for number, each in enumerate(made.source.backfill("forum.desk", START, END, None)):
        found |= {item.id for item in each.items}
        made.app.set_faults("empty,route=posts,first=1" if number == 3 else "")
    assert len(found) == 400


def test_a_fault_keeps_the_place(world) -> None:
    made = world(desk=Board(generated=400, newest_generated=time.time() - 3 * 86400))
    walk = made.source.backfill("forum.desk", START, END, None)
    cursor = [next(walk) for _ in range(3)][-1].cursor
    made.app.set_faults("503")
    with pytest.raises(SourceUnavailable):
        next(walk)
    made.app.set_faults()
    rest = made.source.backfill("forum.desk", START, END, cursor)
    assert len({item.id for each in rest for item in each.items}) == 300
