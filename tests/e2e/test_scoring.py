"""The default method in the running product: items are stored at once, and scored after it."""

import json
from datetime import timedelta
from pathlib import Path

from shared.times import iso, utc_now

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
