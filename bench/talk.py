"""The talk of a day at each open source, written at the stand-ins as time goes by.

No recorded answer says how much is written in a day, so VOLUMES are assumptions, each with its
ground; the recorded answers say how long the texts are.
"""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from local.discourse.board import Board as ForumBoard
from local.github.hub import Hub
from local.hackernews.board import Board as HackerNewsBoard
from shared.times import iso

DAY = timedelta(days=1)
SUBREDDITS = 14
FORUMS = ("cursor", "openai")
REPOSITORIES = (
    "anthropics/claude-code",
    "openai/codex",
    "google-gemini/gemini-cli",
    "microsoft/vscode-copilot-release",
    "sst/opencode",
)
QUERIES = {"claude-code": "Claude Code", "codex": "Codex"}


@dataclass(frozen=True)
class Volume:
    """The items a day of a community, the length of their texts, and the source of both figures."""

    posts: int
    comments: int
    characters: int
    ground: str

    @property
    def items(self) -> int:
        """Return the number of items."""
        return self.posts + self.comments


# The figures of a day are by community. The subreddits are those of the sample: 1,050 items a day
# in all 14. Lengths are the means of the recorded answers (../shared/sources), but for Discourse,
# whose seven recorded posts are tests of a sandbox.
VOLUMES: Mapping[str, Volume] = {
    "discourse": Volume(70, 480, 400, "assumed: a busy forum has 200,000 posts a year"),
    "github": Volume(60, 240, 400, "assumed: the busiest repository has three times as many"),
    "hackernews": Volume(15, 300, 325, "assumed: 15 stories a day that match, 20 comments each"),
}
# Of the items of the last two days, the share whose likes, points or reactions change in half an
# hour.
CHANGED = 0.02
RECENT = timedelta(days=2)
# Threads that are still answered.
THREADS = 30
SENTENCES = (
    "I love this update, great work by everybody.",
    "It is broken again and I hate that it loses my changes.",
    "Does anybody know where the setting for tabs is?",
    "The new model is much faster for me, and it costs less.",
    "Same here, since the last version.",
    "After an hour it stops to answer and says that the connection was lost.",
)


class Place(Protocol):
    """A community at a stand-in, where items are written and their scores change."""

    def start(self, text: str, at: datetime) -> Any:
        """Start a thread, and return it."""
        ...

    def answer(self, thread: Any, text: str, at: datetime) -> Any:
        """Answer in a thread, and return the comment."""
        ...

    def like(self, item: Any) -> None:
        """Raise the score of an item, if it has one."""
        ...


@dataclass
class Talk:
    """The talk of one community: it writes what is due until a moment."""

    place: Place
    volume: Volume
    began: datetime
    rng: random.Random
    written: int = 0
    threads: deque[Any] = field(default_factory=lambda: deque(maxlen=THREADS))
    recent: deque[tuple[datetime, Any]] = field(default_factory=deque)

    def until(self, now: datetime) -> None:
        """Write what is due, evenly over the day, and change some scores."""
        apart = DAY / self.volume.items
        begins = self.written
        while self.began + (self.written + 1) * apart <= now:
            self.written += 1
            self._write(self.began + self.written * apart)
        while self.recent and self.recent[0][0] < now - RECENT:
            self.recent.popleft()
        if begins:
            for _, item in self.rng.sample(self.recent, int(len(self.recent) * CHANGED)):
                self.place.like(item)

    def _write(self, at: datetime) -> None:
        every = round(self.volume.items / self.volume.posts)
        if self.written % every == 1:
            made = self.place.start(self._text(), at)
            self.threads.append(made)
        else:
            made = self.place.answer(self.rng.choice(self.threads), self._text(), at)
        self.recent.append((at, made))

    def _text(self) -> str:
        length = max(20, self.rng.expovariate(1 / self.volume.characters))
        said = ""
        while len(said) < length:
            said += self.rng.choice(SENTENCES) + " "
        return said.strip()


@dataclass
class ForumPlace:
    """A forum."""

    board: ForumBoard

    def start(self, text: str, at: datetime) -> int:
        """Start a topic, and return its first post."""
        return self.board.start(f"Question of {iso(at)}", text, created=at.timestamp()).id

    def answer(self, thread: int, text: str, at: datetime) -> int:
        """Answer in the topic of a post."""
        topic = self.board.posts[thread].topic_id
        return self.board.reply(topic, text, created=at.timestamp()).id

    def like(self, item: int) -> None:
        """Like a post."""
        self.board.posts[item].likes += 1


@dataclass
class RepositoryPlace:
    """A repository's issues."""

    hub: Hub
    full_name: str
    issues: int = 0

    def start(self, text: str, at: datetime) -> dict[str, Any]:
        """Open an issue."""
        self.issues += 1
        return self.hub.issue(self.full_name, self.issues, body=text, created_at=iso(at))

    def answer(self, thread: dict[str, Any], text: str, at: datetime) -> dict[str, Any]:
        """Comment on an issue."""
        number = thread["number"]
        return self.hub.comment(self.full_name, number, body=text, created_at=iso(at))

    def like(self, item: dict[str, Any]) -> None:
        """React to an issue or comment, which doesn't count as an update of it."""
        reactions = item["reactions"]
        more = {"total_count": reactions["total_count"] + 1, "+1": reactions["+1"] + 1}
        item["reactions"] = {**reactions, **more}


@dataclass
class QueryPlace:
    """The stories of Hacker News that a saved query finds."""

    board: HackerNewsBoard
    words: str

    def start(self, text: str, at: datetime) -> int:
        """Submit a story."""
        return self._write("story", at, title=f"{self.words} on {iso(at)}", text=text, score=1)

    def answer(self, thread: int, text: str, at: datetime) -> int:
        """Comment on a story."""
        return self._write("comment", at, text=text, parent=thread)

    def like(self, item: int) -> None:
        """Give a story a point; comments show none."""
        entry = self.board.find(item)
        if entry is not None and entry.type == "story":
            self.board.change(item, score=entry.score + 1)

    def _write(self, kind: Any, at: datetime, **more: Any) -> int:
        second = int(at.timestamp())
        return self.board.write(kind, time=second, indexed_at=second, **more)
