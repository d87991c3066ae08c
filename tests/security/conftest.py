"""One host for all attacks, with hostile items, and the checks that every answer passes."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.settings import load_settings
from shared.times import utc_now
from tests.api.subject_world import keep_matched, watch
from tests.api.world import NAMES, a_post
from tests.collector.crashing import opened
from tests.fixtures.host import RunningHost, hosts_in
from tests.security.attacking import HOSTILE_TEXTS


async def _fill(path: Path) -> None:
    newest = utc_now() - timedelta(minutes=5)
    posts = [
        a_post(n, newest - timedelta(minutes=n), title=text, content=text, author=f"a{n}")
        for n, text in enumerate(HOSTILE_TEXTS)
    ]
    async with opened(load_settings({"SQLITE_PATH": str(path)})) as store:
        await watch(store)
        await keep_matched(store, posts)


@pytest.fixture(scope="package")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Start a host that collects nothing and asks for keys."""
    folder = tmp_path_factory.mktemp("security")
    (folder / "data").mkdir()
    asyncio.run(_fill(folder / "data" / "undertone.db"))
    with hosts_in(folder) as start:
        settings = {"SUBREDDITS": ",".join(NAMES), "SECURITY_CONTACT": "security@example.org"}
        yield start(arguments=["--no-collect", "--keys"], settings=settings)
