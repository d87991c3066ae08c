"""Markers on the page: set in the watchlist, drawn on each chart, with what changed after them."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from shared.times import hour_start, iso, parse_iso, utc_now
from tests.dashboard.conftest import Product, Visitor
from tests.dashboard.expected import STEP_HOURS
from tests.dashboard.test_every_view import is_too_wide, settle, violations

SUBJECT = "cursor"
# Pixels by which a line may stand beside its time.
NEAR = 2


pytestmark = pytest.mark.usefixtures("restored_watchlist")


@pytest.fixture(scope="module")
def product(changed_product: Product) -> Product:
    return changed_product


def mark(product: Product, marker: str, hours_ago: float, **more: Any) -> dict[str, Any]:
    """Write a marker at a full hour before this one, as another program does."""
    at = iso(hour_start(utc_now()) - timedelta(hours=hours_ago))
    body = {"date": at[:10], "time": at[11:16], "name": marker.title(), "kind": "release", **more}
    answer = product.host.http.put(
        f"/api/v1/markers/{marker}", json=body, headers={"If-Match": "*"}
    )
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def signs(page: Page, chart: str = "Over time") -> Locator:
    return page.get_by_role("region", name=chart, exact=True).locator(".marker-sign")


def test_a_marker_is_added_edited_and_removed_in_the_watchlist(
    product: Product, visitor: Visitor
) -> None:
    page = visitor(product.url).open(view="watchlist")
    form = page.get_by_role("form", name="New marker")
    form.get_by_label("Name").fill("Cursor 2.0")
    form.get_by_label("Date, in UTC").fill("2026-11-18")
    form.get_by_label("Kind").select_option("Release")
    form.get_by_label("About").select_option("Cursor")
    form.get_by_label("Link").fill("https://cursor.example/changelog")
    form.get_by_role("button", name="Add a marker").click()
    expect(page.get_by_role("status").get_by_text("Saved Cursor 2.0.")).to_be_visible()
    [added] = product.get("markers")["markers"]
    assert (added["id"], added["date"], added["time"]) == ("cursor-2-0", "2026-11-18", None)
    assert (added["subject"], added["link"]) == (SUBJECT, "https://cursor.example/changelog")
    page.get_by_role("button", name="Edit marker Cursor 2.0").click()
    edited = page.get_by_role("form", name="Marker Cursor 2.0")
    edited.get_by_label("Time in UTC").fill("14:30")
    edited.get_by_role("button", name="Save the marker").click()
    expect(form.get_by_label("Name")).to_have_value("")
    assert product.get("markers/cursor-2-0")["time"] == "14:30"
    page.get_by_role("button", name="Remove marker Cursor 2.0").click()
    expect(page.get_by_role("status").get_by_text("Removed Cursor 2.0.")).to_be_visible()
    assert product.get("markers")["markers"] == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Edit marker Cursor 2.0")).to_be_visible()
    assert product.get("markers")["markers"][0]["time"] == "14:30"


def test_what_the_api_refuses_stands_at_its_field(product: Product, visitor: Visitor) -> None:
    visit = visitor(product.url)
    page = visit.open(view="watchlist")
    form = page.get_by_role("form", name="New marker")
    form.get_by_label("Name").fill("Old times")
    form.get_by_label("Date, in UTC").fill("1999-12-31")
    form.get_by_role("button", name="Add a marker").click()
    expect(form.get_by_role("alert").get_by_text("2000 to 2099").first).to_be_visible()
    expect(form.get_by_label("Date, in UTC")).to_have_attribute("aria-invalid", "true")
    assert product.get("markers")["markers"] == []
    # The browser itself reports the answer 422.
    assert all("422" in each for each in visit.complaints)
    visit.complaints.clear()


def test_a_removed_subject_comes_back_with_its_markers(product: Product, visitor: Visitor) -> None:
    mark(product, "own", 3, subject=SUBJECT)
    page = visitor(product.url).open(view="watchlist")
    page.get_by_role("button", name="Remove Cursor", exact=True).click()
    expect(page.get_by_role("status").get_by_text("Removed Cursor.")).to_be_visible()
    assert product.get("markers")["markers"] == []
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status").get_by_text("Undone.")).to_be_visible()
    assert [each["subject"] for each in product.get("markers")["markers"]] == [SUBJECT]


# Views with the name of their chart and the scopes in it.
CHARTS: list[tuple[dict[str, Any], str, str]] = [
    ({"subject": SUBJECT, "hours": 24}, "Over time", "subject:cursor"),
    ({"view": "communities", "hours": 24}, "Over time", "all"),
    ({"subreddit": "claude", "hours": 168}, "Over time", "claude"),
    (
        {"view": "compare", "compare": "subject:cursor,claude", "hours": 24},
        "Average sentiment",
        "subject:cursor,claude",
    ),
]


@pytest.mark.parametrize(("view", "chart", "scopes"), CHARTS)
def test_a_line_stands_at_its_time_on_each_chart_and_in_its_table(
    product: Product, visitor: Visitor, view: dict[str, Any], chart: str, scopes: str
) -> None:
    marker = mark(product, "own", 6, subject=SUBJECT, link="https://cursor.example/")
    page = visitor(product.url).open(**view)
    card = page.get_by_role("region", name=chart, exact=True)
    expect(card.locator(".marker-line")).to_have_count(1)
    expect(signs(page, chart)).to_have_text("R")
    plot = card.locator(".u-over").bounding_box()
    line = card.locator(".marker-line").bounding_box()
    assert plot
    assert line
    asked = {"hours": view["hours"], "granularity": "auto", "until": "collected"}
    granularity = product.get("sentiment/compare", scopes=scopes, **asked)["granularity"]
    part = place_of(marker["at"], view["hours"], STEP_HOURS[granularity])
    assert line["x"] == pytest.approx(plot["x"] + plot["width"] * part, abs=NEAR)
    assert line["y"] == pytest.approx(plot["y"], abs=NEAR)
    assert line["height"] == pytest.approx(plot["height"], abs=NEAR)
    card.get_by_text("The figures as a table").click()
    expect(card.locator("tbody .marker-in-row")).to_have_text(re.compile("^Release: Own, "))
    link = card.locator("tbody .marker-in-row").get_by_role("link")
    expect(link).to_have_attribute("href", "https://cursor.example/")
    expect(card.get_by_role("application")).to_have_attribute(
        "aria-label", re.compile("Markers: Release: Own, ")
    )


def place_of(at: str, hours: int, step: int) -> float:
    """Return where a time is in a chart of these hours and steps, 0 to 1 of its width."""
    last = int(hour_start(utc_now()).timestamp()) // 3600
    first = (last - hours + 1) // step * step
    end = last // step * step + step
    return (parse_iso(at).timestamp() / 3600 - first) / (end - first)


def test_small_charts_have_lines_and_say_so_in_their_names(
    product: Product, visitor: Visitor
) -> None:
    mark(product, "own", 6, subject=SUBJECT)
    page = visitor(product.url).open(view="communities")
    small = page.locator(".small-multiple")
    expect(small.first.locator(".marker-line")).to_have_count(1)
    assert small.count() == page.locator(".small-multiple .marker-line").count()
    expect(small.first.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("Markers: Release: Own")
    )
    page.goto(f"{product.url}/")
    marked = page.locator("svg.trend[aria-label*='Markers: Release: Own']")
    expect(marked.first.locator("path.marker")).to_have_count(1)
    named = {
        each.split(" over ")[0]
        for each in marked.evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    }
    assert named == {"Cursor"}, "no other subject has it"


def test_a_sign_tells_its_name_date_and_link_on_hover_and_focus(
    product: Product, visitor: Visitor
) -> None:
    mark(product, "own", 6, subject=SUBJECT, link="https://cursor.example/")
    page = visitor(product.url).open(subject=SUBJECT)
    note = page.locator(".marker-note")
    expect(note).to_be_hidden()
    signs(page).hover()
    expect(note).to_be_visible()
    expect(note.get_by_text("Own", exact=True)).to_be_visible()
    expect(note.get_by_role("link", name="Read more")).to_have_attribute(
        "href", "https://cursor.example/"
    )
    page.mouse.move(0, 0)
    expect(note).to_be_hidden()
    page.get_by_role("application", name=re.compile("^Sentiment and volume")).focus()
    page.keyboard.press("Tab")
    expect(signs(page)).to_be_focused()
    expect(note).to_be_visible()
    page.keyboard.press("Tab")
    expect(note.get_by_role("link", name="Read more")).to_be_focused()
    page.keyboard.press("Escape")
    expect(note).to_be_hidden()


def test_a_tap_opens_and_closes_it(product: Product, touching: Visitor) -> None:
    mark(product, "own", 6, subject=SUBJECT)
    visit = touching(product.url, viewport={"width": 360, "height": 780})
    page = visit.open(subject=SUBJECT)
    signs(page).tap()
    expect(page.locator(".marker-note")).to_be_visible()
    expect(signs(page)).to_have_attribute("aria-expanded", "true")
    assert not is_too_wide(visit)
    page.get_by_role("heading", name="Over time").tap()
    expect(page.locator(".marker-group.open")).to_have_count(0)


def test_several_near_each_other_share_a_sign_and_are_all_told(
    product: Product, visitor: Visitor, axe_source: str, pictures: Path
) -> None:
    for number in range(3):
        mark(product, f"near-{number}", 6, name=f"Near {number}", kind="incident")
    mark(product, "far", 20, subject=SUBJECT)
    visit = visitor(product.url)
    page = visit.open(subject=SUBJECT)
    expect(signs(page)).to_have_count(2)
    expect(page.locator(".over-time .marker-line")).to_have_count(4)
    shared = page.get_by_role("button", name=re.compile("Near 0.*Near 1.*Near 2"))
    expect(shared).to_have_text("3")
    settle(visit)
    shared.click()
    expect(page.locator(".marker-group.open .marker-note > li")).to_have_count(3)
    page.screenshot(path=pictures / "markers.png")
    assert violations(visit, axe_source) == []


def test_they_are_printed_without_their_notes(product: Product, visitor: Visitor) -> None:
    mark(product, "own", 6, subject=SUBJECT)
    page = visitor(product.url).open(subject=SUBJECT)
    signs(page).hover()
    page.emulate_media(media="print")
    expect(page.locator(".over-time .marker-line")).to_be_visible()
    expect(signs(page)).to_be_visible()
    expect(page.locator(".marker-note")).to_be_hidden()


def test_before_and_after_is_that_of_the_api(
    product: Product, visitor: Visitor, axe_source: str, pictures: Path
) -> None:
    mark(product, "own", 60, subject=SUBJECT)
    mark(product, "other", 70, subject=SUBJECT)
    visit = visitor(product.url)
    page = visit.open(subject=SUBJECT, hours=168)
    page.get_by_role("button", name=re.compile("Own")).click()
    page.get_by_role("link", name="Before and after").first.click()
    page.goto(f"{product.url}/?subject={SUBJECT}&hours=168&marker=own")
    card = page.get_by_role("region", name="Before and after Own", exact=True).first
    effect = product.get("markers/own/effect")
    assert effect["status"] == "compared"
    cells = card.locator("tbody tr td:nth-of-type(2)")
    expect(cells).to_have_text(
        [f"{effect['change'][side]['total']:,}" for side in ("previous", "statistics")]
    )
    expect(card.get_by_text("Release: Other")).to_be_visible()
    assert effect["items"]
    listed = card.locator(".differing li")
    expect(listed).to_have_count(len(effect["items"]))
    for place, item in enumerate(effect["items"]):
        link = listed.nth(place).get_by_role("link")
        expect(link).to_have_text(item["text"])
        address = re.escape(f"post={item['community']}/{item['post_id']}")
        expect(link).to_have_attribute("href", re.compile(address.replace("/", "(/|%2F)")))
    settle(visit)
    page.screenshot(path=pictures / "before-and-after.png", full_page=True)
    assert violations(visit, axe_source) == []
    after = cells.nth(1)
    if after.get_by_role("link").count():
        after.get_by_role("link").click()
        expect(page).to_have_url(re.compile("view=posts"))
        start = parse_iso(effect["after"]["start"])
        expect(page).to_have_url(re.compile(re.escape(f"start={iso(start)}")))


def test_a_marker_without_a_day_after_it_has_no_verdict(product: Product, visitor: Visitor) -> None:
    mark(product, "new", 5)
    mark(product, "next", -48)
    page = visitor(product.url).open(view="communities", marker="new")
    card = page.get_by_role("region", name="Before and after New")
    expect(card.get_by_text("Too early to say")).to_be_visible()
    expect(card.locator("table")).to_have_count(0)
    page.goto(f"{product.url}/?view=communities&marker=next")
    expect(page.get_by_text("is still to come")).to_be_visible()
    page.get_by_role("link", name="Close", exact=True).click()
    expect(page.get_by_role("region", name=re.compile("Before and after"))).to_have_count(0)
