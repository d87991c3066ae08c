"""A window of one's own days: chosen by keyboard, kept in the address, and said in words."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from shared.times import utc_now
from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit, Visitor


def days_ago(*days: int) -> list[str]:
    """Return the dates (UTC) of the days before today, all counted from the same moment."""
    now = utc_now()
    return [f"{now - timedelta(days=each):%Y-%m-%d}" for each in days]


def choose(page: Page, first: str, last: str) -> None:
    """Choose days by keyboard alone."""
    expect(page.locator(".figure").first).to_be_visible()
    page.locator(".days summary").press("Enter")
    page.get_by_role("textbox", name="From", exact=True).fill(first)
    page.get_by_role("textbox", name="To", exact=True).fill(last)
    page.get_by_role("textbox", name="To", exact=True).press("Enter")


def test_days_of_ones_own_are_the_apis_and_a_link_shows_them_again(
    visit: Visit, product: Product
) -> None:
    first, last, after = days_ago(3, 2, 1)
    answer = product.get("sentiment/compare", subreddits="all", start=first, end=after)
    (compared,) = answer["subreddits"]
    page = visit.open(view="communities")
    choose(page, first, last)
    expected.expect_address(page, product, view="communities", **{"from": first, "to": last})
    note = page.locator(".window-note")
    because = {
        "week_before": "the same weekdays a week earlier",
        "no_week_before": "the 2 days before",
    }[answer["before"]["because"]]
    expect(note).to_contain_text(", compared with ")
    expect(note).to_contain_text(because)
    figure = page.locator(".figure", has_text="Posts and comments").locator(".figure-value")
    expect(figure).to_have_text(f"{compared['statistics']['total']:,}")
    said = note.inner_text()
    page.reload()
    expect(note).to_have_text(said)
    page.get_by_role("button", name="7 days").click()
    expected.expect_address(page, product, view="communities", hours="168")
    expect(note).to_have_count(0)


def test_every_view_with_a_window_follows_the_days(visit: Visit, product: Product) -> None:
    first, last, after = days_ago(3, 2, 1)
    days = {"from": first, "to": last}
    for view in ("subjects", "compare", "posts"):
        page = visit.open(view=view, **days)
        expect(page.locator(".window-note")).to_contain_text("compared with")
    expected.expect_posts(page, product, start=first, end=after)


@pytest.mark.parametrize("width", [360, 760, 1280])
def test_the_form_of_days_is_whole_at_every_width(
    visitor: Visitor, product: Product, width: int
) -> None:
    visit = visitor(product.url, viewport={"width": width, "height": 900})
    page = visit.open(subject="cursor")
    expect(page.locator(".figure").first).to_be_visible()
    page.locator(".days summary").click()
    expect(page.locator(".days form")).to_be_in_viewport(ratio=1)


def test_an_earlier_choice_of_days_limits_no_new_one(visit: Visit) -> None:
    page = visit.open(view="communities")
    earlier, first, last = days_ago(5, 3, 2)
    choose(page, first, last)
    page.get_by_role("button", name="7 days").click()
    page.locator(".days summary").press("Enter")
    page.get_by_role("textbox", name="To", exact=True).fill(earlier)
    assert page.get_by_role("textbox", name="To", exact=True).evaluate(
        "input => input.validity.valid"
    )
