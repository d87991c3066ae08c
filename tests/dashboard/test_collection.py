"""The collection view: cycles, and collections on demand with and without a function key."""

import asyncio
import json
import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from local.reddit.limits import RateLimit
from shared.settings import load_settings
from shared.store import REQUESTS, open_store
from shared.times import iso, utc_now
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.fixtures.host import StartHost
from tests.fixtures.reddit import StandInFactory

KEPT = "() => JSON.stringify([Object.entries(localStorage), document.cookie])"


def collect_button(page: Page):
    return page.get_by_role("main").get_by_role("button", name="Collect now")


def rows(page: Page, table: str) -> list[list[str]]:
    body = page.get_by_role("region", name=table).locator("tbody tr")
    return [row.locator("th, td").all_inner_texts() for row in body.all()]


def test_the_cycles_are_those_of_the_api(visit: Visit, product: Product) -> None:
    product.collect()
    page = visit.open(view="collection")
    cycles = product.get("cycles", limit=20)
    table = page.get_by_role("region", name="The last cycles")
    expect(table.locator("tbody tr")).to_have_count(len(cycles))
    for shown, cycle in zip(rows(page, "The last cycles"), cycles, strict=True):
        assert cycle["trigger"] != "request" or "on request" in shown[0]
        assert shown[1] == "completed"
        assert shown[3:9] == [
            f"{cycle[name]:,}"
            for name in (
                "posts_collected", "comments_collected", "edited", "moved", "removed",
                "reddit_requests",
            )
        ]  # fmt: skip
        assert shown[9] == "none"


def test_the_watched_communities_are_those_of_the_api(visit: Visit, product: Product) -> None:
    page = visit.open(view="collection")
    details = product.get("subreddits")["details"]
    table = page.get_by_role("region", name="Watched communities")
    expect(table.locator("tbody tr")).to_have_count(len(details))
    shown = [(row[0], row[1]) for row in rows(page, "Watched communities")]
    assert shown == [(f"r/{each['name']}", f"{each['items_24h']:,}") for each in details]
    name = details[0]["name"]
    table.get_by_role("row", name=f"r/{name} ").get_by_role("link").nth(1).click()
    expect(page).to_have_url(f"{product.url}/?view=posts&subreddit={name}&kind=items")
    expect(page.get_by_role("list", name="Posts and comments, newest first")).to_be_visible()


@pytest.fixture
def slow(stand_in: StandInFactory, running_host: StartHost):
    """Start a product with keys, four subreddits, a slow Reddit, and no data yet."""

    def start(*arguments: str, milliseconds: int = 250, **settings: str):
        reddit = stand_in(rate_limit=RateLimit(requests=1_000_000))
        reddit.control.set_faults(f"slow,seconds={milliseconds / 1000}")
        host = running_host(
            arguments=["--no-collect", *arguments],
            settings={
                "REDDIT_BASE_URL": reddit.base_url,
                "ORIGIN": "sample",
                "SUBREDDITS": "aws,Bard,MachineLearning,GithubCopilot",
                "SWEEP_REQUESTS": "0",
                **settings,
            },
        )
        return Product(host, reddit.control)

    return start


def test_collecting_now_shows_how_far_it_is_and_then_its_data(slow, visitor: Visitor) -> None:
    product = slow()
    visit = visitor(product.url)
    page = visit.open(view="collection")
    expect(page.get_by_text("No cycle has run yet.")).to_be_visible()
    collect_button(page).click()
    progress = page.get_by_role("region", name="Under way")
    expect(progress.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="Collecting…")).to_be_disabled()
    expect(page.get_by_role("banner").get_by_role("link", name="Collecting")).to_be_visible()
    expect(progress.get_by_text(re.compile("[1-3] of 4 communities"))).to_be_visible()
    expect(progress.get_by_text("r/aws is done")).to_be_visible()
    expect(progress).to_be_hidden(timeout=30_000)
    expect(page.get_by_role("region", name="The last cycles").locator("tbody tr")).to_have_count(1)
    expect(collect_button(page)).to_be_enabled()
    watched = page.get_by_role("region", name="Watched communities")
    for each in product.get("subreddits")["details"]:
        row = watched.get_by_role("row", name=f"r/{each['name']} {each['items_24h']:,} ")
        expect(row).to_be_visible()


def test_a_function_key_is_asked_for_once_and_kept_for_this_tab_only(
    slow, visitor: Visitor, tmp_path: Path
) -> None:
    product = slow("--keys", milliseconds=1)
    key = json.loads((tmp_path / "data" / "keys.json").read_text())["_function"]
    visit = visitor(product.url)
    page = visit.open(view="collection")
    dialog = page.get_by_role("dialog", name="A function key is needed")

    collect_button(page).click()
    dialog.get_by_label("Function key").fill("wrong")
    dialog.get_by_role("button", name="Collect now").click()
    expect(dialog.get_by_role("alert"), "a wrong one is asked for again").to_contain_text(
        "The app refused this key."
    )
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert product.get("cycles") == []

    collect_button(page).click()
    dialog.get_by_label("Function key").fill(key)
    page.keyboard.press("Enter")
    history = page.get_by_role("region", name="The last cycles").locator("tbody tr")
    expect(history).to_have_count(1, timeout=30_000)
    product.host.wait_for_log("collect_now.ended")

    page.reload()
    collect_button(page).click()
    expect(history, "not asked for again").to_have_count(2, timeout=30_000)
    assert key not in page.evaluate(KEPT)
    assert key not in page.url
    other = page.context.new_page()
    other.goto(f"{product.url}/?view=collection")
    collect_button(other).click()
    expect(other.get_by_role("dialog", name="A function key is needed")).to_be_visible()
    # The browser reports the refused request.
    assert all("401" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_a_collection_that_somebody_else_asked_for_is_joined(slow, visitor: Visitor) -> None:
    product = slow()
    visit = visitor(product.url)
    page = visit.open(view="collection")
    expect(collect_button(page)).to_be_enabled()
    product.host.http.post("/api/v1/admin/collect")
    collect_button(page).click()
    expect(page.get_by_role("region", name="Under way")).to_be_visible()
    expect(page.get_by_role("region", name="The last cycles").locator("tbody tr")).to_have_count(1)
    assert all("409" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def edit_request(folder: Path, **changes: str) -> None:
    """Store a request for a collection, as if made at another time."""

    async def edit() -> None:
        settings = load_settings({"SQLITE_PATH": str(folder / "data" / "undertone.db")})
        store = await open_store(settings, retry_seconds=20)
        found = await store.read(REQUESTS, "lease", "request")
        assert found is not None
        request: Any = {**found, **changes}
        await store.upsert(REQUESTS, [request])
        await store.close()

    # In its own thread, because Playwright has a loop in this one.
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, edit()).result()


def test_what_is_asked_for_and_not_taken_up_shows_what_the_server_says_of_it(
    slow, visitor: Visitor, tmp_path: Path
) -> None:
    product = slow()
    visit = visitor(product.url)
    page = visit.open(view="collection")
    expect(collect_button(page)).to_be_enabled()
    worker = product.host.freeze_worker()
    collect_button(page).click()
    asked = page.get_by_role("region", name="Asked for")
    expect(asked.get_by_text("A running worker starts it within about")).to_be_visible()
    expect(page.get_by_role("main").get_by_role("button", name="Asked for…")).to_be_disabled()
    expect(page.get_by_role("region", name="Under way")).to_be_hidden()
    expect(page.get_by_role("banner").get_by_role("link", name="Collecting")).to_be_hidden()
    expect(page.get_by_text("No cycle has run yet.")).to_be_visible()

    edit_request(tmp_path, asked_at=iso(utc_now() - timedelta(minutes=5)))
    expect(asked.get_by_text("no worker has started it yet")).to_be_visible()
    expect(asked.get_by_text("the scheduled collection at")).to_be_visible()
    collect_button(page).click()
    expect(asked.get_by_text("no worker has started it yet")).to_be_visible()

    os.kill(worker, signal.SIGCONT)
    history = page.get_by_role("region", name="The last cycles").locator("tbody tr")
    expect(history).to_have_count(1, timeout=30_000)
    expect(asked).to_be_hidden()
    expect(history.get_by_text("completed")).to_be_visible(timeout=30_000)
    assert len(product.get("cycles")) == 1
    assert all("409" in complaint for complaint in visit.complaints)
    visit.complaints.clear()


def test_a_cycle_whose_worker_was_killed_shows_as_failed(slow, visitor: Visitor) -> None:
    product = slow(milliseconds=1500, LEASE_SECONDS="2")
    page = visitor(product.url).open(view="collection")
    collect_button(page).click()
    progress = page.get_by_role("region", name="Under way")
    expect(progress).to_be_visible()
    os.kill(product.host.worker(), signal.SIGKILL)
    history = page.get_by_role("region", name="The last cycles")
    expect(history.get_by_text("failed", exact=True)).to_be_visible()
    expect(history.get_by_text("its worker stopped answering")).to_be_visible()
    expect(progress).to_be_hidden()
    expect(collect_button(page)).to_be_enabled()


def test_what_failed_is_named_with_its_reason(slow, visitor: Visitor) -> None:
    product = slow(milliseconds=1)
    product.reddit.set_faults("private,subreddit=aws")
    page = visitor(product.url).open(view="collection")
    collect_button(page).click()
    history = page.get_by_role("region", name="The last cycles")
    expect(history.get_by_text("completed in part")).to_be_visible(timeout=30_000)
    (cycle,) = product.get("cycles")
    (error,) = cycle["errors"]
    expect(history.get_by_text(f"r/aws: {error['message']}")).to_be_visible()
    watched = page.get_by_role("region", name="Watched communities")
    expect(watched.get_by_role("row", name="r/aws").get_by_text(error["message"])).to_be_visible()
    page.get_by_role("link", name="Communities", exact=True).click()
    now = page.get_by_role("region", name="Now")
    expect(now.get_by_text("failed: r/aws")).to_be_visible()


def test_a_rematch_shows_how_far_it_is_until_it_is_done(visit: Visit, product: Product) -> None:
    communities = product.get("communities")
    rematch: dict[str, Any] = {
        "subjects": ["cursor"],
        "items": 4000,
        "matched": 1000,
        "left": 3000,
        "began_at": iso(utc_now()),
    }
    shown: list[dict[str, Any] | None] = [rematch]
    visit.page.route(
        "**/api/v1/communities",
        lambda route: route.fulfill(json={**communities, "rematch": shown[-1]}),
    )
    page = visit.open(view="collection")
    card = page.get_by_role("region", name="History fills in")
    expect(card.get_by_role("status")).to_have_text("1,000 of 4,000 items")
    expect(card.get_by_text("cursor")).to_be_visible()
    shown.append({**rematch, "matched": 3000})
    expect(card.get_by_role("status")).to_have_text("3,000 of 4,000 items")
    shown.append(None)
    expect(card).to_have_count(0)


def test_what_waits_for_its_method_is_counted(visit: Visit, product: Product) -> None:
    health = product.get("health")
    sentiment: dict[str, Any] = {
        "method": "encoder 3",
        "wanted": "encoder",
        "reason": None,
        "waiting": 1240,
        "stands_in": "linear 2",
        "oldest_waiting": "2026-11-23T07:00:00Z",
        "newest_waiting": "2026-11-26T11:00:00Z",
        "failed": 0,
    }
    visit.page.route(
        "**/api/v1/health",
        lambda route: route.fulfill(json={**health, "sentiment": sentiment}),
    )
    page = visit.open(view="collection")
    card = page.get_by_role("region", name="Scoring")
    expect(card.get_by_role("status")).to_contain_text(
        "1,240 items wait for encoder; scored by linear until then."
    )
    sentiment |= {"waiting": 0, "method": "linear 2", "reason": "CannotLoadError: no runtime"}
    visit.open(view="collection")
    expect(card).to_contain_text("encoder can't score here, so linear does: CannotLoadError")
    expect(card.get_by_role("status")).to_have_count(0)
    reason = "LLM_DAILY_TOKENS: a request needs more tokens than are left"
    sentiment |= {"waiting": 7, "method": "encoder 3", "stands_in": "encoder 3"}
    sentiment |= {"wanted": "llm", "reason": reason}
    visit.open(view="collection")
    expect(card).to_contain_text(f"llm scores nothing now, so encoder does: {reason}")
    expect(card.get_by_role("status")).to_contain_text(
        "7 items wait for llm; scored by encoder until then."
    )
