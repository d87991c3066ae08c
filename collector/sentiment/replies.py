"""Gives bare replies ("same here") the mood of their parents."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

from collector.sentiment.base import Method
from collector.sentiment.scoring import is_stale, scored_again
from collector.threads.parents import Parents
from collector.threads.replies import answered, by_key, mention_by_parent
from shared.corrections.items import corrected, uncorrected
from shared.models import Comment, Mention, Post, Sentiment, TargetSentiment
from shared.stats.cells import method_name, method_of

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item


def scored_with_parents(items: Sequence[I], parents: Parents, method: Method, now: str) -> list[I]:
    """Return stored items scored again by this method; bare replies have their parents' mood.

    parents are those of `read_parents`. They are scored too where another method scored them, but
    not returned. A bare reply whose parent is missing or deleted is scored by its own words. It is
    slow: call it from a thread. Raises what the method raises: no fallback is used.
    """
    posts = _by_method(parents.posts, method, now)
    comments = _by_method(parents.comments, method, now)
    return with_parents_mood(scored_again(items, method, now), Parents(posts, comments))


def scorable(parents: Parents, method: Method, now: str) -> Parents:
    """Return the parents as this method scores them, each alone, less those where it fails.

    Their replies are scored by their own words then. It is slow: call it from a thread.
    """
    found = Parents()
    for post in parents.posts:
        with suppress(Exception):
            found.posts.extend(_by_method([post], method, now))
    for comment in parents.comments:
        with suppress(Exception):
            found.comments.extend(_by_method([comment], method, now))
    return found


def with_parents_mood(items: Sequence[I], parents: Parents) -> list[I]:
    """Return scored items; bare replies among them have the mood of what they answer.

    A parent counts if the method of the reply scored it, and if it is in English. parents are those
    that aren't among the items.
    """
    known = {**by_key(parents.posts), **by_key(parents.comments), **by_key(items)}
    return [_with_mood(item, known) for item in items]


def _by_method(items: Sequence[I], method: Method, now: str) -> list[I]:
    """Return the items as this method scores them."""
    own = {method_name(method.name, method.version)}
    stale = [each for each in items if is_stale(each, own)]
    kept = [each for each in items if not is_stale(each, own)]
    return kept + scored_again(stale, method, now)


def _with_mood(item: I, known: Mapping[str, Post | Comment]) -> I:
    parent = answered(item, known)
    if parent is None:
        return item
    # A correction is of one item: what answers it has the mood that the method gives.
    return corrected(_with_mood_of(uncorrected(parent), uncorrected(item)))


def _with_mood_of(parent: Post | Comment, item: I) -> I:
    if method_of(parent["sentiment"]) != method_of(item["sentiment"]):
        return item
    if parent.get("language", "en") != "en":
        return item
    sentiment: Sentiment = {
        **parent["sentiment"],
        "analyzed_at": item["sentiment"]["analyzed_at"],
        "by": "parent",
    }
    # They stand in the parent's text.
    sentiment.pop("deciding", None)
    taken: I = {**item, "sentiment": sentiment}
    if mentions := _mentions(item, parent):
        taken["mentions"] = mentions
    return taken


def _mentions(item: Post | Comment, parent: Post | Comment) -> list[Mention]:
    """Return what a bare reply is about, with what its parent says of it.

    That is what a comment names that it answers, and else what it was about: its thread.
    """
    named = [each for each in parent.get("mentions", ()) if each["via"] == "text"]
    if named and parent["kind"] == "comment":
        own = [mention_by_parent(each["subject"]) for each in named]
    else:
        own = item.get("mentions", [])
    said = {each["subject"]: each["sentiment"] for each in named if "sentiment" in each}
    return [
        {**each, "sentiment": _by_parent(said[each["subject"]])}
        if each["subject"] in said
        else each
        for each in own
    ]


def _by_parent(sentiment: TargetSentiment) -> TargetSentiment:
    taken: TargetSentiment = {**sentiment, "by": "parent"}
    # They stand in the parent's text.
    taken.pop("deciding", None)
    return taken
