"""Finds the bare replies to edited items: their mood was that of the earlier words."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import partial

from collector.collection.diff import Changes, Draft
from collector.sentiment.replies import with_parents_mood
from collector.sentiment.scoring import text_of, with_text_score
from collector.threads.comments import comments_of_post
from collector.threads.parents import Parents
from collector.threads.replies import by_key, may_only_agree, parent_key
from shared.communities import sharing_with
from shared.corrections.items import uncorrected
from shared.models import Comment, TextScore
from shared.store import Store
from shared.store.keys import item_key
from shared.times import hour_of


async def draft_replies(
    store: Store, changes: Mapping[str, Changes], watched: Sequence[str]
) -> tuple[dict[str, Changes], frozenset[str]]:
    """Return the changes with drafts of stored bare replies to their edited items, and their keys.

    A bare reply below such a reply is among them. The items of the changes are scored, and not
    matched yet. watched are the communities that are collected: some share their items. Raises
    StoreError.
    """
    found, edited = dict(changes), set[str]()
    threads: dict[str, set[str]] = defaultdict(set)
    for name, each in changes.items():
        own = _edited(each)
        edited |= own.keys()
        for place in (name, *sharing_with(name, watched)) if own else ():
            threads[place] |= set(own.values())
    stored = {
        place: [
            each for post in sorted(posts) for each in await comments_of_post(store, place, post)
        ]
        for place, posts in threads.items()
    }
    every = [comment for comments in stored.values() for comment in comments]
    replies = await asyncio.to_thread(_below, every, edited) if every else frozenset()
    for place, comments in stored.items():
        wanted = [each for each in comments if item_key("comment", each["id"]) in replies]
        if wanted:
            found[place] = found.get(place, Changes())
            _draft(found[place], wanted)
    return found, replies


def take_moods(changes: Mapping[str, Changes], replies: Collection[str]) -> None:
    """Give these replies the mood of their parents, if the same method scored those.

    What is edited is among the changes, which are matched. If a slower method is chosen, it scores
    all of them later.
    """
    if not replies:
        return
    posts = [post for each in changes.values() for post in each.posts]
    comments = [comment for each in changes.values() for comment in each.comments]
    own = [each for each in comments if item_key("comment", each["id"]) in replies]
    moods = {each["id"]: each for each in with_parents_mood(own, Parents(posts, comments))}
    for changed in changes.values():
        changed.comments = [moods.get(each["id"], each) for each in changed.comments]


def _edited(changes: Changes) -> dict[str, str]:
    """Return the posts of edited items by the items' keys; what goes leaves its replies as is."""
    rewritten = frozenset(changes.rewritten)
    posts = {
        item_key("post", post["id"]): post["id"]
        for post in changes.unmatched_posts
        if not post["deleted"]
    }
    comments = {
        item_key("comment", comment["id"]): comment["post_id"]
        for comment in changes.unmatched_comments
        if not comment["deleted"]
    }
    return {key: post for key, post in {**posts, **comments}.items() if key in rewritten}


def _below(comments: Sequence[Comment], edited: Collection[str]) -> frozenset[str]:
    """Return the keys of the bare replies to edited items, and of those to such replies."""
    replies = {key: each for key, each in by_key(comments).items() if may_only_agree(each)}
    found, last = set[str](), set(edited)
    while last:
        last = {key for key, each in replies.items() if parent_key(each) in last} - found
        found |= last
    return frozenset(found)


def _draft(changes: Changes, replies: Sequence[Comment]) -> None:
    """Add drafts of replies; those that change, too, or go, are left out."""
    moved = {comment["id"]: comment for comment in changes.comments}
    others = {comment["id"] for comment in changes.unmatched_comments}
    others |= set(changes.removed_comments)
    drafted = [moved.get(each["id"], each) for each in replies if each["id"] not in others]
    ids = {each["id"] for each in drafted}
    changes.comments = [each for each in changes.comments if each["id"] not in ids]
    for each in drafted:
        changes.draft_comments.append(Draft(text_of(each), partial(_scored, each)))
        changes.rewritten.append(item_key("comment", each["id"]))
        changes.hours.add(hour_of(each["order_key"]))


def _scored(reply: Comment, score: TextScore) -> Comment:
    """Return a stored reply with its own score; the caller matches its mentions again."""
    scored = with_text_score(uncorrected(reply), score)
    scored.pop("mentions", None)
    return scored
