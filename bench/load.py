"""Load test of the product: `python -m bench.load`, part of `make bench`.

Starts the product with the sample feed, and runs Locust's users against it while it is idle and
while it collects. Both happen in one run on one machine, so that they can be compared. Writes
Locust's CSV files and summary.json to .bench/load, and prints the summary as tables.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from local.reddit.limits import RateLimit
from tests.fixtures.host import ROOT, RunningHost, hosts_in
from tests.fixtures.reddit import make_stand_in

RESULTS = ROOT / ".bench" / "load"
SPAWN_SECONDS = 5
LOCUSTFILE = ROOT / "tests" / "load" / "locustfile.py"
# With such answers a first collection over 14 subreddits takes longer than a minute.
SLOW_REDDIT = "slow,seconds=1"
SOME = "claude,OpenAI,aws"
# The ramp breaks at the first step with a p95 above this, or with failures.
BROKEN_MS = 1000.0
# Server errors are counted in the product's log, whatever Locust's users saw.
SERVER_ERROR = " status=5"


@dataclass(frozen=True)
class Phase:
    """A number of users for a number of seconds.

    With `collects` the product collects meanwhile, one cycle after another. With `is_first` it has
    no data yet, and its first collection runs, from a Reddit that takes a second for each answer.
    """

    name: str
    users: int
    requests_a_second: float
    seconds: int
    collects: bool = False
    is_first: bool = False
    ramp_to: int = 0


FULL = (
    Phase("idle-50", users=50, requests_a_second=10, seconds=60),
    Phase("collecting-50", users=50, requests_a_second=10, seconds=60, collects=True),
    Phase("first-collection-50", users=50, requests_a_second=10, seconds=90, is_first=True),
    Phase("idle-100", users=100, requests_a_second=50, seconds=30),
    Phase("collecting-100", users=100, requests_a_second=50, seconds=30, collects=True),
    Phase("ramp", users=0, requests_a_second=0, seconds=60, ramp_to=1800),
)
QUICK = (
    Phase("idle-50", users=50, requests_a_second=20, seconds=3),
    Phase("collecting-50", users=50, requests_a_second=20, seconds=3, collects=True),
)


@dataclass(frozen=True)
class Figures:
    """Locust's figures of one endpoint, or of all (Aggregated): milliseconds and counts."""

    requests: int
    failures: int
    p50: float
    p95: float
    p99: float
    longest: float
    a_second: float

    @classmethod
    def of(cls, row: Mapping[str, str]) -> "Figures":
        """Return the figures of a row of Locust's CSV."""
        return cls(
            requests=int(row["Request Count"]),
            failures=int(row["Failure Count"]),
            p50=float(row["50%"]),
            p95=float(row["95%"]),
            p99=float(row["99%"]),
            longest=round(float(row["Max Response Time"]), 1),
            a_second=round(float(row["Requests/s"]), 1),
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the phases one after another over one running product."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="some seconds, to see that it works")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the folder to write to")
    given = parser.parse_args(arguments)
    phases, out = QUICK if given.quick else FULL, given.out
    out.mkdir(parents=True, exist_ok=True)
    found: dict[str, dict[str, Figures]] = {}
    errors: dict[str, int] = {}
    logs: list[str] = []
    for first in (False, True):
        mine = [phase for phase in phases if phase.is_first is first]
        if not mine:
            continue
        with product(faults=SLOW_REDDIT if first else "", some=given.quick) as host:
            if not first:
                host.wait_for_log("collect.ended .*outcome=completed")
            for phase in mine:
                before = host.log.count(SERVER_ERROR)
                found[phase.name] = run(phase, host, out)
                errors[phase.name] = host.log.count(SERVER_ERROR) - before
            logs.append(host.log)
    log = "\n".join(logs)
    summary: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "command": f"python -m bench.load{' --quick' if phases is QUICK else ''}",
        "server_errors": errors,
        "cycles_completed": log.count(" cycle.completed "),
        "cycles_failed": log.count(" cycle.failed "),
        "phases": {
            name: {each: vars(figures) for each, figures in by_endpoint.items()}
            for name, by_endpoint in found.items()
        },
    }
    if any(phase.ramp_to for phase in phases):
        summary["ramp"] = ramp_steps(out)
        summary["breaks_at_users"] = breaks_at(summary["ramp"])
    (out / "summary.json").write_text(json.dumps(summary, indent=2) + "\n")
    print(as_markdown(summary))


@contextmanager
def product(faults: str = "", *, some: bool = False) -> Iterator[RunningHost]:
    """Start the product with the sample feed; its first collection begins immediately.

    some: of a few communities, whose collections end sooner.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        make_stand_in(rate_limit=RateLimit(requests=10_000_000)) as reddit,
        hosts_in(Path(folder)) as start,
    ):
        reddit.control.set_faults(faults)
        yield start(
            arguments=["--startup-seconds", "0.1"],
            settings={
                "REDDIT_BASE_URL": reddit.base_url,
                "ORIGIN": "sample",
                **({"SUBREDDITS": SOME} if some else {}),
            },
        )


def run(phase: Phase, host: RunningHost, out: Path) -> dict[str, Figures]:
    """Run the phase's users against the product, and return the figures of each endpoint."""
    url = str(host.http.base_url).rstrip("/")
    with collecting(url) if phase.collects else no_collection():
        locust(phase, url, out)
    with (out / f"{phase.name}_stats.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Request Count"] != "0"]
    return {row["Name"]: Figures.of(row) for row in rows}


@contextmanager
def no_collection() -> Iterator[None]:
    """Request no collections."""
    yield


@contextmanager
def collecting(url: str) -> Iterator[None]:
    """Request collections during the block: one begins when the last has ended."""
    ended = threading.Event()

    def ask() -> None:
        with httpx.Client(base_url=url, trust_env=False) as http:
            while not ended.wait(0.2):
                http.post("/api/v1/admin/collect")

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield
    finally:
        ended.set()
        asking.join()


def locust(phase: Phase, url: str, out: Path) -> None:
    """Run Locust in a process of its own, without its web page."""
    environ = {
        **os.environ,
        "USERS": str(max(1, phase.users)),
        "REQUESTS_A_SECOND": str(phase.requests_a_second),
        "RAMP_TO": str(phase.ramp_to),
        "RAMP_SECONDS": str(phase.seconds),
    }
    # Users start one after another, so that they don't send requests in step. The statistics are
    # reset when all of them have started.
    spawn_rate = str(max(1, phase.users // SPAWN_SECONDS))
    sized = ["--users", str(phase.users), "--spawn-rate", spawn_rate, "--reset-stats"]
    command = [
        *(sys.executable, "-m", "locust", "--headless", "--only-summary", "--skip-log"),
        *("--locustfile", str(LOCUSTFILE), "--host", url),
        *([] if phase.ramp_to else [*sized, "--run-time", f"{phase.seconds + SPAWN_SECONDS}s"]),
        *("--csv", str(out / phase.name), "--csv-full-history"),
    ]
    started = time.monotonic()
    subprocess.run(command, env=environ, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    print(f"{phase.name}: {time.monotonic() - started:.0f} s", file=sys.stderr)


def ramp_steps(out: Path) -> list[dict[str, float]]:
    """Return the figures of each step of the ramp: users, requests a second, p95, failures."""
    with (out / "ramp_stats_history.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["Name"] == "Aggregated"]
    by_users = {int(row["User Count"]): row for row in rows if row["95%"] not in {"", "N/A"}}
    return [
        {
            "users": users,
            "a_second": round(float(row["Requests/s"]), 1),
            "p95": float(row["95%"]),
            "failures_a_second": round(float(row["Failures/s"]), 2),
        }
        for users, row in sorted(by_users.items())
        if users
    ]


def breaks_at(steps: Sequence[Mapping[str, float]]) -> float | None:
    """Return the number of users, each with one request a second, at which the ramp breaks."""
    for step in steps:
        if step["failures_a_second"] or step["p95"] > BROKEN_MS:
            return step["users"]
    return None


def as_markdown(summary: Mapping[str, Any]) -> str:
    """Return the summary as Markdown tables: idle against collecting, endpoint by endpoint."""
    phases = summary["phases"]
    lines = [f"{summary['date']}, {summary['cores']} cores, `{summary['command']}`", ""]
    lines += [
        "| phase | requests | failed | 5xx | a second | p50 ms | p95 ms | p99 ms | longest ms |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, by_endpoint in phases.items():
        each = by_endpoint["Aggregated"]
        lines.append(
            f"| {name} | {each['requests']} | {each['failures']} |"
            f" {summary['server_errors'][name]} | {each['a_second']} | {each['p50']:.0f} |"
            f" {each['p95']:.0f} | {each['p99']:.0f} | {each['longest']:.0f} |"
        )
    lines += [
        "",
        f"Cycles completed: {summary['cycles_completed']}, failed: {summary['cycles_failed']}.",
        "",
    ]
    lines += _side_by_side(phases["idle-50"], phases["collecting-50"])
    if "ramp" in summary:
        broken = summary["breaks_at_users"]
        lines += [
            "",
            f"The ramp breaks at {broken} users." if broken else "The ramp doesn't break.",
            "",
            "| users | a second | p95 ms | failures a second |",
            "| --- | --- | --- | --- |",
        ]
        lines += [
            f"| {step['users']} | {step['a_second']} | {step['p95']:.0f}"
            f" | {step['failures_a_second']} |"
            for step in summary["ramp"]
        ]
    return "\n".join(lines)


def _side_by_side(idle: Mapping[str, Any], busy: Mapping[str, Any]) -> list[str]:
    lines = ["| endpoint | p50 idle | collecting | p95 idle | collecting | p99 | ratio of p95 |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for name in sorted(idle.keys() & busy.keys(), key=lambda each: (each == "Aggregated", each)):
        one, other = idle[name], busy[name]
        ratio = other["p95"] / one["p95"] if one["p95"] else float("nan")
        lines.append(
            f"| {name} | {one['p50']:.0f} | {other['p50']:.0f} | {one['p95']:.0f}"
            f" | {other['p95']:.0f} | {one['p99']:.0f} → {other['p99']:.0f} | {ratio:.2f} |"
        )
    return lines


if __name__ == "__main__":
    main()
