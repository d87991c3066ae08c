"""Decides which subjects an item is about, and how: by its text, its thread or its home."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from collector.threads.parents import Parents, read_parents
from collector.threads.replies import answered, by_key, mention_by_parent
from shared.communities import sharing_with
from shared.corrections.items import corrected, for_subjects, uncorrected
from shared.models import Comment, Mention, Post, Via, Watchlist
from shared.store import POSTS, Store
from shared.subjects.matcher import Matcher, matcher_of
from shared.subjects.texts import matches_of, subjects_of_thread
from shared.text.form import MARKDOWN
from shared.text.forms import FORMS

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item


@dataclass(frozen=True)
class MentionRules:
    """The rules of the watchlist, as one piece of work applies them.

    homes are the subjects whose home a community is, by its name in lower case. current are the ids
    of subjects, by themselves and by those that were merged into them. watched are the communities
    that are collected: some share their items.
    """

    matcher: Matcher
    homes: Mapping[str, Sequence[str]]
    current: Mapping[str, str]
    watched: Sequence[str] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether there are no subjects."""
        return not self.current

    @classmethod
    def of(cls, watchlist: Watchlist, watched: Sequence[str]) -> "MentionRules":
        """Return the rules of a watchlist."""
        homes: dict[str, list[str]] = defaultdict(list)
        current: dict[str, str] = {}
        for subject in watchlist["subjects"]:
            merged = dict.fromkeys(subject["merged_from"], subject["id"])
            current = {**merged, **current, subject["id"]: subject["id"]}
            for name in dict.fromkeys(home.lower() for home in subject["home"]):
                homes[name].append(subject["id"])
        matcher = matcher_of(watchlist["subjects"])
        return cls(matcher, dict(homes), current, watched)

    def by_text(self, item: Post | Comment) -> list[Mention]:
        """Return the mentions of the subjects that an item names. It is slow."""
        return [
            Mention(subject=match.subject, via="text", matched=list(match.words))
            for match in matches_of(self.matcher, item)
        ]

    def of_thread(self, post: Post) -> list[str]:
        """Return the subjects that a post is about, for comments that name none. It is slow."""
        return [match.subject for match in subjects_of_thread(self.matcher, post)]

    def mentions(
        self,
        item: Post | Comment,
        by_text: list[Mention],
        thread: Sequence[str],
        parent: Sequence[str] | None = None,
    ) -> list[Mention]:
        """Return an item's mentions: by text, else by its parent, by thread, or by home.

        thread are the subjects of a comment's post, by `of_thread`. What is deleted, or a
        program's, has none: it says nothing of its author's. A bare reply that was scored as the
        comment that it answers mentions what that names: the subjects in parent or, if that is
        None, those that it mentioned so.
        """
        if by_text:
            return by_text
        if item["deleted"] or is_of_program(item):
            return []
        if by_parent := self._by_parent(item) if parent is None else parent:
            return [mention_by_parent(subject) for subject in by_parent]
        if thread:
            return _all(thread, "thread")
        return _all(self.homes.get(item["community"].lower(), ()), "home")

    def _by_parent(self, item: Post | Comment) -> list[str]:
        taken = [each["subject"] for each in item.get("mentions", ()) if "by" in each]
        return list(dict.fromkeys(self.current[each] for each in taken if each in self.current))


def is_of_program(item: Post | Comment) -> bool:
    """Return whether an item's author is a program of its source."""
    return FORMS.get(item["source"], MARKDOWN).is_bot(item["author"])


def with_mentions(item: I, mentions: Sequence[Mention], current: Mapping[str, str]) -> I:
    """Return an item with these mentions; one without any lacks the field.

    A mention that the item had already keeps its sentiment: the same words name the same subject,
    or what it was merged into by `current` of the rules. An item whose text changed has none yet.
    """
    matched: I = {**item}
    before = matched.pop("mentions", [])
    if mentions:
        known = {
            _words_of(each, current): each["sentiment"] for each in before if "sentiment" in each
        }
        matched["mentions"] = [
            {**each, "sentiment": known[words]}
            if (words := _words_of(each, current)) in known
            else each
            for each in mentions
        ]
    return matched


def _words_of(mention: Mention, current: Mapping[str, str]) -> tuple[str, Via, tuple[str, ...]]:
    """Return what a mention is, but for its sentiment."""
    subject = current.get(mention["subject"], mention["subject"])
    return subject, mention["via"], tuple(mention["matched"])


async def rematched(
    store: Store, rules: MentionRules, posts: Iterable[Post], comments: Iterable[Comment]
) -> tuple[list[Post], list[Comment]]:
    """Return those of the stored items whose mentions differ by these rules, with the right ones.

    The posts of the comments are read in one batch, unless they are given. A comment whose post
    isn't kept any more goes on mentioning what it did by its thread. Raises StoreError.
    """
    listed, of_posts = list(comments), {post["id"]: post for post in posts}
    missing: dict[str, list[Comment]] = defaultdict(list)
    for comment in listed:
        if comment["post_id"] not in of_posts:
            missing[comment["community"]].append(comment)
    threads = {**await read_posts(store, rules, missing), **of_posts}
    replies = [comment for comment in listed if "by" in comment["sentiment"]]
    parents = await read_parents(store, replies, rules.watched)
    return await asyncio.to_thread(
        _rematched, rules, list(of_posts.values()), listed, threads, parents
    )


def _rematched(
    rules: MentionRules,
    posts: Sequence[Post],
    comments: Sequence[Comment],
    threads: Mapping[str, Post],
    parents: Parents,
) -> tuple[list[Post], list[Comment]]:
    named = {comment["post_id"] for comment in comments} & threads.keys()
    about = {post: rules.of_thread(threads[post]) for post in named}
    by_parent = _subjects_by_parent(rules, comments, parents)
    new_posts = [
        _corrected(
            rules, with_mentions(post, rules.mentions(post, rules.by_text(post), ()), rules.current)
        )
        for post in map(uncorrected, posts)
    ]
    new_comments = [
        _corrected(
            rules,
            with_mentions(
                each,
                rules.mentions(
                    each,
                    rules.by_text(each),
                    about[each["post_id"]]
                    if each["post_id"] in named
                    else _kept_thread(rules, each),
                    by_parent.get(each["id"]),
                ),
                rules.current,
            ),
        )
        for each in map(uncorrected, comments)
    ]
    return _changed(posts, new_posts), _changed(comments, new_comments)


def _corrected(rules: MentionRules, item: I) -> I:
    """Return a matched item with its correction, as far as its subjects are there."""
    if "correction" not in item:
        return item
    correction = for_subjects(item["correction"], rules.current)
    matched: I = {**item, "correction": correction}
    return corrected(matched)


def are_same_mentions(one: Post | Comment, other: Post | Comment) -> bool:
    """Return whether two states of an item mention the same, also of what a person rejected."""
    names = ("mentions", "rejected")
    return all(one.get(name, []) == other.get(name, []) for name in names)


def _subjects_by_parent(
    rules: MentionRules, comments: Sequence[Comment], parents: Parents
) -> dict[str, list[str]]:
    """Return what bare replies are about that have a stored parent's sentiment, by their ids.

    That is what a comment names that they answer; a post leaves them to its thread.
    """
    found: dict[str, list[str]] = {}
    known = {**by_key(parents.posts), **by_key(parents.comments), **by_key(comments)}
    for comment in comments:
        parent = answered(comment, known) if "by" in comment["sentiment"] else None
        if parent is not None:
            named = rules.by_text(parent) if parent["kind"] == "comment" else []
            found[comment["id"]] = [each["subject"] for each in named]
    return found


def _kept_thread(rules: MentionRules, comment: Comment) -> list[str]:
    by_thread = [each["subject"] for each in comment.get("mentions", ()) if each["via"] == "thread"]
    kept = (rules.current[subject] for subject in by_thread if subject in rules.current)
    return list(dict.fromkeys(kept))


def _changed(before: Sequence[I], after: Sequence[I]) -> list[I]:
    pairs = zip(before, after, strict=True)
    return [new for old, new in pairs if not are_same_mentions(new, old)]


async def read_posts(
    store: Store, rules: MentionRules, comments: Mapping[str, Sequence[Comment]]
) -> dict[str, Post]:
    """Return the stored posts of these comments by the id, in one batch.

    comments are by community. A comment's post may lie in another community that shares its items.
    """
    keys = {
        (place, comment["post_id"])
        for name, some in comments.items()
        for place in (name, *sharing_with(name, rules.watched))
        for comment in some
    }
    found = await store.read_many(POSTS, sorted(keys)) if keys else {}
    return {post["id"]: post for post in found.values()}


def _all(subjects: Sequence[str], via: Via) -> list[Mention]:
    return [Mention(subject=each, via=via, matched=[]) for each in subjects]
