"""Browsers of several makers behind one small interface, to test the dashboard in each.

Playwright drives its own builds of all three engines. Selenium drives Debian's Firefox through
WebDriver BiDi, since Debian has no geckodriver and Playwright needs BiDi commands that its Firefox
lacks. Selenium drives Debian's WebKit through WebDriver.
"""

import json
import os
import re
import shutil
import subprocess
import threading
import time
from base64 import b64decode
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol
from urllib.parse import urljoin

from playwright.sync_api import BrowserType, Page, Playwright
from selenium.webdriver import Remote
from selenium.webdriver.common.bidi.browsing_context import BrowsingContext
from selenium.webdriver.common.bidi.script import Script
from selenium.webdriver.common.bidi.session import Session
from selenium.webdriver.remote.client_config import ClientConfig
from selenium.webdriver.remote.remote_connection import RemoteConnection
from selenium.webdriver.remote.websocket_connection import WebSocketConnection
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

from tests.dashboard.conftest import FLAGS
from tests.dashboard.conftest import chromium as machines_chromium

PATIENCE = 60.0
WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver"
HEIGHT = 900
# Collects the page's console messages and errors in `complaints`, from its first script on.
LISTEN = """(view) => {
  view.complaints = [];
  const note = (...words) => view.complaints.push(words.map(String).join(" "));
  const refused = (event) => note("refused", event.violatedDirective, event.blockedURI);
  const failed = (event) => note("failed", event.message ?? event.target.src ?? event.target.href);
  view.addEventListener("error", failed, true);
  view.addEventListener("unhandledrejection", (event) => note("rejected", event.reason));
  view.addEventListener("securitypolicyviolation", refused);
  for (const kind of ["error", "warn"]) view.console[kind] = (...words) => note(kind, ...words);
}"""
SPEAK = """(view, language) => Object.defineProperty(view.Navigator.prototype, "language", {
  get: () => language, configurable: true,
})"""


class Tab(Protocol):
    """One tab of a browser."""

    def resize(self, width: int) -> None:
        """Make the visible page this many CSS pixels wide."""

    def open(self, address: str) -> None:
        """Go to an address, and collect the page's complaints from its start."""

    def evaluate(self, expression: str) -> Any:
        """Return the value of a JavaScript expression, which must be JSON."""

    def picture(self, path: Path) -> None:
        """Write the visible page to a PNG file."""


class Launch(Protocol):
    """Starts a browser and opens a tab; both end with the context."""

    def __call__(self, scheme: str, language: str) -> AbstractContextManager[Tab]:
        """Start it with a colour scheme and a value of navigator.language."""


def wait_until(tab: Tab, expression: str) -> None:
    """Wait until a JavaScript expression is true. Raises TimeoutError with the page's text."""
    deadline = time.monotonic() + PATIENCE
    while not tab.evaluate(expression):
        if time.monotonic() > deadline:
            shown = tab.evaluate("document.body.innerText.slice(0, 2000)")
            complaints = tab.evaluate("window.complaints")
            raise TimeoutError(f"{expression} stays false; {complaints}; the page shows:\n{shown}")
        time.sleep(0.1)


@dataclass
class PlaywrightTab:
    """A tab of a browser that Playwright drives."""

    page: Page

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    def open(self, address: str) -> None:
        self.page.goto(address)

    def evaluate(self, expression: str) -> Any:
        return self.page.evaluate(expression)

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=path)


def playwrights(playwright: Playwright, engine: str) -> Launch | None:
    """Launch Playwright's own build of an engine, if it has been fetched."""
    kind: BrowserType = getattr(playwright, engine)
    return playwright_launch(kind) if Path(kind.executable_path).exists() else None


def playwright_launch(
    kind: BrowserType, path: str | None = None, args: Sequence[str] = ()
) -> Launch:
    """Launch an engine with Playwright: its own build, or the one at the path."""

    @contextmanager
    def launch(scheme: str, language: str) -> Iterator[Tab]:
        browser = kind.launch(executable_path=path, args=args)
        page = browser.new_context(color_scheme=scheme).new_page()
        page.add_init_script(f"({SPEAK})(window, {json.dumps(language)}); ({LISTEN})(window)")
        yield PlaywrightTab(page)
        browser.close()

    return launch


@dataclass
class BidiTab:
    """A tab of a browser driven through WebDriver BiDi."""

    connection: WebSocketConnection
    context: str

    def resize(self, width: int) -> None:
        BrowsingContext(self.connection).set_viewport(
            self.context, viewport={"width": width, "height": HEIGHT}
        )

    def open(self, address: str) -> None:
        BrowsingContext(self.connection).navigate(self.context, address, wait="complete")

    def evaluate(self, expression: str) -> Any:
        answer = Script(self.connection).evaluate(
            f"JSON.stringify({expression})", {"context": self.context}, await_promise=False
        )
        assert answer["type"] == "success", answer
        return json.loads(answer["result"].get("value", "null"))

    def picture(self, path: Path) -> None:
        path.write_bytes(
            b64decode(BrowsingContext(self.connection).capture_screenshot(self.context))
        )


def firefox_launch(path: str) -> Launch:
    """Launch a Firefox that speaks WebDriver BiDi itself, without a driver."""

    @contextmanager
    def launch(scheme: str, language: str) -> Iterator[Tab]:
        # A process of it may still write there when it is killed.
        with TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            preferences = {
                "layout.css.prefers-color-scheme.content-override": 0 if scheme == "dark" else 1,
                # A browser of a test must call only the page's server.
                "network.proxy.type": 0,
                "app.normandy.enabled": False,
                "services.settings.server": "http://127.0.0.1:9",
                "datareporting.policy.dataSubmissionEnabled": False,
                "browser.shell.checkDefaultBrowser": False,
            }
            lines = (
                f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in preferences.items()
            )
            (Path(profile) / "user.js").write_text("\n".join(lines))
            command = [path, "--headless", "--remote-debugging-port=0", "--profile", profile]
            with ended(subprocess.Popen(command, stderr=subprocess.PIPE, text=True)) as process:
                assert process.stderr
                listening = map(re.compile(r"listening on (ws://\S+)").search, process.stderr)
                address = next(found[1] for found in listening if found)
                # Read its output to the end, so that it never blocks on a full pipe.
                reader = threading.Thread(target=deque, args=(process.stderr, 0))
                reader.start()
                try:
                    connection = WebSocketConnection(f"{address}/session", PATIENCE, 0.005)
                    Session(connection).new({})
                    Script(connection).add_preload_script(
                        f"() => {{ ({SPEAK})(window, {json.dumps(language)}); ({LISTEN})(window) }}"
                    )
                    context = BrowsingContext(connection).create(type="tab")
                    yield BidiTab(connection, context)
                    connection.close()
                finally:
                    # Its own end takes 10 s at times, and its profile isn't needed again.
                    process.kill()
                    reader.join()

    return launch


@dataclass
class WebKitTab:
    """A window of WebKit's small browser. A first window opens a new one for each page.

    Listeners set on a window from outside stay while its first page loads, so they see the page
    from its start. WebDriver has no command for that.
    """

    driver: Remote
    first: str
    width: int = 0

    def resize(self, width: int) -> None:
        self.width = width
        if self.driver.current_window_handle != self.first:
            self.driver.set_window_rect(0, 0, width, HEIGHT)

    def open(self, address: str) -> None:
        driver = self.driver
        for window in driver.window_handles:
            driver.switch_to.window(window)
            if window != self.first:
                driver.close()
        driver.switch_to.window(self.first)
        if "/api/" not in driver.current_url:
            # An address of the page's origin that isn't a page.
            driver.get(urljoin(address, "/api/v1/health"))
        driver.execute_script(f"({LISTEN})(window.open(...arguments))", address)
        driver.switch_to.window(next(each for each in driver.window_handles if each != self.first))
        driver.set_window_rect(0, 0, self.width, HEIGHT)

    def evaluate(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")

    def picture(self, path: Path) -> None:
        # The screenshot shows the last painted frame.
        painted = (
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"
        )
        self.driver.execute_async_script(painted)
        self.driver.save_screenshot(str(path))


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Start a process, and end it with the context."""
    with process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def screen() -> Iterator[str]:
    """Start an X server without a screen, and return its display."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with ended(subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)):
        os.close(write)
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"


class WebKitService(Service):
    """WebKit's driver. It has no command to end it, for which Selenium would wait 30 s."""

    def send_remote_shutdown_command(self) -> None:
        pass


def webkit_launch(browser: str) -> Launch:
    """Launch WebKitGTK's MiniBrowser."""

    @contextmanager
    def launch(scheme: str, language: str) -> Iterator[Tab]:
        with ExitStack() as stack:
            config = Path(stack.enter_context(TemporaryDirectory()))
            (config / "gtk-3.0").mkdir()
            # Its tool bar is wider than a phone unless its buttons have no padding.
            (config / "gtk-3.0" / "gtk.css").write_text(
                "* { padding: 0; margin: 0; min-width: 0; }"
            )
            options = Options()
            options.binary_location = browser
            options.add_argument("--automation")
            options.add_argument("--javascript-can-open-windows-automatically=true")
            if scheme == "dark":
                options.add_argument("--dark-mode")
            environment = {
                **os.environ,
                "DISPLAY": stack.enter_context(screen()),
                "XDG_CONFIG_HOME": str(config),
                # WebKit derives navigator.language from it.
                "LC_ALL": f"{language.replace('-', '_')}.UTF-8",
            }
            service = WebKitService(WEBKIT_DRIVER, env=environment)
            service.start()
            stack.callback(service.stop)
            connection = RemoteConnection(client_config=ClientConfig(service.service_url))
            driver = Remote(connection, options=options)
            stack.callback(driver.quit)
            yield WebKitTab(driver, driver.current_window_handle)

    return launch


def chromium(playwright: Playwright) -> Launch | None:
    """Find a Chromium: the machine's, or else Playwright's."""
    if path := machines_chromium():
        return playwright_launch(playwright.chromium, path, FLAGS)
    return playwrights(playwright, "chromium")


def firefox(playwright: Playwright) -> Launch | None:
    """Find a Firefox: Playwright's, or else Debian's."""
    path = shutil.which("firefox-esr")
    return playwrights(playwright, "firefox") or (firefox_launch(path) if path else None)


def webkit(playwright: Playwright) -> Launch | None:
    """Find a WebKit: Playwright's, or else Debian's."""
    browser = next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"), None)
    has_all = browser and shutil.which(WEBKIT_DRIVER) and shutil.which("Xvfb")
    return playwrights(playwright, "webkit") or (webkit_launch(str(browser)) if has_all else None)


BROWSERS: dict[str, Callable[[Playwright], Launch | None]] = {
    "chromium": chromium,
    "firefox": firefox,
    "webkit": webkit,
}
DEBIANS = {
    "chromium": "chromium",
    "firefox": "firefox-esr",
    "webkit": "webkit2gtk-driver xvfb",
}
