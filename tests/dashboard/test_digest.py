"""The digest's page says what the API says, and leads to the digests before it and to its items."""

from playwright.sync_api import expect

from tests.dashboard import expected
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.dashboard.test_every_view import is_too_wide, settle


def test_the_page_has_the_figures_of_the_api_and_leads_to_its_items(
    visit: Visit, product: Product
) -> None:
    found = product.get("digest", period="day")
    page = visit.open(view="digest", period="day")
    settle(visit)
    expect(page.locator(".digest-sentence")).to_have_text(found["sentence"])
    said = [
        each
        for each in found["subjects"]
        if each["mentions"] or each["change"]["previous"]["total"]
    ]
    rows = page.locator(".digest-table tbody tr")
    expect(rows.locator("th")).to_have_text([each["name"] for each in said])
    for place, each in enumerate(said):
        cells = rows.nth(place).locator("td")
        expect(cells.first).to_have_text(f"{each['mentions']:,}")
        if each["mentions"]:
            expect(rows.nth(place)).to_contain_text(
                expected.score(each["statistics"]["avg_sentiment"])
            )
    reads = page.get_by_role("heading", name="Read these").locator("xpath=..").locator("li > a")
    expect(reads).to_have_text([each["read"]["text"] for each in found["read_these"]])
    expect(page.get_by_role("heading", name="Open alerts")).to_be_visible()
    assert found["read_these"]
    reads.first.click()
    item = found["read_these"][0]["item"]
    expect(page.locator(".panel")).to_be_visible()
    assert f"post={item['community']}/{item['post_id']}" in page.url


def test_a_digest_has_a_lasting_address_and_neighbours_on_a_phone(
    visitor: Visitor, product: Product
) -> None:
    visit = visitor(product.url, viewport={"width": 360, "height": 720})
    found = product.get("digest")
    page = visit.open(view="digest")
    settle(visit)
    assert not is_too_wide(visit)
    page.locator(".digest-when a").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".digest-sentence")).to_have_text(found["sentence"])
    assert page.url.endswith(f"view=digest&until={found['end']}")
    earlier = product.get("digest", end=found["previous_end"])
    page.get_by_role("link", name="The week before").click()
    expect(page.locator(".digest-sentence")).to_have_text(earlier["sentence"])
    page.get_by_role("link", name="The newest").click()
    expect(page.locator(".digest-sentence")).to_have_text(found["sentence"])
    page.emulate_media(media="print")
    expect(page.locator(".digest-neighbours")).to_be_hidden()
