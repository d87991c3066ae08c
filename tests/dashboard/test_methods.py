"""The page's notices about mixed methods and about texts that aren't English."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from collector.rollups.hours import rebuild_all, rebuild_cells
from collector.sentiment.base import Method, Score
from collector.sentiment.scoring import scored_again
from shared.settings import load_settings
from shared.store import COMMENTS, POSTS, open_store
from shared.store.scan import items_between
from shared.times import hour_of, iso, utc_now
from tests.dashboard.conftest import Product, Visit, Visitor
from tests.fixtures.forked import local_command
from tests.fixtures.host import hosts_in
from tests.fixtures.reddit import make_stand_in

EVERY_VIEW = (
    {"view": "communities"},
    {"subject": "cursor"},
    {"view": "compare"},
    {"view": "posts"},
)
# An earlier method, for which nothing is English.
EARLIER = Method("earlier", "9", lambda *_: Score("neutral", 0.0, 0.0, 0.0, 1.0, "other"))


def notice(page: Page) -> Locator:
    return page.get_by_role("note", name="Several methods")


async def score_every_third_otherwise(environ: dict[str, str]) -> str:
    """Give items the scores of an earlier method; return one such post, community/id."""
    settings = load_settings(environ)
    store = await open_store(settings, retry_seconds=20)
    post = ""
    try:
        shares = {}
        for name in settings.watched:
            hours: set[str] = set()
            for container in (POSTS, COMMENTS):
                found = [item async for item in items_between(store, container, name, "", "9")][::3]
                await store.upsert(container, scored_again(found, EARLIER, iso(utc_now())))
                hours |= {hour_of(item["order_key"]) for item in found}
                if container is POSTS and found:
                    post = f"{name}/{found[-1]['id']}"
            shares[name] = await rebuild_cells(store, name, hours)
        await rebuild_all(store, shares)
    finally:
        await store.close()
    return post


class Mixed:
    def __init__(self, product: Product, environ: dict[str, str], post: str) -> None:
        self.product, self.environ, self.post = product, environ, post


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mixed]:
    """Start a separate product, a third of whose items an earlier method scored."""
    folder = tmp_path_factory.mktemp("mixed")
    with make_stand_in() as reddit, hosts_in(folder) as start:
        environ = {
            "SQLITE_PATH": str(folder / "mixed.db"),
            "REDDIT_BASE_URL": reddit.base_url,
            "ORIGIN": "sample",
            "SUBREDDITS": "aws,Cursor",
            "CACHE_SECONDS": "0",
        }
        host = start(arguments=["--startup-seconds", "0.1"], settings=environ)
        host.wait_for_log("collect.ended .*outcome=completed")
        # Playwright's own loop runs in this thread.
        with ThreadPoolExecutor(1) as thread:
            work = thread.submit(lambda: asyncio.run(score_every_third_otherwise(environ)))
        yield Mixed(Product(host, reddit.control), environ, work.result())


def test_where_one_method_scored_everything_nothing_is_said(visit: Visit) -> None:
    for parameters in EVERY_VIEW:
        page = visit.open(**parameters)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        expect(notice(page)).to_have_count(0)


def test_a_post_names_its_method_with_the_version_and_a_language_other_than_english(
    mixed: Mixed, visitor: Visitor, pictures: Path
) -> None:
    page = visitor(mixed.product.url).open(view="posts", hours=168, post=mixed.post)
    panel = page.get_by_role("complementary", name="Post")
    expect(panel).to_contain_text("scored by earlier 9")
    expect(panel.get_by_text("not in English", exact=True).first).to_be_visible()
    page.screenshot(path=pictures / "methods-panel.png")


def test_what_is_left_out_of_the_average_is_counted(mixed: Mixed, visitor: Visitor) -> None:
    stats = mixed.product.get("sentiment/stats", hours=168)["statistics"]
    assert stats["left_out"] >= stats["methods"]["earlier 9"] > 100
    page = visitor(mixed.product.url).open(view="communities", hours=168)
    now = page.get_by_role("region", name="Now")
    expect(now).to_contain_text(f"{stats['left_out']:,} not in English, left out of the average")


# The last one, since all it leaves is of one method.
def test_mixed_methods_are_told_until_everything_is_rescored(
    mixed: Mixed, visitor: Visitor, pictures: Path
) -> None:
    methods = mixed.product.get("sentiment/stats", hours=2160)["statistics"]["methods"]
    assert len(methods) == 2
    assert methods.keys() > {"earlier 9"}
    visit = visitor(mixed.product.url)
    for parameters in EVERY_VIEW:
        page = visit.open(hours=168, **parameters)
        for method in methods:
            expect(notice(page)).to_contain_text(method)
        expect(notice(page)).to_contain_text("python -m local rescore")
        page.screenshot(path=pictures / f"methods-{parameters.get('view', 'subject')}.png")
    ended = local_command("rescore", **mixed.environ)
    assert ended.returncode == 0, ended.stderr
    assert f"{methods['earlier 9']} items were scored again" in " ".join(ended.stdout.split())
    # Another visitor comes, whose browser has no cached answers.
    visit = visitor(mixed.product.url)
    for parameters in EVERY_VIEW:
        page = visit.open(hours=168, **parameters)
        expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        expect(notice(page)).to_have_count(0)
