"""Every view in the browsers of several makers, if the machine has them."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Playwright

from tests.dashboard.browsers import BROWSERS, DEBIANS, Launch, Tab, wait_until
from tests.dashboard.conftest import Product

WIDTHS = {"phone": 360, "wide": 1280}
# The parameters of a view, its heading, and some of its text.
VIEWS: dict[str, tuple[dict[str, object], str, str]] = {
    "subjects": ({}, "Subjects", "Share of voice"),
    "subject": ({"subject": "cursor", "hours": 168}, "Cursor competitor", "Average sentiment"),
    "mentions": ({"view": "posts", "subject": "cursor"}, "Mentions of Cursor", "by name"),
    "ask": (
        {"view": "ask", "question": "How do people feel about Cursor this week?"},
        "Ask",
        "Evidence",
    ),
    "communities": ({"view": "communities"}, "All communities", "Average sentiment"),
    "one": ({"subreddit": "claude", "hours": 168}, "r/claude", "Average sentiment"),
    "compare": ({"view": "compare", "compare": "Cursor,claude"}, "Compare", "Average sentiment"),
    "posts": ({"view": "posts", "hours": 168}, "Posts", "upvote"),
    "collection": ({"view": "collection"}, "Collection", "completed"),
}
# A view is hidden while it isn't known which banners stand above it: main has the class waiting.
IS_SETTLED = """document.readyState === "complete"
  && !document.querySelector(".skeleton, main.waiting")
  && Boolean(document.querySelector("h1")) && !document.querySelector("#not-started")"""
# An empty chart has only one colour.
BLANK_CHARTS = """[...document.querySelectorAll("canvas")].filter((canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size < 2;
}).length"""
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"


@pytest.fixture(scope="module", params=BROWSERS)
def launch(request: pytest.FixtureRequest, playwright: Playwright) -> Launch:
    """Find a browser."""
    found = BROWSERS[request.param](playwright)
    if found is None:
        pytest.skip(
            f"There is no {request.param} here: `apt-get install {DEBIANS[request.param]}` or"
            f" `python -m playwright install --with-deps {request.param}` gets one."
        )
    return found


@pytest.fixture(scope="module", params=["light", "dark"])
def tab(request: pytest.FixtureRequest, launch: Launch) -> Iterator[Tab]:
    """Start the browser in a colour scheme, for all tests of both."""
    with launch(request.param, "en-GB") as tab:
        yield tab


def check(tab: Tab, picture: Path) -> str:
    """Check what must be true of every view, and return its text."""
    wait_until(tab, f"{BLANK_CHARTS} === 0")
    tab.picture(picture)
    assert tab.evaluate(OVERFLOW) <= 0
    assert tab.evaluate("window.complaints") == []
    text: str = tab.evaluate("document.querySelector('main').innerText")
    return text


def shown(tab: Tab, address: str, pictures: Path, name: str) -> Iterator[str]:
    """Open an address on a phone, make it wide, and yield the text at each width."""
    for number, (size, width) in enumerate(WIDTHS.items()):
        tab.resize(width)
        if number == 0:
            tab.open(address)
            wait_until(tab, IS_SETTLED)
        wait_until(tab, f"innerWidth === {width}")
        yield check(tab, pictures / f"{name}-{size}.png")


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_works_on_a_phone_and_wide(
    request: pytest.FixtureRequest, tab: Tab, product: Product, pictures, view: str
) -> None:
    parameters, heading, content = VIEWS[view]
    address = f"{product.url}/?{urlencode(parameters, safe=',')}"
    for text in shown(tab, address, pictures, request.node.callspec.id):
        assert tab.evaluate("document.querySelector('h1').innerText") == heading
        assert content in text


def test_an_open_post_works_on_a_phone_and_wide(
    request: pytest.FixtureRequest, tab: Tab, product: Product, pictures
) -> None:
    posts = product.get("posts/recent", hours=168, limit=500)
    post = max(posts, key=lambda each: each["comment_count"])
    address = f"{product.url}/?view=posts&hours=168&post={post['subreddit']}/{post['id']}"
    for text in shown(tab, address, pictures, f"{request.node.callspec.id}-post"):
        assert tab.evaluate("document.querySelector('aside h2').innerText") == post["title"]
        assert post["title"] in text


def test_a_language_that_is_none_gives_a_working_page(
    launch: Launch, product: Product, pictures
) -> None:
    with launch("light", "C") as tab:
        tab.resize(1280)
        tab.open(f"{product.url}/?view=communities")
        wait_until(tab, IS_SETTLED)
        text = check(tab, pictures / "language.png")
        assert tab.evaluate("navigator.language") == "C"
        assert "Average sentiment" in text
        assert tab.evaluate("document.querySelectorAll('canvas').length") > 10
