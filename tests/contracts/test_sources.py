"""What every source promises, whatever is behind it: servers over HTTP, and a folder of files."""

import itertools
import json
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from collector.sources.base import ItemReference, Page, Seen, SeenComment, SeenPost, Source
from collector.sources.waiting import wait_until
from local.arctic_shift.archive import Archive
from local.arctic_shift.server import ArcticShiftApp, ArcticShiftStandIn
from local.discourse.board import Board
from shared.communities import Kind
from shared.errors import CommunityUnavailable, DeadlineReached, SourceRefused, SourceUnavailable
from shared.models import Watermark
from shared.settings import Settings
from shared.times import iso, utc_now
from tests.contracts.worlds.arctic_shift import ArcticShift
from tests.contracts.worlds.base import World
from tests.contracts.worlds.discourse import Discourse
from tests.contracts.worlds.github import GitHub
from tests.contracts.worlds.hackernews import HackerNews
from tests.contracts.worlds.push import Push
from tests.contracts.worlds.reddit import Reddit

OLDEST = "2000-01-01T00:00:00Z"


def make_discourse(request: pytest.FixtureRequest) -> World:
    return Discourse(request.getfixturevalue("forums")(desk=Board()))


def make_push(request: pytest.FixtureRequest) -> World:
    folder: Path = request.getfixturevalue("tmp_path")
    (folder / "support-desk.ndjson").touch()
    return Push(folder)


def make_reddit(request: pytest.FixtureRequest) -> World:
    return Reddit(request.getfixturevalue("stand_in")([]))


def make_hackernews(request: pytest.FixtureRequest) -> World:
    return HackerNews(request.getfixturevalue("hacker_news"))


def make_github(request: pytest.FixtureRequest) -> World:
    return GitHub(request.getfixturevalue("github"))


def make_arctic_shift(request: pytest.FixtureRequest) -> World:
    stand_in = ArcticShiftStandIn(ArcticShiftApp(Archive(auto=100)))
    request.addfinalizer(stand_in.close)
    return ArcticShift(stand_in)


WORLDS: Mapping[str, Callable[[pytest.FixtureRequest], World]] = {
    "reddit": make_reddit,
    "arctic_shift": make_arctic_shift,
    "push": make_push,
    "hackernews": make_hackernews,
    "discourse": make_discourse,
    "github": make_github,
}


@pytest.fixture(params=WORLDS)
def world(request: pytest.FixtureRequest) -> World:
    return WORLDS[request.param](request)


def poll(source: Source, world: World, watermark: dict[str, str] | None = None) -> list[Page]:
    return list(source.poll(world.community, watermark, oldest=OLDEST, now=utc_now()))


def items_of(pages: list[Page]) -> dict[str, Seen]:
    return {each.key: each for page in pages for each in page.items}


def reference(world: World, kind: Kind, name: str) -> ItemReference:
    return ItemReference(world.community, kind, world.id_of(name))


def test_a_first_poll_shows_everything_and_where_to_go_on(world: World) -> None:
    world.say("post", "first")
    for number in range(120):
        world.say("comment", f"c{number}")
    with closing(world.source()) as source:
        pages = poll(source, world)
        found = items_of(pages)
        assert len(found) == 121
        assert pages[-1].watermark is not None
        assert source.requests_used > 0
    post, comment = found[f"post:{world.id_of('first')}"], found[f"comment:{world.id_of('c7')}"]
    assert isinstance(post, SeenPost)
    assert isinstance(comment, SeenComment)
    assert (post.author, post.title, post.content) == ("ada", "Title of first", "I love it")
    assert (comment.post_id, comment.parent_id) == (post.id, post.id)
    assert (post.deleted, comment.deleted) == (False, False)


def test_a_source_is_that_of_its_communities(world: World) -> None:
    with closing(world.source()) as source:
        # A subreddit is read from the archive where the settings say so.
        settings = Settings(arctic_shift="poll" if source.name == "arctic_shift" else "off")
        assert settings.source_of(world.community) == source.name


def test_nothing_that_is_new_since_the_watermark_is_missed(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        watermark = poll(source, world)[-1].watermark
        for round_number in range(3):
            names = [f"n{round_number}x{number}" for number in range(3)]
            for name in names:
                world.say("comment", name)
            pages = poll(source, world, watermark)
            assert {f"comment:{world.id_of(name)}" for name in names} <= items_of(pages).keys()
            watermark = pages[-1].watermark


def test_a_poll_of_nothing_new_keeps_its_place(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        first = poll(source, world)[-1].watermark
        assert poll(source, world, first)[-1].watermark == first


def test_another_process_goes_on_where_the_last_one_was(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        watermark = json.loads(json.dumps(poll(source, world)[-1].watermark))
    world.say("post", "second")
    with closing(world.source()) as source:
        assert f"post:{world.id_of('second')}" in items_of(poll(source, world, watermark))


def test_a_second_look_shows_what_was_edited_and_taken_back(world: World) -> None:
    for name in ("first", "second", "third"):
        world.say("post", name)
    world.edit("post", "second", "Other words")
    world.take_back("post", "third")
    with closing(world.source()) as source:
        used = source.requests_used
        asked = [reference(world, "post", name) for name in ("first", "second", "third")]
        found = {}
        gone = set()
        for start in range(0, len(asked), source.keys_at_once):
            looked = source.look_again(asked[start : start + source.keys_at_once])
            found |= {each.id: each for each in looked.found}
            gone |= looked.gone
        assert 1 <= source.requests_used - used <= len(asked)
    assert found[world.id_of("first")].content == "I love it"
    assert (found[world.id_of("second")].content, found[world.id_of("second")].edited) == (
        "Other words",
        # Some sources don't say that an item was edited.
        getattr(world, "tells_edits", True),
    )
    third = world.id_of("third")
    assert f"post:{third}" in gone or found[third].deleted


def test_of_what_it_never_saw_a_source_says_nothing_wrong(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        looked = source.look_again([reference(world, "comment", "nobody")])
    assert not looked.found
    assert looked.gone <= {f"comment:{world.id_of('nobody')}"}


def test_as_many_as_it_says_are_looked_at_at_once(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        used = source.requests_used
        names = ["first", *(f"x{number}" for number in range(source.keys_at_once - 1))]
        looked = source.look_again([reference(world, "post", name) for name in names])
        assert [each.id for each in looked.found] == [world.id_of("first")]
        assert 1 <= source.requests_used - used <= len(names)


def test_what_cannot_be_kept_is_counted_by_its_reason_and_the_rest_is_read(world: World) -> None:
    world.say("post", "first")
    world.say_rubbish()
    world.say("post", "second")
    with closing(world.source()) as source:
        found = items_of(poll(source, world))
        assert {each.id for each in found.values()} == {
            world.id_of("first"),
            world.id_of("second"),
        }
        ((reason, count),) = source.left_out.items()
    assert "created" in reason
    assert count == 1


def test_what_a_passing_fault_kept_back_is_read_by_a_later_poll(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        watermark = poll(source, world)[-1].watermark
        world.fail()
        with suppress(SourceUnavailable):
            watermark = poll(source, world, watermark)[-1].watermark
        world.heal()
        assert f"post:{world.id_of('late')}" in items_of(poll(source, world, watermark))
        assert not source.left_out


def test_a_community_that_is_not_there_fails_alone(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        with pytest.raises(CommunityUnavailable) as caught:
            list(source.poll(world.missing, None, oldest=OLDEST, now=utc_now()))
        assert caught.value.kind == "missing"
        assert len(items_of(poll(source, world))) == 1


def test_a_source_that_can_reach_nothing_says_which_setting_to_mend(world: World) -> None:
    with pytest.raises(SourceRefused, match=r"REDDIT_CLIENT_ID|PUSH_FOLDER"):
        world.refused()


def test_no_source_goes_on_past_the_deadline(world: World) -> None:
    world.say("post", "first")
    for number in range(501):
        world.say("comment", f"c{number}")
    with closing(world.source(wait_until(0.0))) as source, pytest.raises(DeadlineReached):
        poll(source, world)


def test_the_past_is_read_a_slice_at_a_time_by_any_process(world: World) -> None:
    now = utc_now()
    start, end = now - timedelta(days=30), now - timedelta(days=1)
    moments = [now - timedelta(hours=7 * number + 1) for number in range(150)]
    for number, moment in enumerate(moments):
        world.say_at(f"p{number}", moment.timestamp())
    found: dict[str, Seen] = {}
    cursor: Watermark | None = None
    for number in itertools.count():
        with closing(world.source()) as source:
            if not source.has_past:
                assert next(source.backfill(world.community, iso(start), iso(end), None), 0) == 0
                return
            used = source.requests_used
            read = next(source.backfill(world.community, iso(start), iso(end), cursor))
            assert source.requests_used <= used + 1
        found |= {each.key: each for each in read.items}
        cursor = json.loads(json.dumps(read.cursor))
        if cursor is None:
            break
        assert number < 500
    expected = {f"p{n}" for n, moment in enumerate(moments) if start <= moment < end}
    assert {f"post:{world.id_of(name)}" for name in expected} <= found.keys()
    assert read.complete_since is not None
    assert read.complete_since <= iso(start)
