"""An answer in words has the figures of the API's reads, and names what it rests on."""

import json
from datetime import timedelta
from typing import Any

import pytest

from shared.times import hour_start, iso, utc_now
from tests.api.ask.asking import asked, text_of
from tests.api.subject_world import keep_matched, talk, watch
from tests.api.world import ask, get


@pytest.fixture
async def world(written) -> None:
    await watch(written)
    posts, comments = talk(240, newest=utc_now())
    await keep_matched(written, posts, comments)


async def evidence(answer: Any, number: int) -> Any:
    """Return what the API returns for a read that an answer rests on."""
    found = answer["evidence"][number - 1]
    assert found["number"] == number
    read = await get(found["request"])
    assert read.status_code == 200, read.get_body()
    return json.loads(read.get_body())


@pytest.mark.usefixtures("world")
async def test_how_people_feel_has_the_figures_of_the_statistics() -> None:
    answer = await asked("How do people feel about Lantern?")
    stats = await evidence(answer, 1)
    totals, text = stats["statistics"], text_of(answer)
    assert stats["subject"] == "lantern"
    assert totals["total"] > 30
    assert f"n = {totals['total']}" in text
    assert f"{totals['avg_sentiment']:+.2f}" in text
    low, high = totals["interval"]
    assert f"95% interval {low:+.2f} to {high:+.2f}" in text
    for label in ("positive", "negative", "neutral"):
        assert f"{label} ({totals[label]})" in text
    end = hour_start(utc_now())
    assert answer["understood"]["start"] == iso(end - timedelta(days=7)) == stats["window"]["start"]
    assert answer["understood"]["end"] == iso(end) == stats["window"]["end"]
    assert answer["understood"]["scopes"] == [
        {"scope": "subject:lantern", "name": "Lantern", "words": "Lantern"}
    ]
    assert "sample data" in answer["answer"][-1]["text"]


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    "body", [b"", b"{}", b'{"question": ""}', b'{"question": 1}', b"[", b'{"q": "a"}']
)
async def test_a_body_that_asks_nothing_is_refused(body: bytes) -> None:
    assert (await ask("POST", "/api/v1/ask", body=body)).status_code == 422
