"""Scores many texts at a time, and returns sentiments as items store them."""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from collector.sentiment.base import NO_WORDS, Method, Score, Text
from collector.sentiment.mentions import with_mention_sentiments
from shared.corrections.items import corrected, uncorrected
from shared.logs import event
from shared.models import Comment, Item, Post, Sentiment, TextScore
from shared.stats.cells import method_of
from shared.stats.subjects import method_of_mention

log = logging.getLogger(__name__)

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item


@dataclass(frozen=True)
class Scores:
    """The score of each text as items store it, and the method that scored them.

    reason says why a fallback method scored them; None if the given method did.
    """

    method: Method
    found: list[TextScore]
    reason: str | None = None


def text_of_post(title: str, content: str) -> str:
    """Return the text of a post to score."""
    return f"{title}\n\n{content}"


def score_texts(method: Method, texts: Sequence[Text | None], now: str) -> Scores:
    """Score texts; None stands for a deleted item. It is slow: call it from a thread.

    If the method fails, its fallback scores all texts; their items name it, and are rescored later.
    Raises what the last fallback raises.
    """
    try:
        scores = iter(method.score_many([text for text in texts if text is not None]))
        found = [NO_WORDS if text is None else next(scores) for text in texts]
    except Exception as error:
        if method.fallback is None:
            raise
        reason = f"{type(error).__name__}: {error}"
        below = method.fallback()
        event(log, "scoring.degraded", logging.ERROR, method=method.name, to=below.name)
        log.exception("scoring.failed method=%s", method.name)
        again = score_texts(below, texts, now)
        return Scores(again.method, again.found, reason)
    return Scores(method, [_kept(each, method, now) for each in found])


def with_text_score(item: I, score: TextScore) -> I:
    """Return an item with this score of its text in the place of any that it has."""
    plain: I = {**item}
    plain.pop("kinds", None)
    scored: I = {**plain, **score}
    return scored


def _kept(score: Score, method: Method, now: str) -> TextScore:
    sentiment = Sentiment(
        label=score.label,
        compound=score.compound,
        positive=score.positive,
        negative=score.negative,
        neutral=score.neutral,
        method=method.name,
        version=method.version,
        analyzed_at=now,
    )
    kept = TextScore(language=score.language, sentiment={**sentiment, **score.basis})
    if score.kinds is not None:
        kept["kinds"] = list(score.kinds)
    return kept


def text_of(item: Post | Comment) -> Text | None:
    """Return the text of a stored item to score; None if it is deleted."""
    if item["deleted"]:
        return None
    content = item["content"]
    words = text_of_post(str(item.get("title")), content) if "title" in item else content
    return Text(words, item["source"], item["author"])


def is_stale(item: Item, accepted: Collection[str]) -> bool:
    """Return whether another method scored the item, or a mention, than those of these names."""
    mentions = item.get("mentions", ())
    return method_of(item["sentiment"]) not in accepted or any(
        method_of_mention(cast("Post", item), each) not in accepted for each in mentions
    )


def scored_again(items: Sequence[I], method: Method, now: str) -> list[I]:
    """Return stored items with what this method finds in them, also of mentions.

    Corrections of the items stay. Raises what the method raises: no fallback is used.
    """
    alone = replace(method, fallback=None)
    items = [uncorrected(item) for item in items]
    texts = [text_of(item) for item in items]
    scores = score_texts(alone, texts, now)
    again = [with_text_score(item, score) for item, score in zip(items, scores.found, strict=True)]
    return [corrected(item) for item in with_mention_sentiments(again, texts, alone)]
