"""Stand-ins for the archive, sources that read them, and a clock that waits cost nothing."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from collector.sources.arctic_shift.client import ArcticShiftSource
from collector.sources.base import Page, Seen
from collector.sources.waiting import Backoff, Wait, wait_until
from local.arctic_shift.archive import Archive
from local.arctic_shift.server import LIMIT, ArcticShiftApp, ArcticShiftStandIn
from local.reddit.limits import RateLimit
from local.reddit.objects import RedditObject
from shared.models import Watermark
from shared.settings import load_settings
from shared.times import Clock, iso

FAST = Backoff(attempts=3, first_seconds=0.01, most_seconds=0.02)
NOW = datetime(2026, 11, 20, 12, 0, 0, tzinfo=UTC)
OLDEST = iso(NOW - timedelta(days=90))


class Waits:
    """A Wait that notes how long it was asked to wait, and lets that time pass at once."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        if seconds:
            self.seconds.append(seconds)

    def now(self) -> float:
        """Return the seconds of a clock that the waits move on."""
        return time.monotonic() + sum(self.seconds)


class Now:
    """The archive's clock."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def __call__(self) -> datetime:
        return self.moment

    def go_on(self, **span: float) -> datetime:
        """Move the clock on, and return its time."""
        self.moment += timedelta(**span)
        return self.moment


def serve(
    things: Sequence[RedditObject] = (),
    *,
    clock: Clock | None = None,
    auto: int = 100,
    limit: RateLimit = LIMIT,
    waits: Waits | None = None,
) -> ArcticShiftStandIn:
    """Start a stand-in; the caller closes it."""
    archive = Archive(clock=clock or Now(), auto=auto)
    archive.add(things)
    seconds = waits.now if waits else time.monotonic
    return ArcticShiftStandIn(ArcticShiftApp(archive, rate_limit=limit, seconds=seconds))


def open_source(
    stand_in: ArcticShiftStandIn, wait: Wait | None = None, *, pace: float = 0
) -> ArcticShiftSource:
    settings = load_settings(
        {
            "ARCTIC_SHIFT": "poll",
            "ARCTIC_SHIFT_BASE_URL": stand_in.base_url,
            "SUBREDDITS": "aws,claude",
            "CONTACT": "ops@example.com",
        }
    )
    chosen = wait or wait_until(time.monotonic() + 600)
    return ArcticShiftSource(settings, wait=chosen, backoff=FAST, pace=pace)


def poll(
    source: ArcticShiftSource,
    watermark: Watermark | None = None,
    *,
    now: datetime = NOW,
    community: str = "aws",
) -> list[Page]:
    return list(source.poll(community, watermark, oldest=OLDEST, now=now))


def items_of(pages: Sequence[Page]) -> dict[str, Seen]:
    return {each.key: each for page in pages for each in page.items}


def post(name: str, ago: timedelta, **more: Any) -> RedditObject:
    """Return a t3 object that was written so long before NOW."""
    created = int((NOW - ago).timestamp())
    data = {
        "id": name,
        "name": f"t3_{name}",
        "subreddit": "aws",
        "author": "ada",
        "title": f"Title of {name}",
        "selftext": "I love it",
        "permalink": f"/r/aws/comments/{name}/title/",
        "url": "https://example.com/",
        "created_utc": created,
        "score": 7,
        "num_comments": 5,
        "upvote_ratio": 0.9,
        "edited": False,
        **more,
    }
    return {"kind": "t3", "data": data}


def comment(name: str, ago: timedelta, **more: Any) -> RedditObject:
    """Return a t1 object that was written so long before NOW."""
    created = int((NOW - ago).timestamp())
    data = {
        "id": name,
        "name": f"t1_{name}",
        "subreddit": "aws",
        "author": "bob",
        "body": "I hate it",
        "link_id": "t3_p",
        "parent_id": "t3_p",
        "permalink": f"/r/aws/comments/p/title/{name}/",
        "created_utc": created,
        "score": 4,
        **more,
    }
    return {"kind": "t1", "data": data}
