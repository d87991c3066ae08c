"""Texts from strangers stay text: they don't run, send requests or break the page."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from local.reddit.objects import comment, submission
from tests.dashboard.conftest import WIDE, Product, Visit, Visitor, call_it_reddit, product_in
from tests.dashboard.post_list import row_of, rows_of

PHONE = {"width": 360, "height": 740}
# A payload that runs reports it; the address has no server.
RUN = "window.hasRun=true"
ELSEWHERE = "https://elsewhere.invalid"
TEXTS = {
    "script": f"<script>{RUN}</script>",
    "closed": f"</script><script>{RUN}</script>",
    "image": f'<img src="{ELSEWHERE}/x.png" onerror="{RUN}">',
    "svg": f'"><svg onload="{RUN}">',
    "quoted": f"' onmouseover='{RUN}' x='",
    "frame": f'<iframe srcdoc="<script>parent.{RUN}</script>"></iframe>',
    "style": f"<style>*{{background:url({ELSEWHERE}/s)}}</style>",
    "entity": "&lt;script&gt; &amp;amp; &#x3C;b&#x3E;",
    "markdown": f"[press](javascript:{RUN}) ![x](javascript:{RUN})",
    "address": f"javascript:{RUN} data:text/html,<script>{RUN}</script>",
    "template": "{{constructor.constructor('x')()}} ${alert(1)} %s %n",
    "rtl": "\u202eevil\u202c \u2067isolated \u202e unclosed",
    "zalgo": "z" + "\u0335\u0321\u0352\u0344\u0315" * 60 + "algo",
    "long": "x" * 10_000,
    "longlink": f"{ELSEWHERE}/" + "y" * 5_000,
    "fence": "```\n" + "w" * 10_000 + "\n```",
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 🇩🇪 \U0001d518\U0001d52b \U0001f9d1\U0001f3ff\u200d\U0001f680",
    "null": "nu\x00ll \x07 bell \x1b[31m",
}
ADDRESSES = (
    f"javascript:{RUN}//https://example.org",
    f"JaVaScRiPt:{RUN}",
    f" \tjavascript:{RUN}",
    f"data:text/html,<script>{RUN}</script>",
    "vbscript:x",
    "//elsewhere.invalid",
    "https://",
    "http://[::bad",
    "https://notreddit.com/",
    f'https://example.org/"onclick="{RUN}',
)
SUBREDDIT = "JulesAgent"
SCHEMES = """() => [...document.querySelectorAll("a[href], area[href], form[action]")]
  .map((each) => new URL(each.href ?? each.action).protocol)"""


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start a separate product, because these texts would appear in the lists of other tests."""
    with product_in(tmp_path_factory.mktemp("hostile"), collected) as product:
        yield product


@pytest.fixture(scope="module")
def hostile(product: Product) -> dict[str, dict[str, Any]]:
    """Add a post and a comment with each text to Reddit; return the API's answers about them."""
    now = time.time() - 1_000
    things = []
    for number, (name, text) in enumerate(TEXTS.items()):
        post = submission(
            f"hostile_{name}",
            SUBREDDIT,
            now + number,
            title=text[:300] if name != "long" else text,
            selftext=text,
            author=text[:200],
            num_comments=1,
            permalink=f"/r/{SUBREDDIT}/comments/hostile_{name}/x/",
        )
        said = comment(f"hostilec_{name}", post, now + number, body=text, author=text[:200])
        naming = submission(
            f"hostilen_{name}",
            SUBREDDIT,
            now + number,
            title=f"Cursor IDE {text[:200]}",
            selftext=f"Cursor IDE {text}",
            author=text[:200],
        )
        things += [post, said, naming]
    product.reddit.add(things)
    product.collect()
    return {
        name: product.get(f"posts/hostile_{name}", subreddit=SUBREDDIT)["post"] for name in TEXTS
    }


def watch(visit: Visit) -> list[str]:
    """Record everything a payload could do: dialogs, windows, frames and foreign requests."""
    done: list[str] = []
    page = visit.page
    page.on("dialog", lambda dialog: (done.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("popup", lambda popup: done.append(f"window: {popup.url}"))
    page.on("frameattached", lambda frame: done.append(f"frame: {frame.url}"))
    page.on(
        "request",
        lambda request: None if request.url.startswith(visit.base) else done.append(request.url),
    )
    return done


def expect_harmless(page: Page, done: list[str]) -> None:
    """Expect that nothing ran, that all links are http(s), and that nothing overflows."""
    assert not page.evaluate("Boolean(window.hasRun)")
    assert done == []
    assert set(page.evaluate(SCHEMES)) <= {"http:", "https:"}
    assert page.locator("#app").locator("script, img, iframe, style").count() == 0
    assert page.evaluate(
        "document.scrollingElement.scrollWidth <= document.scrollingElement.clientWidth"
    )


def shown_as(text: str) -> Callable[[str], bool]:
    """Return a check whether this text is shown, ignoring blanks and line breaks."""
    wanted = "".join(text.split())
    return lambda shown: wanted in "".join(shown.split())


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_in_the_list_it_is_text(
    visitor: Visitor, product: Product, hostile: dict[str, dict[str, Any]], size: dict[str, int]
) -> None:
    visit = visitor(product.url, viewport=size)
    done = watch(visit)
    page = visit.open(view="posts", subreddit=SUBREDDIT)
    for name, post in hostile.items():
        row = row_of(page, f"{SUBREDDIT}/hostile_{name}")
        row.scroll_into_view_if_needed()
        shown = row.evaluate("row => row.textContent")
        assert shown_as(post["title"])(shown), name
        assert shown_as(post["author"])(shown), name
        assert row.get_by_role("link").count() == 1
    expect_harmless(page, done)


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
@pytest.mark.usefixtures("hostile")
def test_in_the_list_of_mentions_it_is_text(
    visitor: Visitor, product: Product, size: dict[str, int]
) -> None:
    asked = {"subreddit": SUBREDDIT, "via": "text", "limit": 500}
    mentions = product.get("subjects/cursor/mentions", **asked)
    named = {each["id"]: each for each in mentions if each["id"].startswith("hostilen_")}
    assert len(named) == len(TEXTS)
    visit = visitor(product.url, viewport=size)
    done = watch(visit)
    page = visit.open(view="posts", subject="cursor", subreddit=SUBREDDIT, via="text")
    for name, mention in named.items():
        row = page.get_by_role("listitem").filter(
            has=page.locator(f'a[data-post="{SUBREDDIT}/{name}"]')
        )
        row.scroll_into_view_if_needed()
        expect(row.locator("mark").first).to_have_text(mention["matched"][0])
        assert shown_as(mention["title"])(row.evaluate("row => row.textContent")), name
    expect_harmless(page, done)
    page = visit.open(subject="cursor", hours=168)
    expect(page.get_by_role("region", name="Mentions", exact=True)).to_be_visible()
    expect_harmless(page, done)


def test_in_the_panel_it_is_text(visit: Visit, hostile: dict[str, dict[str, Any]]) -> None:
    done = watch(visit)
    for name, post in hostile.items():
        page = visit.open(view="posts", subreddit=SUBREDDIT, post=f"{SUBREDDIT}/hostile_{name}")
        panel = page.get_by_role("complementary", name="Post")
        expect(panel.get_by_role("listitem").last).to_be_visible()
        assert shown_as(post["title"])(panel.get_by_role("heading", level=2).inner_text()), name
        # The marks of a fence are removed, because its lines are shown as code.
        content = post["content"].replace("```", "")
        words = panel.locator(".words")
        assert words.count() == 2
        for number in range(2):
            assert shown_as(content)(words.nth(number).text_content() or ""), name
        for size in (PHONE, WIDE):
            page.set_viewport_size(size)
            fits = "panel => panel.scrollWidth <= panel.clientWidth"
            page.wait_for_function(fits, arg=panel.element_handle())
            expect_harmless(page, done)


def test_a_link_post_leads_to_the_web_or_nowhere(visit: Visit, product: Product) -> None:
    posts = []
    for number, url in enumerate(ADDRESSES):
        post = submission(f"link{number}", SUBREDDIT, time.time() - 100, title=f"Link {number}")
        post["data"] |= {"url": url, "is_self": False, "permalink": url}
        posts.append(post)
    product.reddit.add(posts)
    product.collect()
    done = watch(visit)
    visit.page.route("**/api/v1/posts/link*", call_it_reddit)
    for number in range(len(posts)):
        page = visit.open(view="posts", subreddit=SUBREDDIT, post=f"{SUBREDDIT}/link{number}")
        panel = page.get_by_role("complementary", name="Post")
        expect(panel.get_by_role("heading", level=2)).to_have_text(f"Link {number}")
        expect(panel.get_by_role("link", name="Open on Reddit")).to_have_attribute(
            "href", re.compile("^https://www.reddit.com/")
        )
        expect_harmless(page, done)


def test_a_post_without_a_visible_title_can_be_opened(visit: Visit, product: Product) -> None:
    titles = {"empty": "", "blank": "   ", "thin": "\u200b\u2060", "turned": "\u202e"}
    product.reddit.add(
        [
            submission(f"no{name}", SUBREDDIT, time.time(), title=title, selftext="A text")
            for name, title in titles.items()
        ]
    )
    product.collect()
    page = visit.open(view="posts", subreddit=SUBREDDIT)
    for name in titles:
        link = row_of(page, f"{SUBREDDIT}/no{name}").get_by_role("link")
        expect(link).to_have_text("(no title)")
        link.click()
        panel = page.get_by_role("complementary", name="Post")
        expect(panel.get_by_role("heading", level=2)).to_have_text("(no title)")
        panel.get_by_role("button", name="Close the post").click()
        expect(panel).to_have_count(0)


def test_hostile_addresses_of_the_page_itself_are_text(visit: Visit, product: Product) -> None:
    done = watch(visit)
    payload = f"<img src=nowhere onerror={RUN}>"
    page = visit.open(view="posts", q=payload)
    expect(page.get_by_role("searchbox")).to_have_value(payload)
    expect(page.get_by_text("No post fits this filter.")).to_be_visible()
    expect_harmless(page, done)
    page = visit.open(view="posts", subreddit=payload, start="javascript:1", post='"><svg/x')
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("Community")).to_have_value(payload)
    expect_harmless(page, done)
    assert page.url.startswith(product.url)
    visit.complaints = [each for each in visit.complaints if not re.search("4(04|22)", each)]


INSERTED = "document.body.append(Object.assign(document.createElement('{}'), {{{}}}))"


def try_in(page: Page, attempt: str) -> str:
    """Let the page itself try it, and return what its policy refused first."""
    expect(rows_of(page).first).to_be_visible()
    refused: str = page.evaluate(
        f"""() => new Promise((resolve, reject) => {{
          addEventListener("securitypolicyviolation", (event) => resolve(event.blockedURI));
          setTimeout(() => reject(new Error("nothing was refused")), 5_000);
          // What the driver itself evaluates is exempt.
          setTimeout(() => {{ {attempt} }}, 0);
        }})"""
    )
    return refused


@pytest.mark.parametrize(
    "attempt",
    [
        INSERTED.format("script", f"text: '{RUN}'"),
        INSERTED.format("iframe", f"srcdoc: '<script>parent.{RUN}</' + 'script>'"),
        f"document.body.innerHTML = '<img src=x onerror={RUN}>'",
        f"document.body.setAttribute('onclick', '{RUN}'); document.body.click()",
        f"new Function('{RUN}')()",
        f"setTimeout('{RUN}', 0)",
        f"location.href = 'javascript:{RUN}'",
    ],
)
def test_the_pages_policy_refuses_to_run_text(visit: Visit, attempt: str) -> None:
    page = visit.open(view="posts")
    assert try_in(page, attempt) in {"inline", "eval", "trusted-types-sink"}
    assert not page.evaluate("Boolean(window.hasRun)")
    visit.complaints = []


@pytest.mark.parametrize(
    "attempt",
    [
        f"fetch('{ELSEWHERE}/').catch(() => 0)",
        "new WebSocket('wss://elsewhere.invalid/')",
        f"navigator.sendBeacon('{ELSEWHERE}/', 'x')",
        f"new Image().src = '{ELSEWHERE}/x.png'",
        INSERTED.format("link", f"rel: 'stylesheet', href: '{ELSEWHERE}/x.css'"),
    ],
)
def test_the_pages_policy_refuses_connections_elsewhere(visit: Visit, attempt: str) -> None:
    assert "elsewhere.invalid" in try_in(visit.open(view="posts"), attempt)
    assert not [each for each in visit.complaints if each.startswith("asked another host")]
    visit.complaints = []
