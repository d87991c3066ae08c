"""Soak test that the product loses nothing under faults: `python -m bench.soak`.

Starts the product over a changing Reddit and over a database, which both fail at a given rate.
Collects one cycle after another, kills processes at random moments, and reads all the time. At the
end the faults stop, LAST_CYCLES more collections run, and everything stored is compared with the
truth. Prints the results, and exits with 1 if anything is wrong.
"""

import argparse
import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from api.deps import RETRY_SECONDS
from bench.faulty_cosmos import FaultyCosmos
from bench.soaking.faults import COSMOS_KINDS, OUTAGE, REDDIT_KINDS, spread
from bench.soaking.feed import SUBREDDITS, GoingOn, first_objects
from bench.soaking.readers import Readers
from bench.soaking.truth import compare, compare_served
from local.reddit.limits import RateLimit
from shared.settings import load_settings
from tests.fixtures.host import ROOT, RunningHost, environ_with, hosts_in
from tests.fixtures.reddit import make_stand_in
from tests.fixtures.stores import running_cosmos_server

# The share of cycles that run by hand in a process of their own, and the share of those killed.
BY_HAND, BY_HAND_KILLED = 0.2, 0.5
# The host restarts a process that ran for a minute after its shortest pause. For any other process
# the pause grows.
KILLS_APART_SECONDS = 61.0
KILL_WITHIN_SECONDS = 4.0
CYCLE_SECONDS = 60.0
LOOK_SECONDS = 0.1
OUTAGE_EVERY, OUTAGE_SECONDS = 40, 4.0
# A cycle continues the sweep's rings where the last one stopped, so two cycles see all of them.
LAST_CYCLES, LAST_TRIES = 2, 20
ACCEPTED, UNAVAILABLE = 202, 503
COMPLETED = 0

# Short leases, so that killed writers are soon replaced; timers that get in each other's way.
SETTINGS = {
    "ORIGIN": "sample",
    "LEASE_SECONDS": "2",
    "SWEEP_REQUESTS": "3",
    "CACHE_SECONDS": "0.2",
    "TRENDING_SCHEDULE": "*/20 * * * * *",
    "CLEANUP_SCHEDULE": "30 * * * * *",
}
IN_THE_LOG = (
    r" ((?:cycle\.(?:completed|failed)|lease\.(?:lost|taken_over)|work\.recovered"
    r"|process\.died|trending\.found|queue\.poisoned))\b"
)

Environ = Mapping[str, str]


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    cycles: int = 200
    seconds: float = float("inf")
    """Seconds after which no more cycles begin."""
    faults: float = 0.3
    seed: int = 0
    log: Path | None = None
    subreddits: tuple[str, ...] = SUBREDDITS
    kill_rate: float = 0.5
    """Probability that a process which is old enough is killed in a cycle."""


@dataclass
class Database:
    """The database: the settings that lead to it, and those that lead past its faults."""

    environ: Environ
    proxy: FaultyCosmos | None = None
    directly: Environ = field(default_factory=dict)

    def set_faults(self, share: float, seed: int) -> None:
        """Fail at this share of requests; 0 stops the faults."""
        if self.proxy:
            self.proxy.set_faults(spread(COSMOS_KINDS, share, seed) if share else "")

    def broken_since(self, began: float) -> bool:
        """Return whether it failed since a request began, or while it was opened before that."""
        return self.proxy is not None and self.proxy.last_made >= began - RETRY_SECONDS


@contextmanager
def database(kind: str, folder: Path) -> Iterator[Database]:
    """Yield a database of this kind, without faults yet."""
    path = {"SQLITE_PATH": str(folder / "data" / "undertone.db")}
    if kind == "sqlite":
        yield Database(path)
        return
    with running_cosmos_server() as server, FaultyCosmos(server.endpoint) as proxy:
        through = {
            "COSMOS_ENDPOINT": proxy.base_url,
            "COSMOS_KEY": server.key,
            "COSMOS_DATABASE": "soak",
        }
        yield Database({**path, **through}, proxy, {"COSMOS_ENDPOINT": server.endpoint})


@dataclass
class Kills:
    """Kills the host's processes as a crash does, and records when."""

    host: RunningHost
    dice: random.Random
    rate: float
    counts: Counter[str] = field(default_factory=Counter)
    times: dict[str, list[float]] = field(default_factory=lambda: {"worker": [], "http": []})

    def is_due(self, role: str) -> bool:
        """Return whether a process of this role is old enough, and chosen at random."""
        last = self.times[role][-1] if self.times[role] else -KILLS_APART_SECONDS
        return time.monotonic() - last > KILLS_APART_SECONDS and self.dice.random() < self.rate

    def kill(self, role: str) -> None:
        """Kill the process of this role that was started last."""
        started = re.findall(rf"process\.started process={role} pid=(\d+)", self.host.log)
        self.times[role].append(time.monotonic())
        # The process may just have ended by itself.
        with suppress(ProcessLookupError):
            os.kill(int(started[-1]), signal.SIGKILL)
            self.counts[role] += 1

    def http_killed_since(self, began: float) -> bool:
        """Return whether requests since a time may have lost their process."""
        return any(moment >= began for moment in self.times["http"])


class Soak:
    """One soak over one database."""

    def __init__(
        self,
        options: Options,
        data: Database,
        going_on: GoingOn,
        host: RunningHost,
        environ: Environ,
    ) -> None:
        self._options = options
        self._data = data
        self.going_on = going_on
        self._host = host
        self._environ = environ
        self._dice = random.Random(options.seed)
        self._never = threading.Event()
        self.kills = Kills(host, random.Random(options.seed + 1), options.kill_rate)
        self.asked: Counter[str] = Counter()
        self.by_hand: Counter[str] = Counter()
        self.cycles = 0
        self._outage: threading.Timer | None = None
        self.violations: list[str] = []
        self.readers = Readers(
            str(host.http.base_url).rstrip("/"), data.broken_since, self.kills.http_killed_since
        )

    def run(self) -> None:
        """Collect with faults, then without, and compare what clients see with the truth."""
        # A process that opens its database for the first time may be too slow for a health check.
        while not self._host.http.get("/api/v1/health").is_success:
            self._never.wait(LOOK_SECONDS)
        self._fail(self._options.faults)
        self.readers.start()
        try:
            ends = time.monotonic() + self._options.seconds
            while self.cycles < self._options.cycles and time.monotonic() < ends:
                self.going_on.go_on()
                self._cycle(self.cycles)
                self.cycles += 1
                self._print_progress()
            if self._outage:
                self._outage.join()
            self._fail(0)
            self._finish()
        finally:
            self.readers.stop()
        self.violations += self.readers.violations
        self.violations += compare_served(self._host.http, self.going_on.shown())

    def _fail(self, share: float) -> None:
        seed = self._options.seed
        reddit = spread(REDDIT_KINDS, share, seed) if share else ""
        self.going_on.stand_in.control.set_faults(reddit)
        self._data.set_faults(share, seed)

    def _cycle(self, number: int) -> None:
        if self._data.proxy and number % OUTAGE_EVERY == OUTAGE_EVERY // 2:
            self._data.proxy.set_faults(OUTAGE)
            back = (self._options.faults, number)
            self._outage = threading.Timer(OUTAGE_SECONDS, self._data.set_faults, back)
            self._outage.start()
        if self._dice.random() < BY_HAND:
            self._collect_by_hand()
        else:
            self._collect_on_demand()

    def _collect_by_hand(self) -> None:
        is_killed = self._dice.random() < BY_HAND_KILLED
        seconds = self._dice.uniform(0.3, KILL_WITHIN_SECONDS) if is_killed else CYCLE_SECONDS
        with self._command("collect", "--json") as process:
            try:
                process.communicate(timeout=seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
        self.by_hand[str(process.returncode)] += 1
        self.kills.counts["by hand"] += process.returncode == -signal.SIGKILL

    def _command(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "local", *arguments],
            cwd=ROOT,
            env=environ_with(**{**self._environ, **more}),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def _collect_on_demand(self) -> None:
        cycle = self._ask()
        if cycle is None:
            return
        for role in ("worker", "http"):
            if self.kills.is_due(role):
                self._never.wait(self._dice.uniform(0, KILL_WITHIN_SECONDS))
                self.kills.kill(role)
                if role == "worker":
                    return
        self._wait_for_end(cycle)

    def _ask(self) -> str | None:
        """Request a cycle until one begins, for CYCLE_SECONDS at most; return its id or None."""
        deadline = time.monotonic() + CYCLE_SECONDS
        while time.monotonic() < deadline:
            began = time.monotonic()
            try:
                answer = self._host.http.post("/api/v1/admin/collect")
            except httpx.HTTPError:
                self.asked["no answer"] += 1
                continue
            self.asked[str(answer.status_code)] += 1
            if answer.status_code == ACCEPTED:
                return str(answer.json()["cycle"])
            is_honest = answer.status_code == UNAVAILABLE and self._data.broken_since(began)
            if answer.is_server_error and not is_honest:
                self.violations.append(f"admin/collect: {answer.status_code} {answer.text[:200]}")
            self._never.wait(LOOK_SECONDS)
        return None

    def _wait_for_end(self, cycle: str) -> None:
        deadline = time.monotonic() + CYCLE_SECONDS
        while time.monotonic() < deadline:
            with suppress(httpx.HTTPError):
                answer = self._host.http.get(f"/api/v1/cycles/{cycle}")
                if answer.is_success and answer.json()["status"] != "running":
                    return
            self._never.wait(LOOK_SECONDS)

    def _finish(self) -> None:
        """Collect without faults until LAST_CYCLES cycles have completed, which sweep all items."""
        completed = 0
        for _ in range(LAST_TRIES):
            with self._command("collect", "--json", SWEEP_REQUESTS="300") as process:
                report, _ = process.communicate()
            # Another writer may run, or a killed one's lease may not have expired.
            completed += process.returncode == COMPLETED
            if completed == LAST_CYCLES:
                return
        self.violations.append(f"no collection completed in peace: {report[-500:]}")

    def found(self) -> dict[str, Any]:
        """Return what was done, its results, and what was wrong."""
        lines, proxy = self._host.lines, self._data.proxy
        seen = self.going_on.stand_in.control.requests()
        return {
            "cycles": self.cycles,
            "items": len(self.going_on.shown()),
            "added": self.going_on.added,
            "edited": self.going_on.edited,
            "deleted": len(self.going_on.gone),
            "kills": dict(self.kills.counts),
            "asked_on_demand": dict(self.asked),
            "run_by_hand": dict(self.by_hand),
            "in_the_log": events(lines, IN_THE_LOG),
            "reddit": {
                "requests": len(seen),
                "faults": dict(Counter(request.fault for request in seen if request.fault)),
            },
            "cosmos": proxy and {"requests": proxy.requests, "faults": proxy.made},
            "reads": self.readers.summary(),
            "violations": self.violations,
        }

    def _print_progress(self) -> None:
        if self.cycles % 20 == 0:
            shown = self.readers.summary()["statuses"]
            print(f"{self.cycles} cycles; reads {shown}", file=sys.stderr, flush=True)


def soak(kind: str, options: Options) -> dict[str, Any]:
    """Run one soak, and return its report; the list `violations` should be empty."""
    began = time.monotonic()
    dice = random.Random(options.seed)
    first = first_objects(dice, began_at := time.time(), options.subreddits)
    with (
        tempfile.TemporaryDirectory() as name,
        make_stand_in(first, rate_limit=RateLimit(requests=1_000_000)) as reddit,
        database(kind, Path(name)) as data,
        hosts_in(Path(name)) as start,
    ):
        environ = {
            **SETTINGS,
            **data.environ,
            "REDDIT_BASE_URL": reddit.base_url,
            "SUBREDDITS": ",".join(options.subreddits),
        }
        host = start(arguments=["--startup-seconds", "1"], settings=environ)
        run = Soak(options, data, GoingOn(reddit, dice, options.subreddits), host, environ)
        try:
            run.run()
        finally:
            status = host.stop()
            if options.log:
                options.log.with_suffix(f".{kind}.log").write_text(host.log)
        settings = load_settings({**environ, **data.directly})
        run.violations += asyncio.run(compare(settings, run.going_on.shown()))
        run.violations += [f"the host ended with {status}"] if status else []
        return {
            "store": kind,
            "date": datetime.fromtimestamp(began_at, UTC).date().isoformat(),
            "cores": os.cpu_count(),
            "seconds": round(time.monotonic() - began),
            "faults": options.faults,
            "seed": options.seed,
            **run.found(),
        }


def events(lines: Sequence[str], pattern: str) -> dict[str, int]:
    """Return the number of log lines by the event that the pattern matches."""
    return dict(Counter(found[1] for line in lines if (found := re.search(pattern, line))))


def main() -> None:
    """Run the soak, print the report, and exit with 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="bench.soak", description=__doc__)
    parser.add_argument("--cycles", type=int, default=200)
    parser.add_argument(
        "--seconds", type=float, default=float("inf"), help="begin no more cycles after these"
    )
    parser.add_argument("--faults", type=float, default=0.3, help="the share of requests that fail")
    parser.add_argument("--store", choices=["sqlite", "cosmos", "both"], default="both")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="write what was found to this file too")
    parser.add_argument("--log", type=Path, help="write the host's log to this file")
    given = parser.parse_args()
    options = Options(given.cycles, given.seconds, given.faults, given.seed, given.log)
    kinds = ["sqlite", "cosmos"] if given.store == "both" else [given.store]
    found = [soak(kind, options) for kind in kinds]
    print(json.dumps(found, indent=2))
    if given.json:
        given.json.write_text(json.dumps(found, indent=2) + "\n")
    sys.exit(any(each["violations"] for each in found))


if __name__ == "__main__":
    main()
