"""On a phone, by touch and on paper the page shows the same as with a mouse on a wide screen."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.dashboard import expected
from tests.dashboard.conftest import WIDE, Product, Visit, Visitor

PHONE = {"width": 360, "height": 740}
VIEWS = [
    {},
    {"subject": "cursor"},
    {"view": "communities"},
    {"view": "compare"},
    {"view": "compare", "compare": "claude,OpenAI,ChatGPTCoding,programming,windsurf"},
    {"view": "trending"},
    {"view": "posts"},
    {"view": "posts", "subject": "cursor"},
    {"view": "collection"},
]


def chart_of(page: Page) -> Locator:
    return page.locator(".chart").first


def step_at(page: Page, share: float) -> dict[str, float]:
    box = chart_of(page).locator(".u-over").bounding_box()
    assert box
    return {"x": box["width"] * share, "y": box["height"] / 2}


@pytest.mark.parametrize("hours", [24, 2160])
def test_no_view_is_wider_than_a_phone(visitor: Visitor, product: Product, hours: int) -> None:
    visit = visitor(product.url, viewport=PHONE, has_touch=True, is_mobile=True)
    for view in VIEWS:
        page = visit.open(hours=hours, **view)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        widths = "[document.documentElement.scrollWidth, visualViewport.width, innerWidth]"
        assert page.evaluate(widths) == [360, 360, 360], view


def test_a_tap_reads_a_step_and_a_second_one_opens_it(touching: Visitor, product: Product) -> None:
    page = touching(product.url, viewport=PHONE).open(view="communities")
    region = page.get_by_role("region", name="Over time")
    expect(region).to_contain_text("Tap a point to read it")
    over = chart_of(page).locator(".u-over")
    for share in (0.3, 0.6):
        over.tap(position=step_at(page, share))
        expect(region.locator("[aria-live]")).to_contain_text("on average")
        assert page.url == f"{product.url}/?view=communities"
    over.tap(position=step_at(page, 0.6))
    expect(page).to_have_url(re.compile("view=posts.*start="))


@pytest.mark.parametrize("width", [360, 700, 1024, 1280, 1440])
def test_a_chart_stays_where_it_is_while_it_is_read(
    visitor: Visitor, product: Product, width: int
) -> None:
    visit = visitor(product.url, viewport={"width": width, "height": 900})
    for view in ({"view": "communities"}, {"subject": "cursor"}, {"view": "compare"}):
        page = visit.open(**view)
        chart = chart_of(page)
        # Everything above it has loaded, too.
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        before = chart.bounding_box()
        for share in (0.1, 0.5, 0.95):
            chart.locator(".u-over").hover(position=step_at(page, share))
            expect(page.locator("[aria-live]").first).to_contain_text(re.compile(r"\d\d:\d\d"))
            after = chart.bounding_box()
            assert before
            assert after
            # The pointer may have scrolled the page; a chart that jumps moves within it.
            top = chart.evaluate("each => each.offsetTop")
            page.get_by_role("heading", level=1).hover()
            assert chart.evaluate("each => each.offsetTop") == top
            assert after["height"] == before["height"]


def test_a_drag_reads_out_what_it_has_reached(visit: Visit) -> None:
    page = visit.load(view="communities")
    over = chart_of(page).locator(".u-over")
    box = over.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, y, steps=5)
    readout = page.get_by_role("region", name="Over time").locator("[aria-live]")
    expect(readout).to_have_text(re.compile(r"\d\d:\d\d \u2013 .*: [\d,]+ items?$"))
    page.mouse.up()
    expect(readout).to_contain_text("on average")
    readout.get_by_role("link").click()
    expect(page).to_have_url(re.compile("view=posts.*start=.*end="))


def test_a_selected_span_has_the_figures_and_the_verdict_of_the_api(
    visit: Visit, product: Product
) -> None:
    page = visit.open(view="communities")
    chart = chart_of(page)
    readout = page.get_by_role("region", name="Over time").locator("[aria-live]")
    chart.focus()
    for key in ("Home", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight"):
        page.keyboard.press(key)
    link = readout.get_by_role("link")
    expect(readout).to_contain_text("on average")
    span = {
        name: values[0]
        for name, values in parse_qs(urlsplit(link.get_attribute("href") or "").query).items()
        if name in {"start", "end"}
    }
    (compared,) = expected.compare(product, ["all"], **span)
    if compared["change"]["reason"] == "no_earlier_data":
        # Where the week before isn't known, the time just before may be.
        (compared,) = expected.compare(product, ["all"], baseline="before", **span)
    expect(link).to_have_text(expected.plural(compared["statistics"]["total"], "item"))
    expect(readout).to_contain_text(expected.score(compared["statistics"]["avg_sentiment"]))
    expect(readout).to_contain_text(expected.margin(compared["statistics"]))
    expect(readout).to_contain_text(expected.mean_change(compared))
    assert datetime.fromisoformat(span["end"]) > datetime.fromisoformat(span["start"])
    page.keyboard.press("Shift+ArrowLeft")
    expect(link).not_to_have_attribute("href", re.compile(re.escape(span["end"])))
    page.keyboard.press("Escape")
    expect(readout).to_contain_text("Drag over a span")


def test_a_click_ends_a_selection_and_the_next_one_opens_a_step(visit: Visit) -> None:
    page = visit.open(view="communities")
    over = chart_of(page).locator(".u-over")
    over.drag_to(over, source_position=step_at(page, 0.2), target_position=step_at(page, 0.6))
    readout = page.get_by_role("region", name="Over time").locator("[aria-live]")
    expect(readout.get_by_role("link")).to_have_count(1)
    over.click(position=step_at(page, 0.4))
    expect(readout.get_by_role("link")).to_have_count(0)
    over.click(position=step_at(page, 0.4))
    expect(page).to_have_url(re.compile("view=posts.*start="))


def test_a_finger_selects_a_span(touching: Visitor, product: Product) -> None:
    page = touching(product.url, viewport=PHONE).open(view="communities")
    over = chart_of(page).locator(".u-over")
    over.scroll_into_view_if_needed()
    box = over.bounding_box()
    assert box
    fingers = page.context.new_cdp_session(page)
    y = box["y"] + box["height"] / 2
    for kind, share in (("Start", 0.2), ("Move", 0.3), ("Move", 0.6), ("End", 0.6)):
        points = [] if kind == "End" else [{"x": box["x"] + box["width"] * share, "y": y}]
        fingers.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})
    readout = page.get_by_role("region", name="Over time").locator("[aria-live]")
    expect(readout).to_contain_text("on average")
    expect(readout.get_by_role("link")).to_have_count(1)


def test_a_table_that_goes_on_says_so_at_its_edge(visitor: Visitor, product: Product) -> None:
    page = visitor(product.url, viewport=PHONE).open(view="compare")
    table = page.get_by_role("region", name="Figures of each")
    expect(table).to_be_visible()
    assert table.evaluate("each => each.scrollWidth > each.clientWidth")
    assert "gradient" in table.evaluate("each => getComputedStyle(each).backgroundImage")


def test_paper_keeps_bars_and_dates(visitor: Visitor, product: Product) -> None:
    page = visitor(product.url, color_scheme="dark").open(view="communities")
    expect(page.locator(".split-bar span").first).to_be_attached()
    page.emulate_media(media="print")
    for bars in (".split-bar span", ".topic .sparkline"):
        assert page.locator(bars).first.evaluate("each => getComputedStyle(each).display") != "none"
    adjusts = "each => getComputedStyle(each).printColorAdjust"
    assert page.locator(".split-bar span").first.evaluate(adjusts) == "exact"
    paper = page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--card')")
    assert paper.strip() in {"#fff", "#ffffff"}
    page = visitor(product.url).open(view="posts")
    time = page.get_by_role("listitem").locator("time").first
    expect(time).to_be_visible()
    page.emulate_media(media="print")
    after = time.evaluate("each => getComputedStyle(each, '::after').content")
    assert re.search(r"\d\d:\d\d|title", after)


@pytest.mark.parametrize("view", [{"view": "communities"}, {"view": "compare"}], ids=str)
def test_no_chart_is_cut_on_paper(visit: Visit, view: dict[str, str]) -> None:
    page = visit.open(**view)
    expect(chart_of(page).locator("canvas")).to_be_visible()
    expect(page.get_by_role("status", name="Loading")).to_have_count(0)
    screen = chart_of(page).locator("canvas").evaluate("each => each.clientWidth")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 718, "height": 1000})
    fits = """charts => charts.every((chart) => {
      const card = chart.closest(".card").getBoundingClientRect();
      const { left, right } = chart.querySelector("canvas").getBoundingClientRect();
      return card.left <= left && right <= card.right && card.right <= 718;
    })"""
    assert page.locator(".plot").evaluate_all(fits)
    for control in (".switch", ".tabs", ".choices", ".scope"):
        expect(page.locator(control).filter(visible=True)).to_have_count(0)
    page.emulate_media(media="screen")
    page.set_viewport_size(WIDE)
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert chart_of(page).locator("canvas").evaluate("each => each.clientWidth") == screen


def test_days_are_named_below_their_bars(visit: Visit, product: Product) -> None:
    page = visit.open(view="communities", hours=720)
    expect(chart_of(page).locator("canvas")).to_be_visible()
    # The axis is a canvas; its marks must be below the middles of the bars.
    marks = chart_of(page).evaluate(
        """(chart) => {
          const canvas = chart.querySelector("canvas");
          const over = chart.querySelector(".u-over");
          const ratio = canvas.width / canvas.clientWidth;
          const left = Math.round(over.offsetLeft * ratio);
          const y = Math.round((over.offsetTop + over.clientHeight + 2) * ratio);
          const width = Math.round(over.clientWidth * ratio);
          const { data } = canvas.getContext("2d").getImageData(left, y, width, 1);
          const columns = Array.from({ length: width }, (_, x) => data[4 * x + 3] > 60);
          return columns.flatMap((on, x) => (on && !columns[x - 1] ? [x / width] : []));
        }"""
    )
    assert marks
    days = len(product.get("sentiment/trends", hours=720, granularity="day")["trend_data"])
    for mark in marks:
        within = (mark * days) % 1
        assert 0.3 < within < 0.7, marks
