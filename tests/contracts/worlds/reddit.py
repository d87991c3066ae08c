"""Subreddits of the stand-in for Reddit."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from collector.sources.base import Source
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import Wait
from local.reddit.server import StandIn
from shared.communities import Kind
from shared.settings import load_settings
from tests.contracts.worlds.base import DEADLINE, FAST


@dataclass
class Reddit:
    stand_in: StandIn
    community: str = "aws"
    missing: str = "nowhere_at_all"
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

    def say_at(self, name: str, moment: float) -> None:
        self.say("post", name, created_utc=moment)

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
