"""The panel of a post: everything from the API, with replies below their parents."""

import time
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from local.reddit.objects import comment, submission
from tests.dashboard.conftest import Product, Visit, Visitor, call_it_reddit
from tests.dashboard.expected import PAGE, score
from tests.dashboard.post_list import all_posts, name_of, row_of, rows_of

PHONE = {"width": 360, "height": 740}
THREAD = "ChatGPTCoding/thread0"


@pytest.fixture(scope="module")
def thread(product: Product) -> dict[str, Any]:
    """Add a post with nested comments to Reddit, and return the API's answer."""
    now = time.time() - 600
    post = submission(
        "thread0",
        "ChatGPTCoding",
        now,
        title="A thread of its own",
        selftext="It is *good*.\n\n> somebody said\n\nSee https://example.org/page, then.",
        author="the_asker",
        score=12,
        num_comments=6,
        url="https://www.example.org/an/article",
    )
    said = [
        comment("threada", post, now + 1, body="I love this, it is wonderful", author="ann"),
        comment("threadb", post, now + 2, body="I hate this, it is horrible", author="ben"),
        *(
            comment(
                f"thread{name}",
                post,
                now + 10 + number,
                body=f"Answer {name}",
                author=name,
                parent_id=f"t1_{above}",
                depth=1,
            )
            for number, (name, above) in enumerate(
                [("d", "threadb"), ("c", "threada"), ("e", "threadc"), ("f", "gone")]
            )
        ),
    ]
    product.reddit.add([post, *said])
    product.collect()
    answer: dict[str, Any] = product.get("posts/thread0", subreddit="ChatGPTCoding")
    return answer


def panel_of(page: Page) -> Locator:
    """Return the panel of the open post."""
    return page.get_by_role("complementary", name="Post")


def comments_of(page: Page) -> Locator:
    """Return the comments of the open post; each may list products."""
    return panel_of(page).locator(".comments > li")


def test_a_post_shows_what_the_api_knows_of_it(visit: Visit, thread: dict[str, Any]) -> None:
    page = visit.open(view="posts", post=THREAD)
    panel, post = panel_of(page), thread["post"]
    expect(panel.get_by_role("heading", level=2)).to_have_text(post["title"])
    expect(panel).to_contain_text(f"r/{post['subreddit']}")
    expect(panel).to_contain_text(post["author"])
    expect(panel).to_contain_text(f"{post['upvotes']} upvotes")
    expect(panel.get_by_role("img", name=post["sentiment"]["label"]).first).to_be_visible()
    expect(panel).to_contain_text(f"scored by {post['sentiment']['method']}")
    expect(panel.get_by_role("blockquote")).to_have_text("somebody said")
    expect(panel.get_by_role("heading", level=3)).to_contain_text(
        f"{len(thread['comments'])} comments"
    )
    expect(panel.get_by_role("heading", level=3)).to_contain_text(
        f"{score(thread['sentiment_avg'])} on average"
    )


def test_comments_show_their_sentiment_and_how_it_is_distributed(
    visit: Visit, thread: dict[str, Any]
) -> None:
    page = visit.open(view="posts", post=THREAD)
    rows = comments_of(page)
    expect(rows).to_have_count(len(thread["comments"]))
    for said in thread["comments"]:
        row = rows.filter(has_text=said["content"])
        compound = said["sentiment"]["compound"]
        expect(row).to_contain_text(said["author"])
        expect(row).to_contain_text(score(compound))
        expect(row.get_by_role("img", name=said["sentiment"]["label"])).to_be_visible()
    counts, total = thread["sentiment_distribution"], len(thread["comments"])
    assert all(counts.values())
    shares = [
        f"{counts[label] / total:.0%} {label}" for label in ("positive", "neutral", "negative")
    ]
    expect(panel_of(page).get_by_role("img", name=", ".join(shares))).to_be_visible()
    for label, count in counts.items():
        expect(panel_of(page).get_by_text(f"{label} · {count}", exact=True)).to_be_visible()


def as_scored_by_target(route: Route) -> None:
    """Change the answer as if a method that scores targets had scored the post and a comment."""
    response = route.fetch()
    found = response.json()
    by = {"compound": -0.6, "method": "encoder", "version": "1", "unsure": False, "by": None}
    own = {"label": "negative", "deciding": ["good"], **by}
    found["post"]["mentions"] = [
        {"subject": "cursor", "via": "text", "matched": ["See"], "sentiment": own},
        {"subject": "claude-code", "via": "text", "matched": ["then"], "sentiment": None},
    ]
    reply = {**own, "label": "neutral", "unsure": True, "by": "parent", "deciding": []}
    (first,) = [each for each in found["comments"] if each["author"] == "ann"]
    first["mentions"] = [{"subject": "cursor", "via": "thread", "matched": [], "sentiment": reply}]
    route.fulfill(response=response, json=found)


def test_each_product_has_its_label_and_the_words_that_decided_it_are_marked(
    visit: Visit, thread: dict[str, Any]
) -> None:
    page = visit.open(view="posts", post=THREAD, subject="cursor")
    panel = panel_of(page)
    page.route("**/api/v1/posts/*subreddit=*", as_scored_by_target)
    page.reload()
    products = panel.get_by_role("list", name="What it says of products")
    rows = products.first.get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Cursor negative, by “good”")
    label = thread["post"]["sentiment"]["label"]
    expect(rows.nth(1)).to_contain_text(f"Claude Code {label} as the whole text")
    expect(panel.locator("mark.deciding")).to_have_text(["good"])
    expect(panel.locator("mark.name")).to_have_text(["See"])
    of_comment = products.last.get_by_role("listitem")
    expect(of_comment).to_contain_text("Cursor neutral in its thread")
    for words in ("unsure", "from the parent"):
        expect(of_comment.get_by_text(words, exact=True)).to_be_visible()


def test_comments_that_answer_each_other_in_a_circle_are_shown(
    visit: Visit, product: Product
) -> None:
    now = time.time() - 300
    post = submission("circle0", "ChatGPTCoding", now, title="In a circle", num_comments=4)
    above = {"circlea": "circleb", "circleb": "circlea", "circlec": "circleb", "circled": "circled"}
    product.reddit.add(
        [
            post,
            *(
                comment(name, post, now + n, body=f"Said {name}", parent_id=f"t1_{parent}")
                for n, (name, parent) in enumerate(above.items())
            ),
        ]
    )
    product.collect()
    page = visit.open(view="posts", post="ChatGPTCoding/circle0")
    rows = comments_of(page)
    expect(rows).to_have_count(4)
    for row, (name, depth) in enumerate(
        [("circlea", 0), ("circleb", 1), ("circlec", 2), ("circled", 0)]
    ):
        expect(rows.nth(row)).to_contain_text(f"Said {name}")
        expect(rows.nth(row)).to_have_class(f"comment depth-{depth}")


def test_answers_stand_below_what_they_answer_and_further_in(
    visit: Visit, thread: dict[str, Any]
) -> None:
    page = visit.open(view="posts", post=THREAD)
    rows = comments_of(page)
    texts = {said["author"]: said["content"] for said in thread["comments"]}
    # A comment without its parent is shown by itself, in order of time.
    order = ["ann", "c", "e", "ben", "d", "f"]
    expect(rows).to_have_count(len(order))
    for number, author in enumerate(order):
        expect(rows.nth(number)).to_contain_text(texts[author])
    edges = {
        author: rows.nth(number)
        .get_by_text(author, exact=True)
        .evaluate("each => each.closest('li').querySelector('p').getBoundingClientRect().left")
        for number, author in enumerate(order)
    }
    assert edges["ann"] == edges["ben"] == edges["f"]
    assert edges["ann"] < edges["c"] < edges["e"]
    assert edges["d"] == edges["c"]
    expect(rows.nth(1)).to_contain_text("an answer")
    expect(rows.nth(0)).not_to_contain_text("an answer")


def test_a_post_of_the_list_opens_as_the_api_has_it(visit: Visit, product: Product) -> None:
    some = max(all_posts(product), key=lambda each: each["comment_count"])
    # Only of its community's first page; there may be more.
    listed = product.get("posts/recent", subreddit=some["subreddit"], limit=PAGE)
    # Counts include removed comments, which aren't there.
    most = sorted(listed, key=lambda each: each["comment_count"], reverse=True)[:10]
    asked = max(
        (product.get(f"posts/{each['id']}", subreddit=each["subreddit"]) for each in most),
        key=lambda each: len(each["comments"]),
    )
    post = asked["post"]
    assert len(asked["comments"]) > 1
    page = visit.open(view="posts", subreddit=post["subreddit"])
    row_of(page, name_of(post)).get_by_role("link").click()
    expect(page).to_have_url(
        f"{product.url}/?view=posts&subreddit={post['subreddit']}&post={name_of(post)}"
    )
    panel = panel_of(page)
    expect(panel.get_by_role("heading", level=2)).to_have_text(post["title"])
    rows = comments_of(page)
    expect(rows).to_have_count(len(asked["comments"]))
    expect(row_of(page, name_of(post)).get_by_role("link")).to_have_attribute(
        "aria-current", "true"
    )


def test_links_lead_to_reddit_and_to_what_the_post_links_to(
    visit: Visit, thread: dict[str, Any]
) -> None:
    page = visit.open(view="posts", post=THREAD)
    panel = panel_of(page)
    expect(panel).to_contain_text("Invented for the sample: it has no original.")
    expect(panel.get_by_role("link", name="Open on Reddit")).to_have_count(0)
    page.route("**/api/v1/posts/*subreddit=*", call_it_reddit)
    page.reload()
    links = {
        "Open on Reddit": thread["post"]["permalink"],
        "example.org": thread["post"]["url"],
        "https://example.org/page": "https://example.org/page",
    }
    assert thread["post"]["permalink"].startswith("https://www.reddit.com/r/ChatGPTCoding/")
    for name, address in links.items():
        link = panel.get_by_role("link", name=name, exact=True)
        expect(link).to_have_attribute("href", address)
        expect(link).to_have_attribute("target", "_blank")
        assert "noopener" in (link.get_attribute("rel") or "").split()


def test_a_post_that_is_not_there_says_so_and_can_be_closed(visit: Visit) -> None:
    page = visit.open(view="posts", subreddit="claude", post="claude/nosuchpost")
    alert = panel_of(page).get_by_role("alert")
    expect(alert).to_contain_text("There is no post of this id in claude.")
    expect(alert).to_contain_text("It may have been deleted at its source")
    panel_of(page).get_by_role("button", name="Close the post").click()
    expect(panel_of(page)).to_have_count(0)
    expect(rows_of(page).first).to_be_visible()
    # The browser itself reports the 404.
    visit.complaints = [each for each in visit.complaints if "404" not in each]


def test_a_post_that_is_deleted_while_it_is_open_goes(visit: Visit, product: Product) -> None:
    product.reddit.add([submission("fleeting", "vibecoding", time.time(), title="Fleeting")])
    product.collect()
    page = visit.open(view="posts", subreddit="vibecoding", post="vibecoding/fleeting")
    expect(panel_of(page).get_by_role("heading", name="Fleeting")).to_be_visible()
    product.reddit.delete("t3_fleeting")
    product.collect()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(panel_of(page).get_by_role("alert")).to_contain_text("There is no post of this id")
    expect(page.get_by_text("Fleeting")).to_have_count(0)
    # The page may be asking for the post once more.
    page.goto("about:blank")
    visit.complaints = [each for each in visit.complaints if "404" not in each]


def test_on_a_phone_the_post_covers_the_page_and_gives_it_back(
    visitor: Visitor, product: Product, thread: dict[str, Any]
) -> None:
    page = visitor(product.url, viewport=PHONE, has_touch=True, is_mobile=True).open(
        view="posts", subreddit="ChatGPTCoding"
    )
    row_of(page, THREAD).get_by_role("link").tap()
    panel = panel_of(page)
    expect(panel.get_by_role("heading", level=2)).to_have_text(thread["post"]["title"])
    assert panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    corners = [[5, 5], [355, 5], [5, 735], [355, 735], [180, 370]]
    assert page.evaluate(
        "points => points.every(([x, y]) => document.elementFromPoint(x, y).closest('aside'))",
        corners,
    )
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    panel.get_by_role("button", name="Close the post").tap()
    expect(panel).to_have_count(0)
    expect(row_of(page, THREAD)).to_be_in_viewport()
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit=ChatGPTCoding")


def test_a_label_is_corrected_for_everyone_and_taken_back(
    visit: Visit, product: Product, thread: dict[str, Any]
) -> None:
    comment_id = thread["comments"][0]["id"]

    def said() -> dict[str, Any]:
        answer = product.get("posts/thread0", subreddit="ChatGPTCoding")
        comments: list[dict[str, Any]] = answer["comments"]
        own: dict[str, Any] = next(each for each in comments if each["id"] == comment_id)
        return own["sentiment"]  # type: ignore[no-any-return]

    before = said()
    wrong = "negative" if before["label"] == "positive" else "positive"
    page = visit.open(view="posts", post=THREAD)
    own = comments_of(page).first
    expect(own.get_by_text("corrected", exact=True)).to_have_count(0)
    own.get_by_text("Wrong?").click()
    own.get_by_role("button", name=wrong, exact=True).click()
    expect(own.get_by_text("corrected", exact=True)).to_be_visible()
    expect(own.get_by_role("img", name=wrong, exact=True)).to_be_visible()
    expect(own.get_by_role("button", name=wrong, exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert (said()["label"], said()["corrected"]) == (wrong, True)
    # The queue's function writes it, and all figures have it then.
    until = time.monotonic() + 60
    while not (listed := product.get("corrections"))[0]["counts"]:
        assert time.monotonic() < until, listed
        time.sleep(0.2)
    own.get_by_role("button", name="undo", exact=True).click()
    expect(own.get_by_text("corrected", exact=True)).to_have_count(0)
    assert said() == before
