"""The page's texts about the state of the service and about the causes of a change."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from shared.times import hour_start, iso, parse_iso
from tests.dashboard.conftest import Product, Visit, Visitor

DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
Change = Callable[[Any], object]
# Texts that a chart's canvas cuts off at its left or right edge.
LISTEN = """
  window.cut = []; window.written = 0;
  const write = CanvasRenderingContext2D.prototype.fillText;
  CanvasRenderingContext2D.prototype.fillText = function (text, x, ...more) {
    const at = this.getTransform().transformPoint({ x, y: 0 }).x;
    const { actualBoundingBoxLeft: left, actualBoundingBoxRight: right } = this.measureText(text);
    window.written += 1;
    if (at - left < -0.5 || at + right > this.canvas.width + 0.5) window.cut.push(text);
    return write.call(this, text, x, ...more);
  };
"""


def change_answer(visit: Visit, address: str, change: Change) -> None:
    """Change something in the answer that the page gets."""

    def answer(route: Route) -> None:
        response = route.fetch()
        told = response.json()
        change(told)
        route.fulfill(response=response, body=json.dumps(told))

    visit.page.route(f"**/api/v1/{address}", answer)


def headline(page: Page) -> Locator:
    return page.get_by_role("region", name="Now").locator(".headline")


def test_a_process_that_opens_the_database_is_starting_and_neither_silent_nor_bad(
    visit: Visit,
) -> None:
    change_answer(visit, "health", lambda told: told.update(status="starting"))
    page = visit.open(view="communities")
    expect(page.get_by_role("banner")).to_contain_text("Starting: opening the database")
    expect(headline(page)).not_to_contain_text("behind")
    expect(page.get_by_text("The data is old")).to_have_count(0)
    expect(page.get_by_text("Database unreachable")).to_have_count(0)
    expect(page.get_by_role("main").get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("The worker's last write failed: the disk is full.", None),
        ("The worker gives no sign of life.", None),
        ("The last collection was at 2026-01-01T00:00:00Z.", "The data is old: it was last"),
    ],
    ids=["full-disk", "dead-worker", "old"],
)
def test_the_banner_gives_the_reason_why_health_is_degraded(
    visit: Visit, reason: str, said: str | None
) -> None:
    change_answer(visit, "health", lambda told: told.update(status="degraded", reason=reason))
    page = visit.open(view="communities")
    banner = page.locator(".banner.bad")
    expect(banner).to_have_count(1)
    expect(banner).to_contain_text(said or reason)
    expect(banner).not_to_contain_text("2026-01-01T")
    expect(banner.get_by_role("link", name="See what collection did")).to_be_visible()
    expect(headline(page)).to_have_text("Collection is behind: the mood of now isn't known.")
    expect(page.locator(".because")).to_have_count(0)


def fall_of_one(told: dict[str, Any]) -> None:
    """Let the mood fall, only because of claude."""
    for each in told["subreddits"]:
        if not each["change"]:
            continue
        has_fallen = each["subreddit"] in {"all", "claude"}
        verdict = "worse" if has_fallen else "no_clear_change"
        each["change"] |= {"verdict": verdict, "reason": None, "avg_sentiment": -0.2}


@pytest.mark.parametrize(
    ("state", "is_named"),
    [("rising", True), ("new", True), ("peaked", True), ("fading", False)],
)
def test_a_topic_that_fades_is_not_what_a_change_comes_from(
    visit: Visit, product: Product, state: str, is_named: bool
) -> None:
    theme = product.get("trending", limit=1)[0]["theme"]

    def one_topic(told: list[dict[str, Any]]) -> None:
        del told[1:]
        told[0] |= {"subreddits": ["claude"], "sentiment_avg": -0.4, "state": state}

    change_answer(visit, "trending?*", one_topic)
    change_answer(visit, "sentiment/compare?*", fall_of_one)
    page = visit.open(view="communities")
    because = page.locator(".because:not(.coming)")
    expect(because).to_contain_text("of the fall came from r/claude")
    if is_named:
        expect(because).to_contain_text(f"where people talk about {theme}")
    else:
        expect(because).not_to_contain_text("talk about")


def of_the_week_before(told: dict[str, Any]) -> None:
    """Let an answer be compared with the same hours a week earlier, and its mood be worse."""
    end = hour_start(parse_iso(told["window"]["end"])) - 7 * DAY
    start = end - DAY
    told["before"] = {"start": iso(start), "end": iso(end), "because": "week_before"}
    for each in told.get("subreddits") or told.get("subjects") or [told]:
        if each["change"]:
            each["change"] |= {"verdict": "worse", "reason": None, "avg_sentiment": -0.2}


@pytest.mark.parametrize("because", ["week_before", "no_week_before"])
def test_a_day_says_that_it_is_compared_with_the_same_hours_a_week_earlier(
    visit: Visit, product: Product, because: str
) -> None:
    end = parse_iso(product.get("subjects", until="collected")["window"]["end"])

    def told_so(told: dict[str, Any]) -> None:
        of_the_week_before(told)
        told["before"]["because"] = because

    for address in ("sentiment/compare?*", "subjects?*", "subjects/cursor?*"):
        change_answer(visit, address, told_so)
    is_midnight = hour_start(end).hour == 0
    words = {
        "week_before": f"the same {'weekday' if is_midnight else 'hours'} a week earlier",
        "no_week_before": "the 24 hours before",
    }[because]
    for view in ({"view": "communities"}, {"subject": "cursor"}):
        page = visit.open(**view)
        expect(headline(page)).to_contain_text(f"worse than in {words}.")
        expect(page.locator(".figure.large .figure-more").first).to_contain_text(f"on {words}")
        note = page.locator(".window-note")
        expect(note).to_contain_text(f", {words}")
        is_said = because == "no_week_before"
        expect(note.filter(has_text="for want of data a week earlier")).to_have_count(int(is_said))
    page = visit.open(view="compare")
    expect(page.get_by_text(f"with the difference to {words}")).to_be_visible()


def test_a_list_and_a_week_say_nothing_of_a_time_before(visit: Visit) -> None:
    page = visit.open(view="posts")
    expect(page.get_by_role("button", name="24 hours")).to_be_visible()
    expect(page.locator(".window-note")).to_have_count(0)
    page = visit.open(view="communities", hours=168)
    expect(headline(page)).to_be_visible()
    expect(page.locator(".window-note")).to_have_count(0)


def few_for(hours: int | None) -> Change:
    """Let the first change of an answer be of too few items, for which a span of hours would do."""

    def few(told: dict[str, Any]) -> None:
        scopes = told.get("subreddits") or told.get("subjects") or [told]
        # Only own subjects have a headline in the list.
        scopes[0]["role"] = "own"
        change = scopes[0]["change"]
        change["statistics"]["few"] = True
        change |= {"verdict": "too_few", "reason": None, "span_needed": hours}

    return few


@pytest.mark.parametrize(
    ("address", "view"),
    [
        ("sentiment/compare?*", {"view": "communities"}),
        ("subjects/cursor?*", {"subject": "cursor"}),
        ("subjects?*", {"view": "subjects"}),
    ],
    ids=["all", "subject", "own subjects"],
)
def test_where_items_are_too_few_the_page_says_how_long_a_span_would_do(
    visit: Visit, product: Product, address: str, view: dict[str, str]
) -> None:
    change_answer(visit, address, few_for(5 * 24))
    page = visit.open(**view)
    said = page.locator(".headline + .span-needed").first
    expect(said).to_have_text("Too few items for a verdict: about 5 days would do.")
    end = product.get("subjects", until="collected")["window"]["end"]
    first, last = (iso(parse_iso(end) - days * DAY - SECOND)[:10] for days in (5, 0))
    said.get_by_role("link", name="5 days").click()
    page.wait_for_url(re.compile(f"from={first}&to={last}"))
    expect(page.locator(".window-note")).to_contain_text("compared with")


def test_a_verdict_and_a_span_that_is_not_known_say_nothing_of_a_longer_one(visit: Visit) -> None:
    change_answer(visit, "sentiment/compare?*", few_for(None))
    page = visit.open(view="communities")
    expect(page.locator(".figure-more", has_text="too few items to compare")).to_be_visible()
    expect(page.locator(".span-needed")).to_have_count(0)


def test_a_window_that_would_do_is_chosen_by_its_length(visit: Visit) -> None:
    change_answer(visit, "sentiment/compare?*", few_for(168))
    page = visit.open(view="compare", compare="claude,Cursor")
    row = page.get_by_role("row").filter(has_text="too few items to compare")
    expect(row).to_contain_text("about 7 days would do")
    row.get_by_role("link", name="7 days").click()
    expect(page.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("width", [360, 1280])
def test_no_label_of_a_chart_is_cut_off_at_its_edge(
    visitor: Visitor, product: Product, width: int
) -> None:
    visit = visitor(product.url, viewport={"width": width, "height": 900})
    visit.page.add_init_script(f"{{{LISTEN}}}")
    views = (
        {"view": "communities"},
        {"subject": "cursor"},
        {"view": "compare", "compare": "claude,Cursor"},
    )
    for view in views:
        page = visit.open(**view)
        for window in ("7 days", "30 days", "90 days", "24 hours"):
            page.evaluate("window.written = 0")
            page.get_by_role("button", name=window, exact=True).click()
            page.wait_for_function("() => window.written > 8")
            assert page.evaluate("window.cut") == [], f"{view} {window}"
