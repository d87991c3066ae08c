"""Finds comments that only agree with what they answer, and what that is."""

import re
from collections.abc import Iterable, Mapping
from typing import TypeGuard

from collector.text.agreement import Agreement, agreement_in
from collector.text.cleaning import clean
from shared.communities import SourceName
from shared.models import Comment, Mention, Post
from shared.store.keys import item_key
from shared.subjects.texts import ItemText, text_of_item
from shared.text.form import MARKDOWN
from shared.text.forms import FORMS
from shared.text.own_words import is_sarcastic

# An address, a picture, code, a name or a number: cleaning drops it, and it says something.
BESIDE_WORDS = re.compile(
    r"https?:|www\.|\]\(|`|<(?:img|a|code|pre)\b|(?<!\w)(?:/?[ur]/|[@#])\w", re.IGNORECASE
)
# Cleaning costs time, and even with a quote a bare reply is shorter.
MAX_MARKDOWN = 1_000
# Bare replies below each other whose parents are known. Deeper ones count by their own words.
MAX_CHAIN = 4
# A comment stands under the post there whichever comment it answers.
FLAT: frozenset[SourceName] = frozenset({"github", "discourse", "push"})


def agreement_of(reply: ItemText) -> Agreement | None:
    """Return how a reply agrees by its own words; None if it may say anything of its own."""
    form = FORMS.get(reply.source, MARKDOWN)
    if len(reply.markdown) > MAX_MARKDOWN or form.is_bot(reply.author):
        return None
    if BESIDE_WORDS.search(reply.markdown):
        return None
    agreement = agreement_in(clean(reply.markdown, form))
    return None if agreement and is_sarcastic(reply.markdown, form) else agreement


def only_agrees(reply: ItemText, parent: ItemText, *, is_post: bool) -> bool:
    """Return whether a reply says no more than that it agrees with its parent.

    "Yes" doesn't, if the parent asks. Nor does "exactly" under a post (is_post) of a source whose
    threads are flat: it may mean another comment, whereas "same here" tells of the thread's case.
    """
    agreement = agreement_of(reply)
    if agreement == "yes" and "?" in clean(parent.markdown, FORMS.get(parent.source, MARKDOWN)):
        return False
    if agreement != "shares" and is_post and reply.source in FLAT:
        return False
    return agreement is not None


def may_only_agree(item: Post | Comment) -> TypeGuard[Comment]:
    """Return whether an item is a comment that agrees by its own words, and names no subject."""
    text = text_of_item(item)
    if "parent_id" not in item or text is None:
        return False
    names = any(mention["via"] == "text" for mention in item.get("mentions", ()))
    return not names and agreement_of(text) is not None


def parent_key(comment: Comment) -> str:
    """Return the key of what a comment answers, as `item_key` makes it."""
    is_post = comment["parent_id"] == comment["post_id"]
    return item_key("post" if is_post else "comment", comment["parent_id"])


def by_key(items: Iterable[Post | Comment]) -> dict[str, Post | Comment]:
    """Return items by their keys."""
    return {item_key(item["kind"], item["id"]): item for item in items}


def answered(item: Post | Comment, known: Mapping[str, Post | Comment]) -> Post | Comment | None:
    """Return what an item only agrees with: the first up the thread that says something.

    known has items `by_key`. None if the item says anything of its own, if what it answers is
    deleted or isn't known, or if it is more than MAX_CHAIN above.
    """
    found: Post | Comment | None = None
    for _ in range(MAX_CHAIN):
        parent = known.get(parent_key(item)) if may_only_agree(item) else None
        own, others = text_of_item(item), text_of_item(parent) if parent else None
        if parent is None or own is None or others is None:
            break
        if not only_agrees(own, others, is_post=parent["kind"] == "post"):
            # It answers what its parent asks.
            return found
        found = item = parent
    return found if found is not None and not may_only_agree(found) else None


def mention_by_parent(subject: str) -> Mention:
    """Return the mention of a subject that a bare reply has because its parent names it."""
    return Mention(subject=subject, via="thread", matched=[], by="parent")
