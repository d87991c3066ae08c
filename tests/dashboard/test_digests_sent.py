"""The digests that are sent, in a browser: added, tried, switched and removed by keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.dashboard.conftest import Product, Visitor, running_product
from tests.dashboard.test_every_view import violations

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Product]:
    with running_product(tmp_path) as product:
        yield product


def shown(page: Page) -> None:
    """Have the digests shown, which the page does by itself where it has a key."""
    listed = page.get_by_role("button", name="Add a digest")
    asked = page.get_by_role("button", name="Show the digests")
    asked.or_(listed).first.wait_for()
    if asked.is_visible():
        asked.press("Enter")
    listed.wait_for()


def test_a_digest_is_added_by_keyboard_on_a_phone(
    fresh: Product, visitor: Visitor, axe_source: str, pictures: Path
) -> None:
    visit = visitor(fresh.url)
    page = visit.open(view="alerts")
    page.set_viewport_size({"width": 360, "height": 900})
    shown(page)
    page.get_by_text("No digest is sent yet.").wait_for()
    page.get_by_role("button", name="Add a digest").press("Enter")
    form = page.get_by_role("form", name="New digest")
    form.get_by_label("Name, and the title of messages").focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("For the team")
    zone = form.get_by_label("Time zone")
    zone.fill("Mars/Base")
    form.get_by_role("button", name="Add a channel").press("Enter")
    form.get_by_label("Addresses, separated by commas").focus()
    page.keyboard.type("ann@example.com")
    page.screenshot(path=pictures / "digests-form-360.png", full_page=True)
    assert page.evaluate(OVERFLOW) <= 0
    assert violations(visit, axe_source) == []
    page.keyboard.press("Enter")
    form.get_by_text("isn't a time zone").wait_for()
    # The browser logs the refusal.
    assert all("422" in complaint for complaint in visit.complaints)
    visit.complaints.clear()
    zone.fill("Asia/Kolkata")
    zone.press("Enter")
    row = page.get_by_role("listitem").filter(has_text="For the team").last
    row.get_by_text("Every Monday at 08:00 (Asia/Kolkata)").wait_for()
    row.get_by_text("None was due yet, the next one Mon").wait_for()
    stored = fresh.get("alerts/digests")["digests"]
    assert [(each["id"], each["channels"][0]["to"]) for each in stored] == [
        ("for-the-team", "ann@example.com")
    ]


def test_a_digest_is_tried_switched_edited_and_removed_by_keyboard(
    fresh: Product, visitor: Visitor, axe_source: str, pictures: Path
) -> None:
    mail = {"type": "email", "to": "ann@example.com"}
    body = {"name": "For the team", "time_zone": "Asia/Kolkata", "channels": [mail]}
    fresh.host.http.put("/api/v1/alerts/digests/team", json=body, headers={"If-Match": "*"})
    visit = visitor(fresh.url)
    page = visit.open(view="alerts")
    page.set_viewport_size({"width": 360, "height": 900})
    shown(page)
    row = page.get_by_role("listitem").filter(has_text="Every ").first
    row.get_by_role("button", name="Send a test: For the team").press("Enter")
    # No way to send e-mails is set.
    row.get_by_text("E-mail a…@example.com: failed no way to send e-mails is set").wait_for()
    page.reload()
    shown(page)
    row.get_by_text("E-mail takes no messages: no way to send e-mails is set").wait_for()
    row.get_by_role("button", name="What was sent: For the team").press("Enter")
    row.get_by_text("Test, up to").wait_for()
    assert page.evaluate(OVERFLOW) <= 0
    assert violations(visit, axe_source) == []
    for width in (360, 1280):
        for scheme in SCHEMES:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=pictures / f"digests-{width}-{scheme}.png", full_page=True)
            assert violations(visit, axe_source) == []

    row.get_by_role("button", name="Switch off: For the team").press("Enter")
    row.get_by_text("Off", exact=True).wait_for()
    row.get_by_role("button", name="Edit: For the team").press("Enter")
    edited = page.get_by_role("form", name="Digest For the team")
    edited.get_by_label("Every").select_option("day")
    edited.get_by_role("button", name="Save the digest").press("Enter")
    row.get_by_text("Every day at 08:00 (Asia/Kolkata)").wait_for()
    row.get_by_role("button", name="Remove: For the team").press("Enter")
    page.get_by_text("No digest is sent yet.").wait_for()
    assert fresh.get("alerts/digests")["change"] == "For the team removed"
