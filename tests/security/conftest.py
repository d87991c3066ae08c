"""One host for all attacks, with hostile items, and the checks that every answer passes."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.settings import load_settings
from shared.store import CURRENT, INCIDENTS, TOPICS, Store
from shared.times import iso, utc_now
from tests.api.reads.test_trending import topics
from tests.api.subject_world import keep_matched, watch
from tests.api.world import NAMES, a_post
from tests.collector.crashing import opened
from tests.fixtures.host import RunningHost, hosts_in
from tests.security.attacking import HOSTILE_TEXTS
from tests.shared.alerts.rules import a_finding, an_incident


async def _fill(path: Path) -> None:
    newest = utc_now() - timedelta(minutes=5)
    posts = [
        a_post(n, newest - timedelta(minutes=n), title=text, content=text, author=f"a{n}")
        for n, text in enumerate(HOSTILE_TEXTS)
    ]
    async with opened(load_settings({"SQLITE_PATH": str(path)})) as store:
        await watch(store)
        await keep_matched(store, posts)
        await _keep_findings(store)


async def _keep_findings(store: Store) -> None:
    """Store topics and incidents that are named by hostile texts."""
    newest = topics(CURRENT, iso(utc_now()), [], count=len(HOSTILE_TEXTS))
    for found, text in zip(newest["topics"], HOSTILE_TEXTS, strict=True):
        found["theme"] = text
    await store.upsert(TOPICS, [newest])
    for number, text in enumerate(HOSTILE_TEXTS, start=1):
        finding = a_finding(sentence=text)
        opened = {"at": "2026-11-23T01:00:00Z", "event": "opened", "finding": finding}
        await store.upsert(INCIDENTS, [an_incident(number, updates=[opened])])


def hostile_host(folder: Path, **settings: str) -> Iterator[RunningHost]:
    """Start a host that collects nothing, asks for keys, and has hostile items."""
    (folder / "data").mkdir()
    asyncio.run(_fill(folder / "data" / "undertone.db"))
    given = {"SUBREDDITS": ",".join(NAMES), "SECURITY_CONTACT": "security@example.org", **settings}
    with hosts_in(folder) as start:
        yield start(arguments=["--no-collect", "--keys"], settings=given)


@pytest.fixture(scope="package")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Start one host for all attacks but those that need settings of their own."""
    yield from hostile_host(tmp_path_factory.mktemp("security"))
