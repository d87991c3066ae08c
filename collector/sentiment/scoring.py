"""What a method finds in a text, in the form in which items keep it."""

from typing import TypeVar

from collector.sentiment.base import NO_WORDS, Method
from shared.models import Comment, Language, Post, Sentiment

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item


def text_of_post(title: str, content: str) -> str:
    """Return what is scored of a post."""
    return f"{title}\n\n{content}"


def find(method: Method, text: str, *, deleted: bool, now: str) -> tuple[Language, Sentiment]:
    """Score a text, which takes time; one that Reddit lists as deleted has no words."""
    found = NO_WORDS if deleted else method.score(text)
    sentiment = Sentiment(
        label=found.label,
        compound=found.compound,
        positive=found.positive,
        negative=found.negative,
        neutral=found.neutral,
        method=method.name,
        version=method.version,
        analyzed_at=now,
    )
    return found.language, sentiment


def scored_again(item: I, method: Method, now: str) -> I:
    """Return a stored item as this method scores it; nothing else of it changes."""
    content = item["content"]
    text = text_of_post(str(item.get("title")), content) if "title" in item else content
    language, sentiment = find(method, text, deleted=item["deleted"], now=now)
    again: I = {**item, "language": language, "sentiment": sentiment}
    return again
