"""Questions to the model over HTTP: asked with a key, read by their id, off by default."""

import json
import os
from datetime import timedelta
from typing import Any

import pytest

from api.endpoints import ROUTES
from shared.llm.budget import Budget
from shared.questions.queue import read_message
from shared.questions.states import INSTEAD, KIND, LOST, as_of
from shared.settings import settings
from shared.store import QUESTIONS, Store
from shared.times import utc_now
from tests.api.ask_model.asking import OWN, QUESTION, question_of
from tests.api.world import ask, get

ASK = "/api/v1/ask/model"


@pytest.fixture
def configured(process) -> None:
    del process
    os.environ.update(ASK_ENDPOINT="http://127.0.0.1:9/v1", ASK_MODEL="none")
    settings.cache_clear()


async def asked(
    question: str = QUESTION, sent: list[object] | None = None, **more: str
) -> tuple[int, Any, Any]:
    body = json.dumps({"question": question, **more}).encode()
    answer = await ask("POST", ASK, body=body, sent=sent)
    return answer.status_code, json.loads(answer.get_body()), answer.headers


@pytest.mark.usefixtures("process")
async def test_without_a_model_it_names_the_setting_and_what_answers() -> None:
    sent: list[object] = []
    status, body, _ = await asked(sent=sent)
    assert (status, sent) == (404, [])
    assert "ASK_ENDPOINT" in body["detail"]
    assert "POST /api/v1/ask " in body["detail"]


@pytest.mark.usefixtures("configured")
async def test_a_question_is_kept_and_goes_to_the_queue(written: Store) -> None:
    sent: list[object] = []
    status, body, headers = await asked(sent=sent, at="2026-11-20T10:00:00Z")
    assert (status, body["status"], body["answered_by"]) == (202, "working", "model")
    assert headers["Location"] == f"/api/v1/ask/{body['id']}"
    assert headers["Retry-After"] == "2"
    (message,) = sent
    assert read_message(str(message).encode()).question == body["id"]
    shown = await get(headers["Location"])
    assert shown.status_code == 200
    again = json.loads(shown.get_body())
    assert again["question"] == QUESTION
    assert again["at"] == "2026-11-20T10:00:00Z"
    stored = await written.read(QUESTIONS, KIND, body["id"])
    assert stored is not None
    assert "author" not in json.dumps(stored)
    assert "address" not in stored


@pytest.mark.usefixtures("configured")
async def test_ids_are_of_128_bits_and_never_the_same(written: Store) -> None:
    del written
    ids = {(await asked())[1]["id"] for _ in range(5)}
    assert {len(each) for each in ids} == {32}
    assert len(ids) == 5


@pytest.mark.usefixtures("configured")
async def test_a_spent_day_is_said_before_anything_is_kept(written: Store) -> None:
    budget = Budget(written, "questions", 500_000, utc_now)
    await budget.reserve(500_000)
    sent: list[object] = []
    status, body, headers = await asked(sent=sent)
    assert (status, sent) == (429, [])
    assert "ASK_DAILY_TOKENS" in body["detail"]
    assert 0 < int(headers["Retry-After"]) <= 86_400


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("question", ["", "  ", "x" * 501])
async def test_a_question_without_words_or_too_long_is_refused(question: str) -> None:
    assert (await asked(question))[0] == 422


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize("at", ["2100-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "yesterday"])
async def test_a_time_that_words_cant_count_from_is_refused(at: str) -> None:
    assert (await asked(at=at))[0] == 422


@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_the_address_that_is_asked_at_isnt_read(written: Store, method: str) -> None:
    del written
    answer = await ask(method, ASK)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_asking_needs_a_key_and_reading_an_answer_doesnt() -> None:
    assert ROUTES["ask_model"].needs_key
    assert not ROUTES["ask_answer"].needs_key


@pytest.mark.parametrize("own", [OWN, "f" * 32])
async def test_an_unknown_or_expired_question_isnt_there(written: Store, own: str) -> None:
    question = question_of()
    long_ago = {**question, "asked_at": "2026-01-01T00:00:00Z"}
    await written.create(QUESTIONS, long_ago)  # type: ignore[arg-type]
    assert (await get(f"/api/v1/ask/{own}")).status_code == 404


async def test_an_id_that_is_none_is_refused(written: Store) -> None:
    del written
    assert (await get("/api/v1/ask/..%5Cx")).status_code == 422


def test_a_question_whose_message_is_lost_says_so_after_a_while() -> None:
    question, now = question_of(), utc_now()
    assert as_of(question, now) == question
    lost = as_of(question, now + timedelta(hours=1))
    assert lost["status"] == "failed"
    assert lost["result"] is not None
    assert lost["result"]["cannot"] == [LOST, INSTEAD]
