"""The items that an hour of `all` lists: enough to find them by label and kind of talk.

A post is [order_key, label], and a comment is p, n or - for its label and what follows the hour in
its order key. Where its kinds are known, their letters (shared/kinds.py) are a third string, or
follow the key after a blank.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple, cast

from shared.communities import Kind
from shared.kinds import LETTERS, Talk, letters_of
from shared.models import Comment, CommunityHour, Label, Post
from shared.times import HOUR_CHARS

LABELS_BY_INITIAL: Mapping[str, Label] = {"p": "positive", "n": "neutral", "-": "negative"}
INITIALS_OF_LABELS: Mapping[Label, str] = {each: sign for sign, each in LABELS_BY_INITIAL.items()}


class ListedItem(NamedTuple):
    """An item in an hour; kinds are letters, empty where unknown."""

    kind: Kind
    order_key: str
    label: Label
    kinds: str = ""


def pack_post(post: Post) -> list[str]:
    """Return a post as hours list it."""
    letters = letters_of(post.get("kinds", ()))
    return [post["order_key"], post["sentiment"]["label"], *([letters] if letters else [])]


def pack_comment(comment: Comment) -> str:
    """Return a comment as its hour lists it."""
    initial = INITIALS_OF_LABELS[comment["sentiment"]["label"]]
    return initial + with_letters(comment["order_key"][HOUR_CHARS:], comment.get("kinds", ()))


def posts_in(share: CommunityHour) -> Iterator[ListedItem]:
    """Yield the posts of an hour."""
    for order_key, label, *kinds in share["posts"]:
        yield ListedItem("post", order_key, cast("Label", label), "".join(kinds))


def comments_in(hour: str, share: CommunityHour) -> Iterator[ListedItem]:
    """Yield the comments of an hour; none if it was counted before comments were listed."""
    for each in share.get("comments", ()):
        rest, _, kinds = each[1:].partition(" ")
        yield ListedItem("comment", hour + rest, LABELS_BY_INITIAL[each[0]], kinds)


def with_letters(key: str, kinds: Collection[Talk]) -> str:
    """Return what an hour lists with the letters of kinds behind it, after a blank."""
    letters = letters_of(kinds)
    return f"{key} {letters}" if letters else key


def has_kind(letters: str, talk: Talk | None) -> bool:
    """Return whether an item with these letters is of a kind; True for None."""
    return talk is None or LETTERS[talk] in letters


def has_any_kind(letters: str, talk: Collection[Talk]) -> bool:
    """Return whether an item with these letters is of one of these kinds; True for none."""
    return not talk or any(LETTERS[each] in letters for each in talk)
