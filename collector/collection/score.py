"""The step of a cycle that scores: all texts of a group of communities at a time."""

from collections.abc import Sequence

from collector.collection.diff import Changes
from collector.sentiment.base import Method
from collector.sentiment.scoring import Scores, score_texts


def score_drafts(method: Method, changes: Sequence[Changes], now: str) -> Scores:
    """Score the drafts of these changes, and put them among their posts and comments.

    It takes time. Raises what the last of the methods does; then the drafts are as they were.
    """
    texts: list[str | None] = []
    for each in changes:
        texts += [draft.text for draft in each.draft_posts]
        texts += [draft.text for draft in each.draft_comments]
    scores = score_texts(method, texts, now)
    found = iter(scores.found)
    for each in changes:
        each.posts += [draft.scored(*next(found)) for draft in each.draft_posts]
        each.comments += [draft.scored(*next(found)) for draft in each.draft_comments]
        each.draft_posts, each.draft_comments = [], []
    return scores
