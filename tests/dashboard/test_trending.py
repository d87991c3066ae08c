"""Trending: the topics are the API's, and each links to its posts."""

import re
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

import pytest
from playwright.sync_api import Locator, Page, expect

from local.sample.stories import stories_between
from shared.times import utc_now
from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit
from tests.dashboard.expected import Answer, expect_address, expect_posts

FIRST_SHOWN = 5
MAX_ASKED = 20


def topics_of(product: Product) -> list[Answer]:
    topics: list[Answer] = product.get("trending", limit=MAX_ASKED)
    assert topics
    return topics


def trending(page: Page) -> Locator:
    return page.get_by_role("region", name="Trending", exact=True)


def cards_of(page: Page) -> Locator:
    """Return the topics: the lists within them are of keywords."""
    return trending(page).get_by_role("list").first.locator("> li")


def show_all(page: Page, topics: list[Answer]) -> None:
    expect(cards_of(page)).to_have_count(min(FIRST_SHOWN, len(topics)))
    if len(topics) > FIRST_SHOWN:
        page.get_by_role("button", name=f"Show all {len(topics)}").click()


def growth(topic: Answer) -> str:
    if topic["growth"] is None:
        return "new"
    digits = "0.1" if topic["growth"] < 10 else "1"
    return f"\u00d7{Decimal(topic['growth']).quantize(Decimal(digits), ROUND_HALF_UP)}"


def state(topic: Answer) -> str:
    """Return a pattern of the topic's text."""
    peaked = f"peaked at {expected.moment(topic['peak_time'])}"
    return peaked if topic["state"] == "peaked" else str(topic["state"])


def test_the_topics_are_those_of_the_api_in_its_order(visit: Visit, product: Product) -> None:
    topics = topics_of(product)
    page = visit.open(view="communities")
    show_all(page, topics)
    expect(cards_of(page).get_by_role("heading")).to_have_text([each["theme"] for each in topics])
    for card, topic in zip(cards_of(page).all(), topics, strict=True):
        expect(card.get_by_text(growth(topic), exact=True)).to_be_visible()
        expect(card).to_contain_text(expected.score(topic["sentiment_avg"]))
        expect(card.get_by_role("list", name="Keywords").get_by_role("listitem")).to_have_text(
            topic["keywords"][:6]
        )
        shares = expected.split(topic["sentiment_distribution"])
        expect(card.get_by_role("img", name=shares, exact=True)).to_be_visible()
        expect(card.get_by_role("link", name="r/")).to_have_text(
            [f"r/{name}" for name in topic["subreddits"][:3]]
        )
        expect(card).to_contain_text(f"{expected.plural(topic['mentions'], 'post')} in ")
        gained = " and ".join(
            expected.plural(topic[name], name[:-1])
            for name in ("upvotes", "comments")
            if topic[name]
        )
        expect(card).to_contain_text(re.compile(f"gained {gained} \u00b7 {state(topic)}"))


def test_a_topic_has_a_named_picture_of_its_day(visit: Visit, product: Product) -> None:
    topic = topics_of(product)[0]
    page = visit.open(view="communities")
    peak = expected.moment(topic["peak_time"])
    name = re.compile(f"^Posts and comments an hour over 24 hours, most at {peak}$")
    bars = cards_of(page).first.get_by_role("img", name=name).locator("rect")
    by_hour = topic["mentions_by_hour"]
    expect(bars).to_have_count(len(by_hour))
    heights = [float(bar.get_attribute("height") or 0) for bar in bars.all()]
    assert heights.index(max(heights)) == by_hour.index(max(by_hour))
    # All topics of the list share one scale.
    most = max(max(each["mentions_by_hour"]) for each in topics_of(product))
    assert max(heights) == pytest.approx(24 * max(by_hour) / most)


def test_a_story_of_the_sample_trends(visit: Visit) -> None:
    now = utc_now()
    phrases = [story.phrase for story in stories_between(now - timedelta(days=1), now)]
    page = visit.open(view="communities")
    told = trending(page).get_by_role("heading", name=re.compile("|".join(phrases), re.IGNORECASE))
    expect(told.first).to_be_visible()


def test_a_topic_leads_to_exactly_its_posts(visit: Visit, product: Product) -> None:
    topic = topics_of(product)[0]
    at = {"topic": topic["id"], "at": topic["created_at"]}
    # From any view the posts are the topic's, of any window and community.
    page = visit.open(subreddit=topic["subreddits"][0])
    cards_of(page).get_by_role("link", name=topic["theme"], exact=True).click()
    expect_address(page, product, **at)
    expect_posts(page, product, **at)
    listed = {post["id"] for post in product.get("posts/recent", limit=500, **at)}
    assert listed == set(topic["post_ids"])


def test_the_number_of_posts_leads_to_them_too(visit: Visit, product: Product) -> None:
    topic = topics_of(product)[0]
    at = {"topic": topic["id"], "at": topic["created_at"]}
    page = visit.open(view="communities")
    posts = expected.plural(topic["mentions"], "post")
    cards_of(page).first.get_by_role("link", name=posts, exact=True).click()
    expect_address(page, product, **at)
    expect_posts(page, product, **at)
    expect(page.get_by_text(f"That is all: {posts}.")).to_be_visible()
    page.go_back()
    expect(cards_of(page).first).to_contain_text(topic["theme"])


def test_a_community_of_a_topic_leads_to_the_posts_there(visit: Visit, product: Product) -> None:
    topic = topics_of(product)[0]
    name = topic["subreddits"][-1] if len(topic["subreddits"]) < 3 else topic["subreddits"][2]
    at = {"topic": topic["id"], "at": topic["created_at"]}
    page = visit.open(view="communities")
    cards_of(page).first.get_by_role("link", name=f"r/{name}", exact=True).click()
    expect_address(page, product, subreddit=name, **at)
    expect_posts(page, product, subreddit=name, **at)


def test_a_community_has_the_topics_that_are_talked_about_there(
    visit: Visit, product: Product
) -> None:
    topics = topics_of(product)
    talking = {name for topic in topics for name in topic["subreddits"]}
    quiet = set(product.get("subreddits")["subreddits"]) - talking
    for name in (*sorted(talking)[:1], *sorted(quiet)[:1]):
        here = [each for each in topics if name in each["subreddits"]]
        page = visit.open(subreddit=name)
        if here:
            show_all(page, here)
            themes = [each["theme"] for each in here]
            expect(cards_of(page).get_by_role("heading")).to_have_text(themes)
        else:
            expect(trending(page)).to_contain_text("Nothing stands out.")
