"""Polls of forums: what is read, in how many requests, whichever version of Discourse answers."""

import time
from datetime import timedelta

import pytest

from collector.sources.base import SeenComment, SeenPost
from collector.sources.discourse.forum import PACE_SECONDS
from local.discourse.board import PRIVATE, SMALL_ACTION, WHISPER, Board
from local.discourse.limits import RateLimit
from shared.errors import SourceUnavailable
from shared.times import iso, utc_now
from tests.collector.sources.discourse.conftest import items_of, reached

GENERATIONS = ["exclusive", "inclusive", "window"]
HOUR = 3600.0


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_first_poll_reads_two_days_once_and_no_whole_forum(world, generation) -> None:
    board = Board(generated=200_000, generation=generation)
    made = world(desk=board)
    pages = made.poll()
    expected = {
        f"forum.desk.{post.topic_id}" + (f".{post.number}" if post.number > 1 else "")
        for number in range(200_000 - 1152 + 2, 200_001)
        if (post := board.post(number))
    }
    assert expected <= items_of(pages).keys()
    assert pages[-1].complete_since is not None
    assert iso(utc_now() - timedelta(hours=48, minutes=1)) <= pages[-1].complete_since
    assert pages[-1].complete_since <= iso(utc_now() - timedelta(hours=47))
    posts = [request for request in made.app.log if request.route == "posts"]
    assert len(posts) <= 26
    assert made.source.requests_used <= 60


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("count", [1, 49, 50, 51, 130])
def test_what_is_new_is_read_whatever_before_means(world, generation, count) -> None:
    board = Board(generated=400, generation=generation)
    made = world(desk=board)
    watermark = reached(made.poll())
    new = [board.reply(50, f"New {n}", created=time.time()) for n in range(count)]
    found = items_of(made.poll(watermark))
    assert {f"forum.desk.50.{post.number}" for post in new} <= found.keys()


@pytest.mark.parametrize("generation", GENERATIONS)
def test_ids_without_a_public_post_are_no_end(world, generation) -> None:
    board = Board(generation=generation)
    first = board.start("Before", "Old words", created=time.time() - 5 * HOUR)
    hidden = board.start("Staff", "Secret", created=time.time() - 4 * HOUR, category=PRIVATE)
    for number in range(180):
        board.reply(hidden.topic_id, f"Secret {number}", created=time.time() - 3 * HOUR)
    last = board.start("After", "New words", created=time.time() - HOUR)
    found = items_of(world(desk=board).poll())
    assert found.keys() == {f"forum.desk.{first.topic_id}", f"forum.desk.{last.topic_id}"}


def test_a_top_of_private_posts_hides_nothing_below_it(world) -> None:
    board = Board(generation="window")
    board.start("Before", "Old words", created=time.time() - 5 * HOUR)
    made = world(desk=board)
    watermark = reached(made.poll())
    late = board.start("After", "New words", created=time.time() - 2 * HOUR)
    for number in range(60):
        board.start(f"Staff {number}", "Secret", created=time.time() - HOUR, category=PRIVATE)
    pages = made.poll(watermark)
    assert f"forum.desk.{late.topic_id}" in items_of(pages)
    assert pages[-1].complete_since is None


def test_fields_of_posts_and_replies(world) -> None:
    board = Board()
    created = int(time.time()) - 600.0
    first = board.start("How to *start*?", "I **love** it", created=created)
    first.likes = 7
    board.reply(first.topic_id, "Me too", created=created + 1)
    board.reply(first.topic_id, "Why?", created=created + 2, reply_to=2, more={"version": 3})
    board.reply(first.topic_id, "Hm", created=created + 3, more={"username": None})
    made = world(desk=board)
    found = items_of(made.poll())
    address = made.stand_in.address_of("desk")
    post = found["forum.desk.1"]
    assert isinstance(post, SeenPost)
    assert (post.title, post.content, post.author) == ("How to *start*?", "I **love** it", "ada")
    assert (post.upvotes, post.comment_count, post.flair) == (7, 3, "General")
    assert (post.created_utc, post.edited, post.deleted) == (created, False, False)
    # A slug with a question mark would end the path.
    assert post.permalink == post.url == f"{address}/t/-/1/1"
    second, third, last = (found[f"forum.desk.1.{number}"] for number in (2, 3, 4))
    assert isinstance(second, SeenComment)
    assert isinstance(third, SeenComment)
    assert (second.post_id, second.parent_id, second.upvotes) == ("forum.desk.1", "forum.desk.1", 0)
    assert (third.parent_id, third.edited) == ("forum.desk.1.2", True)
    assert last.author is None


def test_the_permalink_has_the_words_of_the_title_unless_it_is_gone(world) -> None:
    board = Board()
    board.start("Good news", "I love it", created=time.time() - 60)
    made = world(desk=board)
    address = made.stand_in.address_of("desk")
    watermark = reached(pages := made.poll())
    assert items_of(pages)["forum.desk.1"].permalink == f"{address}/t/good-news/1/1"
    board.posts[1].is_hidden = True
    gone = items_of(made.poll(watermark))["forum.desk.1"]
    assert (gone.deleted, gone.permalink) == (True, f"{address}/t/-/1/1")


def test_only_what_users_say_in_public_is_read(world) -> None:
    board = Board()
    board.start("Said", "I love it", created=time.time() - 60)
    board.reply(1, "closed this topic", created=time.time() - 50, post_type=SMALL_ACTION)
    board.reply(1, "psst", created=time.time() - 40, post_type=WHISPER)
    unlisted = board.start("Unlisted", "Spam", created=time.time() - 30)
    board.changed_topic(unlisted.topic_id).is_visible = False
    board.start("Staff", "Secret", created=time.time() - 20, category=PRIVATE)
    made = world(desk=board)
    assert items_of(made.poll()).keys() == {"forum.desk.1"}
    assert not made.source.left_out


def test_what_is_hidden_or_taken_back_is_deleted(world) -> None:
    board = Board()
    board.start("Said", "I love it", created=time.time() - 60)
    board.reply(1, "Rude", created=time.time() - 50).is_hidden = True
    board.reply(1, "(post deleted by author)", created=time.time() - 40).is_user_deleted = True
    board.reply(1, "Gone", created=time.time() - 30, more={"deleted_at": iso(utc_now())})
    found = items_of(world(desk=board).poll())
    assert {each: seen.deleted for each, seen in found.items()} == {
        "forum.desk.1": False,
        "forum.desk.1.2": True,
        "forum.desk.1.3": True,
        "forum.desk.1.4": True,
    }


def test_edits_and_likes_of_the_latest_posts_are_read_again(world) -> None:
    board = Board(generated=300)
    made = world(desk=board)
    watermark = reached(made.poll())
    board.edit(290, "Other words")
    board.changed(291).likes = 90
    found = items_of(made.poll(watermark))
    assert (found["forum.desk.37.2"].content, found["forum.desk.37.2"].edited) == (
        "Other words",
        True,
    )
    assert found["forum.desk.37.3"].upvotes == 90


def test_counts_of_an_old_topic_move_and_its_first_post_is_read(world) -> None:
    board = Board(generated=20_000)
    made = world(desk=board)
    watermark = reached(made.poll())
    board.reply(7, "Is this still so?", created=time.time())
    pages = made.poll(watermark)
    post = items_of(pages)["forum.desk.7"]
    assert isinstance(post, SeenPost)
    assert (post.title, post.comment_count, post.flair) == ("Question 7 of many", 8, "Support")
    # What nobody has polled stays the past's.
    assert "forum.desk.7.3" not in items_of(pages)
    assert len([each for each in made.app.log if each.path == "/t/7.json"]) == 1
    made.poll(reached(pages))
    assert len([each for each in made.app.log if each.path == "/t/7.json"]) == 1


def test_a_poll_looks_at_no_more_topics_than_it_may_and_the_next_at_others(world) -> None:
    board = Board(generated=20_000)
    made = world(desk=board)
    watermark = reached(made.poll())
    for topic in range(1, 31):
        board.reply(topic, "Still so?", created=time.time() + topic / 100)
    found = set()
    for expected in (20, 10, 0):
        before = len(made.app.log)
        pages = made.poll(watermark)
        watermark = reached(pages)
        found |= items_of(pages).keys()
        asked = [each for each in made.app.log[before:] if each.route == "topic"]
        assert len({each.path for each in asked}) == expected
    assert {f"forum.desk.{topic}" for topic in range(1, 31)} <= found


def test_a_poll_of_nothing_new_costs_four_requests(world) -> None:
    made = world(desk=Board(generated=20_000))
    watermark = reached(made.poll())
    used = made.source.requests_used
    assert reached(made.poll(watermark)) == watermark
    assert made.source.requests_used - used <= 4


def test_a_forum_gets_less_than_half_of_what_it_allows(world) -> None:
    made = world(desk=Board(generated=4_000), pace=PACE_SECONDS)
    start, end = iso(utc_now() - timedelta(days=60)), iso(utc_now())
    for _ in zip(range(80), made.source.backfill("forum.desk", start, end, None), strict=False):
        pass
    times = [request.at for request in made.app.log]
    assert len(times) == 80
    # A request may arrive a little later than it was sent, and the next one not.
    assert max(sum(at <= other < at + 60 for other in times) for at in times) <= 83
    assert max(sum(at <= other < at + 10 for other in times) for at in times) <= 15
    assert {request.status for request in made.app.log} == {200}


def test_a_refused_request_waits_as_long_as_it_is_told_to(world) -> None:
    made = world(desk=Board(generated=500))
    made.app._allowances["desk"]._limit = RateLimit(in_10_seconds=3)
    assert len(items_of(made.poll())) >= 400
    refused = [request for request in made.app.log if request.status == 429]
    assert refused
    assert len(refused) < len(made.app.log) / 2
    assert max(made.waited.waits) <= 10


def test_requests_say_who_asks_and_how_to_reach_them(world) -> None:
    made = world(desk=Board(generated=5), contact="ops@example.com")
    made.poll()
    assert {request.user_agent.split("/")[0] for request in made.app.log} == {"undertone"}
    assert all("(ops@example.com)" in request.user_agent for request in made.app.log)


def test_an_empty_answer_is_asked_for_again_and_passes_nothing(world) -> None:
    board = Board(generated=600)
    made = world(desk=board)
    watermark = reached(made.poll())
    board.reply(70, "New", created=time.time())
    made.app.set_faults("empty,route=posts,first=1")
    assert any(each.content == "New" for each in items_of(made.poll(watermark)).values())
    board.reply(70, "Newer", created=time.time())
    made.app.set_faults("empty,route=posts")
    with pytest.raises(SourceUnavailable, match="shows no posts any more") as caught:
        made.poll(watermark)
    assert caught.value.kind == "unreadable"
    made.app.set_faults()
    assert any(each.content == "Newer" for each in items_of(made.poll(watermark)).values())


def test_a_forum_without_posts_is_read_when_it_has_some(world) -> None:
    board = Board()
    made = world(desk=board)
    watermark = reached(made.poll())
    board.start("Said", "I love it", created=time.time())
    assert "forum.desk.1" in items_of(made.poll(watermark))
