"""Browsers of several makers behind the same few verbs, to walk through the dashboard in each.

Playwright drives its own builds of all three engines. Debian's Firefox is driven by WebDriver BiDi,
since Debian has no geckodriver and Playwright asks BiDi for more than its Firefox knows; Debian's
WebKit by WebDriver. Selenium has both.
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
# Notes in `complaints` what the page's console and its errors say, from its first script on.
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
        """Make what is seen of the page so many CSS pixels wide."""

    def open(self, address: str) -> None:
        """Go to an address and listen to what the page complains of, from its start."""

    def evaluate(self, expression: str) -> Any:
        """Return what a JavaScript expression gives, which is JSON."""

    def picture(self, path: Path) -> None:
        """Write what is seen to a PNG file."""


class Launch(Protocol):
    """Starts a browser and opens a tab of it, until the context ends."""

    def __call__(self, scheme: str, language: str) -> AbstractContextManager[Tab]:
        """Start it in a colour scheme, with what navigator.language is to be."""


def wait_until(tab: Tab, expression: str) -> None:
    """Wait until a JavaScript expression is true. Raises TimeoutError with what the page shows."""
    deadline = time.monotonic() + PATIENCE
    while not tab.evaluate(expression):
        if time.monotonic() > deadline:
            shown = tab.evaluate("document.body.innerText.slice(0, 2000)")
            complaints = tab.evaluate("window.complaints")
            raise TimeoutError(f"{expression} stays false; {complaints}; the page shows:\n{shown}")
        time.sleep(0.02)


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
    """Launch an engine by Playwright: its own build, or the one at the path."""

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
    """A tab of a browser that is driven by WebDriver BiDi."""

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
    """Launch a Firefox that listens to WebDriver BiDi itself, without a driver."""

    @contextmanager
    def launch(scheme: str, language: str) -> Iterator[Tab]:
        with TemporaryDirectory() as profile:
            preferences = {
                "layout.css.prefers-color-scheme.content-override": 0 if scheme == "dark" else 1,
                # A browser of a test machine asks nobody but the page's server.
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
                # Read on, so that it never waits for a reader; to its end, before that is closed.
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
                    process.terminate()
                    reader.join()

    return launch


@dataclass
class WebKitTab:
    """A window of WebKit's small browser: each page gets one of its own, opened by a first one.

    A window keeps what is set on it from outside while its first page loads: so the page is
    listened to from its start, which WebDriver has no command for.
    """

    driver: Remote
    first: str
    width: int = 0

    def resize(self, width: int) -> None:
        self.width = width

    def open(self, address: str) -> None:
        driver = self.driver
        for window in driver.window_handles:
            driver.switch_to.window(window)
            if window != self.first:
                driver.close()
        driver.switch_to.window(self.first)
        if "/api/" not in driver.current_url:
            # Of the page's origin, and no page.
            driver.get(urljoin(address, "/api/v1/health"))
        driver.execute_script(f"({LISTEN})(window.open(...arguments))", address)
        driver.switch_to.window(next(each for each in driver.window_handles if each != self.first))
        driver.set_window_rect(0, 0, self.width, HEIGHT)

    def evaluate(self, expression: str) -> Any:
        return self.driver.execute_script(f"return {expression}")

    def picture(self, path: Path) -> None:
        # What it gives is what was painted last.
        painted = (
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"
        )
        self.driver.execute_async_script(painted)
        self.driver.save_screenshot(str(path))


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """Return a process that was started, and end it with the context."""
    with process:
        try:
            yield process
        finally:
            process.terminate()


@contextmanager
def screen() -> Iterator[str]:
    """Start an X server that shows nothing, and give its display."""
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
    with ended(subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)):
        os.close(write)
        with os.fdopen(read) as answer:
            yield f":{answer.readline().strip()}"


class WebKitService(Service):
    """WebKit's driver, which has no command to end it: Selenium would wait for that 30 s."""

    def send_remote_shutdown_command(self) -> None:
        pass


def webkit_launch(browser: str) -> Launch:
    """Launch WebKitGTK's MiniBrowser."""

    @contextmanager
    def launch(scheme: str, language: str) -> Iterator[Tab]:
        with ExitStack() as stack:
            config = Path(stack.enter_context(TemporaryDirectory()))
            (config / "gtk-3.0").mkdir()
            # Its tool bar is wider than a phone, unless its buttons have no room around them.
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
                # WebKit makes of it what navigator.language says.
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
