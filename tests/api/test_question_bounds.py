"""The maximum cost of questions in words and of tools of agents, which read several things."""

from typing import Any

import pytest

from api.ask.answer import ask
from api.deps import Deps
from api.http.cache import Cache
from api.http.caches import Caches
from api.mcp.reader import Reader
from api.mcp.registry import TOOLS
from api.schema.ask import AskBody
from bench.priced_store import PricedStore
from shared.store import Store
from tests.api.test_bounds import MAX_REQUEST_UNITS, fill_sorted
from tests.api.test_subject_bounds import MANY, PLACES
from tests.api.test_subject_bounds import fill as fill_subjects
from tests.api.world import NAMES, deps_of
from tests.fixtures.stores import FilledStore

SPANS = ("today", "this week", "in the last 90 days")
# Of one scope; a store of few subjects has more items of all communities than one of many.
QUESTIONS = (
    "What do people say about zyzzyva {span}?",
    "What do people say{about} {span}?",
    "What are the topics{about} {span}?",
    "What do people complain about{about} {span}?",
    "Why did the mood{about} change {span}?",
    "What should I read{about} {span}?",
    "How do people feel{about} {span}?",
    "What changed{about} {span}?",
)
# Of many scopes.
COMPARISONS = (
    "Compare all communities {span}",
    "Compare all subjects {span}",
    "What is the share of voice {span}?",
)


def reader_of(deps: Deps) -> Reader:
    return Reader(deps, Caches(Cache(seconds=0), Cache(seconds=0)))


async def dearest_question(store: Store, names: Any, questions: Any) -> float:
    """Ask everything, and return the highest price. Each must cost less than the bound."""
    priced, dearest = PricedStore(store), 0.0
    for question in questions:
        with priced.counting() as bill:
            body = AskBody(question=question)
            answer = await ask(reader_of(deps_of(priced, names=names)), body)
        assert answer.answer or answer.cannot, question
        assert bill.request_units < MAX_REQUEST_UNITS, (question, bill.by_kind())
        dearest = max(dearest, bill.request_units)
    return dearest


async def test_no_question_of_many_items_costs_more_than_the_bound(
    read_only_store: FilledStore,
) -> None:
    store = await read_only_store(fill_sorted)
    questions = [each.format(about="", span=span) for each in QUESTIONS for span in SPANS]
    # So dear that it couldn't be asked for two such reads.
    assert await dearest_question(store, NAMES, questions) > 600


async def test_no_question_of_a_hundred_subjects_costs_more_than_the_bound(
    read_only_store: FilledStore,
) -> None:
    store = await read_only_store(fill_subjects)
    about = f" about {MANY[0]}"
    questions = [each.format(about=about, span=span) for each in QUESTIONS for span in SPANS]
    questions += [each.format(span=span) for each in COMPARISONS for span in SPANS]
    assert await dearest_question(store, PLACES, questions) > 600


@pytest.mark.parametrize("fill", [fill_sorted, fill_subjects], ids=["items", "subjects"])
async def test_no_tool_costs_more_than_the_bound(read_only_store: FilledStore, fill: Any) -> None:
    priced = PricedStore(await read_only_store(fill))
    subject, names = (None, NAMES) if fill is fill_sorted else (MANY[0], PLACES)
    scope = f"subject:{subject}" if subject else "all"
    compared = [f"subject:{each}" for each in MANY] if subject else list(NAMES)
    arguments: dict[str, list[dict[str, object]]] = {
        "list_subjects": [{}],
        "sentiment": [{"scope": scope}, {"scope": "all"}],
        "explain_change": [{"scope": scope}],
        "compare": [{"scopes": compared}],
        "share_of_voice": [{}],
        "topics": [{"scope": scope}],
        "search_mentions": [{"scope": scope, "q": "zyzzyva"}, {"scope": scope, "sort": "newest"}],
        "coverage": [{"scope": scope}],
        "alerts": [{}],
        "read_thread": [{"id": "p0"}],
    }
    assert set(arguments) == set(TOOLS)
    for name, calls in arguments.items():
        for given in calls:
            with_span = "hours" in TOOLS[name].arguments.model_fields
            for hours in (24, 168, 2160) if with_span else (None,):
                asked = {**given, "budget": 40_000} | ({"hours": hours} if hours else {})
                with priced.counting() as bill:
                    reader = reader_of(deps_of(priced, names=names))
                    await TOOLS[name].call(reader, asked, "https://example.com")
                assert bill.request_units < MAX_REQUEST_UNITS, (name, asked, bill.by_kind())
