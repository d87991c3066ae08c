"""Sources that read a stand-in for Hacker News, without its pace."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from collector.sources.base import Page, Seen
from collector.sources.hackernews.client import HackerNewsSource
from shared.models import Watermark
from shared.settings import load_settings
from shared.times import utc_now
from tests.contracts.worlds.base import DEADLINE, FAST

OLDEST = "2000-01-01T00:00:00Z"
COMMUNITY = "hn.claude-code"


def source_of(base_url: str, **more: Any) -> HackerNewsSource:
    environ = {"COMMUNITIES": f"{COMMUNITY},hn.front", "HN_BASE_URL": base_url}
    settings = load_settings({**environ, **more.pop("environ", {})})
    options = {"wait": DEADLINE, "backoff": FAST, "paces": (0.0, 0.0), **more}
    options = {name: value for name, value in options.items() if value is not None}
    return HackerNewsSource(settings, **options)


def poll(
    source: HackerNewsSource,
    watermark: Watermark | None = None,
    *,
    community: str = COMMUNITY,
    now: datetime | None = None,
) -> list[Page]:
    return list(source.poll(community, watermark, oldest=OLDEST, now=now or utc_now()))


def items_of(pages: Sequence[Page]) -> dict[str, Seen]:
    return {each.id: each for page in pages for each in page.items}
