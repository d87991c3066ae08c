"""The calls of the endpoints that answer questions in words, for the cost of each."""

from api.ask.answer import ask
from api.ask.earlier import answer_earlier
from api.deps import Deps
from api.http.cache import Cache
from api.http.caches import Caches
from api.mcp.reader import Reader
from api.schema.ask import AskBody
from api.schema.earlier_ask import EarlierQuestion
from bench.subject_endpoints import Asked, Read

QUESTIONS = (
    "How do people feel?",
    "What changed this week?",
    "Why?",
    "Compare Cursor and Windsurf",
    "What do people say about zyzzyva?",
    "What is the share of voice?",
)


def questions_asked() -> Asked:
    """Return a question of each kind that reads something else."""
    return {
        "ask": {each: _asking(each) for each in QUESTIONS},
        "ai_query": {QUESTIONS[0]: _asking_earlier},
    }


def _asking(question: str) -> Read:
    async def read(deps: Deps) -> object:
        return await ask(_reader(deps), AskBody(question=question))

    return read


async def _asking_earlier(deps: Deps) -> object:
    return await answer_earlier(_reader(deps), EarlierQuestion(question=QUESTIONS[0]))


def _reader(deps: Deps) -> Reader:
    return Reader(deps, Caches(Cache(seconds=0), Cache(seconds=0)))
