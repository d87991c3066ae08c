"""The page in an odd, old or strict browser: it works, or explains why it doesn't."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from tests.dashboard.conftest import Product, Visit, Visitor

# Observed and possible values of navigator.language, as JavaScript.
LANGUAGES = {
    "C": "'C'",
    "posix": "'en-US@posix'",
    "underscore": "'en_US.UTF-8'",
    "root": "'root'",
    "one-letter": "'x'",
    "grandfathered": "'i-klingon'",
    "right-to-left": "'ar-EG'",
    "empty": "''",
    "long": "'a-'.repeat(50000)",
    "undefined": "undefined",
    "throws": "(() => { throw new Error('blocked'); })()",
}
REFUSES = "() => { throw new DOMException('refused by the browser', 'SecurityError'); }"
# Features that a strict browser may disable, and that the page works without.
STRICT = {
    "sessionStorage": f"Object.defineProperty(window, 'sessionStorage', {{ get: {REFUSES} }})",
    "storage-full": f"Storage.prototype.setItem = {REFUSES}",
    "no-storage": "delete window.sessionStorage; delete window.localStorage",
    "canvas": "HTMLCanvasElement.prototype.getContext = () => null",
    "canvas-throws": f"HTMLCanvasElement.prototype.getContext = {REFUSES}",
    "Path2D": "delete window.Path2D",
    "time-zone": (
        "const options = Intl.DateTimeFormat.prototype.resolvedOptions;"
        " Intl.DateTimeFormat.prototype.resolvedOptions ="
        " function () { return { ...options.call(this), timeZone: undefined } }"
    ),
    "history": f"history.pushState = history.replaceState = {REFUSES}",
    "plain": "delete window.structuredClone; delete window.trustedTypes; delete Intl.PluralRules",
}
# Some features that the page needs, of different kinds.
LACKING = {
    **{
        name: f"delete {name}"
        for name in (
            "window.fetch",
            "window.URLSearchParams",
            "window.Intl",
            "window.ResizeObserver",
            "window.matchMedia",
            "window.queueMicrotask",
            "Array.prototype.toSorted",
            "AbortSignal.timeout",
            "Intl.NumberFormat",
            "HTMLDialogElement.prototype.showModal",
            "EventTarget.prototype.addEventListener",
            "HTMLScriptElement.prototype.noModule",
            "Element.prototype.remove",
        )
    },
    "media-queries": "window.matchMedia = () => null",
    "number-options": (
        "const real = Intl.NumberFormat; Intl.NumberFormat = function (tag, options) {"
        " if (options) throw new RangeError('no options'); return new real(tag) }"
    ),
    "locale-data": "Intl.DateTimeFormat = function () { throw new RangeError('no locale data') }",
}
STOPPED = "The dashboard can't be shown"
Odd = Callable[[str], Page]


@pytest.fixture
def odd(visit: Visit) -> Odd:
    """Open the page in a browser that a script has changed first."""

    def open_in(change: str) -> Page:
        visit.page.add_init_script(f"{{ {change} }}")
        return visit.open(view="communities")

    return open_in


def figures(page: Page):
    return page.get_by_role("region", name="Now").get_by_text("Average sentiment")


def words(page: Page):
    """Locate the notice that the page or a part of it has stopped, and how to continue."""
    stopped = page.get_by_role("heading", name=STOPPED).or_(page.get_by_role("alert"))
    return stopped.filter(visible=True)


def leave(visit: Visit) -> None:
    """Leave a page whose complaints are expected, so that none arrives late."""
    visit.page.goto("about:blank")
    visit.complaints.clear()


@pytest.mark.parametrize(
    ("language", "of"),
    [
        *((language, "Navigator.prototype") for language in LANGUAGES),
        # Defined on the object itself, where no script can change it.
        ("C", "navigator"),
    ],
)
def test_any_language_of_the_browser_gives_a_working_page(odd: Odd, language: str, of: str) -> None:
    page = odd(
        f"for (const name of ['language', 'languages']) Object.defineProperty({of}, name,"
        f" {{ get: () => {LANGUAGES[language]} }})"
    )
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(figures(page)).to_be_visible()
    expect(page.locator(".chart canvas").first).to_be_visible()


@pytest.mark.parametrize("kept", STRICT)
def test_what_a_strict_browser_keeps_back_is_done_without(odd: Odd, kept: str) -> None:
    page = odd(STRICT[kept])
    expect(figures(page)).to_be_visible()
    page.get_by_role("link", name="Posts", exact=True).click()
    expect(page.get_by_role("heading", level=1, name="Posts")).to_be_visible()
    expect(page.get_by_role("list", name="Posts, newest first")).to_be_visible()
    expect(words(page)).to_have_count(0)


def test_without_a_canvas_the_figures_stand_and_the_charts_say_so(odd: Odd) -> None:
    page = odd(STRICT["canvas"])
    expect(page.get_by_text("draws no charts").first).to_be_visible()
    page.get_by_text("The figures as a table").first.click()
    expect(page.get_by_role("region", name="Over time").get_by_role("table")).to_be_visible()


def test_the_function_key_is_kept_without_the_browsers_storage(odd: Odd, visit: Visit) -> None:
    given: list[str | None] = []

    def answer(route: Route) -> None:
        given.append(route.request.headers.get("x-functions-key"))
        route.fulfill(status=401, json={"detail": "A function key is needed."})

    visit.page.route("**/api/v1/admin/collect", answer)
    page = odd(STRICT["sessionStorage"])
    page.get_by_role("link", name="Collection", exact=True).click()
    page.get_by_role("main").get_by_role("button", name="Collect now").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Function key").fill("secret")
    dialog.get_by_role("button", name="Collect now").click()
    expect(dialog).to_be_visible()
    assert given == [None, "secret"]
    leave(visit)


@pytest.mark.parametrize("name", LACKING)
def test_a_browser_that_lacks_something_shows_figures_or_says_so(
    odd: Odd, visit: Visit, name: str
) -> None:
    page = odd(LACKING[name])
    expect(figures(page).or_(words(page)).first).to_be_visible()
    leave(visit)


def test_what_is_lacking_is_named(odd: Odd) -> None:
    page = odd("delete Array.prototype.toSorted; delete AbortSignal.timeout")
    expect(page.get_by_role("alert")).to_contain_text("lacks AbortSignal.timeout, Array.toSorted.")
    expect(page.get_by_role("link", name="sentiment")).to_be_visible()


def test_without_scripts_the_page_says_that_it_needs_them(
    visitor: Visitor, product: Product
) -> None:
    page = visitor(product.url, java_script_enabled=False).open()
    expect(page.get_by_role("heading", name=STOPPED)).to_be_visible()
    expect(page.get_by_text("scripts are turned off")).to_be_visible()


@pytest.mark.parametrize(
    ("file", "fate"),
    [
        ("index-*.js", "blocked"),
        ("index-*.js", "missing"),
        ("index-*.js", "other"),
        ("start-*.js", "missing"),
        ("*.css", "blocked"),
        ("*", "blocked"),
    ],
)
def test_a_file_that_does_not_arrive_leaves_a_page_or_words(
    visit: Visit, file: str, fate: str
) -> None:
    fates: dict[str, Callable[[Route], None]] = {
        "blocked": lambda route: route.abort(),
        "missing": lambda route: route.fulfill(status=404, json={"status": 404}),
        "other": lambda route: route.fulfill(content_type="text/html", body="<p>Sign in</p>"),
    }
    visit.page.route(f"**/assets/{file}", fates[fate])
    page = visit.open(view="communities")
    expect(figures(page).or_(words(page)).first).to_be_visible()
    leave(visit)


def test_while_it_starts_no_words_flash(visit: Visit) -> None:
    visit.page.add_init_script(
        # Between the page's markup and its script.
        "addEventListener('readystatechange', () => { window.wasSeen ??="
        " getComputedStyle(document.querySelector('#not-started')).visibility }, true)"
    )
    visit.open(view="communities")
    expect(figures(visit.page)).to_be_visible()
    assert visit.page.evaluate("window.wasSeen") == "hidden"
    expect(words(visit.page)).to_have_count(0)


def test_a_fault_of_another_script_does_not_keep_the_page_from_starting(visit: Visit) -> None:
    visit.page.add_init_script(
        "addEventListener('readystatechange', () => {"
        " dispatchEvent(new ErrorEvent('error', { message: 'an extension' })) }, true)"
    )
    page = visit.open(view="communities")
    expect(figures(page)).to_be_visible()
    expect(words(page)).to_have_count(0)


def test_a_view_that_cannot_be_drawn_says_so_and_the_others_work(visit: Visit) -> None:
    visit.page.route("**/api/v1/trending?**", lambda route: route.fulfill(json=[{"topic": 7}]))
    page = visit.open(view="communities")
    expect(page.get_by_role("alert")).to_contain_text("the page has a fault")
    page.unroute_all()
    page.get_by_role("link", name="Posts", exact=True).click()
    expect(page.get_by_role("list", name="Posts, newest first")).to_be_visible()
    expect(words(page)).to_have_count(0)
    page.go_back()
    page.get_by_role("button", name="Load the page again").click()
    expect(figures(page)).to_be_visible()
    leave(visit)


@pytest.mark.parametrize(
    "fault",
    [
        "setTimeout(() => { throw new TypeError('broken') })",
        "Promise.reject(new TypeError('broken'))",
    ],
)
def test_a_fault_outside_of_what_is_drawn_is_said(visit: Visit, fault: str) -> None:
    page = visit.open(view="communities")
    expect(figures(page)).to_be_visible()
    # A script of the page's own origin, as its policy demands.
    page.route(
        "**/assets/fault.js",
        lambda route: route.fulfill(body=fault, content_type="text/javascript"),
    )
    page.evaluate("() => { import('/assets/fault.js') }")
    expect(page.get_by_role("alert")).to_contain_text("Something in this page went wrong")
    expect(page.get_by_role("alert")).to_contain_text("TypeError: broken")
    expect(page.get_by_role("button", name="Load the page again")).to_be_visible()
    expect(figures(page)).to_be_visible()
    leave(visit)
