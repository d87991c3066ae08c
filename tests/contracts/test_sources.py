"""What every source promises, whatever is behind it: Reddit over HTTP, and a folder of files."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pytest

from collector.sources.base import ItemReference, Page, Seen, SeenComment, SeenPost, Source
from collector.sources.push.folder import FolderSource
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import Backoff, Wait, wait_until
from local.reddit.server import StandIn
from shared.communities import Kind, source_of
from shared.errors import CommunityUnavailable, DeadlineReached, SourceRefused, SourceUnavailable
from shared.settings import load_settings
from shared.times import iso, utc_now

FAST = Backoff(attempts=2, first_seconds=0.01, most_seconds=0.02)
OLDEST = "2000-01-01T00:00:00Z"
DEADLINE = wait_until(time.monotonic() + 3600)


class World(Protocol):
    """A place where people talk, and the source that reads it."""

    community: str

    def source(self, wait: Wait = DEADLINE) -> Source: ...
    def refused(self) -> Source:
        """Make a source that can reach nothing."""
        ...

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        """Have somebody write a post, or a comment on the post `post`."""
        ...

    def edit(self, kind: Kind, name: str, text: str) -> None: ...
    def take_back(self, kind: Kind, name: str) -> None: ...
    def say_rubbish(self) -> None:
        """Have the place show an item that can't be kept."""
        ...

    def fail(self) -> None:
        """Have the place fail for a while, in the midst of what is new."""
        ...

    def heal(self) -> None: ...
    def id_of(self, name: str) -> str:
        """Return an item's id as the source gives it."""
        ...


@dataclass
class Reddit:
    stand_in: StandIn
    community: str = "aws"
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(-10_000))

    def source(self, wait: Wait = DEADLINE) -> Source:
        settings = load_settings({"REDDIT_BASE_URL": self.stand_in.base_url, "SUBREDDITS": "aws"})
        return RedditSource(settings, wait=wait, backoff=FAST)

    def refused(self) -> Source:
        return RedditSource(load_settings({"SUBREDDITS": "aws"}), wait=DEADLINE)

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        prefix = "t3" if kind == "post" else "t1"
        words = {"title": f"Title of {name}", "selftext": "I love it", "url": "", "permalink": ""}
        answer = {"link_id": "t3_first", "parent_id": "t3_first", "body": "I love it"}
        data = {
            "id": name,
            "name": f"{prefix}_{name}",
            "subreddit": self.community,
            "author": "ada",
            "created_utc": time.time() + next(self.clock),
            "score": 3,
            **(words if kind == "post" else answer),
            **more,
        }
        self.stand_in.control.add([{"kind": prefix, "data": data}])

    def edit(self, kind: Kind, name: str, text: str) -> None:
        self.stand_in.control.edit(f"{'t3' if kind == 'post' else 't1'}_{name}", text)

    def take_back(self, kind: Kind, name: str) -> None:
        self.stand_in.control.remove(f"{'t3' if kind == 'post' else 't1'}_{name}")

    def say_rubbish(self) -> None:
        self.say("post", "rubbish", created_utc=1.0)

    def fail(self) -> None:
        self.say("post", "late")
        self.stand_in.control.set_faults("503,first=99")

    def heal(self) -> None:
        self.stand_in.control.clear_faults()

    def id_of(self, name: str) -> str:
        return name


@dataclass
class Push:
    folder: Path
    community: str = "push.support-desk"
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(-10_000))
    said: dict[str, dict[str, Any]] = field(default_factory=dict)

    def source(self, wait: Wait = DEADLINE) -> Source:
        settings = load_settings(
            {"COMMUNITIES": "push.support-desk,push.other", "PUSH_FOLDER": str(self.folder)}
        )
        return FolderSource(settings, wait=wait)

    def refused(self) -> Source:
        settings = load_settings({"COMMUNITIES": "push.x", "PUSH_FOLDER": "/nowhere/at/all"})
        return FolderSource(settings, wait=DEADLINE)

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        moment = time.time() + next(self.clock)
        line = {
            "id": name,
            "kind": kind,
            "created": iso(utc_now().fromtimestamp(moment, utc_now().tzinfo)),
            "author": "ada",
            "text": "I love it",
            **({"title": f"Title of {name}"} if kind == "post" else {"post_id": "first"}),
            **more,
        }
        self.said[name] = line
        self.append(json.dumps(line))

    def edit(self, kind: Kind, name: str, text: str) -> None:
        del kind
        self.append(json.dumps({**self.said[name], "text": text, "edited": True}))

    def take_back(self, kind: Kind, name: str) -> None:
        del kind
        self.append(json.dumps({**self.said[name], "deleted": "author"}))

    def say_rubbish(self) -> None:
        self.say("post", "rubbish", created="long ago")

    def fail(self) -> None:
        """Leave a line half written."""
        self.say("post", "late")
        path = self.folder / "support-desk.ndjson"
        path.write_bytes(path.read_bytes()[:-20])

    def heal(self) -> None:
        path = self.folder / "support-desk.ndjson"
        with path.open("a") as file:
            file.write(json.dumps(self.said["late"])[-19:] + "\n")

    def id_of(self, name: str) -> str:
        return f"{self.community}.{name}"

    def append(self, line: str) -> None:
        with (self.folder / "support-desk.ndjson").open("a") as file:
            file.write(line + "\n")


@pytest.fixture(params=["reddit", "push"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    if request.param == "push":
        (tmp_path / "support-desk.ndjson").touch()
        return Push(tmp_path)
    return Reddit(request.getfixturevalue("stand_in")([]))


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
        assert source_of(world.community) == source.name


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
        looked = source.look_again(asked)
        assert source.requests_used == used + 1
    found = {each.id: each for each in looked.found}
    assert found[world.id_of("first")].content == "I love it"
    assert (found[world.id_of("second")].content, found[world.id_of("second")].edited) == (
        "Other words",
        True,
    )
    assert found[world.id_of("third")].deleted


def test_of_what_it_never_saw_a_source_says_nothing_wrong(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        looked = source.look_again([reference(world, "comment", "nobody")])
    assert not looked.found
    assert looked.gone <= {f"comment:{world.id_of('nobody')}"}


def test_as_many_as_it_says_are_looked_at_by_one_request(world: World) -> None:
    world.say("post", "first")
    with closing(world.source()) as source:
        used = source.requests_used
        names = ["first", *(f"x{number}" for number in range(source.keys_at_once - 1))]
        looked = source.look_again([reference(world, "post", name) for name in names])
        assert [each.id for each in looked.found] == [world.id_of("first")]
        assert source.requests_used == used + 1


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
    other = "push.other" if world.community.startswith("push.") else "nowhere_at_all"
    with closing(world.source()) as source:
        with pytest.raises(CommunityUnavailable) as caught:
            list(source.poll(other, None, oldest=OLDEST, now=utc_now()))
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
