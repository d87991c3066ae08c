"""Databases with hosts that collect when they are asked to, and how tests ask them."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.reddit.control import StandInControl
from local.reddit.limits import RateLimit
from tests.fixtures.host import RunningHost, StartHost, hosts_in
from tests.fixtures.reddit import make_stand_in
from tests.fixtures.stores import CosmosServer, drop

# The smallest ones of the sample.
NAMES = "aws,Bard,MachineLearning"
PATIENCE = 180.0


@dataclass(frozen=True)
class Data:
    """A database, and a Reddit that a test can slow down."""

    settings: dict[str, str]
    reddit: StandInControl
    start: StartHost

    @property
    def queues(self) -> Path:
        """Return the file of the queues of this database's hosts."""
        return Path(self.settings["SQLITE_PATH"]).parent / "queues.db"

    def slow(self, seconds: float) -> None:
        """Let Reddit take so long for each community's newest posts."""
        self.reddit.set_faults(f"slow,route=new,seconds={seconds}")

    def host(self, **settings: str) -> RunningHost:
        """Start a host that collects when it is asked to."""
        return self.start(arguments=["--no-collect"], settings={**self.settings, **settings})


@contextmanager
def data_in(folder: Path, kind: str, request: pytest.FixtureRequest) -> Iterator[Data]:
    """Make a database of this kind; at the end stop its hosts."""
    with ExitStack() as stack:
        reddit = stack.enter_context(make_stand_in(rate_limit=RateLimit(requests=1_000_000)))
        settings = {
            "SQLITE_PATH": str(folder / "data" / "undertone.db"),
            "SUBREDDITS": NAMES,
            "REDDIT_BASE_URL": reddit.base_url,
            "ORIGIN": "sample",
            "SWEEP_REQUESTS": "0",
        }
        if kind == "cosmos":
            server: CosmosServer = request.getfixturevalue("cosmos_server")
            made = server.settings()
            stack.callback(lambda: asyncio.run(drop(made)))
            settings |= {
                "COSMOS_ENDPOINT": server.endpoint,
                "COSMOS_KEY": server.key,
                "COSMOS_DATABASE": made.cosmos_database,
            }
        start = stack.enter_context(hosts_in(folder))
        yield Data(settings, reddit.control, start)


def ask(host: RunningHost) -> httpx.Response:
    return host.http.post("/api/v1/admin/collect")


def cycles_of(host: RunningHost) -> list[str]:
    return [each["id"] for each in host.http.get("/api/v1/cycles").json()]


def cycle_of(host: RunningHost, cycle_id: str) -> dict[str, Any]:
    answer = host.http.get(f"/api/v1/cycles/{cycle_id}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def answers_to_its_end(host: RunningHost, cycle_id: str, *ends: str) -> list[dict[str, Any]]:
    """Poll the cycle until it has one of these statuses; return every answer."""
    answers = [cycle_of(host, cycle_id)]
    deadline = time.monotonic() + PATIENCE
    while answers[-1]["status"] not in (ends or ("completed", "failed")):
        assert time.monotonic() < deadline, answers[-1]
        time.sleep(0.1)
        answers.append(cycle_of(host, cycle_id))
    return answers


def status_at_its_end(host: RunningHost, cycle_id: str) -> str:
    """Wait until the host's worker has done with a cycle that was asked for; return its status."""
    status: str = answers_to_its_end(host, cycle_id)[-1]["status"]
    host.wait_for_log(f"collect_now.ended .*cycle={cycle_id}")
    return status
