import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import azure.functions as func
import pytest

from api.blueprint import api_health
from api.deps import Deps
from api.http.responses import health_answer
from api.reads.health import LastObserved, check_health
from api.reads.process import process_health
from shared import __version__
from shared.disk import DiskSpace
from shared.errors import StoreNotProvisioned, StoreUnavailable
from shared.models import CollectionState, Lease
from shared.settings import Settings
from shared.settings import settings as process_settings
from shared.store import COLLECTION, LEASES, SCORING, Store
from shared.store.schema import SCHEMA
from shared.times import iso
from shared.worker_status import STATUS_FILE, WorkerStatus, read_status, write_status
from tests.api.world import NOW, ask, deps_of, get
from tests.fixtures.host import PATIENCE, ROOT
from tests.fixtures.stores import CosmosServer

MINUTE = timedelta(minutes=1)


async def remember(store: Store, last: timedelta | None, succeeded: int, failed: int = 0) -> None:
    state = CollectionState(
        id="collection",
        kind="collection",
        ttl=-1,
        schema=SCHEMA,
        origin="live",
        last_cycle="cycle_20261123_130000",
        last_started_at=iso(NOW),
        last_collection_at=None if last is None else iso(NOW - last),
        collections_succeeded=succeeded,
        collections_failed=failed,
    )
    await store.upsert(COLLECTION, [state])


async def test_after_a_collection_the_service_is_healthy(store) -> None:
    await remember(store, 12 * MINUTE, succeeded=3, failed=1)
    health = await check_health(deps_of(store, ORIGIN="sample"))
    assert health.status == "healthy"
    assert health.version == __version__
    assert health.timestamp == iso(NOW)
    assert health.application.model_dump() == {
        "last_collection_at": "2026-11-23T12:53:07Z",
        "collections_succeeded": 3,
        "collections_failed": 1,
        "data_freshness_minutes": 12.0,
        "next_collection_at": "2026-11-23T13:30:00Z",
        "running_cycle": None,
        "last_cycle": "cycle_20261123_130000",
        "origin": "sample",
        "read_access": "public",
    }
    assert health.database.connected
    assert health.database.latency_ms is not None


@pytest.mark.parametrize(
    ("holder", "seconds", "running"),
    [
        ("cycle_20261123_130500", 30, "cycle_20261123_130500"),
        ("cycle_20261123_130500", -1, None),
        ("trending_20261123_130500", 30, None),
        (None, 30, None),
    ],
)
async def test_the_cycle_under_way_is_named_while_it_holds_the_lease(
    store, holder, seconds, running
) -> None:
    expires = iso(NOW + timedelta(seconds=seconds))
    lease = Lease(id="lease", kind="lease", ttl=-1, holder=holder, expires_at=expires)
    await store.upsert(LEASES, [lease])
    assert (await check_health(deps_of(store))).application.running_cycle == running


@pytest.mark.parametrize(
    ("age", "schedule", "status"),
    [
        (60, "0 */30 * * * *", "healthy"),
        (61, "0 */30 * * * *", "degraded"),
        (61, "0 0 * * * *", "healthy"),
        (121, "0 0 * * * *", "degraded"),
    ],
)
async def test_data_older_than_two_intervals_is_degraded(sqlite_store, age, schedule, status):
    await remember(sqlite_store, age * MINUTE, succeeded=1)
    health = await check_health(deps_of(sqlite_store, COLLECT_SCHEDULE=schedule))
    assert health.status == status


@pytest.mark.parametrize(
    ("last", "schedule", "status"),
    [
        # On Monday afternoon, Friday's data has missed one tick and Thursday's two.
        (datetime(2026, 11, 20, 9, 3, tzinfo=UTC), "0 0 9 * * 1-5", "healthy"),
        (datetime(2026, 11, 19, 9, 3, tzinfo=UTC), "0 0 9 * * 1-5", "degraded"),
        # Two close ticks ahead don't make this morning's data older.
        (datetime(2026, 11, 23, 9, 6, tzinfo=UTC), "0 0,5 9 * * *", "healthy"),
        (datetime(2026, 11, 22, 9, 6, tzinfo=UTC), "0 0,5 9 * * *", "degraded"),
        (datetime(2026, 11, 2, 9, 3, tzinfo=UTC), "0 0 9 1-7 * MON", "healthy"),
    ],
)
async def test_data_is_as_old_as_the_ticks_that_it_missed(sqlite_store, last, schedule, status):
    await remember(sqlite_store, NOW - last, succeeded=1)
    health = await check_health(deps_of(sqlite_store, COLLECT_SCHEDULE=schedule))
    assert health.status == status


async def test_a_collector_whose_clock_is_ahead_makes_no_negative_age(sqlite_store) -> None:
    await remember(sqlite_store, -MINUTE, succeeded=1)
    health = await check_health(deps_of(sqlite_store))
    assert (health.status, health.application.data_freshness_minutes) == ("healthy", 0)


@pytest.mark.parametrize("ahead", [10, 180, 100_000])
async def test_data_from_the_future_is_not_healthy(sqlite_store, ahead) -> None:
    await remember(sqlite_store, -ahead * MINUTE, succeeded=1)
    health = await check_health(deps_of(sqlite_store))
    assert health.status == "degraded"
    assert health.application.data_freshness_minutes is None
    assert "in the future" in str(health.reason)


@pytest.mark.parametrize(
    ("worker", "status", "word"),
    [
        (None, "healthy", None),
        (WorkerStatus(last_heartbeat=iso(NOW)), "healthy", None),
        (
            WorkerStatus(last_heartbeat=iso(NOW), last_failed_write=iso(NOW - MINUTE)),
            "healthy",
            None,
        ),
        (WorkerStatus(), "degraded", "no sign of life"),
        (WorkerStatus(last_heartbeat=iso(NOW - 2 * MINUTE)), "degraded", "last sign of life"),
        (
            WorkerStatus(iso(NOW), iso(NOW - MINUTE), "No space left on device", is_failing=True),
            "degraded",
            "No space left on device",
        ),
    ],
)
async def test_a_worker_that_is_gone_or_cannot_write_is_told_in_a_sentence(
    sqlite_store, worker, status, word
) -> None:
    await remember(sqlite_store, 12 * MINUTE, succeeded=3)
    health = await check_health(replace(deps_of(sqlite_store), worker=lambda: worker))
    assert health.status == status
    assert (health.reason is None) is (word is None)
    assert word is None or word in str(health.reason)
    assert (health.worker is None) is (worker is None)


def test_what_the_worker_says_is_read_back_and_never_half(tmp_path) -> None:
    path = tmp_path / "worker.json"
    environ = {STATUS_FILE: str(path)}
    assert read_status({}) is None
    assert read_status(environ) == WorkerStatus()
    queues = {f"queue-{number}-with-a-long-name-poison": 10**6 for number in range(40)}
    said = WorkerStatus(iso(NOW), iso(NOW), "x" * 250, is_failing=True, queues=queues)
    write_status(path, said)
    write_status(path, WorkerStatus(iso(NOW)))
    assert read_status(environ) == WorkerStatus(iso(NOW))
    write_status(path, said)
    assert read_status(environ) == said
    for broken in ("[1", "[]", '{"queues": 1}', ""):
        path.write_text(broken)
        assert read_status(environ) == WorkerStatus()


POISONED = WorkerStatus(iso(NOW), queues={"collect-requests": 3, "collect-requests-poison": 2})
FULL = DiskSpace(free=400_000_000, size=10**11, database=1_000_000)
# A copy of the database wouldn't fit, though much is free.
TOO_LARGE = DiskSpace(free=9 * 10**9, size=10**11, database=10**10)
ROOMY = DiskSpace(free=10**9, size=10**11, database=10**8)


@pytest.mark.parametrize(
    ("age", "worker", "disk", "names", "says"),
    [
        (12 * MINUTE, None, None, [], ""),
        (12 * MINUTE, WorkerStatus(iso(NOW), queues={"ingest-batches": 9}), ROOMY, [], ""),
        (120 * MINUTE, None, ROOMY, ["stale"], "two intervals"),
        (12 * MINUTE, POISONED, ROOMY, ["poison"], "2 of collect-requests"),
        (12 * MINUTE, None, FULL, ["disk"], "400 MB free"),
        (12 * MINUTE, None, TOO_LARGE, ["disk"], "less than 10,000 MB"),
        (120 * MINUTE, replace(POISONED, is_failing=True), FULL, ["worker", "stale", "poison",
         "disk"], "can't write"),
    ],
)  # fmt: skip
async def test_everything_that_is_wrong_is_named_with_its_reason(
    sqlite_store, age, worker, disk, names, says
) -> None:
    await remember(sqlite_store, age, succeeded=3)
    deps = replace(deps_of(sqlite_store), worker=lambda: worker, disk=lambda _: disk)
    health = await check_health(deps)
    assert [fault.name for fault in health.faults] == names
    assert says in " ".join(fault.reason for fault in health.faults)
    for strict, status in ((False, 200), (True, 503 if names else 200)):
        assert health_answer(health, strict=strict).status_code == status


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("?strict", 503),
        ("?strict=", 503),
        ("?STRICT", 503),
        ("?strict=true", 503),
        ("?strict&strict=true", 503),
        ("?strict=false", 200),
        ("?strict=1", 422),
    ],
)
async def test_strict_may_stand_alone_in_the_address(process, written, query, status) -> None:
    del process
    await remember(written, 12 * 60 * MINUTE, succeeded=1)
    # The host leaves out what has no value.
    given = dict(parse_qsl(query.removeprefix("?")))
    url = f"http://127.0.0.1:7071/api/v1/health{query}"
    request = func.HttpRequest("GET", url, params=given, body=b"")
    assert (await api_health.build().get_user_function()(request)).status_code == status


async def test_a_fresh_installation_is_healthy_while_its_first_collection_is_awaited(sqlite_store):
    health = await check_health(deps_of(sqlite_store, uptime=3500))
    assert health.status == "healthy"
    assert health.application.last_collection_at is None
    assert health.application.data_freshness_minutes is None
    assert health.application.collections_succeeded == 0


async def test_no_collection_in_two_intervals_is_degraded(sqlite_store) -> None:
    assert (await check_health(deps_of(sqlite_store, uptime=3700))).status == "degraded"


async def test_a_first_collection_that_failed_is_degraded(sqlite_store) -> None:
    await remember(sqlite_store, None, succeeded=0, failed=1)
    assert (await check_health(deps_of(sqlite_store))).status == "degraded"


def deps_with(open_store: Any) -> Deps:
    return replace(deps_of(None), store=open_store)


async def test_a_database_that_hangs_is_unhealthy() -> None:
    async def hang() -> Store:
        await asyncio.Event().wait()
        raise AssertionError

    health = await check_health(deps_with(hang))
    assert health.status == "unhealthy"
    assert not health.database.connected
    assert health.database.latency_ms is None
    assert health.application.collections_succeeded is None


@pytest.fixture
async def held_back(cosmos_server: CosmosServer, process: Settings) -> AsyncIterator[asyncio.Event]:
    """Let the process's Cosmos DB answer only after the event is set."""
    del process
    is_open = asyncio.Event()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await is_open.wait()
        port = int(cosmos_server.endpoint.rpartition(":")[2])
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(_copy(reader, back), _copy(there, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    gate = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    own = cosmos_server.settings()
    os.environ.update(
        COSMOS_ENDPOINT=gate, COSMOS_KEY=cosmos_server.key, COSMOS_DATABASE=own.cosmos_database
    )
    process_settings.cache_clear()
    yield is_open
    is_open.set()
    server.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()


async def test_a_process_that_opens_its_database_slowly_is_starting_and_then_well(
    held_back: asyncio.Event,
) -> None:
    answer = await get("/api/v1/health")
    assert (answer.status_code, status_of(answer)) == (200, "starting")
    assert (await ask("HEAD", "/api/v1/health")).status_code == 200
    held_back.set()
    assert (await get("/api/v1/subreddits")).status_code == 200
    answer = await get("/api/v1/health")
    assert (answer.status_code, status_of(answer)) == (200, "healthy")


def status_of(answer: func.HttpResponse) -> str:
    return str(json.loads(answer.get_body())["status"])


@pytest.mark.usefixtures("process")
async def test_a_process_whose_first_attempt_failed_is_no_longer_starting() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{closed.getsockname()[1]}"
        os.environ.update(COSMOS_ENDPOINT=address, COSMOS_KEY="c2VjcmV0LWtleQ==")
        process_settings.cache_clear()
        assert (await get("/api/v1/subreddits")).status_code == 503
        for _ in range(2):
            answer = await get("/api/v1/health")
            assert (answer.status_code, status_of(answer)) == (503, "unhealthy")


async def test_a_database_that_takes_a_minute_to_open_is_a_fault(held_back, monkeypatch) -> None:
    monkeypatch.setattr("api.deps.STARTING_SECONDS", 0.0)
    assert (await get("/api/v1/health")).status_code == 503
    held_back.set()


@pytest.mark.parametrize("error", [StoreUnavailable, StoreNotProvisioned])
async def test_a_database_that_fails_is_unhealthy_and_says_nothing_of_it(error) -> None:
    async def fail() -> Store:
        raise error("AccountKey=abc at 10.1.2.3")

    health = await check_health(deps_with(fail))
    assert health.status == "unhealthy"
    assert "10.1.2.3" not in health.model_dump_json()


def test_the_process_measures_itself() -> None:
    process_health()
    measured = process_health()
    assert measured.pid == os.getpid()
    assert measured.uptime_seconds > 0
    assert 5 < measured.memory_mb < 5000
    assert measured.cpu_percent >= 0


def test_a_clock_that_is_set_right_does_not_change_how_long_the_process_runs() -> None:
    """The command's clock is months ahead of the system's."""
    code = "from api.reads.process import process_health; print(process_health().uptime_seconds)"
    command = [sys.executable, "-m", "tests.clocks", "end-of-february", sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout.split()[-1]) < PATIENCE


async def test_what_waits_for_its_method_shows_and_is_read_rarely(store) -> None:
    await remember(store, 12 * MINUTE, succeeded=3)
    assert (await check_health(deps_of(store))).sentiment is None
    state: Any = {"id": "scoring", "kind": "scoring", "ttl": -1, "method": "linear 2"}
    state |= {"wanted": "encoder", "reason": "CannotLoadError: no runtime", "stands_in": None}
    state |= {"waiting": 5, "oldest": "2026-11-21T09", "newest": "2026-11-23T12"}
    await store.upsert(SCORING, [{**state, "failed": {"2026-11-21T09 aws": 2}}])
    seconds = 0.0
    last = LastObserved(clock=lambda: seconds)
    health = await check_health(deps_of(store), last)
    assert health.status == "healthy"
    assert health.sentiment is not None
    assert health.sentiment.model_dump() == {
        "method": "linear 2",
        "wanted": "encoder",
        "reason": "CannotLoadError: no runtime",
        "waiting": 5,
        "stands_in": None,
        "oldest_waiting": "2026-11-21T09:00:00Z",
        "newest_waiting": "2026-11-23T12:00:00Z",
        "failed": 2,
    }
    await store.upsert(SCORING, [{**state, "waiting": 0, "failed": {}}])
    waiting: list[int] = []
    for seconds in (1.0, 6.0):  # noqa: B007 - the clock reads it
        answer = await check_health(deps_of(store), last)
        assert answer.sentiment is not None
        waiting.append(answer.sentiment.waiting)
    assert waiting == [5, 0]


@pytest.mark.parametrize(
    ("reasons", "method", "reason"),
    [
        ({"reason": None}, "llm small+1+4", None),
        ({"reason": "ASK_ENDPOINT isn't set"}, "encoder 3", "ASK_ENDPOINT isn't set"),
        ({"reason": None, "paused_because": "spent"}, "encoder 3", "spent"),
        ({"reason": None, "paused_because": None}, "llm small+1+4", None),
    ],
)
async def test_a_model_that_isn_t_asked_is_said_with_what_scores_instead(
    store, reasons: dict[str, Any], method: str, reason: str | None
) -> None:
    await remember(store, 12 * MINUTE, succeeded=3)
    state: Any = {"id": "model_scoring", "kind": "scoring", "ttl": -1, "method": "llm small+1+4"}
    state |= {"wanted": "llm", "stands_in": "encoder 3", "waiting": 5, "failed": {}}
    state |= {"oldest": "2026-11-21T09", "newest": "2026-11-23T12", **reasons}
    await store.upsert(SCORING, [state])
    found = (await check_health(deps_of(store, SENTIMENT_METHOD="llm"))).sentiment
    assert found is not None
    assert (found.method, found.reason, found.waiting) == (method, reason, 5)
    assert (await check_health(deps_of(store))).sentiment is None
