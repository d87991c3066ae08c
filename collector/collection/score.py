"""Scores the drafts of a group of communities, all texts at a time."""

from collections.abc import Sequence

from collector.collection.diff import Changes
from collector.sentiment.base import Method, Text
from collector.sentiment.scoring import Scores, score_texts


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
        each.unmatched_posts += [draft.scored(*next(found)) for draft in each.draft_posts]
        each.unmatched_comments += [draft.scored(*next(found)) for draft in each.draft_comments]
        each.draft_posts, each.draft_comments = [], []
    return scores
