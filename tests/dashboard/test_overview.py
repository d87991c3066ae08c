"""The overview: the figures are the API's, and each leads to the posts behind it."""

from playwright.sync_api import expect

from tests.dashboard.conftest import Product, Visit


def test_the_figures_are_those_of_the_api(visit: Visit, product: Product) -> None:
    page = visit.open()
    stats = product.get("sentiment/stats")["statistics"]
    now = page.get_by_role("region", name="Now")
    expect(now.get_by_role("link", name=f"{stats['total']:,}", exact=True)).to_be_visible()
