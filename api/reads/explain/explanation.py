"""Explains the change of a scope: reads it, adds up its parts, and answers."""

import asyncio
from dataclasses import dataclass, replace

from api.deps import Deps
from api.errors import BadParameters, shortened
from api.reads.explain.answer import explanation_of
from api.reads.explain.change import read_change, read_items_with_topics
from api.reads.explain.contributions import Contributions, contributions_of
from api.reads.scopes import Scope, read_scope_named, read_scope_of_subject, scope_of
from api.reads.spans import read_spans, refused_span
from api.schema.explain import ExplainParameters, Explanation
from api.schema.problems import BadParameter
from api.schema.values import MAX_HOURS
from shared.models import ALL, Post
from shared.stats.windows import Spans
from shared.store import POSTS
from shared.topics.spans import SpanTopics


@dataclass(frozen=True)
class Explained:
    """The explanation of a scope's change, and the topics of its window.

    are_all_read: every item of the window was read for the topics, and of the time before. cost is
    the number of request units that the items took.
    """

    explanation: Explanation
    topics: SpanTopics
    are_all_read: bool
    cost: int


async def read_explanation(deps: Deps, parameters: ExplainParameters) -> Explanation:
    """Return the explanation of a scope's change, looking at full hours known in both times.

    It reads the cells of both times, and a bounded number of their items. Raises UnknownSubject,
    UnknownCommunity, BadParameters and StoreError.
    """
    scope = await _scope_asked(deps, parameters)
    spans = await read_spans(deps, parameters, until="collected", community=scope.community)
    if spans.hours > MAX_HOURS:
        detail = f"{parameters.start}: the window has {spans.hours} hours, more than {MAX_HOURS}"
        raise refused_span(parameters, "start", detail)
    return (await explain(deps, scope, spans, max_cost=parameters.max_cost)).explanation


async def _scope_asked(deps: Deps, parameters: ExplainParameters) -> Scope:
    """Return the scope of `scope`, or else of the subject and the community.

    Raises BadParameters where both are given, UnknownSubject, UnknownCommunity and StoreError.
    """
    name = parameters.scope
    if name is None:
        community = scope_of(deps.settings, parameters.community, parameter="community")
        return replace(await read_scope_of_subject(deps, parameters.subject), community=community)
    given = {"subject": parameters.subject, "community": parameters.community}
    others = [f"`{each}`" for each, value in given.items() if value is not None]
    if others:
        listed = " and ".join(others)
        detail = f"{shortened(name)!r} doesn't go with {listed}"
        takes = f"{ExplainParameters.model_fields['scope'].description}"
        raise BadParameters([BadParameter(parameter="scope", detail=detail, takes=takes)])
    return await read_scope_named(deps, name)


async def explain(
    deps: Deps, scope: Scope, spans: Spans, *, max_cost: int | None = None
) -> Explained:
    """Return the explanation of a scope's change between two spans.

    max_cost is the number of request units that the items of the window may take, and those of the
    time before; without it, what the spans allow. Raises StoreError.
    """
    change = await read_change(deps, scope, spans)
    subjects = (await deps.read_watchlist())["subjects"]
    items = await read_items_with_topics(deps, change, spans, subjects, max_cost=max_cost)
    found = await asyncio.to_thread(contributions_of, deps, change, items)
    posts = await _thread_posts(deps, scope, found)
    answer = await asyncio.to_thread(explanation_of, deps, spans, found, posts)
    return Explained(answer, items.found, items.are_all_read, items.cost)


async def _thread_posts(deps: Deps, scope: Scope, found: Contributions) -> dict[str, Post]:
    """Return the posts of the threads that are named, where their community is known."""
    known = {each.thread: each.item["community"] for s in found.samples for each in s.items}
    giant = found.of.change.giant
    if giant is not None and giant[1].community is not None:
        known[giant[1].id] = giant[1].community
    keys = [
        (name, each)
        for each in found.thread_ids
        if (name := known.get(each, scope.community)) != ALL
    ]
    posts = await (await deps.watched_store()).read_many(POSTS, keys) if keys else {}
    return {post["id"]: post for post in posts.values() if not post["deleted"]}
