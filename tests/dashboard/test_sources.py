"""A community of another source than Reddit, beside subreddits: its name, its counts, its links."""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from shared.times import iso, utc_now
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.dashboard.post_list import name_of, row_of
from tests.fixtures.host import hosts_in
from tests.fixtures.reddit import make_stand_in

DESK = "push.support-desk"
# As long as names may be, and without a place to break.
LONG = f"push.{'feedback' * 5}"
PHONE = {"width": 360, "height": 740}
VIEWS: dict[str, dict[str, object]] = {
    "communities": {"view": "communities"},
    "communities-one": {"subreddit": LONG},
    "compare": {"view": "compare", "compare": f"claude,{DESK},{LONG}"},
    "posts": {"view": "posts", "kind": "items"},
    "panel": {"view": "posts", "post": f"{LONG}/{LONG}.T-1"},
    "collection": {"view": "collection"},
}


def lines_from(now: datetime) -> list[dict[str, Any]]:
    """Return three posts, of which the source gives more or less, and the comments of one."""

    def line(kind: str, name: str, minutes: int, **given: object) -> dict[str, Any]:
        return {"kind": kind, "id": name, "created": iso(now - timedelta(minutes=minutes)), **given}

    address = "https://desk.example/tickets/T-1"
    said = {"post_id": "T-1", "author": "agent"}
    return [
        line("post", "T-1", 50, title="It is great", text="I love it", permalink=address),
        line("comment", "c.1", 40, text="Thanks", **said),
        line("comment", "c.2", 39, text="Glad to hear", parent_id="c.1", **said),
        line("comment", "c.3", 38, text="Me too", parent_id="c.2", **said),
        line("comment", "c.4", 37, text="Closed", parent_id="T-1", **said),
        # A post's id, and its answer.
        line("comment", "T-1", 36, text="Opened again", **said),
        line("post", "T-2", 30, title="Nothing else is known"),
        line("post", "T-3", 20, title="All is known", author="ann", score=7, replies=0),
    ]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """Start a product that collects two subreddits and two folders' files."""
    folder = tmp_path_factory.mktemp("mixed")
    text = "".join(f"{json.dumps(line)}\n" for line in lines_from(utc_now()))
    for community in (DESK, LONG):
        (folder / f"{community.removeprefix('push.')}.ndjson").write_text(text)
    with make_stand_in() as reddit, hosts_in(folder) as start:
        host = start(
            arguments=["--startup-seconds", "0.1"],
            settings={
                "REDDIT_BASE_URL": reddit.base_url,
                # The sample has no links to its sources.
                "ORIGIN": "recorded",
                "SUBREDDITS": "claude,Cursor",
                "COMMUNITIES": f"{DESK},{LONG}",
                "PUSH_FOLDER": str(folder),
                "CACHE_SECONDS": "0",
            },
        )
        host.wait_for_log("collect.ended .*outcome=completed")
        yield Product(host, reddit.control)


@pytest.fixture
def visit(visitor: Visitor, mixed: Product) -> Visit:
    """Visit the product of several sources."""
    return visitor(mixed.url)


def desk_row(page: Page, name: str) -> Locator:
    return row_of(page, f"{DESK}/{DESK}.{name}")


def open_panel(visit: Visit, name: str) -> Locator:
    page = visit.open(view="posts", subreddit=DESK, post=f"{DESK}/{DESK}.{name}")
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.get_by_role("heading", level=2)).to_be_visible()
    return panel


@pytest.mark.parametrize("view", VIEWS)
def test_only_subreddits_are_named_with_r(visit: Visit, view: str) -> None:
    page = visit.open(**VIEWS[view] | {"hours": 168})
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    # A closed picker shows its choice alone.
    expect(page.get_by_text(LONG).and_(page.locator(":not(option)")).first).to_be_visible()
    expect(page.get_by_text("r/claude").first).to_be_attached()
    expect(page.get_by_text("r/push")).to_have_count(0)
    expect(page).not_to_have_title(re.compile("r/push"))


def test_a_community_of_another_source_is_chosen_as_any_other(visit: Visit, mixed: Product) -> None:
    page = visit.open(view="communities")
    page.get_by_role("combobox", name="Community").select_option(label=DESK)
    expect(page).to_have_url(f"{mixed.url}/?subreddit={DESK}")
    expect(page.get_by_role("heading", level=1)).to_have_text(DESK)
    expect(page).to_have_title(f"{DESK} \u00b7 Communities \u00b7 Undertone")
    now = page.get_by_role("region", name="Now")
    expect(now.get_by_text("3 posts, 5 comments")).to_be_visible()


def test_a_count_that_the_source_does_not_give_is_not_shown_as_0(visit: Visit) -> None:
    page = visit.open(view="posts", subreddit=DESK)
    expect(desk_row(page, "T-3")).to_contain_text("7 upvotes")
    expect(desk_row(page, "T-3")).to_contain_text("0 comments")
    for unknown in ("upvote", "comment"):
        expect(desk_row(page, "T-2")).not_to_contain_text(unknown)
    panel = open_panel(visit, "T-2")
    expect(panel).not_to_contain_text("upvote")
    expect(panel).to_contain_text("No comments are collected.")
    expect(panel).not_to_contain_text("Nobody has answered")
    panel = open_panel(visit, "T-1")
    expect(panel.get_by_text("Me too")).to_be_visible()
    expect(panel).not_to_contain_text("upvote")
    expect(open_panel(visit, "T-3")).to_contain_text("7 upvotes \u00b7 scored by")


def test_a_post_opens_at_its_source_if_that_has_an_address(visit: Visit, mixed: Product) -> None:
    panel = open_panel(visit, "T-1")
    link = panel.get_by_role("link", name="Open at its source")
    expect(link).to_have_attribute("href", "https://desk.example/tickets/T-1")
    assert "noopener" in (link.get_attribute("rel") or "").split()
    expect(panel.get_by_role("link")).to_have_count(1)
    expect(open_panel(visit, "T-2").get_by_role("link")).to_have_count(0)

    post = mixed.get("posts/recent", subreddit="claude", hours=168)[0]
    page = visit.open(view="posts", post=name_of(post))
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.get_by_role("link", name="Open on Reddit")).to_be_visible()
    expect(panel.get_by_role("link", name="Open at its source")).to_have_count(0)


def test_answers_stand_below_what_they_answer(visit: Visit) -> None:
    rows = open_panel(visit, "T-1").locator(".comments > li")
    order = [("Thanks", 0), ("Glad to hear", 1), ("Me too", 2), ("Closed", 0), ("Opened again", 0)]
    expect(rows).to_have_count(len(order))
    for number, (text, depth) in enumerate(order):
        expect(rows.nth(number)).to_contain_text(text)
        expect(rows.nth(number)).to_have_class(f"comment depth-{depth}")


def test_a_row_leads_to_its_post_and_the_panel_back(visit: Visit, mixed: Product) -> None:
    page = visit.open(view="posts", subreddit=DESK)
    desk_row(page, "T-1").get_by_role("link").click()
    expect(page).to_have_url(f"{mixed.url}/?view=posts&subreddit={DESK}&post={DESK}/{DESK}.T-1")
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.get_by_role("heading", level=2)).to_have_text("It is great")
    panel.get_by_role("button", name="Close the post").click()
    expect(desk_row(page, "T-1").get_by_role("link")).to_be_focused()


def test_a_post_and_a_comment_of_one_id_are_both_listed(visit: Visit) -> None:
    page = visit.open(view="posts", subreddit=DESK, kind="items")
    listed = page.get_by_role("list", name="Posts and comments, newest first")
    expect(listed.get_by_role("listitem")).to_have_count(8)
    expect(listed.get_by_text("Opened again")).to_be_visible()
    expect(listed.get_by_text("It is great")).to_be_visible()


def test_a_cycle_lists_its_requests_by_source(visit: Visit, mixed: Product) -> None:
    page = visit.open(view="collection")
    (cycle,) = mixed.get("cycles")
    history = page.get_by_role("region", name="The last cycles")
    requests = history.get_by_role("row").nth(1).get_by_role("listitem")
    used = cycle["requests"]
    expect(requests).to_have_text(
        [f"{used['reddit']['used']} Reddit", f"{used['push']['used']} push"]
    )


@pytest.mark.parametrize("view", VIEWS)
def test_a_long_name_fits_a_phone(
    visitor: Visitor, mixed: Product, pictures: Path, view: str
) -> None:
    visit = visitor(mixed.url, viewport=PHONE, has_touch=True, is_mobile=True)
    page = visit.open(**VIEWS[view])
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    page.screenshot(path=pictures / f"sources-{view}-phone.png", full_page=view != "panel")
    widths = "[document.documentElement.scrollWidth, visualViewport.width, innerWidth]"
    assert page.evaluate(widths) == [360, 360, 360]
