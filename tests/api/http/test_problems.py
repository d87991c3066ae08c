"""Errors over HTTP: one shape, the right status, and no internals."""

import asyncio
import json
import logging
import os
import socket
from collections import Counter
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

from api import process
from api.http.problems import answering
from shared.errors import (
    SettingsError,
    StoreError,
    StoreNotProvisioned,
    StoreUnavailable,
    UndertoneError,
)
from shared.settings import settings
from shared.store import LEASES, POSTS
from shared.times import utc_now
from tests.api.http.answers import DATA, HEALTH, RECENT, STATS, body, problem
from tests.api.world import a_post, get

pytestmark = pytest.mark.usefixtures("process")


def break_database(settings_path: Path) -> None:
    """Put a file in the place of the database's folder."""
    settings_path.parent.write_text("no folder")


@pytest.mark.parametrize("path", DATA)
async def test_a_database_that_cannot_be_opened_is_a_503_that_says_when_to_ask_again(
    process, path, caplog
) -> None:
    break_database(process.sqlite_path)
    answer = await get(path)
    found = problem(answer, 503)
    assert int(answer.headers["Retry-After"]) > 0
    assert str(process.sqlite_path.parent) not in json.dumps(found)
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert "SQLITE_PATH" in record.getMessage()


async def test_health_says_that_the_database_cannot_be_reached(process) -> None:
    break_database(process.sqlite_path)
    answer = await get(HEALTH)
    assert (answer.status_code, answer.mimetype) == (503, "application/json")
    assert body(answer)["status"] == "unhealthy"
    assert body(answer)["database"] == {"connected": False, "kind": "sqlite", "latency_ms": None}


async def test_once_the_database_is_back_answers_are_too(process) -> None:
    break_database(process.sqlite_path)
    assert (await get(STATS)).status_code == 503
    process.sqlite_path.parent.unlink()
    assert (await get(STATS)).status_code == 200
    assert (await get(HEALTH)).status_code == 200


async def test_an_unreachable_cosmos_db_shows_neither_its_address_nor_its_key() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        os.environ.update(COSMOS_ENDPOINT=address, COSMOS_KEY="c2VjcmV0LWtleQ==")
        settings.cache_clear()
        answers = await asyncio.gather(*(get(path) for path in DATA))
        answers = [await get(HEALTH), *answers]
    assert [answer.status_code for answer in answers] == [503] * 4
    assert body(answers[0])["database"]["kind"] == "cosmos"
    for answer in answers:
        text = answer.get_body().decode() + str(answer.headers)
        assert "127.0.0.1" not in text
        assert "c2VjcmV0" not in text


async def test_requests_that_come_together_open_one_store() -> None:
    shared = process.configured_deps().store
    stores = await asyncio.gather(*(shared() for _ in range(20)))
    assert len({id(store) for store in stores}) == 1
    assert await process.configured_deps().store() is stores[0]


async def test_a_client_that_goes_away_leaves_the_opening_store_to_the_others() -> None:
    shared = process.configured_deps().store
    leaving = asyncio.ensure_future(shared())
    staying = asyncio.ensure_future(shared())
    await asyncio.sleep(0)
    leaving.cancel()
    await (await staying).read(LEASES, "lease", "lease")
    assert leaving.cancelled()


async def test_a_bad_setting_is_a_500_that_quotes_nothing(caplog) -> None:
    os.environ["COLLECT_SCHEDULE"] = "whenever"
    settings.cache_clear()
    for path in (HEALTH, *DATA):
        found = problem(await get(path), 500)
        assert "whenever" not in json.dumps(found)
    # The line isn't logged for each request.
    assert sum("COLLECT_SCHEDULE" in record.getMessage() for record in caplog.records) == 1


async def test_an_unexpected_error_is_a_500_and_logged_once_with_its_trace(written, caplog) -> None:
    broken: Any = {**a_post(1, utc_now()), "sentiment": "none"}
    await written.upsert(POSTS, [broken])
    found = problem(await get(RECENT, subreddit="aws"), 500)
    assert found["detail"] == "An unexpected error occurred: the log describes it."
    assert found["errors"] == []
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info is not None


@pytest.mark.parametrize(
    ("error", "status", "retries"),
    [
        (StoreUnavailable, 503, True),
        (StoreNotProvisioned, 503, True),
        (StoreError, 500, False),
        (SettingsError, 500, False),
        (UndertoneError, 500, False),
        (ZeroDivisionError, 500, False),
    ],
)
async def test_every_error_has_the_one_shape_and_keeps_its_words_inside(
    error, status, retries, caplog
) -> None:
    @answering
    async def fail(req: func.HttpRequest) -> func.HttpResponse:
        raise error(f"AccountKey=abc at 10.1.2.3 for {req.url}")

    answer = await fail(func.HttpRequest("GET", "http://x/api/v1/y?z=1", body=b""))
    found = problem(answer, status)
    assert ("Retry-After" in answer.headers) is retries
    assert found["instance"] == "/api/v1/y"
    assert "10.1.2.3" not in json.dumps(found)
    assert sum(record.levelno >= logging.WARNING for record in caplog.records) == 1


async def test_an_unreachable_database_is_logged_once_and_not_by_every_request_and_retry(
    caplog,
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        endpoint = f"https://127.0.0.1:{closed.getsockname()[1]}"
    os.environ.update(COSMOS_ENDPOINT=endpoint, COSMOS_KEY="dGVzdA==")
    settings.cache_clear()
    caplog.set_level("INFO")
    for _ in range(2):
        health, *answers = await asyncio.gather(*(get(path) for path in (HEALTH, *DATA)))
        assert {answer.status_code for answer in answers} == {503}
        # The process may still be in its first attempt.
        assert health.status_code == 503 or b'"starting"' in health.get_body()
    said = Counter(line.split()[0] for line in caplog.messages)
    assert said["request"] == 2 * len((HEALTH, *DATA))
    assert said["request.failed"] == said["Marking"] == 1
    # Its own time is up, or it shares the failure of another request's attempt.
    assert said["health.unhealthy"] <= 2
    (failed,) = [line for line in caplog.messages if line.startswith("request.failed ")]
    assert "Cosmos DB can't be reached" in failed
