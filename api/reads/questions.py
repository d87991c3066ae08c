"""Questions to the model, and what became of them."""

from typing import Literal

from api.deps import Deps
from api.errors import NotFound
from api.schema.ask import (
    AskAnswer,
    AskedItem,
    AskedScope,
    AskStep,
    Evidence,
    QuestionPath,
    SaidSentence,
    Struck,
    Understood,
)
from shared.models import AskedQuestion, Origin, QuestionResult
from shared.questions.states import KIND, as_of, is_expired, is_over, no_answer
from shared.store import COMMENTS, POSTS, QUESTIONS
from shared.times import iso

REMOVED = "Posts that the answer rested on were removed since: what rests on them isn't shown."
UNDERSTOOD = "A question for the language model, which says what it has read"


async def read_answer(deps: Deps, parameters: QuestionPath) -> AskAnswer:
    """Return the answer to a question, or its steps so far. Raises NotFound and StoreError."""
    store, now = await deps.store(), deps.clock()
    found = await store.read(QUESTIONS, KIND, parameters.id)
    if found is None or is_expired(found, now):
        raise NotFound("There is no question of this id: questions are kept for 30 days.")
    question = await _without_removed(deps, as_of(found, now))
    return question_answer(question, deps.settings.origin, iso(now))


async def _without_removed(deps: Deps, question: AskedQuestion) -> AskedQuestion:
    """Return a question without what rests on items that were removed since it was answered."""
    result = question["result"]
    if result is None or not result["items"]:
        return question
    store = await deps.watched_store()
    keys = {(each["kind"], (each["community"], each["id"])) for each in result["items"]}
    posts = await store.read_many(POSTS, [key for kind, key in keys if kind == "post"])
    comments = await store.read_many(COMMENTS, [key for kind, key in keys if kind == "comment"])
    kept = {each["id"] for each in (*posts.values(), *comments.values()) if not each["deleted"]}
    removed = {each["id"] for each in result["items"]} - kept
    if not removed:
        return question
    left: QuestionResult = {
        **result,
        "items": [each for each in result["items"] if each["id"] in kept],
        "sentences": [each for each in result["sentences"] if not removed & set(each["items"])],
        "cannot": [*result["cannot"], REMOVED],
    }
    return {**question, "result": left}


def question_answer(question: AskedQuestion, origin: Origin, now: str) -> AskAnswer:
    """Return a question as answers show it."""
    status: Literal["working", "answered", "failed"] = "working"
    if is_over(question):
        status = "answered" if question["status"] == "answered" else "failed"
    result = question["result"] or _unanswered()
    return AskAnswer(
        id=question["id"],
        status=status,
        question=question["question"],
        at=question["at"],
        answered_by="model",
        has_model=True,
        understood=_understood(result),
        answer=[SaidSentence(**each) for each in result["sentences"]],
        cannot=result["cannot"],
        evidence=[Evidence(**each) for each in result["evidence"]],
        items=[AskedItem.model_validate(each) for each in result["items"]],
        struck=[Struck(**each) for each in result["struck"]],
        steps=[AskStep(**each) for each in question["steps"]],
        origin=origin,
        timestamp=question["ended_at"] or now,
    )


def _unanswered() -> QuestionResult:
    return {**no_answer(""), "cannot": []}


def _understood(result: QuestionResult) -> Understood:
    scopes = [AskedScope(**each, words="") for each in result["scopes"]]
    return Understood(
        intent="free",
        sentence=UNDERSTOOD,
        scopes=scopes,
        start=None,
        end=None,
        span_words="",
        search=None,
        marker=None,
    )
