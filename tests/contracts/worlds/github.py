"""Issues of a repository of the stand-in for GitHub."""

import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from collector.sources.base import Source
from collector.sources.github.source import GitHubSource
from collector.sources.waiting import Wait
from local.github.server import GitHubStandIn
from shared.communities import Kind
from shared.settings import load_settings
from shared.times import iso_from_epoch
from tests.contracts.worlds.base import DEADLINE, FAST

REPOSITORY = "acme/tool.js"
# A comment is looked up under its issue.
THREAD = "first"


@dataclass
class GitHub:
    stand_in: GitHubStandIn
    community: str = "github.acme.tool.js"
    missing: str = "github.acme.nowhere"
    clock: Iterator[int] = field(default_factory=lambda: itertools.count(-10_000))
    numbers: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, Kind] = field(default_factory=dict)

    def source(self, wait: Wait = DEADLINE) -> Source:
        settings = load_settings(
            {
                "SUBREDDITS": "none",
                "COMMUNITIES": f"{self.community},{self.missing}",
                "GITHUB_BASE_URL": self.stand_in.base_url,
                "GITHUB_TOKEN": "a-token",
            }
        )
        return GitHubSource(settings, wait=wait, backoff=FAST, pace=0)

    def refused(self) -> Source:
        pytest.skip("GitHub is read without any setting")

    def say(self, kind: Kind, name: str, **more: Any) -> None:
        moment = iso_from_epoch(time.time() + next(self.clock))
        self.kinds[name] = kind
        more = {"created_at": moment, **more}
        if kind == "post":
            title = f"Title of {name}"
            self.stand_in.hub.issue(REPOSITORY, self.number(name), title=title, **more)
        else:
            self.stand_in.hub.comment(REPOSITORY, self.number(THREAD), id=self.number(name), **more)

    def say_at(self, name: str, moment: float) -> None:
        self.say("post", name, created_at=iso_from_epoch(moment))

    def edit(self, kind: Kind, name: str, text: str) -> None:
        repository = self.stand_in.hub.repository(REPOSITORY)
        things = repository.issues if kind == "post" else repository.comments
        self.stand_in.hub.edit(things[self.number(name)], body=text)

    def take_back(self, kind: Kind, name: str) -> None:
        if kind == "post":
            self.stand_in.hub.delete(REPOSITORY, self.number(name))
        else:
            del self.stand_in.hub.repository(REPOSITORY).comments[self.number(name)]

    def say_rubbish(self) -> None:
        moment = iso_from_epoch(time.time() + next(self.clock))
        self.say("post", "rubbish", created_at="1970-01-01T00:00:01Z", updated_at=moment)

    def fail(self) -> None:
        self.say("post", "late")
        self.stand_in.set_faults("503,first=99")

    def heal(self) -> None:
        self.stand_in.set_faults("")

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers) + 1)

    def id_of(self, name: str) -> str:
        number = self.number(name)
        is_comment = self.kinds.get(name) == "comment"
        return (
            f"{self.community}.{self.number(THREAD)}.c{number}"
            if is_comment
            else (f"{self.community}.{number}")
        )
