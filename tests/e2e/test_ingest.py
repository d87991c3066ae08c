"""Items that are pushed to the running product show within seconds, with both stores."""

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.times import iso, utc_now

PATIENCE = 120.0


@pytest.fixture(params=["sqlite", "cosmos"])
def database(request, tmp_path: Path) -> dict[str, str]:
    own = {
        "SQLITE_PATH": str(tmp_path / "data" / "undertone.db"),
        "SUBREDDITS": "none",
        "COMMUNITIES": "push.desk",
    }
    if request.param == "sqlite":
        return own
    cosmos = request.getfixturevalue("cosmos_settings_factory")()
    return {
        **own,
        "COSMOS_ENDPOINT": cosmos.cosmos_endpoint,
        "COSMOS_KEY": cosmos.cosmos_key.get_secret_value(),
        "COSMOS_DATABASE": cosmos.cosmos_database,
    }


def line(**fields: Any) -> str:
    said = {
        "source": "push",
        "community": "push.desk",
        "kind": "post",
        "id": "42",
        "title": "I love it",
    }
    return json.dumps({**said, "created": iso(utc_now() - timedelta(hours=1)), **fields})


def until(host, path: str, is_there) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = host.http.get(path, headers={"cache-control": "no-cache"})
        if is_there(answer):
            return answer
        time.sleep(0.1)
    pytest.fail(f"{path}: {answer.text}\n{host.log}")


def test_what_is_pushed_shows_is_counted_edited_and_taken_back(running_host, database) -> None:
    host = running_host(settings=database)
    body = "\n".join(
        [line(), line(id="c", kind="comment", title="", text="So so", post_id="42"), "x"]
    )
    answer = host.http.post("/api/v1/ingest", content=body)
    assert (answer.status_code, answer.json()) == (
        200, {"accepted": 2, "unchanged": 0, "refused": [{"line": 3, "reason": "no JSON"}]},
    )  # fmt: skip
    post = "/api/v1/posts/push.desk.42"
    found = until(host, post, lambda each: each.status_code == 200).json()
    assert found["post"]["sentiment"]["label"] == "positive"
    stats = "/api/v1/sentiment/stats?hours=24&subreddit=push.desk"
    until(host, stats, lambda each: '"posts":1,"comments":1' in each.text.replace(" ", ""))
    again = host.http.post("/api/v1/ingest", content=line())
    assert again.json()["refused"] == []
    host.http.post("/api/v1/ingest", content=line(title="I hate it"))
    until(host, post, lambda each: each.json()["post"]["title"] == "I hate it")
    taken = host.http.post("/api/v1/ingest", content=line(deleted="author")).json()
    assert taken == {"accepted": 1, "unchanged": 0, "refused": []}
    until(host, post, lambda each: each.status_code == 404)
    until(host, "/api/v1/posts/recent?subreddit=push.desk", lambda each: each.json() == [])


def test_with_keys_a_push_needs_one_and_its_body_has_limits(running_host, tmp_path) -> None:
    settings = {"SUBREDDITS": "none", "COMMUNITIES": "push.desk"}
    host = running_host(arguments=["--keys", "--no-collect"], settings=settings)
    assert host.http.post("/api/v1/ingest", content=line()).status_code == 401
    keys = json.loads((tmp_path / "data" / "keys.json").read_text())
    key = {"x-functions-key": keys["_function"]}
    large = line(text="x" * 900_000)
    assert host.http.post("/api/v1/ingest", content=large, headers=key).json()["accepted"] == 1
    for content, headers, status in (
        ("x" * 1_200_000, {}, 413), ("\n".join(["x"] * 1001), {}, 413),
        (line(), {"content-type": "multipart/form-data"}, 415),
    ):  # fmt: skip
        answer = host.http.post("/api/v1/ingest", content=content, headers={**key, **headers})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"
    assert host.http.get("/api/v1/ingest").headers["allow"].startswith("POST")
