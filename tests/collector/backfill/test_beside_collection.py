"""Backfill and collection of one address in processes of their own: its limits hold for both."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from collector.sources.discourse.forum import PACE_SECONDS
from local.discourse.board import Board
from local.discourse.server import DiscourseStandIn, StandIn
from local.github.hub import Hub
from local.github.server import GitHubStandIn
from shared.times import iso
from tests.fixtures.host import ROOT, environ_with
from tests.fixtures.store_checks import check_database

OF_ADDRESS = 60
COMPLETED, FAILED = 0, 1
# A turn ends within it, and the other writer takes the lease.
PATIENCE = 120


@pytest.fixture
def database(tmp_path: Path) -> dict[str, str]:
    """Return settings of the test's own, without older items to look up."""
    path = str(tmp_path / "undertone.db")
    return {"SQLITE_PATH": path, "SUBREDDITS": "none", "SWEEP_REQUESTS": "0", "ORIGIN": "live"}


def run_together(settings: dict[str, str], *commands: tuple[str, ...]) -> list[int]:
    """Run commands at the same time, and return their exit statuses."""
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "local", *command, "--json"],
            cwd=ROOT,
            env=environ_with(**settings),
            stdout=subprocess.DEVNULL,
        )
        for command in commands
    ]
    return [each.wait(PATIENCE) for each in started]


def test_the_hour_of_github_is_one_for_backfill_and_collection(database) -> None:
    hub = Hub()
    for number in range(1, 4001):
        at = iso(hub.clock() - timedelta(minutes=10 * number))
        hub.issue("acme/tool", number, created_at=at, updated_at=at)
    with GitHubStandIn(hub) as github:
        settings = {
            **database,
            "COMMUNITIES": "github.acme.tool",
            "GITHUB_BASE_URL": github.base_url,
        }
        backfill = ("backfill", "github.acme.tool", "--days", "40")
        for _ in range(2):
            run_together(settings, backfill, ("collect",))
        # The last requests are for polling.
        assert OF_ADDRESS // 3 < len(github.limits.log) <= OF_ADDRESS
        assert {each.status for each in github.limits.log} == {200}
    check_database(settings)


def test_a_forum_is_asked_by_one_of_them_at_a_time(database) -> None:
    app = DiscourseStandIn({"town": Board(generated=300)})
    with StandIn(app) as forum:
        settings = {
            **database,
            "COMMUNITIES": "forum.town",
            "FORUMS": f"town={forum.address_of('town')}",
        }
        statuses = run_together(settings, ("backfill", "forum.town"), ("collect",))
        assert set(statuses) <= {COMPLETED}
        assert {each.status for each in app.log} == {200}
        at = sorted(each.at for each in app.log)
        # Its pace apart, and at once only where the lease passes from one to the other.
        assert at[-1] - at[0] >= 0.95 * PACE_SECONDS * (len(at) - 3)
    check_database(settings)
