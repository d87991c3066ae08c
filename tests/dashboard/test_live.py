"""A collection while the page is open: nothing moves, and nothing is lost."""

import re
import time
from typing import Any

from playwright.sync_api import Page, expect

from local.reddit.objects import RedditObject, comment, submission
from tests.dashboard.conftest import Product, Visit
from tests.dashboard.post_list import (
    all_posts,
    first_in_sight,
    name_of,
    row_of,
    rows_of,
    scroll_down,
    shown_in,
)

# As dashboard/src/cycles.ts has it.
MAX_ORPHANED_LOOKS = 5


def new_posts(
    subreddit: str, word: str, count: int = 1, *, seconds_ago: float = 0, **fields: Any
) -> list[RedditObject]:
    """Make current posts that contain this word, oldest first."""
    newest = time.time() - seconds_ago
    return [
        submission(
            f"{word}{number}",
            subreddit,
            newest - (count - number) * 0.01,
            title=f"{word} number {number}",
            **fields,
        )
        for number in range(count)
    ]


def collect_and_come_back(product: Product, page: Page) -> None:
    """Collect, and return to the page's tab, which then polls."""
    # The page must know the last cycle before, or else the new one wouldn't be news.
    expect(page.get_by_role("link", name=re.compile("^Collected "))).to_be_visible()
    product.collect()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_new_posts_wait_until_one_wants_to_see_them(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", subreddit="Cursor", hours=168)
    scroll_down(page, to=100)
    row_of(page, shown_in(page)[40]).scroll_into_view_if_needed()
    shown, place = shown_in(page), first_in_sight(page)
    product.reddit.add(new_posts("Cursor", "waiting", 3))
    collect_and_come_back(product, page)
    show = page.get_by_role("button", name="Show 3 new posts")
    expect(show).to_be_in_viewport()
    assert shown_in(page) == shown
    assert first_in_sight(page) == place
    show.click()
    expect(show).to_have_count(0)
    expect(rows_of(page).first).to_be_in_viewport()
    newest = [name_of(post) for post in all_posts(product, subreddit="Cursor", hours=168)]
    assert newest[:3] == ["Cursor/waiting2", "Cursor/waiting1", "Cursor/waiting0"]
    assert shown_in(page) == newest[: len(shown) + 3]


def test_more_new_posts_than_a_page_holds_are_all_there_in_the_end(
    visit: Visit, product: Product
) -> None:
    product.reddit.add(new_posts("windsurf", "flood", seconds_ago=60))
    product.collect()
    page = visit.open(view="posts", subreddit="windsurf", q="flood*")
    expect(page.get_by_text("That is the only one.")).to_be_visible()
    product.reddit.add(new_posts("windsurf", "floods", 70))
    collect_and_come_back(product, page)
    page.get_by_role("button", name="Show 50 or more new posts").click()
    scroll_down(page)
    expect(page.get_by_text("That is all: 71 posts.")).to_be_visible()
    assert shown_in(page) == [
        name_of(post) for post in all_posts(product, subreddit="windsurf", q="flood*")
    ]


def test_a_post_that_comes_late_stands_where_its_time_says(visit: Visit, product: Product) -> None:
    product.reddit.add(new_posts("aws", "prompt", 2, seconds_ago=10))
    product.collect()
    page = visit.open(view="posts", subreddit="aws")
    expect(row_of(page, "aws/prompt1")).to_be_visible()
    product.reddit.add(new_posts("aws", "late", seconds_ago=300))
    collect_and_come_back(product, page)
    page.get_by_role("button", name="Show 1 new post").click()
    expect(row_of(page, "aws/late0")).to_be_visible()
    of_now = [name_of(post) for post in all_posts(product, subreddit="aws")]
    shown = shown_in(page)
    assert shown == of_now[: len(shown)]
    assert shown.index("aws/prompt0") < shown.index("aws/late0")


def test_what_came_while_one_was_elsewhere_is_offered_on_the_way_back(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="posts", subreddit="programming")
    expect(rows_of(page).first).to_be_visible()
    shown = shown_in(page)
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Collection").click()
    product.reddit.add(new_posts("programming", "meanwhile"))
    with page.expect_response("**/api/v1/subreddits*"):
        collect_and_come_back(product, page)
    page.go_back()
    show = page.get_by_role("button", name="Show 1 new post")
    expect(show).to_be_visible()
    assert shown_in(page)[: len(shown)] == shown
    show.click()
    expect(rows_of(page).first).to_contain_text("meanwhile number 0")


def test_upvotes_change_where_they_stand(visit: Visit, product: Product) -> None:
    product.reddit.add(new_posts("artificial", "rising", score=17))
    product.collect()
    page = visit.open(view="posts", subreddit="artificial")
    row = row_of(page, "artificial/rising0")
    expect(row).to_contain_text("17 upvotes")
    shown = shown_in(page)
    product.reddit.set_score("t3_rising0", 1234)
    collect_and_come_back(product, page)
    expect(row).to_contain_text("1,234 upvotes")
    assert shown_in(page) == shown
    expect(page.get_by_role("button", name="new post")).to_have_count(0)


def test_a_post_that_was_deleted_leaves_the_list(visit: Visit, product: Product) -> None:
    product.reddit.add(new_posts("Bard", "regret", 3))
    product.collect()
    page = visit.open(view="posts", subreddit="Bard")
    expect(row_of(page, "Bard/regret1")).to_be_visible()
    shown = shown_in(page)
    product.reddit.delete("t3_regret1")
    collect_and_come_back(product, page)
    expect(row_of(page, "Bard/regret1")).to_have_count(0)
    assert shown_in(page) == [name for name in shown if name != "Bard/regret1"]


def test_the_communities_figures_follow_without_a_reload(visit: Visit, product: Product) -> None:
    page = visit.open(subreddit="MachineLearning")
    now = page.get_by_role("region", name="Now")
    before = product.get("sentiment/stats", subreddit="MachineLearning")["statistics"]["total"]
    expect(now.get_by_role("link", name=f"{before:,}", exact=True)).to_be_visible()
    page.evaluate("window.isTheSame = true")
    product.reddit.add(new_posts("MachineLearning", "counted", 5))
    collect_and_come_back(product, page)
    expect(now.get_by_role("link", name=f"{before + 5:,}", exact=True)).to_be_visible()
    assert page.evaluate("window.isTheSame")


def test_an_open_post_stays_open_and_gets_its_new_comment(visit: Visit, product: Product) -> None:
    [post] = new_posts("kiroIDE", "opened", seconds_ago=5)
    product.reddit.add([post, comment("openedc1", post, time.time() - 4, body="The first one")])
    product.collect()
    page = visit.open(view="posts", subreddit="kiroIDE", post="kiroIDE/opened0")
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.get_by_role("heading", name="1 comment")).to_be_visible()
    product.reddit.add([comment("openedc2", post, time.time(), body="I hate the second one")])
    collect_and_come_back(product, page)
    expect(panel.get_by_role("heading", name="2 comments")).to_be_visible()
    expect(panel.get_by_role("listitem").filter(has_text="I hate the second one")).to_be_visible()
    expect(panel.get_by_text("The first one")).to_be_visible()


def test_a_look_for_news_that_finds_none_lists_no_cycles(visit: Visit) -> None:
    page = visit.open(view="communities")
    expect(page.get_by_role("link", name=re.compile("^Collected "))).to_be_visible()
    page.wait_for_load_state("networkidle")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _ in range(2):
        with page.expect_response("**/api/v1/health"):
            page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    assert not any("/cycles" in address for address in asked)


def test_a_cycle_that_died_is_not_watched_for_ever(visit: Visit, product: Product) -> None:
    newest = product.get("cycles", limit=1)[0]
    dead = {**newest, "id": "cycle_20991231_235959", "status": "running", "end_time": None}
    visit.page.route("**/api/v1/cycles?*", lambda route: route.fulfill(json=[dead, newest]))
    looks: list[str] = []
    visit.page.route(f"**/api/v1/cycles/{dead['id']}", lambda route: route.fulfill(json=dead))
    visit.page.clock.install()
    visit.page.on("request", lambda request: looks.append(request.url))
    page = visit.open(view="communities")
    expect(page.get_by_role("banner").get_by_role("link", name="Collecting")).to_be_visible()

    def let_seconds_pass(seconds: int) -> None:
        for _ in range(seconds):
            page.clock.run_for(1_000)
            page.wait_for_timeout(20)

    def count_looks() -> int:
        return sum(dead["id"] in look for look in looks)

    # The next look comes a second after an answer, which takes its time on a busy machine.
    deadline = time.monotonic() + 60
    while count_looks() < MAX_ORPHANED_LOOKS and time.monotonic() < deadline:
        let_seconds_pass(1)
    assert count_looks() >= MAX_ORPHANED_LOOKS
    let_seconds_pass(30)
    assert count_looks() <= MAX_ORPHANED_LOOKS + 5
