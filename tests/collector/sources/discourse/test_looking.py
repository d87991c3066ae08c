"""Second looks at stored posts: what is found, what is gone, and what isn't known."""

import time

import pytest

from collector.sources.base import ItemReference, SeenPost
from local.discourse.board import PRIVATE, Board


def refs(*ids: str) -> list[ItemReference]:
    kinds = {2: "post", 3: "comment"}
    return [ItemReference("forum.desk", kinds[each.count(".")], each) for each in ids]


def test_a_batch_of_replies_takes_few_requests(world) -> None:
    board = Board(generated=5_000)
    made = world(desk=board)
    replies = [post for n in range(2_000, 2_080) if (post := board.post(n)) and post.number > 1]
    asked = refs(*(f"forum.desk.{post.topic_id}.{post.number}" for post in replies[:50]))
    looked = made.source.look_again(asked)
    assert {each.id for each in looked.found} == {each.id for each in asked}
    assert not looked.gone
    assert made.source.requests_used <= 8


@pytest.mark.parametrize("generation", ["exclusive", "inclusive", "window"])
def test_deleted_replies_are_gone_and_the_others_are_found(world, generation) -> None:
    board = Board(generated=800, generation=generation)
    made = world(desk=board)
    posts = [post for n in range(400, 456) if (post := board.post(n)) and post.number > 1]
    for post in posts[::10]:
        board.delete(post.id)
    ids = {post.id: f"forum.desk.{post.topic_id}.{post.number}" for post in posts}
    looked = made.source.look_again(refs(*ids.values()))
    assert looked.gone == {f"comment:{ids[post.id]}" for post in posts[::10]}
    assert {each.id for each in looked.found} == set(ids.values()) - {
        ids[post.id] for post in posts[::10]
    }
    assert made.source.requests_used <= len(posts)


def test_topics_that_are_deleted_or_private_are_gone(world) -> None:
    board = Board(generated=80)
    made = world(desk=board)
    board.delete(1)
    board.changed_topic(2).category = PRIVATE
    looked = made.source.look_again(refs("forum.desk.1", "forum.desk.2", "forum.desk.2.3"))
    assert len(looked.gone) == 3
    board.is_detailed = True
    assert made.source.look_again(refs("forum.desk.2")).gone == {"post:forum.desk.2"}


def test_a_look_shows_counts_edits_and_what_is_hidden(world) -> None:
    board = Board(generated=80)
    made = world(desk=board)
    board.edit(1, "Other words")
    board.changed(1).likes = 40
    board.changed(11).is_hidden = True
    found = {e.id: e for e in made.source.look_again(refs("forum.desk.1", "forum.desk.2.3")).found}
    post = found["forum.desk.1"]
    assert isinstance(post, SeenPost)
    assert (post.content, post.edited, post.upvotes, post.comment_count) == (
        "Other words",
        True,
        40,
        7,
    )
    assert found["forum.desk.2.3"].deleted


def test_a_long_topic_is_looked_at_where_its_numbers_are(world) -> None:
    board = Board()
    board.start("Long", "I love it", created=time.time() - 900)
    for number in range(2, 401):
        board.reply(1, f"Reply {number}", created=time.time() - 900 + number)
    board.delete(300)
    board.delete(400)
    looked = world(desk=board).source.look_again(
        refs("forum.desk.1.299", "forum.desk.1.300", "forum.desk.1.400", "forum.desk.1.999")
    )
    assert [each.content for each in looked.found] == ["Reply 299"]
    assert looked.gone == {
        "comment:forum.desk.1.300",
        "comment:forum.desk.1.400",
        "comment:forum.desk.1.999",
    }


@pytest.mark.parametrize(
    "fault", ["503", "blocked", "not_found_page", "login", "html", "empty", "renamed_fields", "429"]
)
def test_a_fault_is_never_taken_for_a_deletion(world, fault) -> None:
    made = world(desk=Board(generated=80), other=Board(generated=80))
    made.app.set_faults(f"{fault},forum=desk")
    both = [
        *refs("forum.desk.1", "forum.desk.2.2"),
        ItemReference("forum.other", "post", "forum.other.1"),
    ]
    looked = made.source.look_again(both)
    assert [each.id for each in looked.found] == ["forum.other.1"]
    assert not looked.gone


def test_a_forum_that_closes_its_doors_takes_nothing_back(world) -> None:
    made = world(desk=Board(generated=80, needs_login=True))
    looked = made.source.look_again(refs("forum.desk.1"))
    assert (list(looked.found), looked.gone) == ([], frozenset())


def test_ids_that_are_none_of_ours_are_unknown(world) -> None:
    made = world(desk=Board(generated=80))
    odd = [
        ItemReference("forum.desk", "post", "forum.desk.x"),
        ItemReference("forum.desk", "comment", "forum.desk.1"),
        ItemReference("forum.desk", "comment", "forum.desk.1.2.3"),
        ItemReference("forum.elsewhere", "post", "forum.elsewhere.1"),
    ]
    looked = made.source.look_again(odd)
    assert (list(looked.found), looked.gone) == ([], frozenset())
    assert made.source.requests_used == 0
