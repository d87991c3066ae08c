"""Reads what bare replies answer: it may be older than the items that are worked on."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from collector.threads.replies import MAX_CHAIN, by_key, may_only_agree, parent_key
from shared.communities import sharing_with
from shared.models import Comment, Post
from shared.store import COMMENTS, POSTS, Key, Store


@dataclass(frozen=True)
class Parents:
    """Stored items that bare replies answer."""

    posts: list[Post] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)


async def read_parents(
    store: Store, items: Sequence[Post | Comment], watched: Sequence[str] = ()
) -> Parents:
    """Return the stored items that bare replies among these answer, and which aren't among them.

    The parent of a bare reply may be one too; then what that answers is among them. watched are the
    communities that are collected: some share their items. Raises StoreError.
    """
    found = Parents()
    known = set(by_key(items))
    replies = await asyncio.to_thread(_bare, items)
    for _ in range(MAX_CHAIN):
        missing = [reply for reply in replies if parent_key(reply) not in known]
        if not missing:
            break
        known.update(map(parent_key, missing))
        under_posts = [each for each in missing if each["parent_id"] == each["post_id"]]
        under_comments = [each for each in missing if each["parent_id"] != each["post_id"]]
        posts = await store.read_many(POSTS, _places(under_posts, watched))
        comments = await store.read_many(COMMENTS, _places(under_comments, watched))
        found.posts.extend(posts.values())
        found.comments.extend(comments.values())
        replies = _bare(comments.values())
    return found


def _bare(items: Iterable[Post | Comment]) -> list[Comment]:
    return [item for item in items if may_only_agree(item)]


def _places(replies: Sequence[Comment], watched: Sequence[str]) -> list[Key]:
    """Return the keys under which the parents of these replies may be stored."""
    return sorted(
        {
            (community, reply["parent_id"])
            for reply in replies
            for community in (reply["community"], *sharing_with(reply["community"], watched))
        }
    )
