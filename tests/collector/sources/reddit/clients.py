"""Sources that read the stand-in."""

import time

from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from shared.settings import load_settings
from tests.collector.harness import FAST


def source_for(base_url: str, wait=None, **options) -> RedditSource:
    settings = load_settings({"REDDIT_BASE_URL": base_url, "SUBREDDITS": "aws"})
    return RedditSource(
        settings,
        wait=wait or wait_until(time.monotonic() + 60),
        **{"backoff": FAST, **options},
    )
