"""Changing communities of two sources that fail; the store must match what they show at the end."""

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from collector.sources.base import ItemReference, Looked, Page, Seen, SeenComment, SeenPost
from shared.communities import SourceName
from shared.errors import SourceUnavailable
from shared.models import Watermark
from shared.settings import Settings
from tests.collector.shards.world import Listed, Server, a_seen_comment, a_seen_post

REDDIT_NAMES = tuple(f"reddit{number}" for number in range(9))
FORUM_NAMES = ("forum.a", "forum.b", "forum.c", "forum.d")
NAMES = (*REDDIT_NAMES, *FORUM_NAMES)
MOODS = (
    "I love it, great work",
    "I hate it",
    "It is on the table",
    "Quite so",
    "A terrible update",
)
COPIED = "The very same words of one author in several places, {}"


@dataclass
class FaultySources(Server):
    """Sources of which a share of the requests fails, half of those after a part of a page."""

    share: float = 0.0
    seed: int = 0

    @contextmanager
    def open_sources(
        self, settings: Settings, stalled: int
    ) -> Iterator[Mapping[SourceName, Listed]]:
        """Open the sources of a shard."""
        rng = random.Random(self.seed)
        with super().open_sources(settings, stalled) as sources:
            yield {name: FaultyListed(self, name, self.share, rng) for name in sources}


class FaultyListed(Listed):
    """A source that fails before, or in the middle of, an answer."""

    def __init__(self, server: Server, name: SourceName, share: float, rng: random.Random) -> None:
        super().__init__(server, name)
        self._share, self._rng = share, rng

    def poll(
        self, community: str, watermark: Watermark | None, *, oldest: str, now: datetime
    ) -> Iterator[Page]:
        """Yield the items of a community, or some of them and then fail."""
        chance = self._rng.random()
        if chance < self._share / 2:
            raise SourceUnavailable("connection", "planned")
        for page in super().poll(community, watermark, oldest=oldest, now=now):
            if chance < self._share:
                yield Page(page.items[: len(page.items) // 2], {"read": "half"})
                raise SourceUnavailable("connection", "planned, in the middle of a page")
            yield page

    def look_again(self, items: Sequence[ItemReference]) -> Looked:
        """Look items up, or fail."""
        if self._rng.random() < self._share:
            raise SourceUnavailable("connection", "planned")
        return super().look_again(items)


@dataclass
class Changes:
    """Changes what the sources show as time passes."""

    server: Server
    rng: random.Random
    added: int = 0
    edited: int = 0
    removed: int = 0

    def first(self, now: datetime) -> None:
        """Show a few items of the hours before now in each community."""
        for name in NAMES:
            for _ in range(2):
                self._add(name, now - timedelta(minutes=self.rng.randrange(5, 300)))

    def go_on(self, now: datetime) -> None:
        """Add some items, edit and vote on a few, and sometimes remove one."""
        for _ in range(self.rng.randrange(1, 7)):
            self._add(self.rng.choice(NAMES), now - timedelta(seconds=self.rng.randrange(60, 600)))
        for _ in range(2):
            name, place = self._some()
            self.server.items[name][place] = self._edited(self.server.items[name][place])
        name, place = self._some()
        one = self.server.items[name][place]
        self.server.items[name][place] = replace(one, upvotes=self.rng.randrange(500))
        if self.rng.random() < 0.5:
            name, place = self._some()
            del self.server.items[name][place]
            self.removed += 1

    def _add(self, name: str, created: datetime) -> None:
        """Add a post with a comment; one post in five repeats words of another one."""
        self.added += 2
        number = f"{self.added}"
        words = f"{self.rng.choice(MOODS)} {number}"
        if self.rng.random() < 0.2:
            words = COPIED.format(self.rng.randrange(3))
        post = a_seen_post(number, created, words)
        self.server.items[name] += [post, a_seen_comment(number, created, self.rng.choice(MOODS))]

    def _some(self) -> tuple[str, int]:
        name = self.rng.choice([name for name in NAMES if self.server.items[name]])
        return name, self.rng.randrange(len(self.server.items[name]))

    def _edited(self, item: Seen) -> Seen:
        self.edited += 1
        words = f"{self.rng.choice(MOODS)} again {self.edited}"
        if isinstance(item, SeenPost):
            return replace(item, title=words, edited=True)
        return replace(item, content=words, edited=True)


def shown_by(server: Server) -> dict[str, tuple[str, str | None, str, int | None]]:
    """Return community, title, content and votes of each item that is shown, by fullname."""
    return {
        f"{'t1' if isinstance(item, SeenComment) else 't3'}_{item.id}": (
            name,
            item.title if isinstance(item, SeenPost) else None,
            item.content,
            item.upvotes,
        )
        for name, items in server.items.items()
        for item in items
    }
