"""Has a model answer a question; function_app hands this to the collector's job."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from api.ask_model.calls import Calls
from api.ask_model.conversation import NOTHING_HOLDS, Conversation, Limits, NoAnswer
from api.ask_model.facts import scope_tag
from api.ask_model.figures import normal
from api.ask_model.result import result_of, struck_of
from api.deps import Deps
from api.http.cache import Cache
from api.http.caches import Caches
from api.mcp.reader import Reader
from api.reads.process import process_health
from shared.communities import community_name
from shared.errors import SettingsError
from shared.llm.budget import Budget, BudgetedChat
from shared.llm.chat import chat_of
from shared.models import AskedQuestion, QuestionResult, Watchlist
from shared.questions.answering import Note
from shared.questions.states import no_answer
from shared.settings import Settings
from shared.stats.subjects import PREFIX
from shared.store import Store
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock

# The reads of one question; equal ones share an answer.
CACHED_SECONDS: Final = 60.0
LIMITS: Final = Limits()
NOT_CONFIGURED: Final = "No model is configured any more: ASK_ENDPOINT isn't set."


async def answer_question(
    store: Store,
    settings: Settings,
    question: AskedQuestion,
    clock: Clock,
    note: Note,
    *,
    limits: Limits = LIMITS,
) -> QuestionResult:
    """Return what became of a question. Raises StoreError, and what `note` raises."""
    watchlist = await read_watchlist(store)
    scopes = scopes_of(watchlist, settings)
    budget = Budget(store, "questions", settings.ask_daily_tokens, clock)
    calls = Calls(_reader(store, settings, watchlist, clock), scopes, limits.calls)
    try:
        async with chat_of(settings) as chat:
            conversation = Conversation(
                BudgetedChat(chat, budget),
                calls,
                names_of(scopes),
                datetime.fromisoformat(question["at"]),
                note,
                limits,
            )
            return await _result(conversation, question["question"], scopes)
    except SettingsError:
        return no_answer(NOT_CONFIGURED)


async def _result(
    conversation: Conversation, question: str, scopes: dict[str, str]
) -> QuestionResult:
    calls = conversation.calls
    try:
        checked = await conversation.run(question, scopes)
    except NoAnswer as error:
        return {**no_answer(str(error)), "calls": calls.made, "tokens": conversation.tokens}
    if not checked.held:
        return {
            **no_answer(NOTHING_HOLDS),
            "struck": struck_of(checked),
            "calls": calls.made,
            "tokens": conversation.tokens,
        }
    return result_of(checked, calls.results, calls.made, scopes, conversation.tokens)


def scopes_of(watchlist: Watchlist, settings: Settings) -> dict[str, str]:
    """Return the scopes that are watched, as tools take them, with their names."""
    subjects = {f"{PREFIX}{each['id']}": each["name"] for each in watchlist["subjects"]}
    return {**subjects, **{each: community_name(each) for each in settings.watched}}


def names_of(scopes: dict[str, str]) -> dict[str, frozenset[str]]:
    """Return the names of scopes in lower case, with their tags; a subject's is first."""
    names: dict[str, frozenset[str]] = {}
    for scope, name in scopes.items():
        tag = scope_tag(scope)
        bare = scope.removeprefix(PREFIX)
        # The bare name of a community may be that of a product, too.
        forms = {name, bare if scope.startswith(PREFIX) or "." in bare else f"r/{bare}"}
        for form in forms:
            names.setdefault(normal(form).lower(), frozenset({tag}))
    return names


def _reader(store: Store, settings: Settings, watchlist: Watchlist, clock: Clock) -> Reader:
    async def opened() -> Store:
        return store

    deps = Deps(settings, opened, clock, process_health)
    caches = Caches(Cache(seconds=CACHED_SECONDS), Cache(seconds=CACHED_SECONDS))
    return Reader(replace(deps, watchlist=watchlist), caches)
