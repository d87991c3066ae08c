"""What a poll of Hacker News shows, over HTTP."""

import time
from contextlib import closing
from datetime import timedelta

import pytest

from collector.sources.base import ItemReference
from local.hackernews.board import Board
from shared.times import utc_now
from tests.collector.sources.hackernews.clients import COMMUNITY, items_of, poll, source_of

HOUR = 3600


@pytest.fixture
def board(hacker_news) -> Board:
    return hacker_news.board


@pytest.fixture
def source(hacker_news):
    with closing(source_of(hacker_news.base_url)) as made:
        yield made


def ids(*numbers: int) -> set[str]:
    return {f"hn.{number}" for number in numbers}


def ago(hours: float) -> int:
    return int(time.time() - hours * HOUR)


def test_a_story_that_matches_comes_with_its_whole_tree(source, board, hacker_news) -> None:
    story = board.write("story", title="Claude Code is here", time=ago(5), score=42)
    first = board.write("comment", parent=story, text="I love it", time=ago(4))
    second = board.write("comment", parent=first, text="<i>I</i> don&#x27;t", time=ago(3))
    board.write("story", title="Something else", time=ago(3))
    found = items_of(poll(source))
    assert found.keys() == ids(story, first, second)
    post, answer = found[f"hn.{story}"], found[f"hn.{second}"]
    assert (post.title, post.upvotes, post.comment_count, post.upvote_ratio) == (
        "Claude Code is here",
        42,
        2,
        None,
    )
    assert post.permalink == post.url == f"https://news.ycombinator.com/item?id={story}"
    assert (answer.post_id, answer.parent_id) == (f"hn.{story}", f"hn.{first}")
    assert (answer.content, answer.upvotes, answer.author) == ("*I* don't", None, "ada")
    assert hacker_news.routes["tree"] == 1


def test_a_comment_that_matches_elsewhere_comes_with_its_story_and_alone(source, board) -> None:
    story = board.write("story", title="What do you use?", time=ago(30 * 24))
    board.write("comment", parent=story, text="vim", time=ago(2))
    said = board.write("comment", parent=story, text="claude <i>code</i>, daily", time=ago(1))
    assert items_of(poll(source)).keys() == ids(story, said)


@pytest.mark.parametrize(
    ("title", "is_found"),
    [
        ("CLAUDE: the code that it writes", True),
        ("claude-code", True),
        ("Claudette writes code", False),
        ("Claude codes", False),
        ("Claudf code", False),
        ("Code", False),
    ],
)
def test_the_words_are_whole_words_in_any_case(source, board, title, is_found) -> None:
    board.write("story", title=title, time=ago(1))
    assert bool(items_of(poll(source))) is is_found


def test_a_query_has_words_of_its_own(hacker_news, board) -> None:
    environ = {"COMMUNITIES": "hn.tools", "HN_QUERIES": 'tools="claude code" max'}
    wanted = board.write("story", title="Claude Code Max", time=ago(2))
    board.write("story", title="Claude's max of code", time=ago(1))
    with closing(source_of(hacker_news.base_url, environ=environ)) as source:
        assert items_of(poll(source, community="hn.tools")).keys() == ids(wanted)


def test_the_front_page_comes_with_its_trees_whatever_its_age(source, board) -> None:
    old = board.write("story", title="An old one", time=ago(100))
    said = board.write("comment", parent=old, text="Still good", time=ago(99))
    board.write("story", title="Not there", time=ago(1))
    job = board.write("job", title="We hire", time=ago(1))
    board.front[:] = [old, job]
    first = poll(source, community="hn.front")
    assert items_of(first).keys() == ids(old, said)
    # It is followed after it has left the front page.
    board.front.clear()
    later = board.write("comment", parent=said, text="Indeed")
    again = poll(source, first[-1].watermark, community="hn.front")
    assert f"hn.{later}" in items_of(again)


def test_new_comments_under_a_story_are_found_and_its_tree_is_read_once(
    source, board, hacker_news
) -> None:
    story = board.write("story", title="Claude Code", time=ago(40))
    board.write("comment", parent=story, text="one", time=ago(39))
    watermark = poll(source)[-1].watermark
    for number in range(3):
        new = board.write("comment", parent=story, text=f"number {number}")
        pages = poll(source, watermark)
        assert f"hn.{new}" in items_of(pages)
        watermark = pages[-1].watermark
    assert hacker_news.routes["tree"] == 1
    assert poll(source, watermark)[-1].watermark == watermark


def test_what_the_search_shows_hours_late_is_read(source, board) -> None:
    early = board.write("story", title="Claude Code", time=ago(1))
    watermark = poll(source)[-1].watermark
    late = board.write("story", title="Claude Code again", time=ago(20))
    under_late = board.write("comment", parent=late, text="yes", time=ago(19))
    elsewhere = board.write("story", title="Tools", time=ago(50))
    comment = board.write("comment", parent=elsewhere, text="claude code", time=ago(6))
    assert items_of(poll(source, watermark)).keys() >= ids(early, late, under_late, comment)


def test_more_than_a_thousand_hits_are_read_without_a_gap(source, board) -> None:
    story = board.write("story", title="Claude Code", time=ago(5))
    # Seconds with many comments lie across the end of a page.
    wanted = {
        board.write("comment", parent=story, text="claude code", time=ago(4) + number // 7)
        for number in range(2300)
    }
    found = items_of(poll(source))
    assert found.keys() == ids(story, *wanted)
    elsewhere = board.write("story", title="Old", time=ago(200))
    more = {
        board.write("comment", parent=elsewhere, text="claude code", time=ago(2) + number // 7)
        for number in range(1500)
    }
    assert items_of(poll(source)).keys() >= ids(*more)


def test_a_poll_that_stops_after_any_page_is_gone_on_with(source, board) -> None:
    everything = set()
    for number in range(6):
        story = board.write("story", title=f"Claude Code {number}", time=ago(30 + number))
        everything |= {story, board.write("comment", parent=story, text="yes", time=ago(29))}
        elsewhere = board.write("story", title="Tools", time=ago(90))
        everything |= {
            elsewhere,
            board.write("comment", parent=elsewhere, text="claude code", time=ago(20)),
        }
    whole = poll(source)
    assert items_of(whole).keys() == ids(*everything)
    stops = [number for number, page in enumerate(whole) if page.watermark is not None]
    assert len(stops) == 7
    for stop in stops:
        rest = poll(source, whole[stop].watermark)
        assert items_of([*whole[: stop + 1], *rest]).keys() == ids(*everything)
        assert rest[-1].watermark == whole[-1].watermark


def test_a_poll_says_since_when_it_is_complete(source, board) -> None:
    board.write("story", title="Claude Code", time=ago(1))
    now = utc_now()
    first = poll(source, now=now)
    assert first[-1].complete_since == (now - timedelta(days=3)).strftime("%Y-%m-%dT%H:%M:%SZ")
    second = poll(source, first[-1].watermark)
    assert second[-1].complete_since > first[-1].complete_since
    front = poll(source, {"since": str(ago(30)), "stories": ""}, community="hn.front", now=now)
    assert front[-1].complete_since == now.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_what_was_taken_back_is_gone_and_never_shown_again(source, board) -> None:
    story = board.write("story", title="Claude Code", time=ago(2))
    stays, deleted, flagged, lost = (
        board.write("comment", parent=story, text="words", time=ago(1)) for _ in range(4)
    )
    assert items_of(poll(source)).keys() == ids(story, stays, deleted, flagged, lost)
    board.delete(deleted)
    board.kill(flagged)
    board.lose(lost)
    post = f"hn.{story}"
    asked = [ItemReference(COMMUNITY, "post", post)] + [
        ItemReference(COMMUNITY, "comment", f"hn.{number}", post)
        for number in (stays, deleted, flagged, lost)
    ]
    looked = source.look_again(asked)
    assert looked.gone == {f"comment:hn.{number}" for number in (deleted, flagged, lost)}
    assert {each.id for each in looked.found} == ids(story, stays)
    # The search goes on showing what was deleted.
    with closing(source_of(source._search.base_url)) as later:
        later.kept.update(source.kept)
        assert items_of(poll(later)).keys() == ids(story, stays)


def test_an_item_is_the_same_in_all_three_shapes(source, board) -> None:
    text = (
        'One <i>line</i><p>and <a href="https:&#x2F;&#x2F;a.b">https:&#x2F;&#x2F;a.b</a><p>'
        "<pre><code>  x &lt; 1\n</code></pre>"
    )
    ask = board.write("story", title="Ask HN: Claude Code & you", text=text, time=ago(3))
    said = board.write("comment", parent=ask, text=f"claude code {text}", time=ago(2))
    first = poll(source)
    again = items_of(poll(source, first[-1].watermark))
    post = f"hn.{ask}"
    looked = source.look_again(
        [
            ItemReference(COMMUNITY, "post", post),
            ItemReference(COMMUNITY, "comment", f"hn.{said}", post),
        ]
    )
    found = items_of(first)
    assert found == again == {each.id: each for each in looked.found}
    assert found[post].flair == "Ask HN"
    assert found[post].title == "Ask HN: Claude Code & you"
    assert "```\n  x < 1\n```" in found[post].content


def test_a_server_that_lacks_most_items_takes_none_away(source, board, hacker_news) -> None:
    numbers = [board.write("story", title="Claude Code", time=ago(1)) for _ in range(4)]
    asked = [ItemReference(COMMUNITY, "post", f"hn.{number}") for number in numbers]
    hacker_news.set_faults("null,route=item,first=3")
    looked = source.look_again(asked)
    assert (len(looked.found), looked.gone) == (1, frozenset())
