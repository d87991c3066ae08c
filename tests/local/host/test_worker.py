"""Timer and queue functions on the local host, in a process of their own."""

import json
import os
import re
import signal
from collections.abc import Iterator

import psutil
import pytest

from local.host.queues import Queues
from tests.fixtures.host import RunningHost, app_in, hosts_in

SOURCE = """
import logging
import os
import time

log = logging.getLogger("collector.example")


@app.route(route="pid", auth_level=func.AuthLevel.ANONYMOUS)
async def pid(req: func.HttpRequest) -> str:
    return str(os.getpid())


@app.timer_trigger(arg_name="timer", schedule="%EVERY%", run_on_startup=True)
def tick(timer: func.TimerRequest) -> None:
    log.info("tick began past_due=%s pid=%s", timer.past_due, os.getpid())
    time.sleep(float(os.environ.get("TICK_SECONDS", "0")))
    log.info("tick ended")


@app.route(route="ask/{word}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="message", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
async def ask(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    message.set(req.route_params["word"])
    return func.HttpResponse(status_code=202)


@app.queue_trigger(arg_name="message", queue_name="%QUEUE%", connection="AzureWebJobsStorage")
def work(message: func.QueueMessage) -> None:
    word = message.get_body().decode()
    log.info("work word=%s attempt=%s pid=%s", word, message.dequeue_count, os.getpid())
    if word == "bad":
        raise ValueError("this message can't be read")
    if word == "deadly" and message.dequeue_count == 1:
        os.kill(os.getpid(), 9)


@app.route(route="give", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="message", queue_name="given", connection="AzureWebJobsStorage")
async def give(req: func.HttpRequest, message: func.Out[str]) -> func.HttpResponse:
    message.set(req.get_body().decode())
    return func.HttpResponse(status_code=202)


@app.queue_trigger(arg_name="message", queue_name="given", connection="AzureWebJobsStorage")
async def see(message: func.QueueMessage) -> None:
    log.info("saw id=%s body=%r", message.id, message.get_body().decode())
"""
OBJECT = '{\n  "id": "mine",\n  "at": "2026-11-25T10:00:00Z"\n}'
HOST_JSON = (
    '{"version": "2.0", "extensions": {"queues": {"maxDequeueCount": 3,'
    ' "visibilityTimeout": "00:00:00", "maxPollingInterval": "00:00:00.2"}}}'
)
SETTINGS = {"EVERY": "0 0 0 1 1 *", "QUEUE": "requests"}


@pytest.fixture
def start(running_host, write_app):
    app = write_app(SOURCE, host_json=HOST_JSON)

    def start_with(*arguments: str, **settings: str):
        given = ["--startup-seconds", "0.1", *arguments]
        return running_host(app, arguments=given, settings={**SETTINGS, **settings})

    return start_with


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Start one host for the tests that neither stop it nor need settings of their own."""
    folder = tmp_path_factory.mktemp("worker")
    app = app_in(folder / "app", SOURCE, host_json=HOST_JSON)
    with hosts_in(folder) as start:
        yield start(app, arguments=["--startup-seconds", "0.1"], settings=SETTINGS)


def test_timers_run_in_another_process_than_http_functions(host) -> None:
    line = host.wait_for_log("tick began")
    assert line.rsplit("pid=", 1)[1] != host.http.get("/api/pid").text


def test_run_on_startup_fires_once_soon_after_the_start(host) -> None:
    host.wait_for_log("function.succeeded function=tick")
    assert "tick began past_due=False" in host.log
    host.http.post("/api/ask/later")
    host.wait_for_log("work word=later")
    assert host.log.count("tick began") == 1


def test_a_timer_fires_on_its_schedule_and_never_overlaps_itself(start) -> None:
    host = start(EVERY="* * * * * *", TICK_SECONDS="1.4")
    host.wait_for_log("tick ended", count=3)
    order = re.findall(r"tick (began|ended)", host.log)
    assert order[:6] == ["began", "ended"] * 3


def test_a_tick_missed_while_the_timer_ran_fires_at_once_and_is_not_past_due(start) -> None:
    host = start(EVERY="*/2 * * * * *", TICK_SECONDS="3.5")
    host.wait_for_log("tick began", count=3)
    assert "past_due=True" not in host.log


def test_a_tick_missed_while_the_host_was_down_is_past_due_at_the_start(start, tmp_path) -> None:
    remember(tmp_path, schedule=SETTINGS["EVERY"])
    host = start()
    host.wait_for_log("tick began past_due=True")
    host.wait_for_log("function.succeeded function=tick")
    host.stop()
    again = start()
    again.wait_for_log("tick began past_due=False")


def test_a_tick_of_another_schedule_was_not_missed(start, tmp_path) -> None:
    remember(tmp_path, schedule="0 0 0 * * *")
    start().wait_for_log("tick began past_due=False")


def test_what_cannot_be_remembered_does_not_stop_the_timer(start, tmp_path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "timers.json").write_text('{"tick": 5}')
    start().wait_for_log("tick began past_due=False")


def test_a_run_that_died_is_past_due_at_the_next_start(start, tmp_path) -> None:
    remember(tmp_path, schedule=SETTINGS["EVERY"])
    host = start(TICK_SECONDS="30")
    host.wait_for_log("tick began past_due=True")
    host.process.send_signal(signal.SIGINT)
    host.wait_for_log("host.stopping")
    host.stop()
    assert "function.succeeded" not in host.log, "a second Ctrl-C waits for nothing"
    again = start()
    again.wait_for_log("tick began past_due=True")


def remember(tmp_path, schedule: str) -> None:
    (tmp_path / "data").mkdir()
    known = {"tick": {"schedule": schedule, "last": "2020-01-01T00:00:00Z"}}
    (tmp_path / "data" / "timers.json").write_text(json.dumps(known))


def test_no_collect_starts_no_timer_but_queues_are_served(start) -> None:
    host = start("--no-collect")
    host.http.post("/api/ask/hello")
    host.wait_for_log("work word=hello attempt=1")
    assert "tick began" not in host.log


def test_a_message_goes_from_an_http_function_to_a_queue_function(start, tmp_path) -> None:
    host = start()
    assert host.http.post("/api/ask/hello").status_code == 202
    host.wait_for_log("work word=hello attempt=1")
    host.wait_for_log("function.succeeded function=work")
    assert host.stop() == 0
    assert Queues(tmp_path / "data" / "queues.db").count("requests") == 0


def test_a_message_that_always_fails_is_put_aside_and_blocks_nothing(host) -> None:
    host.http.post("/api/ask/bad")
    host.http.post("/api/ask/good")
    host.wait_for_log("queue.poisoned function=work queue=requests")
    host.wait_for_log("work word=good")
    assert host.log.count("work word=bad") == 3
    assert Queues(host.data / "queues.db").count("requests-poison") == 1


def test_a_message_that_kills_every_worker_is_put_aside_too(start, tmp_path) -> None:
    (tmp_path / "data").mkdir()
    queues = Queues(tmp_path / "data" / "queues.db")
    queues.put("requests", b"deadly")
    for _ in range(3):
        assert queues.take("requests", hidden=0) is not None
    host = start()
    host.wait_for_log("queue.poisoned function=work queue=requests")
    assert "work word=deadly" not in host.log
    host.stop()
    assert queues.count("requests-poison") == 1


def test_a_worker_that_dies_is_started_again_while_http_goes_on(start) -> None:
    host = start(TICK_SECONDS="60")
    line = host.wait_for_log("tick began")
    http_process = host.http.get("/api/pid").text
    os.kill(int(line.rsplit("pid=", 1)[1]), signal.SIGKILL)
    host.wait_for_log("process.died process=worker")
    assert host.http.get("/api/pid").text == http_process
    assert_the_next_worker_serves_queues_and_leaves_the_timer_alone(host)


def test_a_timer_killed_with_its_worker_runs_again_past_due_when_the_host_starts(
    start, tmp_path
) -> None:
    remember(tmp_path, schedule=SETTINGS["EVERY"])
    host = start(TICK_SECONDS="60")
    line = host.wait_for_log("tick began past_due=True")
    os.kill(int(line.rsplit("pid=", 1)[1]), signal.SIGKILL)
    assert_the_next_worker_serves_queues_and_leaves_the_timer_alone(host)
    host.stop()
    start().wait_for_log("tick began past_due=True")


def test_a_timer_killed_with_its_host_runs_once_past_due_when_the_host_starts(
    start, tmp_path
) -> None:
    remember(tmp_path, schedule=SETTINGS["EVERY"])
    host = start(TICK_SECONDS="60")
    worker = psutil.Process(int(host.wait_for_log("tick began").rsplit("pid=", 1)[1]))
    host.process.kill()
    psutil.wait_procs([worker], timeout=60)
    again = start()
    again.wait_for_log("tick began past_due=True")
    again.http.post("/api/ask/later")
    again.wait_for_log("work word=later")
    assert again.log.count("tick began") == 1


def assert_the_next_worker_serves_queues_and_leaves_the_timer_alone(host) -> None:
    host.wait_for_log("process.started process=worker", count=2)
    host.http.post("/api/ask/later")
    host.wait_for_log("work word=later")
    assert host.log.count("tick began") == 1


def test_a_message_whose_worker_is_killed_is_tried_again_by_the_next_one(start, tmp_path) -> None:
    host = start()
    host.http.post("/api/ask/deadly")
    host.wait_for_log("work word=deadly attempt=1")
    host.wait_for_log("work word=deadly attempt=2")
    host.wait_for_log("function.succeeded function=work")
    host.stop()
    assert Queues(tmp_path / "data" / "queues.db").count("requests") == 0


def test_a_function_that_overruns_its_time_takes_its_worker_down(running_host, write_app) -> None:
    content = json.loads(HOST_JSON) | {"functionTimeout": "00:00:01"}
    app = write_app(SOURCE, host_json=json.dumps(content))
    host = running_host(
        app, arguments=["--startup-seconds", "0.1"], settings={**SETTINGS, "TICK_SECONDS": "60"}
    )
    host.wait_for_log("function.overran function=tick")
    host.wait_for_log("process.died process=worker")
    assert host.http.get("/api/pid").status_code == 200
    assert_the_next_worker_serves_queues_and_leaves_the_timer_alone(host)


def test_messages_are_rewritten_on_their_way_as_on_azure(host) -> None:
    host.http.post("/api/give", json=[{"id": "mine", "at": "2026-11-25T10:00:00.000Z"}, "plain"])
    host.wait_for_log("saw id=mine body=" + re.escape(repr(OBJECT)))
    host.wait_for_log("saw id=[0-9a-f-]{36} body='plain'")


def test_an_output_that_azure_could_not_send_fails_its_function(start, tmp_path) -> None:
    host = start()
    assert host.http.post("/api/give", content=b"{oops}").status_code == 500
    assert host.http.post("/api/give", content=b"x" * 50_000).status_code == 500
    queues = Queues(tmp_path / "data" / "queues.db")
    assert queues.count("given") == queues.count("given-poison") == 0


def test_text_that_is_not_base64_goes_to_the_poison_queue_and_blocks_nothing(
    start, tmp_path
) -> None:
    queues = Queues(tmp_path / "data" / "queues.db")
    queues.put_text("requests", "hello, world")
    queues.put("requests", b"\xff\xfe")
    host = start()
    host.http.post("/api/ask/good")
    host.wait_for_log("work word=good")
    host.wait_for_log("queue.poisoned", count=2)
    assert host.log.count("work word=") == 1
    host.stop()
    assert sorted(queues.texts("requests-poison")) == ["//4=", "hello, world"]
