"""The objects that the stand-in shows, with their JSON kept as text, in listings by subreddit."""

import json
from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from local.reddit.objects import (
    DELETED,
    REMOVED,
    RedditObject,
    as_html,
    fullname,
    text_field,
)

# "Most of Reddit's listings contain a maximum of 1000 items":
# https://praw.readthedocs.io/en/stable/code_overview/other/listinggenerator.html
LISTING_CAP = 1000


@dataclass(slots=True)
class Thing:
    """One object: its JSON as text, and the fields by which it is found."""

    name: str
    kind: str
    subreddit: str
    link: str
    created: float
    number: int
    text: str
    listed: bool = True
    place: int | None = None

    def read(self) -> RedditObject:
        """Return the object."""
        thing: RedditObject = json.loads(self.text)
        return thing


@dataclass(slots=True)
class Listing:
    """The newest listed things of one kind in one subreddit, newest first."""

    things: list[Thing]
    places: dict[str, int]

    def page(
        self, *, limit: int, after: str | None = None, before: str | None = None
    ) -> list[Thing]:
        """Return at most `limit` things after one, or before one.

        A name that isn't listed, or no longer, gives none, as on Reddit.
        """
        if before is not None:
            end = self.places.get(before, 0)
            return self.things[max(0, end - limit) : end]
        start = 0 if after is None else self.places.get(after, len(self.things)) + 1
        return self.things[start : start + limit]

    def is_last(self, thing: Thing) -> bool:
        """Return whether nothing is listed after it."""
        return self.things[-1] is thing


@dataclass(slots=True)
class Shelf:
    """All things of one kind in one subreddit, oldest first."""

    things: list[Thing] = field(default_factory=list)
    listing: Listing | None = None


class Board:
    """The objects that the stand-in shows, and how they change."""

    def __init__(self, subreddits: Iterable[str]) -> None:
        self.subreddits = {name.lower(): name for name in subreddits}
        self._things: dict[str, Thing] = {}
        self._shelves: dict[tuple[str, str], Shelf] = {}
        self._threads: dict[str, list[Thing]] = {}
        self._changed: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return len(self._things)

    def put(self, things: Iterable[RedditObject]) -> None:
        """Add new objects, and update known ones.

        An object that `change`, `edit`, `delete` or `remove` has changed is never overwritten.
        """
        for thing in things:
            known = self._things.get(fullname(thing))
            if known is None:
                self._add(thing)
            elif known.name not in self._changed:
                known.text = json.dumps(thing)

    def forget(self, before: float) -> None:
        """Drop objects created before a time (Unix seconds), except those that were changed."""
        for shelf in self._shelves.values():
            kept = [t for t in shelf.things if t.created >= before or t.name in self._changed]
            if len(kept) == len(shelf.things):
                continue
            for thing in shelf.things:
                if thing.created < before and thing.name not in self._changed:
                    del self._things[thing.name]
                    if thing.kind == "t1":
                        self._threads[thing.link].remove(thing)
            shelf.things, shelf.listing = kept, None

    def find(self, name: str) -> Thing | None:
        """Return the thing of this fullname, listed or not."""
        return self._things.get(name)

    def all(self, subreddit: str | None = None, kind: str | None = None) -> list[Thing]:
        """Return all things, oldest first, listed or not; only of a subreddit or kind if given."""
        shelves = [
            shelf.things
            for (name, its_kind), shelf in self._shelves.items()
            if subreddit in (None, name) and kind in (None, its_kind)
        ]
        return sorted(
            (thing for things in shelves for thing in things), key=lambda t: (t.created, t.number)
        )

    def listing(self, subreddit: str, kind: str) -> Listing:
        """Return the listing of a subreddit; the case of its name doesn't count."""
        shelf = self._shelves.get((subreddit.lower(), kind))
        if shelf is None:
            return Listing([], {})
        if shelf.listing is None:
            newest = _placed([thing for thing in reversed(shelf.things) if thing.listed])
            newest = newest[:LISTING_CAP]
            shelf.listing = Listing(newest, {thing.name: n for n, thing in enumerate(newest)})
        return shelf.listing

    def thread(self, post: str) -> list[Thing]:
        """Return the comments of a submission, by its fullname, oldest first."""
        return self._threads.get(post, [])

    def change(self, name: str, fields: dict[str, Any]) -> RedditObject:
        """Set fields of an object, and return it. Raises KeyError if the fullname is unknown."""
        thing = self._things[name]
        changed = thing.read()
        changed["data"].update(fields)
        thing.text = json.dumps(changed)
        self._changed.add(name)
        return changed

    def set_score(self, name: str, score: int) -> RedditObject:
        """Set an object's score, and return the object."""
        return self.change(name, {"score": score, "ups": max(0, score)})

    def edit(self, name: str, text: str, now: float) -> RedditObject:
        """Replace an object's text, as its author does."""
        return self.change(name, {**_words(self._things[name].kind, text), "edited": now})

    def place(self, name: str, place: int) -> RedditObject:
        """List an object at this place (0 is the first) despite its age, as Reddit does at times.

        Raises KeyError if the fullname is unknown.
        """
        thing = self._things[name]
        thing.place = place
        self._shelf(thing).listing = None
        return thing.read()

    def delete(self, name: str) -> RedditObject:
        """Delete an object as its author does: only /api/info still shows it, listings don't."""
        return self._take_away(name, DELETED, "deleted")

    def remove(self, name: str) -> RedditObject:
        """Remove an object as a moderator does: only /api/info still shows it, listings don't."""
        return self._take_away(name, REMOVED, "moderator")

    def _take_away(self, name: str, words: str, category: str) -> RedditObject:
        thing = self._things[name]
        fields = _words(thing.kind, words)
        if thing.kind == "t3":
            fields["removed_by_category"] = category
            if not thing.read()["data"].get("is_self", True):
                fields = {"removed_by_category": category}
        thing.listed = False
        self._shelf(thing).listing = None
        return self.change(name, {**fields, "author": DELETED, "author_fullname": None})

    def _add(self, thing: RedditObject) -> None:
        kind, data = str(thing["kind"]), thing["data"]
        name, subreddit = fullname(thing), str(data["subreddit"])
        self._count += 1
        added = Thing(
            name=name,
            kind=kind,
            subreddit=subreddit.lower(),
            link=str(data.get("link_id", "")),
            created=float(data["created_utc"]),
            number=self._count,
            text=json.dumps(thing),
        )
        self.subreddits.setdefault(subreddit.lower(), subreddit)
        self._things[name] = added
        if kind == "t1":
            self._threads.setdefault(added.link, []).append(added)
        shelf = self._shelf(added)
        insort(shelf.things, added, key=lambda t: (t.created, t.number))
        shelf.listing = None

    def _shelf(self, thing: Thing) -> Shelf:
        return self._shelves.setdefault((thing.subreddit, thing.kind), Shelf())


def _placed(newest: list[Thing]) -> list[Thing]:
    """Return the things, newest first, with those that have a place of their own at that place."""
    listed = [thing for thing in newest if thing.place is None]
    own = [(thing.place, thing) for thing in newest if thing.place is not None]
    for place, thing in sorted(own, key=lambda pair: pair[0]):
        listed.insert(place, thing)
    return listed


def _words(kind: str, text: str) -> dict[str, Any]:
    name = text_field(kind)
    return {name: text, f"{name}_html": as_html(text)}
