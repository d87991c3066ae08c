"""`python -m local rescore`: its output, its results, and its exit status."""

import asyncio
import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from collector.sentiment.registry import method_named
from collector.writers.lease import lease
from local.commands.collect import stats_command
from local.commands.rescore import rescore_command
from shared.models import Topics
from shared.settings import Settings
from shared.stats.cells import method_of
from shared.store import CURRENT, TOPICS, Store, open_store
from shared.times import iso, utc_now
from tests.api.reads.test_trending import topics
from tests.api.world import NAMES, a_comment, a_post, keep
from tests.collector.harness import check_statistics, stored_items
from tests.fixtures.host import ROOT, environ_with

VADER = f"vader {method_named('vader').version}"
ITEMS = 30


def with_store(settings: Settings, work: Callable[[Store], Any]) -> Any:
    async def run() -> Any:
        store = await open_store(settings, retry_seconds=20)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


def environ_of(settings: Settings) -> dict[str, str]:
    names = {
        "SENTIMENT_METHOD": "vader",
        "SUBREDDITS": ",".join(NAMES),
        "SQLITE_PATH": str(settings.sqlite_path),
    }
    if settings.cosmos_endpoint is None:
        return names
    key = settings.cosmos_key.get_secret_value() if settings.cosmos_key else ""
    database = {"COSMOS_KEY": key, "COSMOS_DATABASE": settings.cosmos_database}
    return {**names, "COSMOS_ENDPOINT": settings.cosmos_endpoint, **database}


@pytest.fixture
def environ(any_store_settings: Settings) -> dict[str, str]:
    """Return the settings of a database that an earlier version filled."""

    async def fill(store: Store) -> None:
        now = utc_now()
        posts: list[Any] = [
            a_post(n, now - timedelta(hours=n), NAMES[n % 3], title=f"I love this {n}")
            for n in range(ITEMS // 2)
        ]
        comments: list[Any] = [
            a_comment(n, now - timedelta(hours=n), NAMES[n % 3]) for n in range(ITEMS // 2)
        ]
        for item in (*posts, *comments):
            del item["language"], item["sentiment"]["version"]
        await keep(store, posts, comments)
        await store.upsert(TOPICS, [topics(CURRENT, iso(now - timedelta(hours=1)), [], 1)])

    with_store(any_store_settings, fill)
    return environ_of(any_store_settings)


def told(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_it_brings_items_statistics_and_topics_to_the_current_method(
    environ: dict[str, str], any_store_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rescore_command(environ, dry_run=True, as_json=True) == 0
    plan = {"dry_run": True, "method": VADER, "to_rescore": ITEMS}
    assert told(capsys) == {**plan, "methods": {"vader": ITEMS}}
    assert rescore_command(environ, dry_run=False, as_json=True) == 0
    done = told(capsys)
    assert (done["rescored"], done["complete"], done["status"]) == (ITEMS, True, "completed")

    async def look(store: Store) -> None:
        items = await stored_items(store, NAMES)
        assert len(items) == ITEMS
        assert {method_of(item["sentiment"]) for item in items.values()} == {VADER}
        assert items["t3_p3"]["sentiment"]["label"] == "positive"
        await check_statistics(store, NAMES)
        current: Topics | None = await store.read(TOPICS, CURRENT, CURRENT)
        # Few people's words are no topic, so the topic of the other method is gone.
        assert current is not None
        assert current["topics"] == []

    with_store(any_store_settings, look)
    assert rescore_command(environ, dry_run=False, as_json=True) == 0
    assert told(capsys)["rescored"] == 0


def test_people_are_told_how_many_items_it_is_and_what_scored_them(
    environ: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    rescore_command(environ, dry_run=True, as_json=False)
    shown = capsys.readouterr().out
    assert f"{ITEMS} items would be scored again, by {VADER}" in shown
    assert f"{ITEMS} by vader" in shown
    rescore_command(environ, dry_run=False, as_json=False)
    assert f"{ITEMS} items were scored again, by {VADER}" in capsys.readouterr().out


def test_the_statistics_of_the_command_line_say_that_methods_are_mixed_until_it_has_run(
    environ: dict[str, str], any_store_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh = a_post(99, utc_now(), NAMES[0])
    with_store(any_store_settings, lambda store: keep(store, [fresh]))
    stats_command(environ, hours=48, as_json=False)
    assert "python -m local rescore" in capsys.readouterr().out
    rescore_command(environ, dry_run=False, as_json=True)
    capsys.readouterr()
    stats_command(environ, hours=48, as_json=False)
    assert "rescore" not in capsys.readouterr().out


def test_another_writer_that_holds_the_lease_for_too_long_is_named(
    environ: dict[str, str],
    any_store_settings: Settings,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("collector.score_jobs.RESCORE_WAIT_SECONDS", 0.0)

    async def beside(store: Store) -> int:
        async with lease(store, "cycle_1", seconds=60, clock=utc_now):
            return await asyncio.to_thread(rescore_command, environ, dry_run=False, as_json=False)

    assert with_store(any_store_settings, beside) == 3
    assert "cycle_1" in capsys.readouterr().err


def all_of(terminal: int) -> str:
    """Return what is written to a terminal until no process has it open."""
    parts: list[bytes] = []
    # Linux reports that with the error EIO.
    with suppress(OSError):
        while part := os.read(terminal, 65536):
            parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


def test_a_terminal_shows_how_far_it_has_come(environ: dict[str, str]) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "local", "rescore"]
    given = environ_with(**environ, TERM="xterm", COLUMNS="100")
    with subprocess.Popen(
        command, cwd=ROOT, env=given, stdout=subprocess.DEVNULL, stderr=theirs
    ) as process:
        os.close(theirs)
        shown = all_of(ours)
        assert process.wait() == 0
    assert "rescoring" in shown
    assert f"{ITEMS}/{ITEMS}" in shown
