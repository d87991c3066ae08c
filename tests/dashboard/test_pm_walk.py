"""A product manager's first day: from a clean start to an address that a colleague opens."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from local.reddit.objects import submission
from tests.dashboard.conftest import Product, Visitor, running_product

NAME, ID = "Cursor", "cursor"
COMPETITORS = ("Claude Code", "GitHub Copilot")
EXCLUDED = "mouse cursor"
WEIGHTIEST = 5
WEIGHTIEST_FIRST = "Mentions, most upvotes of the newest 500 first"


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    """Start the product with the sample and nothing stored."""
    with running_product(tmp_path) as product:
        yield product


def tab(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Views").get_by_role("link", name=name, exact=True)


def preview(page: Page) -> Locator:
    """Return the preview, once it has looked at what is typed."""
    panel = page.get_by_role("region", name="Preview")
    expect(panel).to_have_attribute("aria-busy", "false")
    return panel


def count_of(panel: Locator) -> int:
    return int(panel.locator(".preview-count b").inner_text().replace(",", ""))


def weightiest(product: Product) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = product.get(
        f"subjects/{ID}/mentions", hours=168, sort="score", limit=WEIGHTIEST
    )
    return found


def test_a_product_manager_from_a_clean_start_to_a_shared_address(
    product: Product, visitor: Visitor
) -> None:
    visit = visitor(product.url)
    page = visit.open()
    product.host.wait_for_log("collect.ended .*outcome=completed")
    expect(page.get_by_role("banner").get_by_text(re.compile("^Collected "))).to_be_visible()
    somebody_writes_about_a_mouse(product)

    add_my_product(page, product)
    exclude_a_phrase(page)
    save_and_see_history_fill_in(page, product)
    compare_with_competitors(page)
    open_the_weightiest_mentions(page, product)
    share_the_address(page, visitor(product.url).page)


def somebody_writes_about_a_mouse(product: Product) -> None:
    """Have the name's other meaning among the newest items: the sample has it, but not hourly."""
    title = f"My {EXCLUDED} jumps to the other monitor"
    written = time.time() - 60
    product.reddit.add([submission("mouse", "programming", written, title=title, selftext="")])
    product.collect()


def add_my_product(page: Page, product: Product) -> None:
    """Add the product from its name alone, instead of the starter pack's rule."""
    tab(page, "Watchlist").click()
    page.get_by_role("button", name=f"Remove {NAME}", exact=True).click()
    expect(page.get_by_text(f"Removed {NAME}.")).to_be_visible()
    page.get_by_label("Name of a new subject").fill(NAME)
    page.get_by_role("button", name="Add a subject").click()
    expect(page).to_have_url(f"{product.url}/?view=watchlist&subject=-new")
    expect(page.get_by_label("Id, in addresses")).to_have_value(ID)
    page.get_by_role("button", name="Own product").click()


def exclude_a_phrase(page: Page) -> None:
    """See in the preview that the name has another meaning, and exclude a phrase of it."""
    other = re.compile(EXCLUDED, re.IGNORECASE)
    before = count_of(preview(page))
    expect(preview(page).locator("mark").first).to_have_text(re.compile(f"^{NAME}", re.IGNORECASE))
    page.get_by_label("Add: exclusion").fill(EXCLUDED)
    kept_out = preview(page).get_by_role("listitem").filter(has_text="is excluded")
    expect(kept_out.filter(has_text=other).first).to_be_visible()
    assert 0 < count_of(preview(page)) < before


def save_and_see_history_fill_in(page: Page, product: Product) -> None:
    page.get_by_role("button", name="Add to the watchlist").click()
    expect(page).to_have_url(f"{product.url}/?view=watchlist&subject={ID}")
    expect(page.get_by_text(f"Saved {NAME}.")).to_be_visible()
    expect(page.get_by_text("History is filled in")).to_be_visible(timeout=60_000)
    assert product.get("communities")["rematch"] is None

    tab(page, "Subjects").click()
    page.get_by_role("button", name="7 days").click()
    mine = page.get_by_role("region", name=NAME, exact=True)
    stored = product.get(f"subjects/{ID}", hours=168, until="collected")
    assert stored["mentions"] > WEIGHTIEST
    expect(mine).to_contain_text(f"{stored['mentions']:,}")


def compare_with_competitors(page: Page) -> None:
    tab(page, "Compare").click()
    wanted = [NAME, *COMPETITORS]
    choice = page.get_by_role("group", name="Subjects")
    for name in wanted:
        choice.get_by_role("checkbox", name=name, exact=True).check()
    for name in choice.locator("label:has(:checked)").all_inner_texts():
        if name.strip() not in wanted:
            choice.get_by_role("checkbox", name=name.strip(), exact=True).uncheck()
    figures = page.get_by_role("region", name="Figures", exact=True)
    expect(figures.get_by_role("rowheader")).to_have_count(len(wanted))
    assert sorted(figures.get_by_role("rowheader").all_inner_texts()) == sorted(wanted)


def open_the_weightiest_mentions(page: Page, product: Product) -> None:
    figures = page.get_by_role("region", name="Figures", exact=True)
    figures.get_by_role("link", name=NAME, exact=True).click()
    page.get_by_role("combobox", name="Order").select_option("Most upvotes of the newest 500")
    page.get_by_role("link", name=re.compile("^All .* mention")).click()
    listed = page.get_by_role("list", name=WEIGHTIEST_FIRST)
    for number, mention in enumerate(weightiest(product)):
        listed.get_by_role("listitem").nth(number).get_by_role("link").first.click()
        post = page.get_by_role("complementary", name="Post")
        expect(page).to_have_url(re.compile(f"post={mention['community']}/{mention['post_id']}"))
        expect(post.get_by_role("heading").first).to_be_visible()


def share_the_address(page: Page, colleague: Page) -> None:
    """Open the address in another browser: it shows the same list and the same post."""
    colleague.goto(page.url)
    heading = page.get_by_role("complementary", name="Post").get_by_role("heading").first
    theirs = colleague.get_by_role("complementary", name="Post").get_by_role("heading").first
    expect(theirs).to_have_text(heading.inner_text())
    expect(listed_posts(colleague).nth(WEIGHTIEST)).to_be_visible()
    mine = names_of(listed_posts(page))[:WEIGHTIEST]
    assert names_of(listed_posts(colleague))[:WEIGHTIEST] == mine
    assert colleague.url == page.url


def listed_posts(page: Page) -> Locator:
    return page.get_by_role("list", name=WEIGHTIEST_FIRST).locator("[data-post]")


def names_of(links: Locator) -> list[str]:
    found: list[str] = links.evaluate_all("all => all.map(each => each.dataset.post)")
    return found
