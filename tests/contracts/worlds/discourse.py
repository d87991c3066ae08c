"""A forum of the stand-in for Discourse."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from collector.sources.base import Source
from collector.sources.discourse.source import DiscourseSource
from collector.sources.waiting import Wait
from local.discourse.board import BoardPost
from local.discourse.server import StandIn
from shared.communities import Kind
from shared.settings import load_settings
from tests.contracts.worlds.base import DEADLINE, FAST

# Far above all topics that somebody starts.
NOBODYS_TOPIC = 900_000


@dataclass
class Discourse:
    stand_in: StandIn
    community: str = "forum.desk"
    missing: str = "forum.nowhere"
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(-10_000))
    said: dict[str, BoardPost] = field(default_factory=dict)
    began: float = field(default_factory=time.time)

    def source(self, wait: Wait = DEADLINE) -> Source:
        settings = load_settings(
            {
                "COMMUNITIES": "forum.desk,forum.nowhere",
                "FORUMS": f"desk={self.stand_in.address_of('desk')},"
                f"nowhere={self.stand_in.address_of('nowhere')}",
            }
        )
        return DiscourseSource(settings, wait=wait, backoff=FAST, pace=0.0)

    def refused(self) -> Source:
        pytest.skip("a forum needs no setting but its address, which the settings check")

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        created = time.time() + next(self.clock)
        if kind == "post":
            self.said[name] = self.board.start(
                f"Title of {name}", "I love it", created=created, more=more
            )
        else:
            topic = self.said["first"].topic_id
            self.said[name] = self.board.reply(topic, "I love it", created=created, more=more)

    def say_at(self, name: str, moment: float) -> None:
        # Ids grow with time, in whichever order a test writes.
        post_id = int(moment - self.began) + 10**8
        self.said[name] = self.board.start(
            f"Title of {name}", "I love it", created=moment, post_id=post_id
        )

    def edit(self, kind: Kind, name: str, text: str) -> None:
        del kind
        self.board.edit(self.said[name].id, text)

    def take_back(self, kind: Kind, name: str) -> None:
        del kind
        self.board.delete(self.said[name].id)

    def say_rubbish(self) -> None:
        self.say("post", "rubbish", created_at="long ago")

    def fail(self) -> None:
        self.say("post", "late")
        self.stand_in.app.set_faults("503")

    def heal(self) -> None:
        self.stand_in.app.set_faults()

    def id_of(self, name: str) -> str:
        if name not in self.said:
            number = int(name[1:]) if name[1:].isdigit() else 0
            return f"{self.community}.{NOBODYS_TOPIC + number}"
        post = self.said[name]
        topic = f"{self.community}.{post.topic_id}"
        return topic if post.number == 1 else f"{topic}.{post.number}"

    @property
    def board(self) -> Any:
        return self.stand_in.app.boards["desk"]
