"""The Reddit stand-in as fixtures: one for each test, and one with the recorded data for all."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import praw
import pytest

from local.reddit.feed import feed_of
from local.reddit.limits import RateLimit
from local.reddit.objects import RedditObject
from local.reddit.server import StandIn, create_app

RECORDED = Path(__file__).parents[2] / "shared" / "reddit"
FEED_OPTIONS = {"span", "clock", "live", "hold_back", "release_seconds"}
APP_OPTIONS = {
    "faults", "rate_limit", "client_id", "client_secret", "token_seconds", "clock", "seconds",
}  # fmt: skip

StandInFactory = Callable[..., StandIn]
PrawFactory = Callable[..., praw.Reddit]


def make_stand_in(data: Path | Sequence[RedditObject] | None = None, **options: Any) -> StandIn:
    """Start a stand-in; options are those of `feed_of` and `create_app`. The caller closes it."""
    if unknown := options.keys() - FEED_OPTIONS - APP_OPTIONS:
        raise TypeError(f"unknown options of the stand-in: {sorted(unknown)}")
    feed = feed_of(data, **{name: options[name] for name in options.keys() & FEED_OPTIONS})
    app = create_app(feed, **{name: options[name] for name in options.keys() & APP_OPTIONS})
    return StandIn(app)


@pytest.fixture(scope="session")
def recorded_data() -> Path:
    """Return the folder of recorded Reddit objects."""
    if not (RECORDED / "posts.ndjson.gz").is_file():
        pytest.skip(f"no recorded Reddit data beside the checkout: {RECORDED.name} is missing")
    return RECORDED


@pytest.fixture
def stand_in() -> Iterator[StandInFactory]:
    """Return `make_stand_in`; what it starts is closed after the test."""
    with ExitStack() as stack:
        yield lambda data=None, **options: stack.enter_context(make_stand_in(data, **options))


@pytest.fixture(scope="session")
def recorded_stand_in(recorded_data: Path) -> Iterator[StandIn]:
    """Return one stand-in with the recorded data for all tests that only read it.

    Its limit is so large that PRAW never pauses.
    """
    with make_stand_in(recorded_data, rate_limit=RateLimit(requests=1_000_000)) as started:
        yield started


@pytest.fixture
def praw_of() -> Iterator[PrawFactory]:
    """Return a factory of PRAW clients of a stand-in; they are closed after the test."""
    with ExitStack() as stack:

        def make(started: StandIn, **settings: Any) -> praw.Reddit:
            client = praw.Reddit(
                **{
                    "client_id": "an-id",
                    "client_secret": "a-secret",
                    "user_agent": "python:undertone-tests:1 (by /u/unknown)",
                    "reddit_url": started.base_url,
                    "oauth_url": started.base_url,
                    "check_for_updates": False,
                    **settings,
                }
            )
            stack.callback(client._core.requestor.close)  # type: ignore[attr-defined]
            return client

        yield make
