"""Stories and comments of the stand-in for Hacker News."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from collector.sources.base import Source
from collector.sources.hackernews.client import HackerNewsSource
from collector.sources.waiting import Wait
from local.hackernews.board import Kind as EntryKind
from local.hackernews.server import HackerNewsStandIn
from shared.communities import Kind
from shared.settings import load_settings
from tests.contracts.worlds.base import DEADLINE, FAST


@dataclass
class HackerNews:
    """Posts are found by a word that is in all titles. An edit isn't marked as one."""

    stand_in: HackerNewsStandIn
    community: str = "hn.title"
    missing: str = "hn.nothing"
    tells_edits: bool = False
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(-10_000))
    numbers: dict[str, int] = field(default_factory=dict)

    def source(self, wait: Wait = DEADLINE) -> Source:
        settings = load_settings(
            {
                "COMMUNITIES": "hn.title,hn.nothing",
                "HN_QUERIES": "nothing=?!",
                "HN_BASE_URL": self.stand_in.base_url,
            }
        )
        return HackerNewsSource(settings, wait=wait, backoff=FAST, paces=(0.0, 0.0))

    def refused(self) -> Source:
        pytest.skip("Hacker News needs no setting")

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        words = {"title": f"Title of {name}"}
        answer = {"parent": self.number(more.pop("post", "first"))}
        entry: EntryKind = "story" if kind == "post" else "comment"
        given = {
            "id": self.number(name),
            "text": "I love it",
            "time": int(time.time()) + next(self.clock),
            "indexed_at": 0.0,
            **(words if kind == "post" else answer),
            **more,
        }
        self.stand_in.board.write(entry, **given)

    def say_at(self, name: str, moment: float) -> None:
        self.say("post", name, time=int(moment))

    def edit(self, kind: Kind, name: str, text: str) -> None:
        del kind
        self.stand_in.board.change(self.number(name), text=text)

    def take_back(self, kind: Kind, name: str) -> None:
        del kind
        self.stand_in.board.delete(self.number(name))

    def say_rubbish(self) -> None:
        self.say("post", "rubbish", odd={"created_at_i": "long ago"})

    def fail(self) -> None:
        self.say("post", "late")
        self.stand_in.set_faults("503")

    def heal(self) -> None:
        self.stand_in.set_faults("")

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, 41_000_000 + len(self.numbers))

    def id_of(self, name: str) -> str:
        return f"hn.{self.number(name)}"
