"""The list of posts as a reader uses it, and its expected posts from the API."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.conftest import Product

LIST = "Posts, newest first"
# The first row below the page's header, and its distance from the top of the window.
FIRST_IN_SIGHT = """async () => {
  const edge = document.querySelector("header").getBoundingClientRect().bottom;
  const find = () => {
    const rows = [...document.querySelectorAll("[data-post]")].map((link) => link.closest("li"));
    const row = rows.find((each) => each.getBoundingClientRect().bottom > edge);
    return [row.querySelector("a").dataset.post, Math.round(row.getBoundingClientRect().top)];
  };
  // Rows get their true height a frame after they come in sight.
  for (let before, calm = 0; calm < 4; ) {
    await new Promise(requestAnimationFrame);
    const now = find();
    calm = String(now) === String(before) ? calm + 1 : 0;
    before = now;
    if (calm === 4) return now;
  }
}"""


def name_of(post: dict[str, Any]) -> str:
    """Return a post's name in the page's address."""
    return f"{post['subreddit']}/{post['id']}"


def all_posts(product: Product, **filters: object) -> list[dict[str, Any]]:
    """Return all matching posts from the API, page by page."""
    posts: list[dict[str, Any]] = []
    answer = product.host.http.get("/api/v1/posts/recent", params=filters)  # type: ignore[arg-type]
    while True:
        answer.raise_for_status()
        posts += answer.json()
        if "next" not in answer.links:
            return posts
        answer = product.host.http.get(answer.links["next"]["url"])


def rows_of(page: Page) -> Locator:
    """Return the rows of the list."""
    return page.get_by_role("list", name=LIST).get_by_role("listitem")


def row_of(page: Page, name: str) -> Locator:
    """Return the row of a post."""
    return rows_of(page).filter(has=page.locator(f'[data-post="{name}"]'))


def shown_in(page: Page) -> list[str]:
    """Return the names of all posts in the list, in order."""
    shown: list[str] = page.locator("[data-post]").evaluate_all(
        "links => links.map((link) => link.dataset.post)"
    )
    return shown


def scroll_down(page: Page, *, to: int | None = None) -> None:
    """Scroll down until this many posts are loaded, or no more come."""
    rows = rows_of(page)
    more = page.get_by_role("button", name="Load more").or_(
        page.get_by_role("button", name="Loading more…")
    )
    expect(rows.first).to_be_visible()
    while True:
        before = rows.count()
        if (to is not None and before >= to) or not more.count():
            return
        page.mouse.wheel(0, 100_000)
        expect(rows).not_to_have_count(before)


def expect_exactly(page: Page, posts: list[dict[str, Any]]) -> None:
    """Expect these posts in this order, and no others."""
    assert posts, "a list of nothing proves nothing"
    told = "That is the only one." if len(posts) == 1 else f"That is all: {len(posts):,} posts."
    expect(page.get_by_text(LIST).or_(rows_of(page).first)).to_be_visible()
    scroll_down(page)
    expect(page.get_by_text(told)).to_be_visible()
    assert shown_in(page) == [name_of(post) for post in posts]


def first_in_sight(page: Page) -> tuple[str, int]:
    """Return the first visible post, and the position of its row in the window."""
    name, top = page.evaluate(FIRST_IN_SIGHT)
    return name, top
