"""The first collection, while it goes on: what is read is shown, however long the rest takes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.discourse.board import Board
from local.discourse.server import DiscourseStandIn, StandIn
from local.hackernews.server import HackerNewsStandIn
from tests.dashboard.conftest import Visit, Visitor
from tests.fixtures.host import hosts_in


@pytest.fixture
def product_url(tmp_path: Path) -> Iterator[str]:
    """Start a product whose first collection waits for a forum that hangs."""
    forum = DiscourseStandIn({"slow": Board()}, faults="hang,seconds=600")
    with HackerNewsStandIn() as hacker_news, StandIn(forum) as forums, hosts_in(tmp_path) as start:
        story = hacker_news.board.write("story", title="I love claude", by="ada")
        hacker_news.board.write("comment", parent=story, text="Me too", by="grace")
        for name in ("zed", "kiro"):
            hacker_news.board.write("story", title=f"I like {name}", by="alan")
        host = start(
            arguments=["--startup-seconds", "0.1"],
            settings={
                "SUBREDDITS": "none",
                "COMMUNITIES": "hn.claude,hn.zed,hn.kiro,forum.slow",
                "HN_BASE_URL": hacker_news.base_url,
                "FORUMS": f"slow={forums.address_of('slow')}",
                "CACHE_SECONDS": "0",
            },
        )
        yield str(host.http.base_url).rstrip("/")


# In this order, the page is closed before the product is.
@pytest.fixture
def visit(product_url: str, visitor: Visitor) -> Visit:
    """Visit that product."""
    return visitor(product_url)


def test_the_overview_shows_what_the_first_cycle_has_read_so_far(visit: Visit) -> None:
    page = visit.open(view="communities")
    now = page.get_by_role("region", name="Now")
    # Also of the communities after the first, though the forum keeps the cycle waiting.
    expect(now.get_by_text("3 posts, 1 comment")).to_be_visible()
    expect(page.get_by_role("banner").get_by_text("Collecting")).to_be_visible()
    page = visit.open(view="posts")
    expect(page.get_by_text("I love claude")).to_be_visible()
