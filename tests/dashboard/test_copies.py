"""A text posted in several communities is one row, which names the other communities."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from local.reddit.objects import submission
from tests.dashboard.conftest import Product, Visitor, product_in
from tests.dashboard.post_list import row_of, rows_of

TITLE = "One lantern for three towns, and what came of it"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start a separate product, because copies would appear in the lists of other tests."""
    with product_in(tmp_path_factory.mktemp("copies"), collected) as product:
        begin = time.time() - 300
        product.reddit.add(
            [
                submission(
                    f"copied{number}", name, begin + number, title=TITLE, author="lamplighter"
                )
                for number, name in enumerate(("aws", "claude", "OpenAI"))
            ]
        )
        product.collect()
        yield product


def test_one_row_says_where_else_a_text_is_and_a_copy_where_its_original_is(
    product: Product, visitor: Visitor
) -> None:
    page = visitor(product.url).open(view="posts", q='"lantern for three towns"')
    expect(rows_of(page)).to_have_count(1)
    row = row_of(page, "aws/copied0")
    expect(row).to_contain_text("also in r/claude, r/OpenAI")
    page.get_by_label("Community").select_option("claude")
    copy = row_of(page, "claude/copied1")
    expect(copy).to_contain_text("a copy of one in r/aws")
    copy.get_by_role("link", name="one in r/aws").click()
    panel = page.get_by_role("complementary", name="Post")
    expect(panel.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(panel).to_contain_text("also in r/claude, r/OpenAI")


def test_the_figures_say_how_many_are_copies(product: Product, visitor: Visitor) -> None:
    copies = product.get("sentiment/stats")["statistics"]["copies"]
    assert copies >= 2
    page = visitor(product.url).open(view="communities")
    expect(
        page.get_by_text(f"{copies} posts are copies; lists over all show them as one")
    ).to_be_visible()
