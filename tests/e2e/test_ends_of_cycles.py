"""The end of a cycle, asked for or stopped or killed: the running product with both stores."""

import os
import re
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.collecting import (
    PATIENCE,
    Data,
    answers_to_its_end,
    ask,
    cycle_of,
    cycles_of,
    data_in,
    status_at_its_end,
)
from tests.fixtures.host import RunningHost
from tests.fixtures.store_checks import check_database


@dataclass(frozen=True)
class Pair:
    """Two hosts over one database."""

    data: Data
    hosts: tuple[RunningHost, RunningHost]

    def runs(self, cycle: str) -> tuple[RunningHost, RunningHost]:
        """Return the host whose worker runs a cycle, and the other one."""
        first, second = self.hosts
        begun = f"cycle.started cycle={cycle}"
        return (first, second) if begun in first.log else (second, first)


@pytest.fixture(scope="module", params=["sqlite", "cosmos"])
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Pair]:
    """Start two hosts over one database; at the end, check it."""
    with data_in(tmp_path_factory.mktemp("pair"), request.param, request) as data:
        hosts = (data.host(), data.host())
        yield Pair(data, hosts)
        for host in hosts:
            host.stop()
        check_database(data.settings)


@pytest.fixture(scope="module")
def mortal(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[RunningHost, Data]]:
    """Start a host whose worker tests kill, and which leases for a short time; check its data."""
    with data_in(tmp_path_factory.mktemp("mortal"), "sqlite", request) as data:
        host = data.host(LEASE_SECONDS="5")
        data.slow(1)
        yield host, data
        host.stop()
        check_database(data.settings)


def wait_until_idle(host: RunningHost) -> None:
    """Wait until no cycle holds the lease."""
    deadline = time.monotonic() + PATIENCE
    while host.http.get("/api/v1/health").json()["application"]["running_cycle"] is not None:
        assert time.monotonic() < deadline, host.log
        time.sleep(0.1)


def wait_for_first_subreddit(host: RunningHost, cycle_id: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not cycle_of(host, cycle_id)["subreddits_processed"] and time.monotonic() < deadline:
        time.sleep(0.1)


def kill_worker(host: RunningHost) -> None:
    """Kill the worker, and wait until the host has noticed."""
    died = "process.died process=worker"
    count = host.log.count(died)
    os.kill(host.worker(), signal.SIGKILL)
    host.wait_for_log(died, count=count + 1)


def test_of_two_asked_for_at_the_same_moment_in_two_processes_one_runs(pair: Pair) -> None:
    pair.data.slow(0.3)
    for host in pair.hosts:
        assert host.http.get("/api/v1/health").status_code == 200
    before = cycles_of(pair.hosts[0])
    together = threading.Barrier(2)

    def ask_at_once(host: RunningHost) -> httpx.Response:
        together.wait()
        return ask(host)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(ask_at_once, pair.hosts))
    assert sorted(answer.status_code for answer in answers) == [202, 409]
    (cycle,) = {answer.json()["cycle"] for answer in answers}
    assert answers_to_its_end(pair.hosts[0], cycle)[-1]["status"] == "completed"
    assert cycles_of(pair.hosts[1]) == [cycle, *before]
    wait_until_idle(pair.hosts[1])


def test_sigterm_in_mid_cycle_closes_it_as_failed_and_the_next_one_completes(pair: Pair) -> None:
    pair.data.slow(1)
    cycle = ask(pair.hosts[0]).json()["cycle"]
    wait_for_first_subreddit(pair.hosts[0], cycle)
    stopped, again = pair.runs(cycle)
    stopped.process.send_signal(signal.SIGTERM)
    assert stopped.process.wait(PATIENCE) == 0
    stopped.stop()
    assert "collect_now.ended function=collect_now outcome=failed" in stopped.log
    assert "cycle.failed" in stopped.log
    assert "process.died" not in stopped.log

    pair.data.reddit.clear_faults()
    shown = cycle_of(again, cycle)
    assert shown["status"] == "failed"
    assert shown["end_time"] is not None
    (error,) = shown["errors"]
    assert error["kind"] == "stopped"
    assert error["message"] == "the process was asked to stop; the next cycle goes on"
    next_one = ask(again)
    assert next_one.status_code == 202, "its lease was given back"
    assert status_at_its_end(again, next_one.json()["cycle"]) == "completed"


def test_a_worker_killed_in_mid_cycle_is_followed_by_one_that_finishes(
    mortal: tuple[RunningHost, Data],
) -> None:
    host, _ = mortal
    before = host.http.get("/api/v1/cycles").json()
    host.wait_for_log("process.started process=worker")
    started = host.log.count("process.started process=worker")
    dead = ask(host).json()["cycle"]
    wait_for_first_subreddit(host, dead)
    kill_worker(host)
    host.wait_for_log("process.started process=worker", count=started + 1)
    shown = answers_to_its_end(host, dead)[-1]
    assert shown["status"] == "failed", "before another writer has closed it"
    assert "its worker stopped answering: its lease ran out at" in shown["errors"][-1]["message"]
    assert host.http.get("/api/v1/cycles").json() == [shown, *before]
    assert host.http.get("/api/v1/health").json()["application"]["running_cycle"] is None
    answer = ask(host)
    assert answer.status_code == 202, "the dead one's lease has run out"
    assert status_at_its_end(host, answer.json()["cycle"]) == "completed"
    assert cycle_of(host, dead)["status"] == "failed"
    assert cycle_of(host, dead)["errors"][-1]["message"] == "its lease ran out"


def test_a_message_that_comes_back_after_a_crash_begins_its_cycle_again(
    mortal: tuple[RunningHost, Data],
) -> None:
    host, data = mortal
    cycle = ask(host).json()["cycle"]
    wait_for_first_subreddit(host, cycle)
    kill_worker(host)
    # As after the ten minutes for which a queue hides a message in work.
    newest = "SELECT id FROM messages ORDER BY inserted DESC LIMIT 1"
    with closing(sqlite3.connect(data.queues)) as db, db:
        db.execute(f"UPDATE messages SET visible = 0 WHERE id = ({newest})")  # noqa: S608 - ours
    # In between it may show as failed, which it was until its message was delivered again.
    ended = answers_to_its_end(host, cycle, "completed")[-1]
    assert ended["errors"][0]["message"] == "its process was killed, and it was begun again"
    wait_until_idle(host)


@pytest.fixture(params=["sqlite", "cosmos"])
def data(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Data]:
    """Make a database for one test."""
    with data_in(tmp_path_factory.mktemp("own"), request.param, request) as data:
        yield data


def test_timers_that_fall_due_together_run_one_after_another_while_the_api_answers(
    data: Data,
) -> None:
    data.slow(0.5)
    every_few_seconds = {"TRENDING_SCHEDULE": "*/4 * * * * *", "CLEANUP_SCHEDULE": "*/4 * * * * *"}
    settings = {**data.settings, **every_few_seconds}
    host = data.start(arguments=["--startup-seconds", "0.2"], settings=settings)
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
