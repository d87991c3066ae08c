"""The calls of the endpoints that answer questions in words, for the cost of each."""

from api.ask.answer import ask
from api.deps import Deps
from api.http.cache import Cache
from api.http.caches import Caches
from api.mcp.reader import Reader
from api.schema.ask import AskBody
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
    return {"ask": {each: _asking(each) for each in QUESTIONS}}


def _asking(question: str) -> Read:
    async def read(deps: Deps) -> object:
        reader = Reader(deps, Caches(Cache(seconds=0), Cache(seconds=0)))
        return await ask(reader, AskBody(question=question))

    return read
