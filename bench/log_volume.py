"""Volume of the logs on Azure: `python -m bench.log_volume`.

Runs a collection, trending, a cleanup and some requests over the sample feed. Counts the bytes that
they log, and adds the bytes that the Functions host logs for them. Compares an idle day and a
million requests with `dailyLogGb` of infra/main.bicep.
"""

import asyncio
import logging
import os
import re
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean

from api import process
from bench.month import CYCLES_A_DAY, TRENDING_A_DAY
from collector.jobs import clean_up_on_timer, collect_on_timer, find_trends_on_timer
from local.reddit.feed import feed_of
from local.reddit.limits import RateLimit
from local.reddit.server import StandIn, create_app
from shared.settings import Settings, settings
from tests.api.world import get
from tests.fixtures.host import ROOT

GB = 10**9
MB = 10**6
MILLION = 1_000_000
MINUTES_A_DAY = 24 * 60

# Seen on the real host, version 4.1037: Information entries a minute of an idle host, and the bytes
# of text of a request's three entries, one of which is the app's own.
AZURE_CORE_A_MINUTE = 37
REQUEST_TEXT_BYTES = 580
# Assumed: the text of a request to storage and of its answer, with their headers.
AZURE_CORE_TEXT_BYTES = 500
# "Executing …" and "Executed …", also for a timer's run.
HOST_ENTRIES = 2

# The billed columns of a record in AppTraces besides its message. A column counts by its value
# written as text: https://learn.microsoft.com/azure/azure-monitor/logs/cost-logs#data-size-calculation
COLUMNS = {
    "TenantId": str(uuid.UUID(int=0)),
    "TimeGenerated": "2026-11-25T12:00:00.0000000Z",
    "SeverityLevel": "1",
    "Properties": '{"CategoryName":"Function.api_health.User","EventId":"1",'
    '"faas.invocation_id":"00000000-0000-0000-0000-000000000000"}',
    "OperationId": "0" * 32,
    "ParentId": "0" * 16,
    "AppRoleName": "func-abcdefghijklm",
    "AppRoleInstance": "0" * 32,
    "ClientType": "PC",
    "ClientIP": "0.0.0.0",  # noqa: S104 - what Azure puts in place of an address
    "IKey": str(uuid.UUID(int=0)),
    "SDKVersion": "azurefunctions:4.1048.0.0_dotnet8.0.25:otel1.14.0:ext1.5.0",
    "ResourceGUID": str(uuid.UUID(int=0)),
    "SourceSystem": "Azure",
}
RECORD_BYTES = sum(len(value) for value in COLUMNS.values())
# A request's span in AppRequests: its name, address, id, duration, result, route and trigger.
SPAN_BYTES = 300

PATHS = (
    "/api/v1/health",
    "/api/v1/sentiment/stats?hours=168",
    "/api/v1/sentiment/compare?subreddits=claude,OpenAI,aws&hours=168",
    "/api/v1/posts/recent?limit=100",
    "/api/v1/subreddits",
    "/api/v1/trending",
    "/api/v1/cycles",
)


@dataclass(frozen=True)
class Volume:
    """A number of log entries, and the bytes of their text."""

    entries: float
    text: float

    def __add__(self, other: "Volume") -> "Volume":
        return Volume(self.entries + other.entries, self.text + other.text)

    def times(self, number: float) -> "Volume":
        """Return the volume multiplied by a number."""
        return Volume(self.entries * number, self.text * number)

    @property
    def gigabytes(self) -> float:
        """Return the billed gigabytes: of the text, and of the columns besides it."""
        return (self.text + self.entries * RECORD_BYTES) / GB


AZURE_CORE_DAY = Volume(1, AZURE_CORE_TEXT_BYTES).times(AZURE_CORE_A_MINUTE * MINUTES_A_DAY)


class _Counter(logging.Handler):
    """Collects the text of log entries."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())

    @property
    def volume(self) -> Volume:
        """Return the volume logged so far."""
        return Volume(len(self.lines), sum(len(line.encode()) for line in self.lines))


@contextmanager
def counted_log() -> Iterator[_Counter]:
    """Count what the block logs at INFO and above."""
    root, counter = logging.getLogger(), _Counter()
    before = root.level
    root.addHandler(counter)
    root.setLevel(logging.INFO)
    try:
        yield counter
    finally:
        root.removeHandler(counter)
        root.setLevel(before)


def request_line(paths: Sequence[str] = PATHS) -> Volume:
    """Return the mean volume of the app's own line for a request."""

    async def ask() -> list[Volume]:
        found: list[Volume] = []
        for path in paths:
            with counted_log() as log:
                await get(path)
            found.append(log.volume)
        await process.close()
        return found

    found = asyncio.run(ask())
    return Volume(mean(each.entries for each in found), mean(each.text for each in found))


def timers_day(given: Settings) -> Volume:
    """Return the volume of a day's timer runs, including the host's entries for each run."""
    runs: Sequence[tuple[Callable[[], object], int]] = (
        (lambda: collect_on_timer(given, past_due=True), CYCLES_A_DAY),
        (lambda: find_trends_on_timer(given, past_due=True), TRENDING_A_DAY),
        (lambda: clean_up_on_timer(given, past_due=True), 1),
    )
    day = Volume(0, 0)
    for run, times in runs:
        with counted_log() as log:
            run()
        day += (log.volume + Volume(HOST_ENTRIES, REQUEST_TEXT_BYTES)).times(times)
    return day


def daily_cap() -> float:
    """Return dailyLogGb, in GB."""
    template = (ROOT / "infra/main.bicep").read_text()
    (cap,) = re.findall(r"param dailyLogGb int = (\d+)", template)
    return float(cap)


def report(line: Volume, day: Volume) -> str:
    """Return the tables of docs/azure.md."""
    host = Volume(HOST_ENTRIES, REQUEST_TEXT_BYTES - line.text)
    span = Volume(1, SPAN_BYTES)
    request = line + host + span
    rows = [
        ("an idle day: `Azure.Core`, before (not sent in OpenTelemetry mode)", AZURE_CORE_DAY),
        ("an idle day: `Azure.Core` at Warning", Volume(0, 0)),
        ("a day of the timers' runs", day),
        ("a million requests: our `request` line", line.times(MILLION)),
        ("a million requests: the host's Executing and Executed", host.times(MILLION)),
        ("a million requests: the host's span", span.times(MILLION)),
    ]
    lines = ["| what | entries | MB of text | MB with columns |", "| --- | --- | --- | --- |"]
    for what, each in rows:
        with_columns = each.gigabytes * GB / MB
        lines.append(
            f"| {what} | {each.entries:,.0f} | {each.text / MB:,.1f} | {with_columns:,.1f} |"
        )
    left = daily_cap() - day.gigabytes
    lines.append(
        f"\nA request: {request.entries:.0f} records, {request.gigabytes * GB:,.0f} bytes, of which"
        f" our line has {line.text:.0f} of text.\n{daily_cap():g} GB a day:"
        f" {left / request.gigabytes:,.0f} requests beside the timers."
    )
    return "\n".join(lines)


def main() -> None:
    """Measure in a database of its own, and print the report."""
    app = create_app(feed_of(None, live=True), rate_limit=RateLimit(requests=MILLION))
    with tempfile.TemporaryDirectory() as folder, StandIn(app) as reddit:
        os.environ.update(
            SQLITE_PATH=str(Path(folder) / "log.db"),
            REDDIT_BASE_URL=reddit.base_url,
            ORIGIN="sample",
            CACHE_SECONDS="0",
        )
        settings.cache_clear()
        # Not counted, because a first collection logs more.
        collect_on_timer(settings(), past_due=True)
        day, line = timers_day(settings()), request_line()
    print(f"{datetime.now(UTC).date()}\n\n{report(line, day)}")


if __name__ == "__main__":
    main()
