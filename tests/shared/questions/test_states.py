"""Questions in both stores: who may answer one, and when it has failed or expires."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.maintenance.expired_questions import remove_expired_questions
from collector.question_jobs import QuestionWorker
from shared.errors import BadMessage, DocumentExists
from shared.models import AskedQuestion, QuestionResult
from shared.questions.queue import message_of, read_message
from shared.questions.states import (
    CLAIMED_FOR,
    KIND,
    MAX_ATTEMPTS,
    MAX_STEPS,
    claimed,
    ended,
    is_expired,
    new_question,
    no_answer,
    with_step,
)
from shared.settings import load_settings
from shared.store import QUESTIONS, Store

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OWN = "0123456789abcdef0123456789abcdef"


def question(number: int = 0, now: datetime = NOW) -> AskedQuestion:
    return new_question(f"{number:032x}", "How do people feel about Lantern?", "at", now)


def taken(each: AskedQuestion | None) -> AskedQuestion:
    assert each is not None
    return each


def test_the_same_message_takes_its_question_over_and_another_one_waits() -> None:
    first = taken(claimed(question(), "m1", NOW))
    assert (first["status"], first["attempts"]) == ("working", 1)
    again = taken(claimed(first, "m1", NOW))
    assert again["attempts"] == 2
    assert claimed(first, "m2", NOW + CLAIMED_FOR - timedelta(seconds=1)) is None
    later = taken(claimed(first, "m2", NOW + CLAIMED_FOR))
    assert later["message"] == "m2"


def test_a_question_is_taken_up_a_few_times_and_no_more() -> None:
    each = question()
    for _ in range(MAX_ATTEMPTS):
        each = taken(claimed(each, "m1", NOW))
        assert each["status"] == "working"
    each = taken(claimed(each, "m1", NOW))
    assert each["status"] == "failed"
    assert claimed(each, "m1", NOW) is None


def test_an_answer_ends_it_and_steps_are_bounded() -> None:
    each = taken(claimed(question(), "m1", NOW))
    for number in range(MAX_STEPS + 5):
        each = with_step(each, str(number), NOW)
    assert [step["text"] for step in each["steps"]][-1] == str(MAX_STEPS + 4)
    assert len(each["steps"]) == MAX_STEPS
    assert taken(claimed(each, "m1", NOW))["steps"] == []
    sentence: Any = {"text": "Lantern has 3 mentions.", "evidence": [1], "items": []}
    answered = ended(each, {**no_answer(""), "sentences": [sentence], "cannot": []}, NOW)
    assert (answered["status"], answered["message"]) == ("answered", None)


@pytest.mark.parametrize("body", [b"", b"{}", b'{"question": "x"}', b'{"question": "../../x"}'])
def test_a_message_of_no_question_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_message(body)
    assert read_message(message_of(OWN).encode()).question == OWN


async def test_a_store_keeps_one_question_for_an_id(store: Store) -> None:
    await store.create(QUESTIONS, question())
    with pytest.raises(DocumentExists):
        await store.create(QUESTIONS, question())


async def test_a_worker_that_lost_its_question_writes_nothing(store: Store) -> None:
    await store.create(QUESTIONS, question())
    worker = QuestionWorker(store, load_settings({}), lambda: NOW)

    async def second(*_: object) -> QuestionResult:
        return no_answer("the second one has it")

    async def first(*given: Any) -> QuestionResult:
        note = given[-1]
        await note("begins")
        assert await worker.answer(question()["id"], "m1", second) == "failed"
        await note("goes on")
        raise AssertionError("unreachable")

    assert await worker.answer(question()["id"], "m1", first) == "superseded"
    stored = await store.read(QUESTIONS, KIND, question()["id"])
    assert stored is not None
    assert stored["result"] is not None
    assert stored["result"]["cannot"][0] == "the second one has it"
    assert stored["steps"] == []


async def test_what_is_older_than_thirty_days_is_removed_and_nothing_else(store: Store) -> None:
    for number in range(5):
        await store.create(QUESTIONS, question(number, NOW - timedelta(days=28 + number)))
    checks: list[str] = []
    removed = await remove_expired_questions(store, NOW, lambda: checks.append("checked"))
    kept = [
        number
        for number in range(5)
        if await store.read(QUESTIONS, KIND, question(number)["id"]) is not None
    ]
    assert (removed, kept) == (2, [0, 1, 2])
    assert checks
    assert [is_expired(question(0, NOW - timedelta(days=n)), NOW) for n in (29, 30)] == [
        False,
        True,
    ]


async def test_a_question_that_is_gone_has_no_worker(store: Store) -> None:
    async def never(*_: object) -> QuestionResult:
        raise AssertionError("unreachable")

    worker = QuestionWorker(store, load_settings({}), lambda: NOW)
    assert await worker.answer(OWN, "m1", never) == "skipped"
