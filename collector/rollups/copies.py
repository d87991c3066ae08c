"""Which posts are copies of others: the one rule, for lists, figures and trends.

A post is a copy where it shows another one (a cross-post), shows the same one as another, or where
its author has posted the same words within a week before: sent to three communities, they are said
once. The earliest is the original. The words are compared as searches compare them, without
punctuation. A name is needed, since accounts that are gone can't be told apart; and MIN_OWN_WORDS,
since one person may well ask "Is Claude down?" twice. Threads that come round by the clock repeat
their words each time and are no copies. Comments are none either.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypedDict

from collector.text.recurring import is_recurring
from shared.models import ALL, Likeness, Post, copy_marks
from shared.store import HOURS_OF_ALL, POSTS, Key, Store
from shared.store.keys import item_key, key_of_place
from shared.text import folded
from shared.times import Window, parse_iso

# A text that comes again more than a week later is no copy.
WITHIN = timedelta(days=7)
# Of one author. Two people may say the same eight by chance: collector/trending/near_copies.py.
MIN_OWN_WORDS = 6
KEY_BYTES = 8
WORD = re.compile(r"\w+")
# Of scripts that put no blank between words each letter is one.
UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff"
WORD_OR_LETTER = re.compile(rf"[{UNSPACED}]|(?:(?![{UNSPACED}])\w)+")


class Marks(TypedDict):
    """What a post is marked as: a copy of one, and copied by others."""

    copy_of: str | None
    copies: list[str]


def words_of(text: str) -> str:
    """Return the words of a text as they are compared with another's."""
    plain = folded(text)
    return " ".join((WORD if plain.isascii() else WORD_OR_LETTER).findall(plain))


def count_words(words: str) -> int:
    """Count the words of what `words_of` returns."""
    return words.count(" ") + 1 if words else 0


def likeness_of(post: Post) -> Likeness:
    """Return what tells whether a post is a copy, and its marks; empty where it can be none."""
    found = Likeness()
    if post["deleted"]:
        return found
    if text := _text_key(post):
        found["text"] = text
    if parent := post.get("crosspost_parent"):
        found["parent"] = parent
    return {**found, **copy_marks(post)}


def _text_key(post: Post) -> str | None:
    words = words_of(f"{post['title']} {post['content']}")
    if not post["author"] or count_words(words) < MIN_OWN_WORDS or is_recurring(post):
        return None
    said = f"{post['author'].lower()}\n{words}".encode("utf-8", "replace")
    return blake2b(said, digest_size=KEY_BYTES).hexdigest()


async def unmarked_posts(
    store: Store, names: Sequence[str], since: datetime, until: datetime
) -> dict[str, list[Post]]:
    """Return by community the posts whose marks have to change, with the right ones.

    It reads the hours of `all` of that time in one batch, and then just those posts. Nothing is
    remembered between two calls: whatever was edited, removed, moved or not marked since is found.
    """
    hours = Window(since, until).hours()
    found = await store.read_many(HOURS_OF_ALL, [(ALL, hour) for hour in hours])
    watched = frozenset(names)
    index: dict[str, Likeness] = {}
    for document in found.values():
        for name, share in document["shares"].items():
            if name in watched:
                texts = share.get("texts", {})
                index.update((f"{name}/{key}", texts.get(key, {})) for key, _ in share["posts"])
    wrong = wrong_marks(index, hours[0])
    keys: dict[str, Key] = {place: key_of_place(place) for place in wrong}
    stored = await store.read_many(POSTS, keys.values())
    changed: dict[str, list[Post]] = defaultdict(list)
    for place, marks in wrong.items():
        if (post := stored.get(keys[place])) is not None:
            changed[post["community"]].append(_with_marks(post, marks))
    return changed


def wrong_marks(index: Mapping[str, Likeness], since: str) -> dict[str, Marks]:
    """Return by place the marks of those that have others now.

    index holds all posts since an hour (YYYY-MM-DDTHH). A copy of an earlier one stays marked.
    """
    wrong: dict[str, Marks] = {}
    for group in _groups(index):
        copy_of: dict[str, str | None] = {}
        for place in group:
            known = index[place].get("copy_of")
            is_kept = known is not None and _order_key(known) < since
            first = group[0] if place != group[0] else None
            copy_of[place] = known if is_kept else first
        copies_of: dict[str | None, list[str]] = defaultdict(list)
        for place in group:
            copies_of[copy_of[place]].append(place)
        for place in group:
            copies = copies_of.get(place, [])
            is_same = copy_of[place] == index[place].get("copy_of")
            if not is_same or copies != index[place].get("copies", []):
                wrong[place] = Marks(copy_of=copy_of[place], copies=copies)
    return wrong


def _groups(index: Mapping[str, Likeness]) -> Iterator[list[str]]:
    """Yield the places of posts that say the same, oldest first, each place once."""
    roots: dict[str, str] = {}

    def root_of(name: str) -> str:
        while (above := roots.setdefault(name, name)) != name:
            roots[name] = roots[above]
            name = roots[name]
        return name

    for place, likeness in index.items():
        own = root_of(_item_key(place))
        if text := likeness.get("text"):
            roots[root_of(text)] = own
        if parent := likeness.get("parent"):
            roots[root_of(item_key("post", parent))] = own
    members: dict[str, list[str]] = defaultdict(list)
    for place in index:
        members[root_of(_item_key(place))].append(place)
    for places in members.values():
        yield from _apart(sorted(places, key=lambda place: (_order_key(place), place)))


def _apart(places: Sequence[str]) -> Iterator[list[str]]:
    """Yield runs of places, in which each follows the one before within a week."""
    run = [places[0]]
    for place in places[1:]:
        if _created(place) - _created(run[-1]) > WITHIN:
            yield run
            run = []
        run.append(place)
    yield run


def _with_marks(post: Post, marks: Marks) -> Post:
    marked: Post = {**post}
    marked.pop("copy_of", None)
    marked.pop("copies", None)
    if marks["copy_of"]:
        marked["copy_of"] = marks["copy_of"]
    if marks["copies"]:
        marked["copies"] = marks["copies"]
    return marked


def earliest_compared(now: datetime, oldest_new: str | None) -> datetime:
    """Return since when posts are compared: a week, or more where a first backfill went deeper."""
    week_ago = now - WITHIN
    if oldest_new is None:
        return week_ago
    return min(week_ago, parse_iso(f"{oldest_new}:00:00Z"))


def _order_key(place: str) -> str:
    return place.partition("/")[2]


def _item_key(place: str) -> str:
    return item_key("post", key_of_place(place)[1])


def _created(place: str) -> datetime:
    return parse_iso(_order_key(place).partition("_")[0])
