"""Explains the change of a scope: reads it, adds up its parts, and answers."""

import asyncio
from dataclasses import replace

from api.deps import Deps
from api.reads.explain.answer import explanation_of
from api.reads.explain.change import read_change, read_items_with_topics
from api.reads.explain.contributions import Contributions, contributions_of
from api.reads.scopes import Scope, read_scope_of_subject, scope_of
from api.reads.spans import read_spans, refused_span
from api.schema.explain import ExplainParameters, Explanation
from api.schema.values import MAX_HOURS
from shared.models import ALL, Post
from shared.store import POSTS


async def read_explanation(deps: Deps, parameters: ExplainParameters) -> Explanation:
    """Return the explanation of a scope's change, looking at full hours known in both times.

    It reads the cells of both times, and a bounded number of their items. Raises UnknownSubject,
    UnknownCommunity, BadParameters and StoreError.
    """
    community = scope_of(deps.settings, parameters.community, parameter="community")
    of_subject = await read_scope_of_subject(deps, parameters.subject)
    scope = replace(of_subject, community=community)
    spans = await read_spans(deps, parameters, until="collected", community=community)
    if spans.hours > MAX_HOURS:
        detail = f"{parameters.start}: the window has {spans.hours} hours, more than {MAX_HOURS}"
        raise refused_span(parameters, "start", detail)
    change = await read_change(deps, scope, spans)
    subjects = (await deps.read_watchlist())["subjects"]
    items = await read_items_with_topics(deps, change, spans, subjects)
    found = await asyncio.to_thread(contributions_of, deps, change, items)
    posts = await _thread_posts(deps, scope, found)
    return await asyncio.to_thread(explanation_of, deps, spans, found, posts)


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
