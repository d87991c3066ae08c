"""A folder of pushed files."""

import itertools
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collector.sources.base import Source
from collector.sources.push.folder import FolderSource
from collector.sources.waiting import Wait
from shared.communities import Kind
from shared.settings import load_settings
from shared.times import iso, utc_now
from tests.contracts.worlds.base import DEADLINE


@dataclass
class Push:
    folder: Path
    community: str = "push.support-desk"
    missing: str = "push.other"
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

    def say_at(self, name: str, moment: float) -> None:
        self.say("post", name, created=iso(datetime.fromtimestamp(moment, UTC)))

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
