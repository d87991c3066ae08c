"""The requests of the sweep: enough for two days' items, since Azure bills what a cycle waits."""

import pytest

from collector.collection.sweep import budgets
from collector.sources.base import Source
from collector.sources.hackernews.client import HackerNewsSource
from shared.settings import load_settings


def of_cycle(source: Source, sweep_requests: int) -> int:
    return round(sweep_requests * source.sweep_factor)


@pytest.mark.parametrize(
    ("communities", "expected"),
    [("hn.claude-code,hn.codex", (120, 600)), ("hn.claude-code,hn.front", (240, 480))],
)
def test_each_item_of_hacker_news_takes_a_request(
    communities: str, expected: tuple[int, int]
) -> None:
    settings = load_settings({"SUBREDDITS": "none", "COMMUNITIES": communities})
    source = HackerNewsSource(settings, wait=lambda _seconds: None)
    recent, of_all = expected
    requests = of_cycle(source, settings.sweep_requests)
    assert requests == recent + of_all
    assert budgets(requests, source.share_of_older)[0] == ("recent", recent)
    # No batch goes beyond what is allowed.
    assert recent % source.keys_at_once == of_all % source.keys_at_once == 0
