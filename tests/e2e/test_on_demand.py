"""Collection on demand, and the end of a cycle: the running product with both stores."""

import asyncio
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.host.queues import Queues
from local.reddit.limits import RateLimit
from shared.on_demand import QUEUE
from shared.settings import load_settings
from shared.store import REQUESTS, open_store
from shared.times import iso, utc_now
from tests.fixtures.host import ROOT, environ_with
from tests.fixtures.store_checks import check_database

# Small ones of the sample.
NAMES = "aws,kiroIDE,MachineLearning"
PATIENCE = 180.0


@pytest.fixture
def database(tmp_path: Path) -> dict[str, str]:
    """Return the settings of a separate database for the test."""
    return {"SQLITE_PATH": str(tmp_path / "data" / "undertone.db"), "SUBREDDITS": NAMES}


@pytest.fixture(params=["sqlite", "cosmos"])
def any_database(request, database) -> dict[str, str]:
    if request.param == "sqlite":
        return database
    cosmos = request.getfixturevalue("cosmos_settings_factory")()
    return {
        **database,
        "COSMOS_ENDPOINT": cosmos.cosmos_endpoint,
        "COSMOS_KEY": cosmos.cosmos_key.get_secret_value(),
        "COSMOS_DATABASE": cosmos.cosmos_database,
    }


def slow_reddit(stand_in, seconds: float = 0.5) -> dict[str, str]:
    """Start a slow Reddit; return the settings for it."""
    unlimited = RateLimit(requests=1_000_000)
    reddit = stand_in(faults=f"slow,route=new,seconds={seconds}", rate_limit=unlimited)
    return {"REDDIT_BASE_URL": reddit.base_url, "ORIGIN": "sample", "SWEEP_REQUESTS": "0"}


def ask(host) -> httpx.Response:
    return host.http.post("/api/v1/admin/collect")


def cycle_of(host, cycle_id: str) -> dict[str, Any]:
    answer = host.http.get(f"/api/v1/cycles/{cycle_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def wait_for_end(host, cycle_id: str, *ends: str) -> list[dict[str, Any]]:
    """Poll the cycle until it has one of these statuses; return every answer."""
    answers = [cycle_of(host, cycle_id)]
    deadline = time.monotonic() + PATIENCE
    while answers[-1]["status"] not in (ends or ("completed", "failed")):
        assert time.monotonic() < deadline, answers[-1]
        time.sleep(0.1)
        answers.append(cycle_of(host, cycle_id))
    return answers


def wait_for_first_subreddit(host, cycle_id: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not cycle_of(host, cycle_id)["subreddits_processed"] and time.monotonic() < deadline:
        time.sleep(0.1)


def test_a_collection_that_is_asked_for_shows_as_it_goes_and_ends(
    running_host, stand_in, any_database
) -> None:
    host = running_host(
        arguments=["--no-collect"], settings={**any_database, **slow_reddit(stand_in)}
    )
    answer = ask(host)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["status"] == "triggered"
    assert set(told) == {"status", "message", "cycle", "timestamp"}
    assert re.fullmatch(r"cycle_\d{8}_\d{6}", told["cycle"])
    assert answer.headers["location"] == f"/api/v1/cycles/{told['cycle']}"
    seen = wait_for_end(host, told["cycle"])
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
    assert [each["id"] for each in host.http.get("/api/v1/cycles").json()] == [told["cycle"]]
    stats = host.http.get("/api/v1/sentiment/stats", params={"hours": 168}).json()
    assert stats["statistics"]["total"] > 100


def test_while_one_runs_another_is_refused_with_its_id(running_host, stand_in, database) -> None:
    host = running_host(arguments=["--no-collect"], settings={**database, **slow_reddit(stand_in)})
    first = ask(host).json()["cycle"]
    refused = [ask(host)]
    host.wait_for_log("cycle.started")
    refused.append(ask(host))
    for answer in refused:
        assert answer.status_code == 409
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["cycle"] == first
        assert first in answer.json()["detail"]
    wait_for_end(host, first)
    host.wait_for_log("collect_now.ended")
    again = ask(host)
    assert again.status_code == 202
    assert again.json()["cycle"] != first


def test_asked_for_twice_while_no_worker_is_free_makes_one_message_and_one_cycle(
    running_host, database
) -> None:
    host = running_host(arguments=["--no-collect"], settings=database)
    host.wait_for_log("process.started process=worker")
    host.freeze_worker()
    first = ask(host).json()["cycle"]
    edit_request(database, asked_at=iso(utc_now() - timedelta(minutes=5)))
    again = ask(host)
    assert (again.status_code, again.json()["cycle"]) == (409, first)
    waits = cycle_of(host, first)
    assert (waits["status"], waits["errors"][0]["kind"]) == ("running", "waiting")
    assert waits["errors"][0]["message"] in again.json()["detail"]
    queues = Queues(Path(database["SQLITE_PATH"]).parent / "queues.db")
    assert queues.count(QUEUE) == 1
    os.kill(host.worker(), signal.SIGCONT)
    assert wait_for_end(host, first)[-1]["status"] == "completed"
    host.wait_for_log("collect_now.ended")
    assert [each["id"] for each in host.http.get("/api/v1/cycles").json()] == [first]


def test_a_request_whose_message_was_lost_blocks_no_later_one_for_ever(
    running_host, database
) -> None:
    host = running_host(arguments=["--no-collect"], settings=database)
    assert host.http.get("/api/v1/cycles").json() == []
    lost = "cycle_20261123_130507"
    edit_request(database, cycle=lost, asked_at=iso(utc_now() - timedelta(hours=1)))
    assert "may be lost: ask again" in cycle_of(host, lost)["errors"][0]["message"]
    answer = ask(host)
    assert (answer.status_code, answer.json()["cycle"]) == (202, lost)
    assert wait_for_end(host, lost)[-1]["status"] == "completed"


def test_what_could_not_be_queued_is_refused_and_the_next_request_works_at_once(
    running_host, database
) -> None:
    host = running_host(arguments=["--no-collect"], settings=database)
    host.wait_for_log("process.started process=worker")
    data = Path(database["SQLITE_PATH"]).parent
    host.freeze_worker()
    for file in data.glob("queues.db-*"):
        file.unlink()
    data.joinpath("queues.db").write_bytes(b"no more room " * 1000)
    refused = ask(host)
    assert refused.status_code == 503
    assert refused.headers["content-type"] == "application/problem+json"
    assert "ask again" in refused.json()["detail"].lower()
    assert host.http.get("/api/v1/cycles").json() == []
    assert ask(host).status_code == 503, "nothing waits: the queue is asked again"
    data.joinpath("queues.db").unlink()
    os.kill(host.worker(), signal.SIGCONT)
    answer = ask(host)
    assert answer.status_code == 202, answer.text
    assert wait_for_end(host, answer.json()["cycle"])[-1]["status"] == "completed"


def edit_request(database: dict[str, str], **changes: str) -> None:
    """Store a request for a collection, as another process left it at that time."""

    async def edit() -> None:
        store = await open_store(load_settings(database), retry_seconds=20)
        found = await store.read(REQUESTS, "lease", "request")
        request: Any = {"id": "request", "kind": "lease", "ttl": -1, **(found or {}), **changes}
        await store.upsert(REQUESTS, [request])
        await store.close()

    asyncio.run(edit())


def test_of_two_asked_for_at_the_same_moment_in_two_processes_one_runs(
    running_host, stand_in, any_database
) -> None:
    settings = {**any_database, **slow_reddit(stand_in, 0.3)}
    hosts = [running_host(arguments=["--no-collect"], settings=settings) for _ in range(2)]
    for host in hosts:
        assert host.http.get("/api/v1/health").status_code == 200
    together = threading.Barrier(2)

    def ask_at_once(host) -> httpx.Response:
        together.wait()
        return ask(host)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(ask_at_once, hosts))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    ids = {answer.json()["cycle"] for answer in answers}
    assert len(ids) == 1
    assert wait_for_end(hosts[0], ids.pop())[-1]["status"] == "completed"
    assert len(hosts[1].http.get("/api/v1/cycles").json()) == 1


def test_a_message_that_comes_twice_or_late_does_no_harm(running_host, database) -> None:
    host = running_host(arguments=["--no-collect"], settings=database)
    cycle = ask(host).json()["cycle"]
    host.wait_for_log("collect_now.ended function=collect_now outcome=completed")
    before = cycle_of(host, cycle)
    queues = Queues(Path(database["SQLITE_PATH"]).parent / "queues.db")
    for _ in range(2):
        queues.put(QUEUE, json.dumps({"cycle": cycle, "asked_at": "2026-11-23T13:00:00Z"}).encode())
    line = host.wait_for_log("collect_now.ended function=collect_now outcome=skipped", count=2)
    assert f"cycle={cycle}" in line
    assert cycle_of(host, cycle) == before
    assert len(host.http.get("/api/v1/cycles").json()) == 1


def test_a_message_that_cannot_be_read_goes_to_the_poison_queue_and_blocks_nothing(
    running_host, database, tmp_path
) -> None:
    # The app itself, with retries without delay in host.json.
    folder = tmp_path / "app"
    folder.mkdir()
    host_json = json.loads((ROOT / "host.json").read_text())
    host_json["extensions"]["queues"]["visibilityTimeout"] = "00:00:00"
    (folder / "host.json").write_text(json.dumps(host_json))
    (folder / "function_app.py").write_text((ROOT / "function_app.py").read_text())
    (folder / "local.settings.json").write_text((ROOT / "local.settings.json").read_text())
    reddit = {"REDDIT_BASE_URL": "", "ORIGIN": ""}
    host = running_host(folder, arguments=["--no-collect"], settings={**database, **reddit})
    queues = Queues(Path(database["SQLITE_PATH"]).parent / "queues.db")
    for body in (b"\xff\xfe not json", b"{}", b'{"cycle": "../../etc", "asked_at": "x"}'):
        queues.put(QUEUE, body)
    cycle = ask(host).json()["cycle"]
    assert wait_for_end(host, cycle)[-1]["status"] == "completed"
    host.wait_for_log("queue.poisoned", count=3)
    host.wait_for_log("collect_now.ended .*outcome=failed .*BadMessage")
    deadline = time.monotonic() + PATIENCE
    while queues.count(QUEUE) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert (queues.count(f"{QUEUE}-poison"), queues.count(QUEUE)) == (3, 0)


def test_it_needs_a_key_where_keys_are_asked_for(running_host, database) -> None:
    host = running_host(arguments=["--no-collect", "--keys"], settings=database)
    keys = json.loads((Path(database["SQLITE_PATH"]).parent / "keys.json").read_text())
    assert ask(host).status_code == 401
    wrong = host.http.post("/api/v1/admin/collect", headers={"x-functions-key": "wrong"})
    assert wrong.status_code == 401
    assert host.http.get("/api/v1/cycles").json() == [], "nothing was begun"
    assert host.http.get("/api/v1/trending").status_code == 200, "reads need none"
    right = host.http.post("/api/v1/admin/collect", headers={"x-functions-key": keys["_function"]})
    assert right.status_code == 202


def test_sigterm_in_mid_cycle_closes_it_as_failed_and_the_next_one_completes(
    running_host, stand_in, any_database
) -> None:
    settings = {**any_database, **slow_reddit(stand_in, 1)}
    host = running_host(arguments=["--no-collect"], settings=settings)
    cycle = ask(host).json()["cycle"]
    wait_for_first_subreddit(host, cycle)
    host.process.send_signal(signal.SIGTERM)
    assert host.process.wait(PATIENCE) == 0
    host.stop()
    assert "collect_now.ended function=collect_now outcome=failed" in host.log
    assert "cycle.failed" in host.log
    assert "process.died" not in host.log

    again = running_host(arguments=["--no-collect"], settings=any_database)
    stopped = cycle_of(again, cycle)
    assert stopped["status"] == "failed"
    assert stopped["end_time"] is not None
    (error,) = stopped["errors"]
    assert error["kind"] == "stopped"
    assert error["message"] == "the process was asked to stop; the next cycle goes on"
    next_one = ask(again)
    assert next_one.status_code == 202, "its lease was given back"
    ended = wait_for_end(again, next_one.json()["cycle"])[-1]
    assert ended["status"] == "completed"
    again.stop()
    check_database(any_database)


def test_a_worker_killed_in_mid_cycle_is_followed_by_one_that_finishes(
    running_host, stand_in, database
) -> None:
    settings = {**database, **slow_reddit(stand_in, 1), "LEASE_SECONDS": "5"}
    host = running_host(arguments=["--no-collect"], settings=settings)
    dead = ask(host).json()["cycle"]
    wait_for_first_subreddit(host, dead)
    os.kill(host.worker(), signal.SIGKILL)
    host.wait_for_log("process.died process=worker")
    host.wait_for_log("process.started process=worker", count=2)
    shown = wait_for_end(host, dead)[-1]
    assert shown["status"] == "failed", "before another writer has closed it"
    assert "its worker stopped answering: its lease ran out at" in shown["errors"][-1]["message"]
    assert host.http.get("/api/v1/cycles").json() == [shown]
    assert host.http.get("/api/v1/health").json()["application"]["running_cycle"] is None
    answer = ask(host)
    assert answer.status_code == 202, "the dead one's lease has run out"
    assert wait_for_end(host, answer.json()["cycle"])[-1]["status"] == "completed"
    assert cycle_of(host, dead)["status"] == "failed"
    assert cycle_of(host, dead)["errors"][-1]["message"] == "its lease ran out"
    host.stop()
    check_database(database)


def test_a_message_that_comes_back_after_a_crash_begins_its_cycle_again(
    running_host, stand_in, database
) -> None:
    settings = {**database, **slow_reddit(stand_in, 0.5), "LEASE_SECONDS": "5"}
    host = running_host(arguments=["--no-collect"], settings=settings)
    cycle = ask(host).json()["cycle"]
    wait_for_first_subreddit(host, cycle)
    os.kill(host.worker(), signal.SIGKILL)
    host.wait_for_log("process.died process=worker")
    # As after the ten minutes for which a queue hides a message in work.
    with closing(sqlite3.connect(Path(database["SQLITE_PATH"]).parent / "queues.db")) as db, db:
        db.execute("UPDATE messages SET visible = 0")
    # In between it may show as failed, which it was until its message was delivered again.
    ended = wait_for_end(host, cycle, "completed")[-1]
    assert ended["errors"][0]["message"] == "its process was killed, and it was begun again"
    host.stop()
    check_database(database)


def test_a_collection_a_cleanup_and_trends_started_together_run_one_after_another(
    running_host, stand_in, any_database
) -> None:
    settings = {**any_database, **slow_reddit(stand_in, 0.2)}
    host = running_host(arguments=["--no-collect"], settings=settings)
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "local", name, "--json"],
            cwd=ROOT,
            env=environ_with(**settings),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in ("collect", "cleanup", "trending")
    ]
    statuses: list[int] = []
    while any(command.poll() is None for command in commands):
        statuses += [
            host.http.get(f"/api/v1/{path}").status_code
            for path in ("sentiment/stats", "posts/recent", "trending", "cycles")
        ]
        time.sleep(0.1)
    ended = [(command.communicate(), command.returncode) for command in commands]
    assert [status for _, status in ended[:2]] == [0, 0], ended
    assert json.loads(ended[0][0][0])["status"] == "completed"
    assert json.loads(ended[1][0][0])["complete"] is True
    # The collection may just be finding the first topics itself.
    (topics, message), status = ended[2]
    assert (status, message[:33]) == (3, "Another writer runs: trending_202") or (
        status == 0 and isinstance(json.loads(topics), list)
    )
    assert len(statuses) >= 5
    assert set(statuses) == {200}
    host.stop()
    check_database(any_database)


def test_timers_that_fall_due_together_run_one_after_another_while_the_api_answers(
    running_host, stand_in, any_database
) -> None:
    every_few_seconds = {"TRENDING_SCHEDULE": "*/4 * * * * *", "CLEANUP_SCHEDULE": "*/4 * * * * *"}
    settings = {**any_database, **slow_reddit(stand_in, 0.5), **every_few_seconds}
    host = running_host(arguments=["--startup-seconds", "0.2"], settings=settings)
    ended = {
        name: rf"{name}.ended function={name} outcome=completed"
        for name in ("collect", "trending", "cleanup")
    }
    deadline = time.monotonic() + PATIENCE
    answered = 0
    while not all(re.search(line, host.log) for line in ended.values()):
        assert time.monotonic() < deadline, host.log
        assert host.http.get("/api/v1/posts/recent").status_code == 200
        answered += 1
        time.sleep(0.1)
    assert answered > 5
    assert "outcome=failed" not in host.log
    assert "lease.lost" not in host.log
