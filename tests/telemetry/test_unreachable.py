"""If telemetry can't be sent, nothing waits for it, and the log has few lines about it."""

import re
import time
from collections.abc import Iterator
from statistics import median

import pytest

from shared.telemetry.recording import FLUSH_SECONDS
from tests.telemetry.receiver import connection_string, never_answering, refusing

EVERY = {
    "TELEMETRY": "azure",
    "OTEL_TRACES_SAMPLER": "always_on",
    "OTEL_BSP_SCHEDULE_DELAY": "50",
    "OTEL_METRIC_EXPORT_INTERVAL": "100",
    "SUBREDDITS": "aws",
}
# More than the number of operations that could each log a complaint.
REQUESTS = 60
# What a busy machine may add to the time of one function.
BUSY_SECONDS = 30
COMPLAINT = r"Retrying|(?<![/_])export|Traceback|timed out|refused|opentelemetry"


@pytest.fixture(params=["refuses", "never answers"])
def port(request) -> Iterator[int]:
    if request.param == "refuses":
        yield refusing()
    else:
        with never_answering() as found:
            yield found


def test_requests_and_cycles_go_on_and_the_log_says_so_once(running_host, port) -> None:
    settings = {**EVERY, "APPLICATIONINSIGHTS_CONNECTION_STRING": connection_string(port)}
    host = running_host(arguments=["--startup-seconds", "0.2"], settings=settings)
    seconds = []
    for _ in range(REQUESTS):
        began = time.monotonic()
        assert host.http.get("/api/v1/cycles").status_code == 200
        seconds.append(time.monotonic() - began)
    # Requests don't wait for an attempt to send. A busy machine may make single ones wait.
    assert median(seconds) < FLUSH_SECONDS

    ended = host.wait_for_log(r"function\.succeeded function=collect")
    worked = host.wait_for_log(r"collect\.ended .*outcome=completed")
    assert seconds_of(ended) - seconds_of(worked) < FLUSH_SECONDS + BUSY_SECONDS

    for process in ("http", "worker"):
        host.wait_for_log(rf"{process}\s+telemetry\.not_sent")
    assert host.stop() == 0
    complaints = [line for line in host.lines if re.search(COMPLAINT, line)]
    assert len(complaints) == 2, complaints
    assert all("telemetry.not_sent" in line for line in complaints)


def seconds_of(line: str) -> float:
    found = re.search(r" seconds=([\d.]+)", line)
    assert found is not None, line
    return float(found[1])
