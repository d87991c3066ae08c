"""Addresses of the API, and what tests read in its answers."""

import json
import re
from typing import Any

import azure.functions as func

HEALTH = "/api/v1/health"
STATS = "/api/v1/sentiment/stats"
RECENT = "/api/v1/posts/recent"
SUBREDDITS = "/api/v1/subreddits"
DATA = [STATS, RECENT, SUBREDDITS]


def body(answer: func.HttpResponse) -> Any:
    return json.loads(answer.get_body())


def problem(answer: func.HttpResponse, status: int) -> Any:
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    found = body(answer)
    assert found.keys() == {"type", "title", "status", "detail", "instance", "errors"}
    assert found["status"] == status
    return found


def next_target(answer: func.HttpResponse) -> str | None:
    link = answer.headers.get("Link")
    if link is None:
        return None
    found = re.fullmatch(r'<(/[^>]+)>; rel="next"', link)
    assert found is not None, link
    return found[1]
