"""Subreddits of the stand-in for Arctic Shift."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from collector.sources.arctic_shift.client import ArcticShiftSource
from collector.sources.base import Source
from collector.sources.waiting import Wait
from local.arctic_shift.server import ArcticShiftStandIn
from local.reddit.objects import RedditObject
from shared.communities import Kind
from shared.settings import load_settings
from tests.contracts.worlds.base import DEADLINE, FAST


@dataclass
class ArcticShift:
    stand_in: ArcticShiftStandIn
    community: str = "aws"
    missing: str = "nowhere_at_all"
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(-10_000))

    def source(self, wait: Wait = DEADLINE) -> Source:
        settings = load_settings(
            {
                "ARCTIC_SHIFT": "poll",
                "ARCTIC_SHIFT_BASE_URL": self.stand_in.base_url,
                "SUBREDDITS": f"aws,{self.missing}",
            }
        )
        return ArcticShiftSource(settings, wait=wait, backoff=FAST, pace=0)

    def refused(self) -> Source:
        pytest.skip("the archive needs no account")

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        self.stand_in.archive.add([self.made(kind, name, **more)])

    def made(self, kind: Kind, name: str, **more: Any) -> RedditObject:
        words = {"title": f"Title of {name}", "selftext": "I love it", "url": "", "permalink": ""}
        answer = {"link_id": "t3_first", "parent_id": "t3_first", "body": "I love it"}
        data = {
            "id": name,
            "subreddit": self.community,
            "author": "ada",
            "created_utc": time.time() + next(self.clock),
            "score": 3,
            **(words if kind == "post" else answer),
            **more,
        }
        return {"kind": "t3" if kind == "post" else "t1", "data": data}

    def say_at(self, name: str, moment: float) -> None:
        self.say("post", name, created_utc=moment)

    def edit(self, kind: Kind, name: str, text: str) -> None:
        self.stand_in.archive.edit(f"{'t3' if kind == 'post' else 't1'}_{name}", text)
        self.look_again(kind, name)

    def take_back(self, kind: Kind, name: str) -> None:
        self.stand_in.archive.take_back(f"{'t3' if kind == 'post' else 't1'}_{name}")
        self.look_again(kind, name)

    def look_again(self, kind: Kind, name: str) -> None:
        """Have the archive look at an item a second time now."""
        self.stand_in.archive.look_again(f"{'t3' if kind == 'post' else 't1'}_{name}")

    def say_rubbish(self) -> None:
        thing = self.made("post", "rubbish", created_utc="long ago")
        self.stand_in.archive.add([thing], at=time.time() + next(self.clock))

    def fail(self) -> None:
        self.say("post", "late")
        self.stand_in.set_faults("503,first=99")

    def heal(self) -> None:
        self.stand_in.set_faults("")

    def id_of(self, name: str) -> str:
        return name
