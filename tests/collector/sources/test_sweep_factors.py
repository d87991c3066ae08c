"""The requests of the sweep: enough for two days' items, since Azure bills what a cycle waits."""

import pytest

from collector.sources.base import Source
from collector.sources.discourse.source import DiscourseSource
from collector.sources.hackernews.client import HackerNewsSource
from shared.settings import load_settings


def of_cycle(source: Source, sweep_requests: int) -> int:
    return round(sweep_requests * source.sweep_factor)


@pytest.mark.parametrize(
    ("communities", "expected"),
    [("hn.claude-code,hn.codex", 30), ("hn.claude-code,hn.front", 300)],
)
def test_the_front_page_has_more_to_look_at_than_queries(communities: str, expected: int) -> None:
    settings = load_settings({"SUBREDDITS": "none", "COMMUNITIES": communities})
    source = HackerNewsSource(settings, wait=lambda _seconds: None)
    assert of_cycle(source, settings.sweep_requests) == expected


@pytest.mark.parametrize("forums", [1, 2])
def test_each_forum_has_its_own_share(forums: int) -> None:
    names = ["forum.cursor", "forum.openai"][:forums]
    settings = load_settings({"SUBREDDITS": "none", "COMMUNITIES": ",".join(names)})
    source = DiscourseSource(settings, wait=lambda _seconds: None)
    assert of_cycle(source, settings.sweep_requests) == 5 * forums
