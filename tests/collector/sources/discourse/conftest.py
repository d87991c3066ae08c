"""A source over the forums of a stand-in, on a clock that no test waits for."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from collector.sources.base import Page, Seen
from collector.sources.discourse.source import DiscourseSource
from local.discourse.board import Board
from local.discourse.server import DiscourseStandIn, StandIn
from shared.models import Watermark
from shared.settings import load_settings
from shared.times import utc_now
from tests.contracts.worlds.base import FAST

OLDEST = "2000-01-01T00:00:00Z"


@dataclass
class Waited:
    """A clock that goes on by what is waited, without waiting."""

    seconds: float = 0.0
    waits: list[float] = field(default_factory=list)

    def wait(self, seconds: float) -> None:
        self.seconds += seconds
        self.waits.append(seconds)

    def now(self) -> float:
        return time.monotonic() + self.seconds


@dataclass
class World:
    stand_in: StandIn
    waited: Waited
    source: DiscourseSource

    @property
    def app(self) -> DiscourseStandIn:
        return self.stand_in.app

    def poll(self, watermark: Watermark | None = None, name: str = "desk") -> list[Page]:
        pages = self.source.poll(f"forum.{name}", watermark, oldest=OLDEST, now=utc_now())
        return list(pages)


Make = Callable[..., World]


def items_of(pages: list[Page]) -> dict[str, Seen]:
    return {each.id: each for page in pages for each in page.items}


def reached(pages: list[Page]) -> Watermark:
    watermark = pages[-1].watermark
    assert watermark is not None
    return watermark


@pytest.fixture
def world() -> Iterator[Make]:
    """Return what makes a source over boards by name, without a pace unless one is given."""
    with ExitStack() as stack:

        def make(*, pace: float = 0.0, contact: str = "", **boards: Board) -> World:
            waited = Waited()
            app = DiscourseStandIn(boards, seconds=waited.now)
            stand_in = stack.enter_context(StandIn(app))
            settings = load_settings(
                {
                    "COMMUNITIES": ",".join(f"forum.{name}" for name in boards),
                    "FORUMS": ",".join(f"{n}={stand_in.address_of(n)}" for n in boards),
                    "CONTACT": contact,
                }
            )
            source = DiscourseSource(settings, wait=waited.wait, backoff=FAST, pace=pace)
            stack.callback(source.close)
            return World(stand_in, waited, source)

        yield make
