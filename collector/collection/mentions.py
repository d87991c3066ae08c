"""Gives changed items their mentions, and finds the stored comments whose mentions change.

A comment that names no subject is about what its post is about. So a post that is new, edited or
gone may change what stored comments mention: they are written with it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from collector.collection.diff import Changes
from collector.threads.comments import PAGE, comments_of_post
from collector.watchlist.mentions import (
    MentionRules,
    are_same_mentions,
    read_posts,
    with_mentions,
)
from shared.communities import sharing_with, source_of
from shared.corrections.items import corrected, uncorrected
from shared.models import Comment, Mention, Post
from shared.store import COMMENTS, Query, Store
from shared.store.keys import item_key
from shared.times import hour_of

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item

# The comments of more new posts than this are looked for in one query, if they aren't many.
FEW_POSTS = 3


async def assign_mentions(
    store: Store, rules: MentionRules, changes: Mapping[str, Changes]
) -> dict[str, Changes]:
    """Return the changes with the mentions of their unmatched items, which are ready to write then.

    Stored comments whose mentions change join them. These may lie in hours, and in communities,
    that nothing else changes. Moved items keep their mentions. All comments of a changed thread are
    in memory at a time. Raises StoreError.
    """
    found = dict(changes)
    work = _Matching(rules, found)
    if not rules.is_empty:
        await asyncio.to_thread(work.match_texts)
        work.threads = await read_posts(store, rules, work.unknown_threads())
        for name, places in work.changed_threads().items():
            for place in (name, *sharing_with(name, rules.watched)):
                work.stored[place] += await _comments_of(store, place, places)
    await asyncio.to_thread(work.assign)
    return found


@dataclass(frozen=True)
class _Threads:
    """The posts of a community whose stored comments may change: new ones, and ids of others."""

    new: list[Post] = field(default_factory=list)
    others: list[str] = field(default_factory=list)


class _Matching:
    """The matching of one set of changes."""

    def __init__(self, rules: MentionRules, changes: dict[str, Changes]) -> None:
        self.threads: dict[str, Post] = {}
        """The stored posts of comments that name nothing, by the id."""
        self.stored: dict[str, list[Comment]] = defaultdict(list)
        """By community, the stored comments of changed threads."""
        self._rules = rules
        self._changes = changes
        self._by_text: dict[str, list[Mention]] = {}
        self._subjects: dict[str, list[str]] = {}
        self._gone = {post for each in changes.values() for post in each.removed_posts}
        self._own = {
            post["id"]: post
            for each in changes.values()
            for post in (*each.posts, *each.unmatched_posts)
        }

    def match_texts(self) -> None:
        """Match the texts of new and edited items. It is slow."""
        for each in self._changes.values():
            for post in each.unmatched_posts:
                self._by_text[_key(post)] = self._rules.by_text(post)
                self._subjects[post["id"]] = self._rules.of_thread(post)
            for comment in each.unmatched_comments:
                self._by_text[_key(comment)] = self._rules.by_text(comment)

    def unknown_threads(self) -> dict[str, list[Comment]]:
        """Return the comments that name nothing and whose post isn't among the changes."""
        known = self._own.keys() | self._gone
        return {
            name: [
                comment
                for comment in each.unmatched_comments
                if comment["post_id"] not in known and not self._by_text[_key(comment)]
            ]
            for name, each in self._changes.items()
        }

    def changed_threads(self) -> dict[str, _Threads]:
        """Return by community the posts whose stored comments may mention something else.

        A new post about nothing changes no comment.
        """
        found: dict[str, _Threads] = defaultdict(_Threads)
        for name, each in self._changes.items():
            rewritten = frozenset(each.rewritten)
            for post in each.unmatched_posts:
                if _key(post) in rewritten:
                    found[name].others.append(post["id"])
                elif self._subjects[post["id"]]:
                    found[name].new.append(post)
            if each.removed_posts:
                found[name].others.extend(each.removed_posts)
        return found

    def assign(self) -> None:
        """Set the mentions of all items. It is slow."""
        for each in self._changes.values():
            for post in each.unmatched_posts:
                each.posts.append(self._matched(post, ()))
            for comment in each.unmatched_comments:
                each.comments.append(self._matched_comment(comment))
            each.unmatched_posts, each.unmatched_comments = [], []
        for name, comments in self.stored.items():
            self._add_stored(name, comments)

    def _add_stored(self, name: str, comments: Sequence[Comment]) -> None:
        """Add the stored comments of a community whose mentions change."""
        changes = self._changes.get(name, Changes())
        known = {comment["id"]: n for n, comment in enumerate(changes.comments)}
        gone = frozenset(changes.removed_comments)
        for comment in comments:
            place = known.get(comment["id"])
            if comment["id"] in gone or (place is not None and _key(comment) in self._by_text):
                continue
            base = comment if place is None else changes.comments[place]
            matched = self._matched_comment(base)
            if are_same_mentions(matched, base):
                continue
            if place is None:
                changes.comments.append(matched)
                changes.rewritten.append(_key(comment))
            else:
                changes.comments[place] = matched
            changes.hours.add(hour_of(comment["order_key"]))
            self._changes[name] = changes

    def _matched_comment(self, comment: Comment) -> Comment:
        return self._matched(comment, self._thread_of(comment))

    def _matched(self, item: I, thread: Sequence[str]) -> I:
        """Return an item with its mentions, and with what a person corrected of it."""
        plain = uncorrected(item)
        if self._rules.is_empty:
            return corrected(with_mentions(plain, [], {}))
        by_text = self._by_text.get(_key(item))
        if by_text is None:
            by_text = self._rules.by_text(item)
        mentions = self._rules.mentions(plain, by_text, thread)
        return corrected(with_mentions(plain, mentions, self._rules.current))

    def _thread_of(self, comment: Comment) -> Sequence[str]:
        post_id = comment["post_id"]
        if post_id not in self._subjects:
            post = None if post_id in self._gone else self._own.get(post_id)
            post = post or self.threads.get(post_id)
            self._subjects[post_id] = self._rules.of_thread(post) if post else []
        return self._subjects[post_id]


async def _comments_of(store: Store, community: str, threads: _Threads) -> list[Comment]:
    """Return the stored comments of these posts that lie in a community."""
    ids = [post["id"] for post in threads.new]
    found: list[Comment] = []
    # Whoever pushes may date comments before their posts.
    if len(ids) > FEW_POSTS and source_of(community) != "push":
        start = min(post["created_utc"] for post in threads.new)
        page = await store.query(Query(COMMENTS, community, PAGE, at_least=start))
        if len(page) < PAGE:
            wanted = frozenset(ids)
            found += [comment for comment in page if comment["post_id"] in wanted]
            ids = []
    for post in (*ids, *threads.others):
        found += await comments_of_post(store, community, post)
    return found


def _key(item: Post | Comment) -> str:
    return item_key(item["kind"], item["id"])
