"""A question to a model in the running product: asked over HTTP, answered after the queue."""

import json
import time
from collections.abc import Mapping
from typing import Any

from tests.api.ask_model.asking import call, read, says
from tests.fixtures.model_server import Answer, model_server_in_thread

PATIENCE = 120.0
QUESTION = {"question": "How many mentions does Cursor have?"}


def mentions(request: Mapping[str, Any]) -> int:
    subjects = read(request)[0]["data"]["subjects"]
    return next(each["mentions"] for each in subjects if each["id"] == "cursor")


def script(request: Mapping[str, Any]) -> Answer:
    """Read the subjects, and say something true and something that isn't."""
    if not read(request):
        return call("list_subjects", hours=168)
    count = mentions(request)
    # One more may be true of the full hours.
    return says(f"Cursor has {count} mentions.", f"Cursor has {2 * count + 1} mentions.")


def answered(host, path: str) -> Any:
    until = time.monotonic() + PATIENCE
    while (found := host.http.get(path).json())["status"] == "working":
        assert time.monotonic() < until, host.log
        time.sleep(0.5)
    return found


def test_a_model_answers_and_what_it_makes_up_is_struck(running_host) -> None:
    with model_server_in_thread(script) as server:
        # A question about Cursor needs its own community alone.
        settings = {**server.environ, "SUBREDDITS": "Cursor"}
        host = running_host(arguments=["--startup-seconds", "0.2"], settings=settings)
        host.wait_for_log("collect.ended")
        taken = host.http.post("/api/v1/ask/model", json=QUESTION)
        assert taken.status_code == 202, taken.text
        found = answered(host, taken.headers["Location"])
        requests = [json.dumps(each) for each in server.requests]
    assert found["status"] == "answered", found
    count = mentions(server.requests[-1])
    assert [each["text"] for each in found["answer"]] == [f"Cursor has {count} mentions."]
    assert [each["what"] for each in found["struck"]] == ["figure"]
    assert [each["tool"] for each in found["evidence"]] == ["list_subjects"]
    assert host.http.get(found["evidence"][0]["request"]).status_code == 200
    assert len(found["steps"]) >= 3
    assert len(requests) == 3
    assert server.environ["ASK_KEY"] not in host.log
    assert QUESTION["question"] not in host.log
