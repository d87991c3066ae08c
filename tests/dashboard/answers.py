"""Answers to questions as the API's models have them, for what no parser or model says here."""

from typing import Any

from playwright.sync_api import Route

from api.schema.ask import AskAnswer

AT = "2026-11-25T12:00:00Z"
UNDERSTOOD = {
    "intent": "free",
    "sentence": "A free question about Cursor, 18 Nov to 25 Nov",
    "scopes": [{"scope": "subject:cursor", "name": "Cursor", "words": "Cursor"}],
    "start": "2026-11-18T00:00:00Z",
    "end": "2026-11-25T00:00:00Z",
    "span_words": "",
    "search": None,
    "marker": None,
}
EVIDENCE = {
    "number": 1,
    "tool": "sentiment",
    "title": "The sentiment of Cursor",
    "request": "/api/v1/sentiment/stats?subject=cursor&hours=168",
    "page": "?subject=cursor&hours=168",
}
ITEM = {
    "kind": "post",
    "id": "p1",
    "post_id": "p1",
    "community": "Cursor",
    "text": "It is slow",
    "label": "negative",
    "created_utc": AT,
    "permalink": "https://example.org/p1",
    "evidence": 1,
}


def answer(**given: object) -> dict[str, Any]:
    """Return an answer of a model as JSON, whose parts are as they are given."""
    parts = {
        "id": "a1",
        "status": "answered",
        "question": "What annoys people about Cursor?",
        "at": AT,
        "answered_by": "model",
        "has_model": True,
        "understood": UNDERSTOOD,
        "answer": [{"text": "They say that it is slow.", "evidence": [1], "items": ["p1"]}],
        "cannot": [],
        "evidence": [EVIDENCE],
        "items": [ITEM],
        "struck": [],
        "steps": [],
        "origin": "live",
        "timestamp": AT,
        **given,
    }
    return AskAnswer.model_validate(parts).model_dump(mode="json")


def working(*steps: str) -> dict[str, Any]:
    """Return the answer of a model that still works, after these steps."""
    taken = [{"at": AT, "text": each} for each in steps]
    return answer(status="working", answer=[], evidence=[], items=[], steps=taken)


def asked(route: Route) -> str:
    """Return the question of a request."""
    body: dict[str, str] = route.request.post_data_json or {}
    return body["question"]
