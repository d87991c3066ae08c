"""The states of a question: who works on it, and what became of it. All functions are pure.

The queue delivers a message at least once. The worker of a message claims the question with it. The
same message, delivered again, takes the question over, since its first worker was killed; another
one waits for the end of the claim.
"""

from datetime import datetime, timedelta
from typing import Final

from shared.models import AskedQuestion, QuestionResult, QuestionStep
from shared.times import iso, parse_iso

KIND: Final = "question"
KEPT: Final = timedelta(days=30)
KEPT_SECONDS: Final = int(KEPT.total_seconds())
# Longer than a worker may take.
CLAIMED_FOR: Final = timedelta(minutes=3)
MAX_ATTEMPTS: Final = 3
MAX_STEPS: Final = 40
# The host hides the message of a killed worker for ten minutes, and a worker may be busy.
LOST_AFTER: Final = timedelta(minutes=45)
INSTEAD: Final = "POST /api/v1/ask answers the usual questions without a model."
KILLED: Final = "The question wasn't answered: its worker was stopped several times."
POISONED: Final = "The question wasn't answered: each attempt failed, and the log says why."
LOST: Final = "The question wasn't answered: no worker has ended it. Ask it again."


def new_question(own: str, question: str, at: str, now: datetime) -> AskedQuestion:
    """Return a question that waits for its worker."""
    asked_at = iso(now)
    return AskedQuestion(
        id=own,
        kind=KIND,
        ttl=KEPT_SECONDS,
        order_key=f"{asked_at}_{own}",
        question=question,
        at=at,
        asked_at=asked_at,
        status="waiting",
        message=None,
        claimed_until=None,
        attempts=0,
        ended_at=None,
        steps=[],
        result=None,
    )


def is_over(question: AskedQuestion) -> bool:
    """Return whether it was answered, or has failed."""
    return question["status"] in {"answered", "failed"}


def is_expired(question: AskedQuestion, now: datetime) -> bool:
    """Return whether it is older than questions are kept."""
    return parse_iso(question["asked_at"]) + KEPT <= now


def claimed(question: AskedQuestion, message: str, now: datetime) -> AskedQuestion | None:
    """Return a question that the worker of a message has; None where it may not take it.

    A question that too many workers have taken up fails.
    """
    if is_over(question):
        return None
    until = question["claimed_until"]
    is_others = question["status"] == "working" and question["message"] != message
    if is_others and until is not None and until > iso(now):
        return None
    if question["attempts"] >= MAX_ATTEMPTS:
        return failed(question, KILLED, now)
    return {
        **question,
        "status": "working",
        "message": message,
        "claimed_until": iso(now + CLAIMED_FOR),
        "attempts": question["attempts"] + 1,
        # What an earlier worker did isn't part of this attempt.
        "steps": [],
    }


def with_step(question: AskedQuestion, text: str, now: datetime) -> AskedQuestion:
    """Return a question with another step."""
    steps = [*question["steps"], QuestionStep(at=iso(now), text=text)][-MAX_STEPS:]
    return {**question, "steps": steps}


def ended(question: AskedQuestion, result: QuestionResult, now: datetime) -> AskedQuestion:
    """Return a question with what became of it."""
    is_answered = bool(result["sentences"])
    return {
        **question,
        "status": "answered" if is_answered else "failed",
        "message": None,
        "claimed_until": None,
        "ended_at": iso(now),
        "result": result,
    }


def failed(question: AskedQuestion, reason: str, now: datetime) -> AskedQuestion:
    """Return a question that has no answer, for a reason in words."""
    return ended(question, no_answer(reason), now)


def no_answer(reason: str) -> QuestionResult:
    """Return the result of a question that wasn't answered, with what to do instead."""
    return QuestionResult(
        sentences=[],
        cannot=[reason, INSTEAD],
        evidence=[],
        items=[],
        struck=[],
        scopes=[],
        calls=[],
        tokens=0,
    )


def as_of(question: AskedQuestion, now: datetime) -> AskedQuestion:
    """Return a question as it is now: one that no worker can have any more has failed."""
    if is_over(question) or parse_iso(question["asked_at"]) + LOST_AFTER > now:
        return question
    return failed(question, LOST, now)
