"""Timings that the load test doesn't show: `python -m bench.promises`, part of `make bench`.

Measures the time from the product's start to its first answer, with a first collection pending; the
time of fifty simultaneous requests while it collects; and the time of importing the app. Prints one
JSON object.
"""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import httpx

from bench.load import collecting, product
from tests.fixtures.host import ROOT

STARTS = 3
BURSTS = 10
AT_ONCE = 50
PATHS = (
    "/api/v1/health",
    "/api/v1/sentiment/stats",
    "/api/v1/sentiment/stats?subreddit=claude&hours=168",
    "/api/v1/sentiment/trends?hours=168",
    "/api/v1/sentiment/compare?subreddits=claude,OpenAI,aws&hours=168&granularity=hour",
    "/api/v1/posts/recent?limit=100",
    "/api/v1/posts/recent?subreddit=Cursor&limit=50",
    "/api/v1/trending",
    "/api/v1/subreddits",
    "/api/v1/subjects",
    "/api/v1/share-of-voice?hours=168",
    "/api/v1/sentiment/trends?subject=cursor&hours=168",
    "/api/v1/subjects/cursor/mentions?limit=50",
    "/api/v1/cycles",
)
IMPORT = """
import time
import azure.functions
began = time.perf_counter()
import function_app
print(time.perf_counter() - began)
"""


def start_up() -> dict[str, float]:
    """Start the product, and return the seconds from its command to its first answers."""
    began = time.monotonic()
    with product() as host:
        assert host.http.get("/api/v1/health").status_code == 200  # noqa: S101 - or nothing counts
        health = time.monotonic() - began
        host.wait_for_log("collect.ended .*outcome=completed")
        return {"first_health_answer": health, "first_data": time.monotonic() - began}


async def burst(url: str) -> list[tuple[float, int]]:
    """Send AT_ONCE simultaneous requests, one per connection; return seconds and statuses."""
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=url, limits=limits, trust_env=False, timeout=30) as http:

        async def ask(path: str) -> tuple[float, int]:
            began = time.perf_counter()
            answer = await http.get(path)
            return time.perf_counter() - began, answer.status_code

        return await asyncio.gather(*(ask(PATHS[n % len(PATHS)]) for n in range(AT_ONCE)))


def bursts_while_collecting() -> dict[str, float]:
    """Return the mean and the longest seconds of fifty simultaneous requests."""
    with product() as host:
        host.wait_for_log("collect.ended .*outcome=completed")
        url = str(host.http.base_url).rstrip("/")
        with collecting(url):
            answers = [answer for _ in range(BURSTS) for answer in asyncio.run(burst(url))]
    seconds = [each for each, _ in answers]
    return {
        "requests": len(answers),
        "failed": sum(status != 200 for _, status in answers),
        "mean_seconds": round(statistics.mean(seconds), 3),
        "longest_seconds": round(max(seconds), 3),
    }


def import_seconds() -> float:
    """Return the seconds of importing the app after azure.functions: the median of 3 processes."""
    taken = [
        float(
            subprocess.run(
                [sys.executable, "-c", IMPORT], cwd=ROOT, capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(STARTS)
    ]
    return round(statistics.median(taken), 3)


def main() -> None:
    """Measure, and print the results."""
    starts = [start_up() for _ in range(STARTS)]
    found: dict[str, Any] = {
        "date": datetime.now(UTC).date().isoformat(),
        "cores": os.cpu_count(),
        "start_up_seconds": _medians(starts),
        "fifty_at_once_while_collecting": bursts_while_collecting(),
        "import_seconds": import_seconds(),
    }
    print(json.dumps(found, indent=2))


def _medians(measured: Sequence[dict[str, float]]) -> dict[str, float]:
    return {
        name: round(statistics.median(each[name] for each in measured), 2) for name in measured[0]
    }


if __name__ == "__main__":
    main()
