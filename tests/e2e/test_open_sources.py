"""The running product with every source that takes no account: one host, four servers, a folder."""

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.arctic_shift.archive import Archive
from local.arctic_shift.server import ArcticShiftApp, ArcticShiftStandIn
from local.discourse.board import Board
from local.discourse.server import DiscourseStandIn, StandIn
from local.github.hub import Hub
from local.github.server import GitHubStandIn
from local.hackernews.server import HackerNewsStandIn
from local.reddit.objects import RedditObject
from shared.times import iso_from_epoch, utc_now
from tests.fixtures.host import RunningHost, hosts_in
from tests.fixtures.store_checks import check_database

PATIENCE = 120.0
REPOSITORY = "acme/tool"
HN, FORUM, GITHUB, SUBREDDIT, PUSH = "hn.claude", "forum.town", "github.acme.tool", "aws", "push.in"
SOURCES = {
    HN: "hackernews",
    FORUM: "discourse",
    GITHUB: "github",
    SUBREDDIT: "arctic_shift",
    PUSH: "push",
}


@dataclass
class World:
    """The servers with what was said there, and the product that collects from them.

    said: fields that items have in answers, by kind and id.
    """

    folder: Path
    hacker_news: HackerNewsStandIn
    forum: StandIn
    github: GitHubStandIn
    archive: ArcticShiftStandIn
    said: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    minutes: int = 0
    host: RunningHost | None = None

    @property
    def settings(self) -> dict[str, str]:
        """Return the settings of the product."""
        return {
            "SQLITE_PATH": str(self.folder / "data" / "undertone.db"),
            "SUBREDDITS": SUBREDDIT,
            "COMMUNITIES": f"{HN},{FORUM},{GITHUB},{PUSH}",
            "HN_BASE_URL": self.hacker_news.base_url,
            "FORUMS": f"town={self.forum.address_of('town')}",
            "GITHUB_BASE_URL": self.github.base_url,
            "ARCTIC_SHIFT": "poll",
            "ARCTIC_SHIFT_BASE_URL": self.archive.base_url,
            "PUSH_FOLDER": str(self.folder),
            "CONTACT": "ops@example.com",
            "BACKFILL_DAYS": "0",
            "SWEEP_REQUESTS": "0",
            "CACHE_SECONDS": "0",
            "LEASE_SECONDS": "5",
        }

    def say(self) -> None:
        """Have a post and an answer to it written in each community."""
        for write in (self._at_hacker_news, self._in_forum, self._at_github, self._in_archive):
            write()
        self._in_folder()

    def _moment(self) -> int:
        """Return a moment of the last hours, each a minute after the one before."""
        self.minutes += 1
        return int((utc_now() - timedelta(hours=3)).timestamp()) + 60 * self.minutes

    def _expect(self, kind: str, community: str, name: str, moment: int, **more: Any) -> None:
        self.said[kind, name] = {
            "source": SOURCES[community],
            "subreddit": community,
            "created_utc": iso_from_epoch(moment),
            **more,
        }

    def _at_hacker_news(self) -> None:
        board, at = self.hacker_news.board, self._moment()
        story = board.write("story", title="I love claude &amp; co", time=at, by="ada", score=7)
        page = "https://news.ycombinator.com/item?id="
        self._expect(
            "post", HN, f"hn.{story}", at, author="ada", upvotes=7, comment_count=1,
            title="I love claude & co", permalink=f"{page}{story}",
        )  # fmt: skip
        at = self._moment()
        answer = board.write(
            "comment", parent=story, time=at, by="alan", text="<p>I <i>hate</i> it"
        )
        self._expect(
            "comment", HN, f"hn.{answer}", at, author="alan", upvotes=None, content="I *hate* it",
            permalink=f"{page}{answer}", post_id=f"hn.{story}",
        )  # fmt: skip

    def _in_forum(self) -> None:
        board, at = self.forum.app.boards["town"], self._moment()
        first = board.start("Great tool", "I **love** it", created=at)
        name = f"{FORUM}.{first.topic_id}"
        self._expect(
            "post", FORUM, name, at, author="ada", title="Great tool", content="I **love** it",
            upvotes=0, comment_count=1,
        )  # fmt: skip
        at = self._moment()
        board.reply(first.topic_id, "Me too", created=at)
        self._expect(
            "comment",
            FORUM,
            f"{name}.2",
            at,
            author="ada",
            content="Me too",
            upvotes=0,
            post_id=name,
        )

    def _at_github(self) -> None:
        hub, at, number = self.github.hub, self._moment(), self.minutes
        hub.issue(REPOSITORY, number, title="It is slow", created_at=iso_from_epoch(at))
        self._expect(
            "post", GITHUB, f"{GITHUB}.{number}", at, author="ada", title="It is slow", upvotes=0,
            comment_count=1, permalink=f"https://github.com/{REPOSITORY}/issues/{number}",
        )  # fmt: skip
        at = self._moment()
        made = hub.comment(REPOSITORY, number, body="Thanks", created_at=iso_from_epoch(at))
        self._expect(
            "comment", GITHUB, f"{GITHUB}.{number}.c{made['id']}", at, content="Thanks", upvotes=0,
            post_id=f"{GITHUB}.{number}", permalink=made["html_url"],
        )  # fmt: skip

    def _in_archive(self) -> None:
        at, name = self._moment(), f"p{self.minutes}"
        shared = {"subreddit": SUBREDDIT, "author": "ada", "score": 1}
        link = f"/r/{SUBREDDIT}/comments/{name}/x/"
        post: RedditObject = {
            "kind": "t3",
            "data": {
                **shared, "id": name, "created_utc": at, "title": "I like it", "selftext": "",
                "permalink": link, "num_comments": 0,
            },
        }  # fmt: skip
        self._expect(
            "post", SUBREDDIT, name, at, title="I like it", upvotes=None, comment_count=None,
            permalink=f"https://www.reddit.com{link}",
        )  # fmt: skip
        at, answer = self._moment(), f"c{self.minutes}"
        comment: RedditObject = {
            "kind": "t1",
            "data": {
                **shared, "id": answer, "created_utc": at, "body": "Not at all",
                "link_id": f"t3_{name}", "parent_id": f"t3_{name}",
            },
        }  # fmt: skip
        self._expect(
            "comment", SUBREDDIT, answer, at, content="Not at all", upvotes=None, post_id=name
        )
        self.archive.archive.add([post, comment])

    def _in_folder(self) -> None:
        at, number = self._moment(), self.minutes
        lines = [{"kind": "post", "id": f"{number}", "title": "Bad", "created": iso_from_epoch(at)}]
        name = f"{PUSH}.{number}"
        self._expect("post", PUSH, name, at, title="Bad", upvotes=None, comment_count=None)
        at = self._moment()
        answer = {"id": f"a{number}", "post_id": f"{number}", "text": "Good"}
        lines += [{"kind": "comment", "created": iso_from_epoch(at), **answer}]
        self._expect("comment", PUSH, f"{PUSH}.a{number}", at, content="Good", post_id=name)
        with (self.folder / "in.ndjson").open("a") as file:
            file.writelines(f"{json.dumps(line)}\n" for line in lines)

    def get(self, path: str, **parameters: object) -> Any:
        """Request the API."""
        assert self.host is not None
        answer = self.host.http.get(f"/api/v1/{path}", params=parameters)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer.json()

    def ask(self) -> str:
        """Ask for a collection, and return its id."""
        assert self.host is not None
        answer = self.host.http.post("/api/v1/admin/collect")
        assert answer.status_code == 202, answer.text
        cycle: str = answer.json()["cycle"]
        return cycle

    def cycle(self, name: str, *ends: str) -> dict[str, Any]:
        """Wait until a cycle has one of these statuses, and return it."""
        deadline = time.monotonic() + PATIENCE
        while (found := self.get(f"cycles/{name}"))["status"] not in ends:
            assert time.monotonic() < deadline, found
            time.sleep(0.1)
        cycle: dict[str, Any] = found
        return cycle

    def listed(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Return the items that the API lists, each of which it lists once.

        Over all communities it shows copies as one.
        """
        lists = [self.get("items", community=name, limit=500, hours=24) for name in SOURCES]
        items = [item for items in lists for item in items]
        found = {(item["kind"], item["id"]): item for item in items}
        assert len(found) == len(items)
        return found

    def stored(self) -> list[tuple[str, str]]:
        """Return all items as they are stored."""
        with closing(sqlite3.connect(self.settings["SQLITE_PATH"])) as database:
            return [
                row
                for table in ("posts", "comments")
                for row in database.execute(f"SELECT id, body FROM {table} ORDER BY id")  # noqa: S608
            ]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Start the servers and the product, which is killed in the midst of its first collection."""
    folder = tmp_path_factory.mktemp("open")
    with ExitStack() as stack:
        world = World(
            folder,
            stack.enter_context(HackerNewsStandIn()),
            stack.enter_context(StandIn(DiscourseStandIn({"town": Board()}))),
            stack.enter_context(GitHubStandIn(Hub())),
            stack.enter_context(ArcticShiftStandIn(ArcticShiftApp(Archive()))),
        )
        world.say()
        world.say()
        start = stack.enter_context(hosts_in(folder))
        world.host = start(arguments=["--no-collect"], settings=world.settings)
        world.host.wait_for_log("process.started process=worker")
        # So that it can't end before.
        world.archive.set_faults("stall")
        killed = world.ask()
        while not world.get(f"cycles/{killed}")["subreddits_processed"]:
            time.sleep(0.05)
        os.kill(world.host.worker(), signal.SIGKILL)
        world.host.wait_for_log("process.died process=worker")
        world.archive.set_faults("")
        # As after the ten minutes for which a queue hides a message in work.
        with closing(sqlite3.connect(folder / "data" / "queues.db")) as queues, queues:
            queues.execute("UPDATE messages SET visible = 0")
        ended = world.cycle(killed, "completed")
        assert ended["errors"][0]["message"] == "its process was killed, and it was begun again"
        yield world
        world.host.stop()


def check_all_is_there(world: World) -> None:
    """Assert that everything said is stored once, with its fields, and counted."""
    listed = world.listed()
    assert listed.keys() == world.said.keys()
    wrong = {
        (*key, name): (listed[key][name], expected)
        for key, fields in world.said.items()
        for name, expected in fields.items()
        if listed[key][name] != expected
    }
    assert wrong == {}
    counted = {
        name: world.get("sentiment/stats", community=name)["statistics"]["total"]
        for name in SOURCES
    }
    own = {name: sum(each["subreddit"] == name for each in listed.values()) for name in SOURCES}
    assert counted == own
    assert world.get("sentiment/stats")["statistics"]["total"] == len(listed)
    check_database(world.settings)


def test_after_a_kill_everything_is_stored_once_and_a_second_cycle_writes_nothing(world) -> None:
    check_all_is_there(world)
    before = world.stored()
    ended = world.cycle(world.ask(), "completed", "failed")
    assert (ended["status"], ended["errors"], ended["left_out"]) == ("completed", [], {})
    assert [ended[name] for name in ("new", "edited", "moved", "removed")] == [0, 0, 0, 0]
    assert world.stored() == before
    assert {name: each["used"] > 0 for name, each in ended["requests"].items()} == dict.fromkeys(
        SOURCES.values(), True
    )


def test_with_three_of_five_sources_down_the_others_are_collected_in_the_same_cycle(world) -> None:
    known = set(world.said)
    world.say()
    new = {key: fields["subreddit"] for key, fields in world.said.items() if key not in known}
    world.forum.app.set_faults("blocked")
    world.hacker_news.set_faults("cut")
    world.archive.set_faults("drop")
    ended = world.cycle(world.ask(), "completed", "failed")
    up = {GITHUB, PUSH}
    assert world.listed().keys() == known | {key for key, name in new.items() if name in up}
    assert (ended["status"], ended["new"]) == ("completed", 4)
    kinds = {error["subreddit"]: error["kind"] for error in ended["errors"]}
    assert kinds == {FORUM: "blocked", HN: "connection", SUBREDDIT: "connection"}
    assert all(error["message"] for error in ended["errors"])
    details = world.get("subreddits")["details"]
    assert {each["name"] for each in details if each["last_error"]} == {FORUM, HN, SUBREDDIT}

    for stand_in in (world.forum.app, world.hacker_news, world.archive):
        stand_in.set_faults("")
    ended = world.cycle(world.ask(), "completed", "failed")
    assert (ended["new"], ended["errors"]) == (6, [])
    check_all_is_there(world)
