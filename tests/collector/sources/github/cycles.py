"""Cycles over the GitHub stand-in, at a time that the tests choose."""

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.collection.cycle import Collector
from collector.sources.github.source import GitHubSource
from collector.sources.waiting import Wait, wait_until
from local.github.hub import Hub
from local.github.limits import Limits
from local.github.server import GitHubStandIn
from shared.models import Cycle
from shared.settings import Settings, load_settings
from shared.store import Store
from shared.times import iso
from tests.collector.harness import FAST, METHOD

TOOL, CLI = "github.acme.tool", "github.acme.cli"
START = datetime(2026, 11, 25, 10, 0, 20, tzinfo=UTC)


@dataclass
class Time:
    """A clock that moves when a test says so."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def ago(self, **span: float) -> str:
        return iso(self.now - timedelta(**span))


@dataclass
class Place:
    """A stand-in, and sources and cycles that read it at its time."""

    clock: Time = field(default_factory=Time)

    def __post_init__(self) -> None:
        self.hub = Hub(self.clock)
        self.limits = Limits(self.clock)
        self.stand_in = GitHubStandIn(
            self.hub, limits=self.limits, tokens=frozenset({"good-token"})
        )

    def close(self) -> None:
        self.stand_in.close()

    def settings(self, base: Settings | None = None, **more: str) -> Settings:
        made = load_settings(
            {
                "SUBREDDITS": "none",
                "COMMUNITIES": f"{TOOL},{CLI}",
                "GITHUB_BASE_URL": self.stand_in.base_url,
                **more,
            }
        )
        return made if base is None else made.model_copy(update={"sqlite_path": base.sqlite_path})

    def source(self, wait: Wait | None = None, **more: Any) -> GitHubSource:
        settings = self.settings(**more)
        made_of = wait or wait_until(time.monotonic() + 600)
        return GitHubSource(settings, wait=made_of, clock=self.clock, backoff=FAST, pace=0)

    async def cycle(self, store: Store, **more: str) -> Cycle:
        """Run a cycle with a source of its own, as each process does."""
        with closing(self.source(**more)) as source:
            settings = self.settings(**more)
            sources = {source.name: source}
            collector = Collector(store, sources, METHOD, settings, clock=self.clock)
            return await collector.run("cli")

    def fill(self, name: str, count: int, *, first: int = 1, hours: float = 24) -> None:
        """Put in issues with a comment each, spread over the last hours."""
        step = hours * 60 / max(1, count)
        for number in range(first, first + count):
            minutes = hours * 60 - step * (number - first) - 1
            self.hub.issue(name, number, created_at=self.clock.ago(minutes=minutes))
            self.hub.comment(name, number, created_at=self.clock.ago(minutes=minutes - 1))
