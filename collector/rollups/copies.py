"""The rule that decides which posts are copies; lists, figures and trends all use it.

A post is a copy if it is a cross-post of another post, if it cross-posts the same post as another
one, or if its author posted the same words in the week before. The earliest post is the original.
Words are compared as in searches, without punctuation. Posts without an author's name are never
copies, because deleted accounts are indistinguishable. Neither are posts with fewer than
MIN_OWN_WORDS words, because one person may ask "Is Claude down?" twice; nor recurring threads,
which repeat their words on a schedule; nor comments (repeated.py has what counts of those).
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import TypedDict

from collector.text.recurring import is_recurring
from shared.models import ALL, Likeness, Post, ScopeHour, copy_marks
from shared.stats.hour_parts import newest_within, with_parts
from shared.store import HOURS_OF_ALL, POSTS, Key, Store
from shared.store.keys import item_key, key_of_place
from shared.text.words import count_words, words_of
from shared.times import Window, hour_of, iso, parse_iso

# The same text more than a week later isn't a copy.
WITHIN = timedelta(days=7)
# For posts of one author; shared/topics/near_copies.py compares different authors.
MIN_OWN_WORDS = 6
# Parts of split hours, of about 64 KB: 5,000 request units.
MAX_PARTS_READ = 1000
KEY_BYTES = 8


class Marks(TypedDict):
    """The marks of a post: the post that it copies, and the posts that copy it."""

    copy_of: str | None
    copies: list[str]


def likeness_of(post: Post) -> Likeness:
    """Return what decides whether a post is a copy, and its marks; empty if it can't be one."""
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
    """Return by community the posts whose marks must change, with the right marks.

    It reads the hours of `all` of that time in one batch, and then only these posts. No state is
    kept between calls, so it finds every post that was edited, removed, moved or left unmarked.
    Where hours are split, it reads the newest of them, of MAX_PARTS_READ parts.
    """
    firsts = await _hours_of_all(store, since, until)
    kept = newest_within(firsts, MAX_PARTS_READ)
    index = await _index(store, names, kept)
    # A copy of a post before these hours keeps its mark.
    first = hour_of(iso(since)) if len(kept) == len(firsts) else min(hour for _, hour in kept)
    return await _with_right_marks(store, wrong_marks(index, first))


async def unmarked_near(
    store: Store, names: Sequence[str], first: str, last: str, *, community: str
) -> dict[str, list[Post]]:
    """Return the same for posts of a community in these hours that came late, and those they mark.

    Of the posts more than a week away, it reads those that the marks of nearer ones name. Where
    hours are split into more than MAX_PARTS_READ parts, it reads the community's part of the older
    ones: copies among other communities are left unmarked there.
    """
    since, until = (parse_iso(f"{hour}:00:00Z") for hour in (first, last))
    firsts = await _hours_of_all(store, since - WITHIN, until + WITHIN + timedelta(hours=1))
    kept = newest_within(firsts, MAX_PARTS_READ)
    older = {key: each for key, each in firsts.items() if key not in kept}
    index = await _index(store, names, older, [community])
    index.update(await _index(store, names, kept))
    watched = frozenset(names)
    while missing := _marked(index, watched) - index.keys():
        keys = {key_of_place(place): place for place in missing}
        index.update(dict.fromkeys(missing, Likeness()))
        for key, post in (await store.read_many(POSTS, keys)).items():
            index[keys[key]] = likeness_of(post)
    return await _with_right_marks(store, wrong_marks(index, ""))


def _marked(index: Mapping[str, Likeness], watched: frozenset[str]) -> set[str]:
    """Return the places in watched communities that the marks of these posts name."""
    named = {place for likeness in index.values() for place in likeness.get("copies", ())}
    named |= {likeness["copy_of"] for likeness in index.values() if "copy_of" in likeness}
    return {place for place in named if key_of_place(place)[0] in watched}


async def _hours_of_all(store: Store, since: datetime, until: datetime) -> dict[Key, ScopeHour]:
    hours = Window(since, until).hours()
    return await store.read_many(HOURS_OF_ALL, [(ALL, hour) for hour in hours])


async def _index(
    store: Store,
    names: Sequence[str],
    firsts: Mapping[Key, ScopeHour],
    own: Collection[str] | None = None,
) -> dict[str, Likeness]:
    """Return the likenesses of the posts of these hours, by place.

    own: of split hours, only the parts of these communities are read.
    """
    found = await with_parts(store, HOURS_OF_ALL, firsts, own)
    watched = frozenset(names)
    index: dict[str, Likeness] = {}
    for document in found.values():
        for name, share in document["shares"].items():
            if name in watched:
                texts = share.get("texts", {})
                index.update((f"{name}/{key}", texts.get(key, {})) for key, *_ in share["posts"])
    return index


async def _with_right_marks(store: Store, wrong: Mapping[str, Marks]) -> dict[str, list[Post]]:
    """Return by community these posts with the right marks."""
    keys: dict[str, Key] = {place: key_of_place(place) for place in wrong}
    stored = await store.read_many(POSTS, keys.values())
    changed: dict[str, list[Post]] = defaultdict(list)
    for place, marks in wrong.items():
        if (post := stored.get(keys[place])) is not None:
            changed[post["community"]].append(_with_marks(post, marks))
    return changed


def wrong_marks(index: Mapping[str, Likeness], since: str) -> dict[str, Marks]:
    """Return by place the right marks of the posts that have wrong ones.

    index has all posts since an hour (YYYY-MM-DDTHH). A copy of an earlier post keeps its mark.
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
    """Yield the places of each group of equal posts, oldest first."""
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
    """Split places into runs in which each post follows the previous one within a week."""
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
    """Return the time since which posts are compared: a week, or all of a first backfill."""
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
