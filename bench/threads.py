"""Latency of health beside sync functions, by size of their pool: `python -m bench.threads`.

Serves the deployment package with Microsoft's runtime library, where HTTP functions share a process
with all others, as in Core Tools or a container. Starts COLLECTIONS collections simultaneously: one
works, and the others that have a thread wait for the lease. Requests health and figures meanwhile.
Each pool size is compared with the same process while it is idle.
"""

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import psutil

from local.reddit.limits import RateLimit
from release.package import build_package
from tests.fixtures.host import ROOT
from tests.fixtures.reddit import make_stand_in
from tests.runtime.conftest import DEPLOYED, SERVE, deployed

# The last one is the host's default.
SIZES = (2, 4, 8, 16, 32, 1000)
COLLECTIONS = 64
IDLE_SECONDS, BUSY_SECONDS = 5.0, 12.0
PAUSE_SECONDS = 0.05
PATHS = ("/api/v1/health", "/api/v1/sentiment/stats?hours=168")
MB = 1_000_000


@contextmanager
def served(folder: Path, threads: int, reddit_url: str) -> Iterator[tuple[str, psutil.Process]]:
    """Serve the unpacked package with a pool of `threads`; yield its address and its process."""
    with tempfile.TemporaryDirectory() as data:
        process = subprocess.Popen(
            **deployed(
                DEPLOYED / "app/bin/python",
                folder,
                str(SERVE),
                str(folder),
                PYTHON_THREADPOOL_THREAD_COUNT=str(threads),
                SQLITE_PATH=str(Path(data) / "undertone.db"),
                REDDIT_BASE_URL=reddit_url,
                ORIGIN="sample",
                CACHE_SECONDS="0",
                TZ="UTC",
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert process.stdout is not None  # noqa: S101 - it is a pipe
            line = next(each for each in process.stdout if each.startswith("listens on "))
            yield f"http://127.0.0.1:{line.split()[-1]}", psutil.Process(process.pid)
        finally:
            process.kill()
            process.communicate()


def asked_for(url: str, seconds: float) -> dict[str, list[float]]:
    """Request health and figures in turn for `seconds`; return the milliseconds of each answer."""
    taken: dict[str, list[float]] = {path: [] for path in PATHS}
    until = time.monotonic() + seconds
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as http:
        while time.monotonic() < until:
            for path in PATHS:
                began = time.perf_counter()
                http.get(path).raise_for_status()
                taken[path].append((time.perf_counter() - began) * 1000)
                time.sleep(PAUSE_SECONDS)
    return taken


@contextmanager
def collecting(url: str, number: int) -> Iterator[None]:
    """Start `number` collections simultaneously by queue messages; they needn't end."""
    now = datetime.now(UTC)

    def start(cycle: int) -> None:
        at = now + timedelta(seconds=cycle)
        message = {"cycle": at.strftime("cycle_%Y%m%d_%H%M%S"), "asked_at": now.isoformat()}
        # The process is killed at the end, which breaks the connection.
        with suppress(httpx.HTTPError):
            httpx.post(
                f"{url}/admin/functions/collect_now",
                json={"input": json.dumps(message)},
                trust_env=False,
                timeout=600,
            )

    for cycle in range(number):
        threading.Thread(target=start, args=(cycle,), daemon=True).start()
    yield


def measured(folder: Path, threads: int, reddit_url: str) -> dict[str, Any]:
    """Return the figures of one size: milliseconds idle and busy, threads and memory."""
    with served(folder, threads, reddit_url) as (url, process):
        httpx.post(
            f"{url}/admin/functions/collect", json={"input": ""}, trust_env=False, timeout=600
        )
        idle, idle_mb = asked_for(url, IDLE_SECONDS), process.memory_info().rss / MB
        with collecting(url, COLLECTIONS):
            busy = asked_for(url, BUSY_SECONDS)
            found = {"threads": process.num_threads(), "mb": process.memory_info().rss / MB}
        return {
            "size": threads,
            "idle_mb": round(idle_mb),
            **{name: round(value) for name, value in found.items()},
            "health": compared(idle[PATHS[0]], busy[PATHS[0]]),
            "stats": compared(idle[PATHS[1]], busy[PATHS[1]]),
        }


def compared(idle: Sequence[float], busy: Sequence[float]) -> dict[str, float]:
    """Return the percentiles of both in milliseconds, and the ratios of busy to idle."""
    figures = {
        "idle_p50": statistics.median(idle),
        "p50": statistics.median(busy),
        "idle_p95": statistics.quantiles(idle, n=20)[-1],
        "p95": statistics.quantiles(busy, n=20)[-1],
    }
    figures["ratio_p50"] = figures["p50"] / figures["idle_p50"]
    figures["ratio_p95"] = figures["p95"] / figures["idle_p95"]
    return {name: round(value, 1) for name, value in figures.items()}


def report(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of docs/performance.md."""
    lines = [
        "| pool | threads | MB idle | MB | health p50 | p95 | of idle | p95 | stats p95 | p95 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in rows:
        health, stats = row["health"], row["stats"]
        lines.append(
            f"| {row['size']} | {row['threads']} | {row['idle_mb']} | {row['mb']}"
            f" | {health['p50']} | {health['p95']} | {health['ratio_p50']} | {health['ratio_p95']}"
            f" | {stats['p95']} | {stats['ratio_p95']} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure each size in a process of its own, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as name,
        make_stand_in(rate_limit=RateLimit(requests=10_000_000)) as reddit,
    ):
        folder = Path(name)
        build_package(ROOT, folder / "package.zip")
        with zipfile.ZipFile(folder / "package.zip") as package:
            package.extractall(folder / "wwwroot")
        rows = [measured(folder / "wwwroot", size, reddit.base_url) for size in given.sizes]
    print(f"{datetime.now(UTC).date()}, {os.cpu_count()} cores\n\n{report(rows)}")


if __name__ == "__main__":
    main()
