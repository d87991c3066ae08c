"""The list of posts: exactly those of the API, and a way back to each of its states."""

import csv
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote_plus

import pytest
from playwright.sync_api import Page, Route, expect

from shared.times import iso, parse_iso
from tests.dashboard.conftest import Product, Visit
from tests.dashboard.expected import ORDERS, PAGE
from tests.dashboard.post_list import (
    all_posts,
    expect_exactly,
    first_in_sight,
    name_of,
    row_of,
    rows_of,
    scroll_down,
    shown_in,
)

SEARCH = 'Words and "phrases"'


def words_of(posts: list[dict[str, Any]]) -> list[str]:
    """Return the long words of the first post that has some, in the order of its text."""
    found = (re.findall(r"\b[a-z]{5,}\b", post["content"] or post["title"]) for post in posts)
    return next(filter(None, found), [])


def test_the_newest_post_stands_first_and_each_says_its_sentiment_in_words(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="posts")
    posts = all_posts(product)[:50]
    expect(rows_of(page).first).to_be_visible()
    assert shown_in(page)[:50] == [name_of(post) for post in posts]
    assert [post["created_utc"] for post in posts] == sorted(
        (post["created_utc"] for post in posts), reverse=True
    )
    for post in posts[:10]:
        row = row_of(page, name_of(post))
        expect(row.get_by_role("img", name=post["sentiment"]["label"], exact=True)).to_be_visible()
        expect(row.get_by_role("heading")).to_have_text(post["title"])
        expect(row).to_contain_text(f"r/{post['subreddit']}")
        expect(row).to_contain_text(post["author"])


def test_a_community_is_chosen(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts")
    page.get_by_label("Community").select_option("claude")
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit=claude")
    expect_exactly(page, all_posts(product, subreddit="claude"))


@pytest.mark.parametrize("label", ["positive", "neutral", "negative"])
def test_a_sentiment_is_chosen(visit: Visit, product: Product, label: str) -> None:
    page = visit.open(view="posts", hours=168, subreddit="Cursor")
    page.get_by_role("group", name="Sentiment").get_by_role("button", name=label).click()
    expect(page).to_have_url(
        f"{product.url}/?view=posts&hours=168&subreddit=Cursor&sentiment={label}"
    )
    expect_exactly(page, all_posts(product, hours=168, subreddit="Cursor", sentiment=label))
    page.get_by_role("group", name="Sentiment").get_by_role("button", name="All").click()
    expect(page).to_have_url(f"{product.url}/?view=posts&hours=168&subreddit=Cursor")
    expect_exactly(page, all_posts(product, hours=168, subreddit="Cursor"))


@pytest.mark.parametrize(
    ("order", "sort"),
    ORDERS,
)
def test_an_order_is_chosen(visit: Visit, product: Product, order: str, sort: str) -> None:
    page = visit.open(view="posts", subreddit="claude")
    picker = page.get_by_role("combobox", name="Order")
    picker.select_option(order)
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit=claude&sort={sort}")
    posts = all_posts(product, subreddit="claude", sort=sort)
    newest = all_posts(product, subreddit="claude")
    assert sorted(map(name_of, posts)) == sorted(map(name_of, newest))
    assert posts != newest
    for reload in (False, True):
        if reload:
            page.reload()
        listed = page.get_by_role("list", name=f"Posts, {order.lower()} first")
        expect(listed.get_by_role("listitem").first).to_be_visible()
        assert shown_in(page)[:50] == [name_of(post) for post in posts[:50]]
        expect(picker.locator("option:checked")).to_have_text(order)
    picker.select_option("Newest")
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit=claude")
    expect_exactly(page, newest)


def test_the_order_is_reached_and_chosen_by_keys(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts")
    kinds = page.get_by_role("group", name="What is listed")
    kinds.get_by_role("button").last.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("combobox", name="Order")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page).to_have_url(f"{product.url}/?view=posts&sort=reach")
    expect(page.get_by_role("list", name="Posts, most upvotes first")).to_be_visible()


def test_a_list_that_is_too_long_to_be_sorted_says_so_and_there_is_a_way_out(
    visit: Visit, product: Product
) -> None:
    assert len(all_posts(product, hours=2160)) > 860
    page = visit.open(view="posts", hours=2160, sort="reach")
    expect(page.get_by_role("alert")).to_contain_text("too long to be sorted")
    page.get_by_role("link", name="Show the newest first").click()
    expect(page).to_have_url(f"{product.url}/?view=posts&hours=2160")
    expect(rows_of(page).first).to_be_visible()
    # Chromium itself reports the 422.
    assert all("422" in complaint for complaint in visit.complaints)
    visit.page.goto("about:blank")
    visit.complaints.clear()


def test_words_and_phrases_that_are_typed_are_searched_for(visit: Visit, product: Product) -> None:
    everything = all_posts(product)
    words = words_of(everything)
    phrase = " ".join(everything[0]["title"].split()[:2])
    page = visit.open(view="posts")
    box = page.get_by_role("searchbox", name=SEARCH)
    for typed in (words[0], f"{words[0]} {words[-1]}", f'"{phrase}"'):
        found = all_posts(product, q=typed)
        assert 0 < len(found) < len(everything)
        box.fill("")
        box.press_sequentially(typed, delay=15)
        expect(page).to_have_url(f"{product.url}/?view=posts&q={quote_plus(typed, safe=',/:')}")
        expect(box).to_have_value(typed)
        expect_exactly(page, found)
        page.reload()
        expect(box).to_have_value(typed)
        expect_exactly(page, found)


def test_a_search_goes_on_past_pages_without_a_match(visit: Visit, product: Product) -> None:
    everything = all_posts(product, hours=168)
    # The API searches 500 posts for a page.
    newest = {post["title"].casefold() for post in everything[:600]}
    title = next(
        post["title"]
        for post in everything[600:]
        if '"' not in post["title"]
        and not any(post["title"].casefold() in other for other in newest)
    )
    found = all_posts(product, hours=168, q=f'"{title}"')
    assert found
    first = product.get("posts/recent", hours=168, q=f'"{title}"', limit=50)
    assert first == [], "the first page proves nothing"
    page = visit.open(view="posts", hours=168, q=f'"{title}"')
    expect(page.get_by_text(re.compile("^That is (all|the only one)"))).to_be_visible()
    assert shown_in(page) == [name_of(post) for post in found]


def test_a_search_without_a_match_says_how_far_it_is_and_ends(visit: Visit) -> None:
    held: list[Route] = []
    visit.page.route(
        "**/posts/recent?*cursor=*", lambda route: route.continue_() if held else held.append(route)
    )
    page = visit.open(view="posts", hours=168, q="zzzqqzz")
    expect(page.get_by_text("No post fits so far: searched back to")).to_be_visible()
    held[0].continue_()
    expect(page.get_by_text("No post fits this filter.")).to_be_visible()
    expect(page.get_by_text("Every post of the last 7 days was searched.")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)


def test_a_longer_window_is_chosen(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", subreddit="aws")
    page.get_by_role("group", name="Window").get_by_role("button", name="7 days").click()
    expect(page).to_have_url(f"{product.url}/?view=posts&hours=168&subreddit=aws")
    found = all_posts(product, subreddit="aws", hours=168)
    assert len(found) > len(all_posts(product, subreddit="aws"))
    expect_exactly(page, found)


def test_a_span_of_time_shows_as_a_chip_that_can_be_taken_away(
    visit: Visit, product: Product
) -> None:
    newest = parse_iso(all_posts(product, subreddit="claude")[0]["created_utc"])
    span = {"start": iso(newest - timedelta(hours=30)), "end": iso(newest - timedelta(hours=5))}
    page = visit.open(view="posts", subreddit="claude", **span)
    window = page.get_by_role("group", name="Window").get_by_role("button", name="24 hours")
    expect_exactly(page, all_posts(product, subreddit="claude", **span))
    expect(window).to_have_attribute("aria-pressed", "false")
    page.get_by_role("button", name=re.compile("^Without ")).click()
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit=claude")
    expect(page.get_by_role("button", name=re.compile("^Without "))).to_have_count(0)
    expect(window).to_have_attribute("aria-pressed", "true")
    expect_exactly(page, all_posts(product, subreddit="claude"))


def test_clear_all_takes_every_filter_away_and_leaves_community_and_window(
    visit: Visit, product: Product
) -> None:
    word = words_of(all_posts(product, subreddit="OpenAI", sentiment="positive", hours=168))[0]
    page = visit.open(view="posts", hours=168, subreddit="OpenAI", sentiment="positive", q=word)
    expect(rows_of(page).first).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(f"{product.url}/?view=posts&hours=168&subreddit=OpenAI")
    expect(page.get_by_role("link", name="Clear all")).to_have_count(0)
    expect(page.get_by_role("searchbox", name=SEARCH)).to_have_value("")
    expect_exactly(page, all_posts(product, subreddit="OpenAI", hours=168))


def test_one_scrolls_through_seven_days_and_no_post_is_missing_or_there_twice(
    visit: Visit, product: Product
) -> None:
    expected = [name_of(post) for post in all_posts(product, hours=168, limit=500)]
    assert len(expected) > 1000
    page = visit.open(view="posts", hours=168)
    scroll_down(page, to=700)
    shown = shown_in(page)
    assert len(shown) >= 700
    assert len(set(shown)) == len(shown)
    assert shown == expected[: len(shown)]


def test_a_filter_that_fits_nothing_says_so_and_offers_the_way_back(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="posts", subreddit="aws", q="qqxqz")
    expect(page.get_by_text("No post fits this filter.")).to_be_visible()
    expect(rows_of(page)).to_have_count(0)
    page.get_by_role("link", name="Show them without the filter").click()
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit=aws")
    expect_exactly(page, all_posts(product, subreddit="aws"))


def test_what_is_shown_can_be_downloaded(visit: Visit, product: Product) -> None:
    chosen = {"subreddit": "programming", "hours": 168, "sentiment": "negative"}
    page = visit.open(view="posts", **chosen)
    expect(rows_of(page).first).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    with started.value.path().open(encoding="utf-8-sig", newline="") as file:
        downloaded = [name_of(row) for row in csv.DictReader(file)]
    assert downloaded == [name_of(post) for post in all_posts(product, **chosen)]
    scroll_down(page)
    assert shown_in(page) == downloaded


def test_a_download_holds_all_of_a_list_of_many_pages(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", hours=720, kind="items")
    expect(page.get_by_role("list", name="Posts and comments, newest first")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    with started.value.path().open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    total = product.get("sentiment/stats", hours=720)["statistics"]["total"]
    assert len({(row["kind"], row["id"]) for row in rows}) == len(rows) > 500
    copies = [place for row in rows for place in row["copies"].split("; ") if place]
    assert len(rows) + len(copies) == total
    assert [row["cursor"] for row in rows] == sorted((r["cursor"] for r in rows), reverse=True)
    assert started.value.suggested_filename.startswith("undertone-sample-items-all-")


def test_back_and_forward_lead_through_the_filters(visit: Visit, product: Product) -> None:
    page = visit.open(view="posts", hours=168)
    sentiment = page.get_by_role("group", name="Sentiment")
    page.get_by_label("Community").select_option("vibecoding")
    sentiment.get_by_role("button", name="positive").click()
    positive = all_posts(product, hours=168, subreddit="vibecoding", sentiment="positive")
    expect_exactly(page, positive)
    page.go_back()
    expect(sentiment.get_by_role("button", name="All")).to_have_attribute("aria-pressed", "true")
    expect_exactly(page, all_posts(product, hours=168, subreddit="vibecoding"))
    page.go_back()
    expect(page.get_by_label("Community")).to_have_value("")
    expect(page).to_have_url(f"{product.url}/?view=posts&hours=168")
    page.go_forward()
    page.go_forward()
    expect(page.get_by_label("Community")).to_have_value("vibecoding")
    expect(sentiment.get_by_role("button", name="positive")).to_have_attribute(
        "aria-pressed", "true"
    )
    expect_exactly(page, positive)


def test_a_link_shows_a_colleague_the_same(visit: Visit, product: Product) -> None:
    negative = all_posts(product, hours=168, sentiment="negative")
    some = next(each for each in negative if words_of([each]))
    chosen = {"hours": 168, "subreddit": some["subreddit"], "sentiment": "negative"}
    word = words_of([some])[0]
    page = visit.open(view="posts", **chosen, q=word)
    window = page.get_by_role("group", name="Window")
    sentiment = page.get_by_role("group", name="Sentiment")
    expect(window.get_by_role("button", pressed=True)).to_have_text("7 days")
    expect(sentiment.get_by_role("button", pressed=True)).to_have_text("negative")
    expect(page.get_by_label("Community")).to_have_value(some["subreddit"])
    expect(page.get_by_role("searchbox", name=SEARCH)).to_have_value(word)
    expect_exactly(page, all_posts(product, **chosen, q=word))


def scroll_far(page: Page) -> str:
    """Scroll until several pages are loaded, and return the first visible post."""
    scroll_down(page, to=200)
    row_of(page, shown_in(page)[150]).scroll_into_view_if_needed()
    name, _ = first_in_sight(page)
    assert shown_in(page).index(name) > 100
    return name


def expect_place(page: Page, name: str) -> None:
    """Expect the list to be at this post, at most a row away."""
    expect(row_of(page, name)).to_be_in_viewport()
    shown = shown_in(page)
    assert abs(shown.index(first_in_sight(page)[0]) - shown.index(name)) <= 1


def test_the_way_back_from_another_view_finds_the_place_in_the_list(visit: Visit) -> None:
    page = visit.open(view="posts", hours=168)
    name = scroll_far(page)
    page.get_by_role("navigation", name="Views").get_by_role("link", name="Collection").click()
    expect(page.get_by_role("heading", level=1, name="Collection")).to_be_visible()
    page.go_back()
    expect_place(page, name)


def test_the_way_back_from_a_post_finds_the_place_in_the_list(visit: Visit) -> None:
    page = visit.open(view="posts", hours=168)
    name = scroll_far(page)
    shown = shown_in(page)
    beneath = shown[shown.index(name) + 3]
    row_of(page, beneath).get_by_role("link").click()
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.get_by_role("heading", level=2)).to_be_visible()
    panel.get_by_role("button", name="Close the post").click()
    expect(panel).to_have_count(0)
    expect_place(page, name)
    row_of(page, beneath).get_by_role("link").click()
    expect(panel.get_by_role("heading", level=2)).to_be_visible()
    page.go_back()
    expect(panel).to_have_count(0)
    expect_place(page, name)


def test_a_post_is_read_without_a_mouse(visit: Visit) -> None:
    page = visit.open(view="posts")
    second = rows_of(page).nth(1).get_by_role("link")
    expect(second).to_be_visible()
    for _ in range(60):
        page.keyboard.press("Tab")
        if second.evaluate("link => link === document.activeElement"):
            break
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Post")
    expect(panel).to_be_focused()
    expect(panel.get_by_role("heading", level=2)).to_have_text(second.inner_text())
    page.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Close the post")).to_be_focused()
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(second).to_be_focused()


def test_a_count_leads_to_as_many_posts_and_comments(visit: Visit, product: Product) -> None:
    # Some have more than a page of them.
    name, stats = next(
        (name, stats)
        for name in product.get("subreddits")["subreddits"]
        if (stats := product.get("sentiment/stats", subreddit=name)["statistics"])["comments"] > 0
        and 0 < stats["negative"] <= PAGE
        and product.get("items", subreddit=name, kind="comment", sentiment="negative")
    )
    page = visit.open(subreddit=name)
    now = page.get_by_role("region", name="Now")
    now.get_by_role("link", name="negative").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Posts and comments")
    rows = page.get_by_role("list", name="Posts and comments, newest first").get_by_role("listitem")
    expect(rows).to_have_count(stats["negative"])
    # A comment links to its post, and comments can be listed and searched by themselves.
    page.get_by_role("group", name="What is listed").get_by_role("button", name="Comments").click()
    comment = product.get("items", subreddit=name, kind="comment", sentiment="negative")[0]
    page.locator(f'[data-post="{comment["subreddit"]}/{comment["id"]}"]').click()
    panel = page.get_by_role("complementary", name="Post")
    # A quote's mark is drawn, not written.
    expect(panel).to_contain_text(comment["content"].split("\n")[0].removeprefix("> ")[:40])
