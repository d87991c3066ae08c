"""Compares seen items with stored ones: new, edited, moved, removed or unchanged."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Generic, Literal, TypeVar, cast

from collector.sentiment.base import Text
from collector.sentiment.scoring import text_of_post
from collector.sources.base import Seen, SeenComment, SeenPost
from shared.communities import SourceName, source_of
from shared.models import (
    REMOVED,
    Comment,
    CopyMarks,
    Item,
    Observation,
    Post,
    TextScore,
    copy_marks,
)
from shared.store.keys import item_key, order_key
from shared.times import hour_of, iso, iso_from_epoch, parse_iso

I = TypeVar("I", Post, Comment)  # noqa: E741 - an item
N = TypeVar("N", int, float)

Change = Literal["new", "edited", "moved", "removed", "unchanged"]

# Observations kept of a post: one an hour for a day, because velocity decays over a day.
OBSERVATIONS = 24

# Another machine's clock may be ahead by less than this; a later date is wrong.
MAX_AHEAD = timedelta(days=1)
FROM_THE_FUTURE = "dated in the future"


@dataclass(frozen=True)
class Draft(Generic[I]):
    """A new or edited item that isn't scored yet."""

    text: Text | None
    """The text to score; None if the item was removed."""
    scored: Callable[[TextScore], I]
    """Return the item with what a method found in its text."""


@dataclass
class Changes:
    """The changes of one community: items to write, and hours whose statistics change.

    Scoring turns drafts into unmatched items, and matching turns those into posts and comments.
    """

    posts: list[Post] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    draft_posts: list[Draft[Post]] = field(default_factory=list)
    draft_comments: list[Draft[Comment]] = field(default_factory=list)
    unmatched_posts: list[Post] = field(default_factory=list)
    unmatched_comments: list[Comment] = field(default_factory=list)
    removed_posts: list[str] = field(default_factory=list)
    removed_comments: list[str] = field(default_factory=list)
    rewritten: list[str] = field(default_factory=list)
    """The keys of stored items that are written over, and aren't new."""
    uncorrected: list[str] = field(default_factory=list)
    """The keys of corrected items that go, or lose their words: their corrections go, too."""
    hours: set[str] = field(default_factory=set)
    counts: dict[Change, int] = field(default_factory=dict)
    new_posts: int = 0
    new_comments: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Comparer:
    """Compares the items that a source shows with the stored ones.

    New and edited items will be scored. Items that only moved keep their sentiment, whatever method
    scored them. Unknown items created before `oldest` (an ISO time) are skipped, because the
    cleanup would remove them. So are items dated in the future, which it would never remove.
    """

    now: str
    oldest: str
    source_of: Callable[[str], SourceName] = source_of

    def compare(
        self,
        community: str,
        seen: Iterable[Seen],
        stored: Mapping[str, Item],
        *,
        listed: bool = False,
    ) -> Changes:
        """Return the changes; stored maps keys to items.

        Deleted items are removed. If a listing still shows them (listed), they stay without their
        words and author's name, because the next cycle would otherwise count them as new.
        """
        changes = Changes()
        latest = iso(parse_iso(self.now) + MAX_AHEAD)
        for each in {thing.key: thing for thing in seen}.values():
            thing = _without_words(each) if each.deleted else each
            known = stored.get(thing.key)
            if known is None and iso_from_epoch(thing.created_utc) < self.oldest:
                continue
            if known is None and iso_from_epoch(thing.created_utc) > latest:
                changes.left_out[FROM_THE_FUTURE] += 1
                continue
            change = _change(known, thing)
            changes.counts[change] = changes.counts.get(change, 0) + 1
            if change == "unchanged":
                continue
            if change == "new":
                changes.new_posts += isinstance(thing, SeenPost)
                changes.new_comments += isinstance(thing, SeenComment)
            created = known["created_utc"] if known else iso_from_epoch(thing.created_utc)
            if change != "moved":
                changes.hours.add(hour_of(created))
            if change == "removed" and known is not None and "correction" in known:
                changes.uncorrected.append(thing.key)
            if change == "removed" and not listed:
                gone = (
                    changes.removed_posts
                    if isinstance(thing, SeenPost)
                    else changes.removed_comments
                )
                gone.append(thing.id)
                continue
            if known is not None and change != "moved":
                changes.rewritten.append(thing.key)
            self._add(changes, community, thing, known, is_moved=change == "moved")
        return changes

    def _add(
        self, changes: Changes, community: str, thing: Seen, known: Item | None, *, is_moved: bool
    ) -> None:
        source = known["source"] if known else self.source_of(community)
        if isinstance(thing, SeenPost):
            post = cast("Post | None", known)
            if is_moved and post is not None:
                changes.posts.append(self._moved_post(thing, post))
            else:
                words = text_of_post(thing.title, thing.content)
                text = None if thing.deleted else Text(words, source, thing.author)
                changes.draft_posts.append(Draft(text, partial(self._post, community, thing, post)))
            return
        comment = cast("Comment | None", known)
        if is_moved and comment is not None:
            changes.comments.append(_moved_comment(thing, comment))
        else:
            text = None if thing.deleted else Text(thing.content, source, thing.author)
            finish = partial(self._comment, community, thing, comment)
            changes.draft_comments.append(Draft(text, finish))

    def _observed(self, seen: SeenPost, earlier: Sequence[Observation]) -> list[Observation]:
        """Return the latest observations, with this one if the source gives counts."""
        if seen.upvotes is None and seen.comment_count is None:
            return list(earlier)
        return [*earlier, self._observation(seen)][-OBSERVATIONS:]

    def _observation(self, seen: SeenPost) -> Observation:
        return Observation(at=self.now, upvotes=seen.upvotes, comment_count=seen.comment_count)

    def _moved_post(self, seen: SeenPost, known: Post) -> Post:
        return {
            **known,
            "upvotes": _latest(seen.upvotes, known, "upvotes"),
            "upvote_ratio": _latest(seen.upvote_ratio, known, "upvote_ratio"),
            "comment_count": _latest(seen.comment_count, known, "comment_count"),
            "flair": seen.flair,
            "edited": seen.edited,
            "stickied": seen.stickied,
            "distinguished": seen.distinguished,
            "crosspost_parent": seen.crosspost_parent,
            "observations": self._observed(seen, known["observations"]),
        }

    def _post(
        self,
        community: str,
        seen: SeenPost,
        known: Post | None,
        score: TextScore,
    ) -> Post:
        earlier = known["observations"] if known else []
        # The new words may be no copy; the end of the cycle checks the marks.
        marks = CopyMarks() if known is None or seen.deleted else copy_marks(known)
        return {
            **self._item(community, seen, known, score),
            "title": seen.title,
            "url": seen.url,
            "upvote_ratio": _latest(seen.upvote_ratio, known, "upvote_ratio"),
            "comment_count": _latest(seen.comment_count, known, "comment_count"),
            "flair": seen.flair,
            "crosspost_parent": seen.crosspost_parent,
            "observations": self._observed(seen, earlier),
            **marks,
        }

    def _comment(
        self,
        community: str,
        seen: SeenComment,
        known: Comment | None,
        score: TextScore,
    ) -> Comment:
        return {
            **self._item(community, seen, known, score),
            "post_id": seen.post_id,
            "parent_id": seen.parent_id,
        }

    def _item(
        self,
        community: str,
        seen: Seen,
        known: Item | None,
        score: TextScore,
    ) -> Item:
        created = known["created_utc"] if known else iso_from_epoch(seen.created_utc)
        item = Item(
            id=seen.id,
            source=known["source"] if known else self.source_of(community),
            community=community,
            kind=seen.kind,
            order_key=order_key(created, seen.id),
            author=seen.author,
            content=seen.content,
            permalink=seen.permalink,
            created_utc=created,
            upvotes=_latest(seen.upvotes, known, "upvotes"),
            collected_at=self.now,
            deleted=seen.deleted,
            edited=seen.edited,
            stickied=seen.stickied,
            distinguished=seen.distinguished,
            language=score["language"],
            sentiment=score["sentiment"],
        )
        if "kinds" in score:
            item["kinds"] = score["kinds"]
        if known is not None and "correction" in known and not seen.deleted:
            # It says of which text it is: matching applies it to that one alone.
            item["correction"] = known["correction"]
        return item


def remove(changes: Changes, items: Iterable[Item]) -> None:
    """Add the removal of these items, which their source no longer has."""
    for item in items:
        gone = changes.removed_posts if item["kind"] == "post" else changes.removed_comments
        gone.append(item["id"])
        if "correction" in item:
            changes.uncorrected.append(item_key(item["kind"], item["id"]))
        changes.hours.add(hour_of(item["created_utc"]))
        changes.counts["removed"] = changes.counts.get("removed", 0) + 1


def _moved_comment(seen: SeenComment, known: Comment) -> Comment:
    return {
        **known,
        "upvotes": _latest(seen.upvotes, known, "upvotes"),
        "edited": seen.edited,
        "stickied": seen.stickied,
        "distinguished": seen.distinguished,
    }


def _without_words(seen: Seen) -> Seen:
    """Return a deleted item without its words and its author's name."""
    if isinstance(seen, SeenComment):
        return replace(seen, author=None, content=REMOVED)
    return replace(
        seen, author=None, title=REMOVED, content=REMOVED, url=seen.permalink, flair=None
    )


def _change(known: Item | None, seen: Seen) -> Change:
    if known is None:
        return "new"
    if seen.deleted and not known["deleted"]:
        return "removed"
    # An item that comes back was approved.
    if known["deleted"] != seen.deleted or _text(known) != _seen_text(seen) or _left(known, seen):
        return "edited"
    return "moved" if _figures(known) != _seen_figures(seen, known) else "unchanged"


def _latest(count: N | None, known: Item | None, name: str) -> N | None:
    """Return a count, or the stored one where the source doesn't know it, or not yet."""
    if count is not None or known is None:
        return count
    return cast("N | None", known.get(name))


def _figures(known: Item) -> tuple[object, ...]:
    """Return the fields that change without an edit; older items lack some of them."""
    return (
        known["upvotes"],
        known.get("stickied", False),
        known.get("distinguished"),
        known.get("comment_count"),
        known.get("flair"),
        known.get("crosspost_parent"),
    )


def _seen_figures(seen: Seen, known: Item) -> tuple[object, ...]:
    figures = (_latest(seen.upvotes, known, "upvotes"), seen.stickied, seen.distinguished)
    if isinstance(seen, SeenComment):
        return (*figures, None, None, None)
    comments = _latest(seen.comment_count, known, "comment_count")
    return (*figures, comments, seen.flair, seen.crosspost_parent)


def _text(known: Item) -> tuple[str, str]:
    return str(known.get("title", "")), known["content"]


def _seen_text(seen: Seen) -> tuple[str, str]:
    return (seen.title if isinstance(seen, SeenPost) else ""), seen.content


def _left(known: Item, seen: Seen) -> bool:
    """Return whether the author was deleted since: the name must go, the words stay."""
    return seen.author is None and known["author"] is not None
