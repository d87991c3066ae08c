"""A disk that takes no more: told in words, and nothing dies of it."""

import pytest

from tests.host_fixtures import hosts_in

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
    queue = tmp_path / "data" / "queues.db"
    for file in tmp_path.joinpath("data").glob("queues.db-*"):
        file.unlink()
    queue.write_bytes(b"no more room " * 1000)
    answer = host.http.post("/api/ask")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert "disk is full" in answer.json()["detail"]
    assert answer.headers["retry-after"] == "30"
    host.wait_for_log("queue.not_written")
