"""Collection on demand: the running product with both stores."""

import asyncio
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.host.queues import Queues
from local.reddit.objects import submission
from shared.on_demand import QUEUE
from shared.settings import load_settings
from shared.store import REQUESTS, open_store
from shared.times import iso, utc_now
from tests.e2e.collecting import (
    NAMES,
    PATIENCE,
    Data,
    answers_to_its_end,
    ask,
    cycle_of,
    cycles_of,
    data_in,
    status_at_its_end,
)
from tests.fixtures.forked import Forked
from tests.fixtures.host import ROOT, RunningHost
from tests.fixtures.store_checks import check_database

ONLY_SQLITE = pytest.mark.parametrize("data", ["sqlite"], indirect=True)


@pytest.fixture(scope="module", params=["sqlite", "cosmos"])
def data(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Data]:
    """Make the database of the host that tests share."""
    with data_in(tmp_path_factory.mktemp("one"), request.param, request) as data:
        yield data


@pytest.fixture(scope="module")
def host(data: Data) -> Iterator[RunningHost]:
    """Start a host for tests that leave it idle; at the end, check its database."""
    host = data.host()
    yield host
    host.stop()
    check_database(data.settings)


@pytest.fixture
def own_data(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Data]:
    """Make a database for one test."""
    with data_in(tmp_path_factory.mktemp("own"), "sqlite", request) as data:
        yield data


def edit_request(data: Data, **changes: str) -> None:
    """Store a request for a collection, as another process left it at that time."""

    async def edit() -> None:
        store = await open_store(load_settings(data.settings), retry_seconds=20)
        found = await store.read(REQUESTS, "lease", "request")
        request: Any = {"id": "request", "kind": "lease", "ttl": -1, **(found or {}), **changes}
        await store.upsert(REQUESTS, [request])
        await store.close()

    asyncio.run(edit())


def test_a_collection_that_is_asked_for_shows_as_it_goes_and_ends(
    data: Data, host: RunningHost
) -> None:
    data.slow(0.5)
    before = cycles_of(host)
    data.reddit.add([submission("fresh", "aws", time.time() - 60)])
    answer = ask(host)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["status"] == "triggered"
    assert set(told) == {"status", "message", "cycle", "timestamp"}
    assert re.fullmatch(r"cycle_\d{8}_\d{6}", told["cycle"])
    assert answer.headers["location"] == f"/api/v1/cycles/{told['cycle']}"
    seen = answers_to_its_end(host, told["cycle"])
    assert seen[0]["status"] == "running", "it is there at once"
    done = [len(each["subreddits_processed"]) for each in seen]
    assert done == sorted(done)
    assert {1, 2} & set(done), "it shows while it goes"
    ended = seen[-1]
    assert ended["status"] == "completed"
    assert ended["trigger"] == "request"
    assert sorted(ended["subreddits"]) == sorted(NAMES.split(","))
    assert ended["new"] == sum(each["new"] for each in ended["subreddits"].values()) > 0
    assert (ended["errors"], ended["reddit_requests"] > 5) == ([], True)
    assert cycles_of(host) == [told["cycle"], *before]
    stats = host.http.get("/api/v1/sentiment/stats", params={"hours": 168}).json()
    assert stats["statistics"]["total"] > 100
    host.wait_for_log(f"collect_now.ended .*cycle={told['cycle']}")


@ONLY_SQLITE
def test_while_one_runs_another_is_refused_with_its_id(data: Data, host: RunningHost) -> None:
    data.slow(0.5)
    first = ask(host).json()["cycle"]
    refused = [ask(host)]
    host.wait_for_log(f"cycle.started cycle={first}")
    refused.append(ask(host))
    for answer in refused:
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["cycle"] == first
        assert first in answer.json()["detail"]
    status_at_its_end(host, first)
    again = ask(host)
    assert again.status_code == 202
    assert again.json()["cycle"] != first
    status_at_its_end(host, again.json()["cycle"])


@ONLY_SQLITE
def test_asked_for_twice_while_no_worker_is_free_makes_one_message_and_one_cycle(
    data: Data, host: RunningHost
) -> None:
    data.reddit.clear_faults()
    before = cycles_of(host)
    host.wait_for_log("process.started process=worker")
    host.freeze_worker()
    first = ask(host).json()["cycle"]
    edit_request(data, asked_at=iso(utc_now() - timedelta(minutes=5)))
    again = ask(host)
    assert (again.status_code, again.json()["cycle"]) == (409, first)
    waits = cycle_of(host, first)
    assert (waits["status"], waits["errors"][0]["kind"]) == ("running", "waiting")
    assert waits["errors"][0]["message"] in again.json()["detail"]
    assert Queues(data.queues).count(QUEUE) == 1
    os.kill(host.worker(), signal.SIGCONT)
    assert status_at_its_end(host, first) == "completed"
    assert cycles_of(host) == [first, *before]


@ONLY_SQLITE
def test_a_request_whose_message_was_lost_blocks_no_later_one_for_ever(
    data: Data, host: RunningHost
) -> None:
    data.reddit.clear_faults()
    lost = "cycle_20261123_130507"
    assert lost not in cycles_of(host)
    edit_request(data, cycle=lost, asked_at=iso(utc_now() - timedelta(hours=1)))
    assert "may be lost: ask again" in cycle_of(host, lost)["errors"][0]["message"]
    answer = ask(host)
    assert (answer.status_code, answer.json()["cycle"]) == (202, lost)
    assert status_at_its_end(host, lost) == "completed"


@ONLY_SQLITE
def test_what_could_not_be_queued_is_refused_and_the_next_request_works_at_once(
    data: Data, host: RunningHost
) -> None:
    data.reddit.clear_faults()
    before = cycles_of(host)
    host.wait_for_log("process.started process=worker")
    host.freeze_worker()
    for file in data.queues.parent.glob("queues.db-*"):
        file.unlink()
    data.queues.write_bytes(b"no more room " * 1000)
    refused = ask(host)
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert "ask again" in refused.json()["detail"].lower()
    assert cycles_of(host) == before
    assert ask(host).status_code == 503, "nothing waits: the queue is asked again"
    data.queues.unlink()
    os.kill(host.worker(), signal.SIGCONT)
    answer = ask(host)
    assert answer.status_code == 202, answer.text
    assert status_at_its_end(host, answer.json()["cycle"]) == "completed"


@ONLY_SQLITE
def test_a_message_that_comes_twice_or_late_does_no_harm(data: Data, host: RunningHost) -> None:
    data.reddit.clear_faults()
    before = cycles_of(host)
    cycle = ask(host).json()["cycle"]
    assert status_at_its_end(host, cycle) == "completed"
    shown = cycle_of(host, cycle)
    queues = Queues(data.queues)
    for _ in range(2):
        queues.put(QUEUE, json.dumps({"cycle": cycle, "asked_at": "2026-11-23T13:00:00Z"}).encode())
    host.wait_for_log(
        f"collect_now.ended function=collect_now outcome=skipped .*cycle={cycle}", count=2
    )
    assert cycle_of(host, cycle) == shown
    assert cycles_of(host) == [cycle, *before]


def test_a_collection_a_cleanup_and_trends_started_together_run_one_after_another(
    data: Data, host: RunningHost
) -> None:
    data.slow(0.2)
    commands = [
        Forked(name, "--json", **data.settings) for name in ("collect", "cleanup", "trending")
    ]
    statuses: list[int] = []
    while any(command.is_running() for command in commands):
        statuses += [
            host.http.get(f"/api/v1/{path}").status_code
            for path in ("sentiment/stats", "posts/recent", "trending", "cycles")
        ]
        time.sleep(0.1)
    collected, cleaned, found = (command.end() for command in commands)
    assert (collected.returncode, cleaned.returncode) == (0, 0), (collected, cleaned)
    assert json.loads(collected.stdout)["status"] == "completed"
    assert json.loads(cleaned.stdout)["complete"] is True
    # The collection may just be finding the first topics itself.
    assert (found.returncode, found.stderr[:33]) == (3, "Another writer runs: trending_202") or (
        found.returncode == 0 and isinstance(json.loads(found.stdout), list)
    )
    assert len(statuses) >= 5
    assert set(statuses) == {200}


def test_a_message_that_cannot_be_read_goes_to_the_poison_queue_and_blocks_nothing(
    own_data: Data, tmp_path: Path
) -> None:
    # The app itself, with retries without delay in host.json.
    folder = tmp_path / "app"
    folder.mkdir()
    host_json = json.loads((ROOT / "host.json").read_text())
    host_json["extensions"]["queues"]["visibilityTimeout"] = "00:00:00"
    (folder / "host.json").write_text(json.dumps(host_json))
    (folder / "function_app.py").write_text((ROOT / "function_app.py").read_text())
    (folder / "local.settings.json").write_text((ROOT / "local.settings.json").read_text())
    host = own_data.start(folder, arguments=["--no-collect"], settings=own_data.settings)
    queues = Queues(own_data.queues)
    for body in (b"\xff\xfe not json", b"{}", b'{"cycle": "../../etc", "asked_at": "x"}'):
        queues.put(QUEUE, body)
    cycle = ask(host).json()["cycle"]
    assert answers_to_its_end(host, cycle)[-1]["status"] == "completed"
    host.wait_for_log("queue.poisoned", count=3)
    host.wait_for_log("collect_now.ended .*outcome=failed .*BadMessage")
    deadline = time.monotonic() + PATIENCE
    while queues.count(QUEUE) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (queues.count(f"{QUEUE}-poison"), queues.count(QUEUE)) == (3, 0)


def test_it_needs_a_key_where_keys_are_asked_for(own_data: Data) -> None:
    host = own_data.start(arguments=["--no-collect", "--keys"], settings=own_data.settings)
    keys = json.loads((own_data.queues.parent / "keys.json").read_text())
    assert ask(host).status_code == 401
    wrong = host.http.post("/api/v1/admin/collect", headers={"x-functions-key": "wrong"})
    assert wrong.status_code == 401
    assert host.http.get("/api/v1/cycles").json() == [], "nothing was begun"
    assert host.http.get("/api/v1/trending").status_code == 200, "reads need none"
    right = host.http.post("/api/v1/admin/collect", headers={"x-functions-key": keys["_function"]})
    assert right.status_code == 202
