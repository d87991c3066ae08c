"""A full disk is reported in words, and no process ends because of it."""

import os
import signal
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from local.host.heartbeat import Heartbeat
from shared.times import iso
from shared.worker_status import STATUS_FILE, WorkerStatus, read_status
from tests.fixtures.host import hosts_in

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

SOURCE = """
@app.route(route="ask", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="message", queue_name="asked", connection="AzureWebJobsStorage")
async def ask(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    message.set("do it")
    return func.HttpResponse("taken", status_code=202)


@app.queue_trigger(arg_name="msg", queue_name="asked", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage) -> None:
    print("worked", flush=True)
"""


@pytest.fixture
def host(tmp_path, write_app):
    with hosts_in(tmp_path) as start:
        yield start(write_app(SOURCE))


def test_what_cannot_be_queued_is_a_problem_in_words(host, tmp_path) -> None:
    assert host.http.post("/api/ask").status_code == 202
    host.wait_for_log("worked")
    # Otherwise the host would write the same file again.
    host.freeze_worker()
    queue = tmp_path / "data" / "queues.db"
    for file in tmp_path.joinpath("data").glob("queues.db-*"):
        file.unlink()
    queue.write_bytes(b"no more room " * 1000)
    answer = host.http.post("/api/ask")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "disk is full" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "30"
    os.kill(host.worker(), signal.SIGCONT)
    host.wait_for_log("queue.not_written")
    host.wait_for_log("queue.unavailable")
    assert "process.died" not in host.log
    assert "Traceback" not in host.log


def test_a_worker_says_that_it_lives_and_when_it_could_not_write(tmp_path) -> None:
    moments = iter([NOW, NOW + MINUTE, NOW + 2 * MINUTE])
    environ = {STATUS_FILE: str(tmp_path / "worker.json")}
    heartbeat = Heartbeat(tmp_path / "worker.json", clock=lambda: next(moments))
    heartbeat.beat_once()
    assert read_status(environ) == WorkerStatus(iso(NOW))
    # A folder in the place of the probe file makes the write fail, as on a full disk.
    (tmp_path / "worker.probe").mkdir()
    with suppress(OSError):
        heartbeat.beat_once()
    failed = read_status(environ)
    assert failed is not None
    assert failed.is_failing
    assert failed.last_failed_write == iso(NOW + MINUTE)
    assert failed.failed_write_reason == "Is a directory"
    (tmp_path / "worker.probe").rmdir()
    heartbeat.beat_once()
    healed = read_status(environ)
    assert healed is not None
    assert (healed.is_failing, healed.last_failed_write) == (False, iso(NOW + MINUTE))
    assert healed.last_heartbeat == iso(NOW + 2 * MINUTE)
