"""Methods in the running product: items are stored at once, and scored after it."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.times import iso, utc_now
from tests.collector.sentiment.llm import models
from tests.fixtures.model_server import model_server_in_thread

NAME = "push.desk"
TEXT = "Claude Code is so much better than Cursor"


def test_each_product_of_a_text_has_what_is_said_of_it(running_host, tmp_path: Path) -> None:
    host = running_host(
        settings={
            "SQLITE_PATH": str(tmp_path / "data" / "undertone.db"),
            "SUBREDDITS": "none",
            "COMMUNITIES": NAME,
            "SENTIMENT_METHOD": "encoder",
            "CACHE_SECONDS": "0",
        }
    )
    created = iso(utc_now() - timedelta(hours=1))
    post = {"kind": "post", "id": "1", "community": NAME, "created": created, "title": TEXT}
    assert host.http.post("/api/v1/ingest", content=json.dumps(post)).status_code == 200
    [item] = host.wait_for_answer(
        "/api/v1/items",
        lambda items: items and all(each["sentiment"] for each in items[0]["mentions"]),
    )
    assert {each["subject"]: each["sentiment"]["label"] for each in item["mentions"]} == {
        "claude-code": "positive",
        "cursor": "negative",
    }
    assert {each["sentiment"]["method"] for each in item["mentions"]} == {"encoder"}
    scoring = host.wait_for_answer(
        "/api/v1/health", lambda found: found["sentiment"]["waiting"] == 0
    )
    assert scoring["sentiment"]["method"].startswith("encoder ")
    cursor = host.wait_for_answer(
        "/api/v1/subjects/cursor?hours=24",
        lambda found: found["statistics"]["negative"] == 1,
    )
    assert cursor["statistics"]["positive"] == 0


@pytest.mark.parametrize("tokens", ["1000000", "0"])
def test_a_language_model_scores_after_the_default_or_it_is_said_why_not(
    running_host, tmp_path: Path, tokens: str
) -> None:
    with model_server_in_thread(models.honest) as server:
        host = running_host(
            settings={
                "SQLITE_PATH": str(tmp_path / "data" / "undertone.db"),
                "SUBREDDITS": "none",
                "COMMUNITIES": NAME,
                "SENTIMENT_METHOD": "llm",
                "LLM_DAILY_TOKENS": tokens,
                "CACHE_SECONDS": "0",
                **server.environ,
            }
        )
        created = iso(utc_now() - timedelta(hours=1))
        post = {"kind": "post", "id": "1", "community": NAME, "created": created}
        line = json.dumps({**post, "title": "Claude Code is great. But as for Cursor, it is awful"})
        assert host.http.post("/api/v1/ingest", content=line).status_code == 200
        host.wait_for_answer(
            "/api/v1/items",
            lambda items: items and items[0]["sentiment"]["method"] == "encoder",
        )
        assert host.http.post("/api/v1/admin/collect").status_code == 202
        is_asked = tokens != "0"

        def is_settled(found: dict[str, Any]) -> bool:
            scoring = found["sentiment"] or {"waiting": 1, "reason": None}
            return bool(scoring["waiting"] == 0 if is_asked else scoring["reason"])

        health = host.wait_for_answer("/api/v1/health", is_settled)
        [item] = host.http.get("/api/v1/items").json()
    method = "llm" if is_asked else "encoder"
    assert item["sentiment"]["method"] == method
    assert {each["sentiment"]["method"] for each in item["mentions"]} == {method}
    assert health["sentiment"]["method"].startswith(f"{method} ")
    assert {each["subject"]: each["sentiment"]["label"] for each in item["mentions"]} == {
        "claude-code": "positive",
        "cursor": "negative",
    }
    assert bool(server.requests) == is_asked
    assert "LLM_DAILY_TOKENS" in str(health["sentiment"]["reason"]) or is_asked
