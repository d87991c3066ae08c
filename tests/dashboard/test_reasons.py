"""The card that says why a scope changed: the explanation of the API, and its report."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.dashboard.expected import Answer

# Of all, of a community and of a subject: the page's address, and the scope.
SCOPES: dict[str, tuple[dict[str, str], str]] = {
    "all": ({"view": "communities"}, "all"),
    "a community": ({"view": "communities", "subreddit": "Cursor"}, "Cursor"),
    "a subject": ({"subject": "cursor"}, "subject:cursor"),
}


def explanation(product: Product, scope: str, **more: object) -> Any:
    return product.get("explain", scope=scope, **{**expected.RHYTHM, **more})


def card(page: Page) -> Locator:
    return page.get_by_role("region", name="Why", exact=True)


@pytest.mark.parametrize("name", SCOPES)
def test_it_is_the_explanation_of_the_api_with_its_evidence(
    visit: Visit, product: Product, name: str
) -> None:
    address, scope = SCOPES[name]
    page = visit.open(**address)
    found: Answer = explanation(product, scope)
    why = card(page)
    expect(why.locator(".explained-sentence")).to_have_text(found["sentence"])
    basis = why.locator("dd")
    expect(basis.nth(1)).to_contain_text(f"{found['volume']['n']:,} item")
    expect(basis.nth(2)).to_contain_text("compared with ")
    quotes = [each for reason in found["quotes"] for each in reason["sentences"]]
    expect(why.locator("blockquote")).to_have_count(len(quotes))
    expect(why.locator(".explained-reads > li")).to_have_count(len(found["read_these"]))
    parts = [each for each in found["contributions"] if each["kind_of"] == "community"]
    if parts:
        table = why.get_by_role("region", name="Contributions of communities")
        expect(table.get_by_role("row")).to_have_count(len(parts) + 1)


@pytest.mark.parametrize("name", SCOPES)
def test_its_report_is_copied_and_has_an_address(
    visitor: Visitor, product: Product, name: str
) -> None:
    address, scope = SCOPES[name]
    visit = visitor(product.url, permissions=["clipboard-read", "clipboard-write"])
    page = visit.open(**address)
    why = card(page)
    why.get_by_role("button", name="Copy as Markdown").click()
    expect(why.get_by_role("status")).to_have_text("Copied.")
    copied = page.evaluate("navigator.clipboard.readText()")
    download = why.get_by_role("link", name="Download")
    expect(download).to_have_attribute("download", re.compile(r"^why-[\w.-]+\.md$"))
    path = download.get_attribute("href") or ""
    answer = page.request.get(f"{product.url}{path}")
    assert answer.headers["content-type"].startswith("text/markdown")
    assert copied == answer.text()
    assert f"**{explanation(product, scope)['sentence'].split('“')[0]}" in copied
    assert "*This is sample data.*" in copied
