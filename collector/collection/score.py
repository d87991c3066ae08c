"""Scores the drafts of a group of communities, all texts at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collector.collection.diff import Changes
from collector.collection.replies import draft_replies
from collector.sentiment.base import Method, Text
from collector.sentiment.scoring import Scores, score_texts
from shared.store import Store


@dataclass(frozen=True)
class ScoredChanges:
    """Changes without drafts, and the keys of the bare replies to what is edited among them.

    degraded says why a fallback method scored them, for the journal; None if the given one did.
    """

    changes: dict[str, Changes]
    replies: frozenset[str]
    degraded: str | None


async def score_changes(
    store: Store,
    method: Method,
    changes: Mapping[str, Changes],
    *,
    watched: Sequence[str],
    now: str,
) -> ScoredChanges:
    """Score the new and edited items of these changes, and the stored bare replies to the latter.

    watched are the communities that are collected. Raises StoreError, and what the last fallback
    method raises.
    """
    scores = await asyncio.to_thread(score_drafts, method, list(changes.values()), now)
    found, replies = await draft_replies(store, changes, watched)
    if replies:
        # Those that a fallback scored have its replies by it, too.
        await asyncio.to_thread(score_drafts, scores.method, list(found.values()), now)
    degraded = None
    if scores.reason is not None:
        degraded = (
            f"{method.name} failed ({scores.reason}): {scores.method.name} scored instead,"
            " and its items are scored again later"
        )
    return ScoredChanges(found, replies, degraded)


def score_drafts(method: Method, changes: Sequence[Changes], now: str) -> Scores:
    """Score the drafts, and turn them into unmatched items. It is slow: call it from a thread.

    Raises what the last fallback method raises; the drafts then stay unchanged.
    """
    texts: list[Text | None] = []
    for each in changes:
        texts += [draft.text for draft in each.draft_posts]
        texts += [draft.text for draft in each.draft_comments]
    scores = score_texts(method, texts, now)
    found = iter(scores.found)
    for each in changes:
        each.unmatched_posts += [draft.scored(next(found)) for draft in each.draft_posts]
        each.unmatched_comments += [draft.scored(next(found)) for draft in each.draft_comments]
        each.draft_posts, each.draft_comments = [], []
    return scores
