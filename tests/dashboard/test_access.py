"""The page where reads are closed: it asks for a key, keeps it out of scripts, and signs out."""

import pytest
from playwright.sync_api import expect

from tests.api.access_world import ADMIN_KEY, MODES, READER_KEY, WRONG_KEY
from tests.dashboard.conftest import Visitor
from tests.dashboard.test_every_view import violations
from tests.fixtures.host import RunningHost


@pytest.fixture
def closed(running_host) -> RunningHost:
    host: RunningHost = running_host(arguments=["--no-collect"], settings=MODES["key"])
    return host


def test_a_key_opens_the_page_and_signing_out_closes_it(
    closed: RunningHost, visitor: Visitor, axe_source: str
) -> None:
    visit = visitor(str(closed.http.base_url).rstrip("/"))
    page = visit.open()
    asked = page.get_by_role("heading", name="A key is needed to read this")
    expect(asked).to_be_visible()
    expect(page.get_by_role("button", name="Sign out")).to_have_count(0)
    assert violations(visit, axe_source) == []
    page.get_by_label("Key", exact=True).fill(WRONG_KEY)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text("A key is missing or wrong")).to_be_visible()
    page.get_by_label("Key", exact=True).fill(READER_KEY)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    expect(asked).to_have_count(0)
    kept = "() => document.cookie + JSON.stringify(sessionStorage) + JSON.stringify(localStorage)"
    assert READER_KEY not in page.evaluate(kept)
    # A session that ends while the page is read leaves the view where it is.
    page.context.clear_cookies()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(asked).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(2)
    page.get_by_label("Key", exact=True).fill(READER_KEY)
    page.get_by_role("button", name="Open").click()
    expect(asked).to_have_count(0)
    # Links send no header: the cookie goes with them.
    for path in ("/api/v1/openapi.json", "/api/v1/trending.atom", "/api/v1/items?format=csv"):
        answer = page.request.get(visit.base + path)
        assert answer.status == 200, path
    page.get_by_role("button", name="Sign out").click()
    expect(asked).to_be_visible()
    assert page.request.get(f"{visit.base}/api/v1/trending.atom").status == 401
    # Who may change something isn't asked again for what changes something.
    page.get_by_label("Key", exact=True).fill(ADMIN_KEY)
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    visit.open(view="alerts")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert all(each.startswith("error: Failed to load resource") for each in visit.complaints)
    assert all("401" in each for each in visit.complaints)
    visit.complaints.clear()
    for secret in (READER_KEY, ADMIN_KEY, WRONG_KEY):
        assert secret not in closed.log
