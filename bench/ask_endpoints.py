"""The calls of the endpoints that answer questions in words, for the cost of each."""

from dataclasses import replace

from api.actions.questions import ask_model
from api.ask.answer import ask
from api.ask.earlier import answer_earlier
from api.deps import Deps
from api.http.cache import Cache
from api.http.caches import Caches
from api.mcp.reader import Reader
from api.reads.questions import read_answer
from api.schema.ask import AskBody, QuestionPath
from api.schema.earlier_ask import EarlierQuestion
from bench.subject_endpoints import Asked, Read
from shared.questions.states import KIND
from shared.store import QUESTIONS as QUESTIONS_ASKED

OWN = "0" * 32

QUESTIONS = (
    "How do people feel?",
    "What changed this week?",
    "Why?",
    "Compare Cursor and Windsurf",
    "What do people say about zyzzyva?",
    "What is the share of voice?",
)


def questions_asked() -> Asked:
    """Return a question of each kind that reads something else, and one to the model.

    The one to the model is asked before its answer is looked up.
    """
    return {
        "ask": {each: _asking(each) for each in QUESTIONS},
        "ai_query": {QUESTIONS[0]: _asking_earlier},
        "ask_model": {"": _asking_model},
        "ask_answer": {"": lambda deps: read_answer(deps, QuestionPath(id=OWN))},
    }


async def _asking_model(deps: Deps) -> object:
    named = {"ask_endpoint": "http://127.0.0.1:9/", "ask_model": "bench"}
    configured = replace(deps, settings=deps.settings.model_copy(update=named))
    await (await deps.store()).delete(QUESTIONS_ASKED, [(KIND, OWN)])
    return await ask_model(configured, AskBody(question=QUESTIONS[0]), OWN)


def _asking(question: str) -> Read:
    async def read(deps: Deps) -> object:
        return await ask(_reader(deps), AskBody(question=question))

    return read


async def _asking_earlier(deps: Deps) -> object:
    return await answer_earlier(_reader(deps), EarlierQuestion(question=QUESTIONS[0]))


def _reader(deps: Deps) -> Reader:
    return Reader(deps, Caches(Cache(seconds=0), Cache(seconds=0)))
