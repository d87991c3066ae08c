"""The dashboard in a real browser, with the running product and the sample."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    Response,
    Route,
    expect,
    sync_playwright,
)

from local.reddit.control import StandInControl
from local.reddit.limits import RateLimit
from shared.times import hour_start, utc_now
from tests.fixtures.host import ROOT, RunningHost, hosts_in
from tests.fixtures.once import folder_of_run, locked
from tests.fixtures.reddit import make_stand_in

# It draws no window around the page, which takes a third less processor time.
SHELL = "chromium-headless-shell"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# A browser of a test must call only the page's server.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AXE = ROOT / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = ROOT / ".pictures"
PATIENCE_MS = 30_000
# On a busy machine.
LONGEST_TEST_SECONDS = 60
WIDE = {"width": 1440, "height": 900}

expect.set_options(timeout=PATIENCE_MS)


def chromium(*, shell: bool = True) -> str | None:
    """Return the machine's Chromium, or its headless shell; None means Playwright's own."""
    names = (SHELL, *CHROMIUM) if shell else CHROMIUM
    return next(filter(None, map(shutil.which, names)), None)


@dataclass
class Product:
    """The running product: its host, and the controls of the Reddit that it collects from."""

    host: RunningHost
    reddit: StandInControl
    collected_in: datetime | None = None
    """The hour of the last collection that tests rely on; None if they rely on none."""

    def keep_current(self) -> None:
        """Collect again if a new hour has begun, because windows end at the last collection."""
        hour = hour_start(utc_now())
        if self.collected_in is not None and self.collected_in != hour:
            self.collect()
            self.collected_in = hour

    @property
    def url(self) -> str:
        """Return the address of the dashboard."""
        return str(self.host.http.base_url).rstrip("/")

    def get(self, path: str, **parameters: object) -> Any:
        """Request the API, as the page does."""
        answer = self.host.http.get(f"/api/v1/{path}", params=parameters)  # type: ignore[arg-type]
        answer.raise_for_status()
        return answer.json()

    def collect(self) -> str:
        """Run a collection to its end, and return the cycle's id."""
        answer = self.host.http.post("/api/v1/admin/collect")
        assert answer.status_code == 202, answer.text
        cycle: str = answer.json()["cycle"]
        self.host.wait_for_log(f"collect_now.ended .*cycle={cycle}")
        return cycle


@contextmanager
def product_in(folder: Path, collected: Path, **settings: str) -> Iterator[Product]:
    """Start the product in the folder, with a copy of a database of the sample."""
    with running_product(folder, collected, **settings) as product:
        product.host.wait_for_log("collect.ended ")
        yield product


@contextmanager
def running_product(
    folder: Path, collected: Path | None = None, **settings: str
) -> Iterator[Product]:
    """Start the product with the sample, and a copy of this database or an empty one."""
    database = folder / "data" / "undertone.db"
    hour = hour_start(utc_now())
    if collected is not None:
        database.parent.mkdir(parents=True)
        # The copy keeps the file's time, which says in which hour it was collected.
        shutil.copy2(collected, database)
        hour = hour_start(datetime.fromtimestamp(collected.stat().st_mtime, UTC))
    with (
        make_stand_in(rate_limit=RateLimit(requests=1_000_000)) as reddit,
        hosts_in(folder) as start,
    ):
        host = start(
            arguments=["--startup-seconds", "0.1"],
            settings={
                "SQLITE_PATH": str(database),
                "REDDIT_BASE_URL": reddit.base_url,
                "ORIGIN": "sample",
                # Tests read right after a collection.
                "CACHE_SECONDS": "0",
                **settings,
            },
        )
        yield Product(host, reddit.control, collected_in=hour)


@pytest.fixture(scope="session")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a database with the collected sample, made by the first process that needs it."""
    shared = folder_of_run(tmp_path_factory)
    database = shared / "collected.db"
    with locked(shared / "collected.lock"):
        if not database.exists():
            folder, began = tmp_path_factory.mktemp("collected"), time.time()
            with running_product(folder) as product:
                product.host.wait_for_log("collect.ended .*outcome=completed")
            half = shared / "half.db"
            with (
                closing(sqlite3.connect(folder / "data" / "undertone.db")) as source,
                closing(sqlite3.connect(half)) as target,
            ):
                source.backup(target)
            # The file system's clock may differ from that of the tests.
            os.utime(half, (began, began))
            half.rename(database)
    return database


@pytest.fixture(scope="package")
def product(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start the product for all tests that don't change its data."""
    with product_in(tmp_path_factory.mktemp("dashboard"), collected) as product:
        yield product


# Package scope, not session: Playwright's loop must end before the loops of other tests.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Start Playwright once, because a second one can't run beside it."""
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Start one Chromium: the machine's, or else Playwright's."""
    started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
    yield started
    started.close()


@dataclass
class Visit:
    """A visitor of the dashboard, with the complaints of the browser."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def open(self, **parameters: object) -> Page:
        """Go to the view with these parameters in its address."""
        query = urlencode(parameters, safe=",/:")
        self.page.goto(f"{self.base}/{'?' if query else ''}{query}")
        return self.page

    def load(self, **parameters: object) -> Page:
        """Go there and wait for everything, so that nothing moves below the pointer."""
        page = self.open(**parameters)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        return page

    def look_out_for(self, response: Response) -> None:
        """Record every request to another address than the product's."""
        if not response.url.startswith((self.base, "data:", "blob:")):
            self.complaints.append(f"asked another host: {response.url}")


def call_it_reddit(route: Route) -> None:
    """Change the product's answers as if it had collected from Reddit itself."""
    response = route.fetch()
    route.fulfill(response=response, json={**response.json(), "origin": "live"})


Visitor = Callable[..., Visit]


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visitor]:
    """Visit a running host with the shared browser."""
    with visiting(browser) as visit:
        yield visit


@pytest.fixture
def touching(playwright: Playwright) -> Iterator[Visitor]:
    """Visit with a touch screen, which the headless shell doesn't support."""
    started = playwright.chromium.launch(executable_path=chromium(shell=False), args=FLAGS)
    with visiting(started) as visit:
        yield partial(visit, has_touch=True, is_mobile=True)
    started.close()


@contextmanager
def visiting(browser: Browser) -> Iterator[Visitor]:
    """Visit a running host; at the end, fail if the browser complained.

    Options are those of Playwright's contexts. A test that expects complaints empties the list.
    """
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def visit(host_url: str, **options: Any) -> Visit:
        given = {"viewport": WIDE, "timezone_id": "Europe/Berlin", "locale": "en-GB", **options}
        context = browser.new_context(**given)
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        visit = Visit(context.new_page(), host_url)
        visits.append(visit)
        page = visit.page
        page.on(
            "console",
            lambda message: (
                visit.complaints.append(f"{message.type}: {message.text}")
                if message.type in {"error", "warning"}
                else None
            ),
        )
        page.on("pageerror", lambda error: visit.complaints.append(f"thrown: {error}"))
        page.on("response", visit.look_out_for)
        return visit

    yield visit
    for context in contexts:
        # The page may be sending a request: routes of the test must end with the page.
        context.unroute_all(behavior="ignoreErrors")
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")
        context.close()
    assert [visit.complaints for visit in visits if visit.complaints] == []


@pytest.fixture
def visit(visitor: Visitor, product: Product) -> Visit:
    """Visit the shared product with a wide window."""
    return visitor(product.url)


@pytest.fixture(scope="session")
def axe_source() -> str:
    """Return axe-core from the page's node_modules."""
    return AXE.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pictures() -> Path:
    """Return the folder for screenshots, which git ignores."""
    PICTURES.mkdir(exist_ok=True)
    return PICTURES


@pytest.fixture(autouse=True)
def one_hour() -> None:
    """Begin no test just before a new hour, because windows are whole hours."""
    now = utc_now()
    left = (hour_start(now) + timedelta(hours=1) - now).total_seconds()
    if left < LONGEST_TEST_SECONDS:
        time.sleep(left)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Bring the product of each test up to the current hour."""
    for value in getattr(item, "funcargs", {}).values():
        if isinstance(value, Product):
            value.keep_current()
    yield


@pytest.fixture(scope="package", autouse=True)
def no_proxy() -> Iterator[None]:
    """Hide this machine's proxy settings from the browsers and their drivers."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture(scope="module")
def changed_product(tmp_path_factory: pytest.TempPathFactory, collected: Path) -> Iterator[Product]:
    """Start a separate product for the tests of a module that change its watchlist."""
    with product_in(tmp_path_factory.mktemp("changed"), collected) as product:
        yield product


@pytest.fixture
def restored_watchlist(changed_product: Product) -> Iterator[None]:
    """Store the watchlist as it was, after each test."""
    before = changed_product.get("watchlist")
    yield
    changed = {"json": before, "headers": {"If-Match": "*"}}
    answer = changed_product.host.http.put("/api/v1/watchlist", **changed)
    assert answer.status_code == 200, answer.text
