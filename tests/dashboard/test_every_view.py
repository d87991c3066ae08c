"""Every view, in both themes and at three widths: accessible, complete, saved in .pictures/."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import pytest
from playwright.sync_api import Route, expect

from tests.dashboard.conftest import Product, Visit, Visitor

WIDTHS = {"phone": 360, "tablet": 820, "wide": 1680}
HEIGHT = 900
VIEWS: dict[str, dict[str, object]] = {
    "subjects": {},
    "subjects-week": {"hours": 168},
    "subject": {"subject": "cursor"},
    "subject-week": {"subject": "cursor", "hours": 168},
    "ask": {"view": "ask"},
    "digest": {"view": "digest"},
    "digest-day": {"view": "digest", "period": "day"},
    "communities": {"view": "communities"},
    "communities-week": {"view": "communities", "hours": 168},
    "communities-one": {"subreddit": "claude"},
    "compare-subjects": {"view": "compare", "compare": "subject:cursor,subject:claude,Cursor"},
    "compare": {"view": "compare", "hours": 168, "compare": "Cursor,claude,OpenAI,aws,Bard"},
    "trending": {"view": "trending"},
    "posts": {"view": "posts", "hours": 168},
    "mentions": {"view": "posts", "subject": "cursor"},
    "collection": {"view": "collection"},
    "watchlist": {"view": "watchlist"},
    "alerts": {"view": "alerts"},
    "watchlist-one": {"view": "watchlist", "subject": "cursor"},
    "watchlist-new": {"view": "watchlist", "subject": "-new"},
}

# Only two rules need preloading: one is off by default, and one reports no violations.
# What it reports of rules that passed takes longer to send than to find.
AXE_RUN = """(rules) => axe.run({ preload: false, ...(rules && { runOnly: rules }) })
  .then(({ passes, violations }) => ({ passed: passes.length, violations }))"""
# What the dark scheme changes are colours, and these rules are the ones about them.
COLOURS = ("color-contrast", "link-in-text-block")
# Charts are redrawn in the frames after the scheme changes.
IS_DRAWN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")

# Web Vitals call values below this good.
MAX_SHIFT = 0.1
CLOSED = "details:not([open]) > :not(summary), dialog:not([open])"
CONTROLS = ", ".join(
    f"{each}:not({CLOSED}, :is({CLOSED}) *)"
    for each in ("a[href]", "button:not(:disabled)", "select", "input", "summary", "[tabindex='0']")
)
NAME = "each => (each.getAttribute('aria-label') || each.innerText || each.tagName).trim()"


def violations(visit: Visit, axe_source: str, rules: Sequence[str] | None = None) -> list[str]:
    """Return what axe-core finds wrong with the current page: https://dequeuniversity.com.

    It checks all rules that are on by default, or these.
    """
    if not visit.page.evaluate("() => 'axe' in window"):
        visit.page.evaluate(axe_source)
    found: dict[str, Any] = visit.page.evaluate(AXE_RUN, rules)
    assert found["passed"], "it looked at something"
    return [
        f"{each['id']}: {each['help']} at {node['html'][:160]} ({node['failureSummary'][:300]})"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def rules_of(look: str) -> Sequence[str] | None:
    """Return the rules for a look; in the dark scheme, which comes second, only colours differ."""
    return COLOURS if look.endswith("dark") else None


def settle(visit: Visit) -> None:
    """Wait until everything has loaded."""
    visit.page.wait_for_load_state("networkidle")
    visit.page.wait_for_function("() => !document.querySelector('.skeleton, main.waiting')")


def note_shifts(visit: Visit) -> None:
    """Let the browser record layout shifts: https://web.dev/articles/cls."""
    visit.page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => {"
        " for (const { value } of list.getEntries()) window.shift += value"
        " }).observe({ type: 'layout-shift', buffered: true })"
    )


def shifts(visit: Visit) -> float:
    found: float = visit.page.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(shift))))"
    )
    return found


def each_look(visit: Visit, widths: Mapping[str, int] = WIDTHS) -> Iterator[str]:
    """Draw the current page at each width in each colour scheme, and yield both names.

    It isn't loaded again, because axe-core takes twice as long in a page that was just loaded.
    """
    for width, pixels in widths.items():
        visit.page.set_viewport_size({"width": pixels, "height": HEIGHT})
        for scheme in SCHEMES:
            visit.page.emulate_media(color_scheme=scheme)
            visit.page.evaluate(IS_DRAWN)
            yield f"{width}-{scheme}"


def is_too_wide(visit: Visit) -> bool:
    too_wide: bool = visit.page.evaluate(
        "() => document.scrollingElement.scrollWidth > document.scrollingElement.clientWidth"
    )
    return too_wide


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_is_accessible_and_fits(visit: Visit, axe_source, pictures, view) -> None:
    note_shifts(visit)
    for pixels in reversed(WIDTHS.values()):
        visit.page.set_viewport_size({"width": pixels, "height": HEIGHT})
        visit.open(**VIEWS[view])
        settle(visit)
        assert shifts(visit) < MAX_SHIFT
        assert not is_too_wide(visit)
    for look in each_look(visit):
        path = pictures / f"{view}-{look}.png"
        visit.page.screenshot(path=path, full_page=view != "posts")
        assert not is_too_wide(visit)
        assert violations(visit, axe_source, rules_of(look)) == []


def test_an_open_post_is_accessible_and_fits(
    visit: Visit, product: Product, axe_source, pictures
) -> None:
    posts = product.get("posts/recent", hours=168, limit=500)
    post = max(posts, key=lambda each: each["comment_count"])
    for pixels in reversed(WIDTHS.values()):
        visit.page.set_viewport_size({"width": pixels, "height": HEIGHT})
        visit.open(view="posts", hours=168, post=f"{post['subreddit']}/{post['id']}")
        settle(visit)
        visit.page.get_by_role("complementary", name="Post").get_by_role(
            "heading", name=post["title"]
        ).wait_for()
        assert not is_too_wide(visit)
    for look in each_look(visit):
        visit.page.screenshot(path=pictures / f"post-{look}.png")
        assert not is_too_wide(visit)
        assert violations(visit, axe_source, rules_of(look)) == []


def test_every_control_is_reached_by_keyboard_in_the_order_of_the_page(visit: Visit) -> None:
    visit.open()
    settle(visit)
    page = visit.page
    expected: list[str] = page.evaluate(f"[...document.querySelectorAll(`{CONTROLS}`)].map({NAME})")
    reached: list[str] = []
    for _ in expected:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(f"({NAME})(document.activeElement)"))
    assert reached == expected
    assert len(expected) > 30


def test_the_first_view_is_small(visit: Visit) -> None:
    sizes: list[int] = []
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    visit.open()
    settle(visit)
    assert len(sizes) > 5
    assert sum(sizes) < 200_000, "bytes over the wire, compressed, the page's data included"


def test_a_second_visit_fetches_no_file_of_the_page_again(visit: Visit) -> None:
    visit.open()
    settle(visit)
    kept: list[str] = []
    fetched: list[str] = []
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("Network.enable")
    session.on("Network.requestServedFromCache", lambda event: kept.append(event["requestId"]))
    session.on(
        "Network.responseReceived",
        lambda event: (
            fetched.append(event["response"]["url"])
            if "/assets/" in event["response"]["url"]
            and not event["response"].get("fromDiskCache")
            and event["requestId"] not in kept
            else None
        ),
    )
    visit.open(hours=168)
    settle(visit)
    assert fetched == []


@pytest.mark.parametrize("width", [360, 700, 1280])
def test_nothing_jumps_while_the_communities_load(
    visitor: Visitor, product: Product, width
) -> None:
    visit = visitor(product.url, viewport={"width": width, "height": 900})
    note_shifts(visit)
    held: list[Route] = []
    # Playwright needs a function that it can mark.
    visit.page.route("**/api/v1/trending?**", lambda route: held.append(route))  # noqa: PLW0108
    page = visit.open(view="communities")
    chart = page.get_by_role("region", name="Over time").locator("canvas")
    expect(chart).to_be_visible()
    before = chart.bounding_box()
    for route in held:
        route.continue_()
    settle(visit)
    expect(page.locator(".because.coming")).to_have_count(0)
    after = chart.bounding_box()
    assert before
    assert after
    # Later parts have placeholders, which may be a line too short.
    assert abs(after["y"] - before["y"]) <= 24
    assert shifts(visit) < MAX_SHIFT
