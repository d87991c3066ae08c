"""The objects that the stand-in has, as the archive has them: retrieved once, and once more."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.reddit.objects import RedditObject, text_field
from shared.times import Clock, utc_now

DAY = 86400
# When the archive retrieves an object, in seconds after it was written.
FIRST_LOOK = 20.0
SECOND_LOOK = 36 * 3600.0
KINDS: Mapping[str, str] = {"t3": "posts", "t1": "comments"}
PREFIXES = tuple(f"{kind}_" for kind in KINDS)
# What the archive shows of a count until it has looked a second time.
PLACEHOLDERS: Mapping[str, Mapping[str, object]] = {
    "posts": {"score": 1, "ups": 1, "num_comments": 0, "upvote_ratio": 1.0},
    "comments": {"score": 1, "ups": 1},
}
NO_HTML = ("body_html", "selftext_html")

Data = dict[str, Any]


@dataclass(slots=True)
class Archived:
    """One object: as Reddit shows it by now, and when the archive retrieves it (Unix seconds)."""

    kind: str
    created: float
    arrives: float
    data: Data
    looks_again: float | None
    meta: Data = field(default_factory=dict)

    def at(self, now: float) -> Data:
        """Return the object as the archive shows it at this time."""
        shown = {name: value for name, value in self.data.items() if name not in NO_HTML}
        shown["retrieved_on"] = int(self.arrives)
        if self.looks_again is None or now < self.looks_again:
            meta = {"note": "no_2nd_retrieval"} if self.looks_again is None else {}
            return {**shown, **PLACEHOLDERS[self.kind], "_meta": meta}
        return {**shown, "_meta": {"retrieved_2nd_on": int(self.looks_again), **self.meta}}


class Archive:
    """The objects, by subreddit and kind; `auto` is how many a search with limit=auto gives."""

    def __init__(self, *, clock: Clock = utc_now, auto: int = 1000) -> None:
        self.auto = auto
        self._clock = clock
        self._shelves: dict[tuple[str, str], list[Archived]] = {}
        self._by_name: dict[tuple[str, str], Archived] = {}

    def add(
        self,
        things: Iterable[RedditObject],
        *,
        delay: float = FIRST_LOOK,
        looks_again: float | None = SECOND_LOOK,
        at: float | None = None,
    ) -> None:
        """Add objects, which the archive shows `delay` seconds after they were written.

        It looks at them again after `looks_again` seconds; None: never. `at` is the time of those
        that have none.
        """
        for thing in things:
            data = dict(thing["data"])
            created = float(data["created_utc"]) if at is None else at
            if at is None:
                data["created_utc"] = created = int(created)
            kind = KINDS[thing["kind"]]
            second = None if looks_again is None else created + max(delay, looks_again)
            archived = Archived(kind, created, created + delay, data, second)
            shelf = self._shelves.setdefault((str(data["subreddit"]).lower(), kind), [])
            insort(shelf, archived, key=_order)
            self._by_name[kind, str(data["id"])] = archived

    def change(self, name: str, meta: Mapping[str, object], **fields: object) -> None:
        """Change an object and what the second look says of it, by its fullname."""
        prefix, _, thing_id = name.partition("_")
        archived = self._by_name[KINDS[prefix], thing_id]
        archived.data.update(fields)
        archived.meta.update(meta)

    def look_again(self, name: str) -> None:
        """Have the archive look at an object a second time now, by its fullname."""
        prefix, _, thing_id = name.partition("_")
        self._by_name[KINDS[prefix], thing_id].looks_again = self._clock().timestamp()

    def edit(self, name: str, text: str) -> None:
        """Replace an object's text, as its author does before the second look."""
        fields = {text_field(name.partition("_")[0]): text}
        self.change(name, {"is_edited": True}, **fields)

    def take_back(self, name: str, by: str = "deleted") -> None:
        """Delete an object before the second look: the archive keeps its text."""
        self.change(name, {"was_deleted_later": True, "removal_type": by})

    def search(
        self,
        kind: str,
        subreddit: str,
        *,
        after: float | None,
        before: float | None,
        limit: int,
        newest_first: bool,
    ) -> list[Data]:
        """Return objects created between these times, both excluded, in their order.

        Those of one second are in the same order in either direction.
        """
        now = self._clock().timestamp()
        shelf = self._shelves.get((subreddit.lower(), kind), [])
        first = 0 if after is None else bisect_right(shelf, after, key=_created)
        end = len(shelf) if before is None else bisect_left(shelf, before, key=_created)
        found = [each for each in shelf[first:end] if each.arrives <= now]
        if newest_first:
            found.sort(key=_created, reverse=True)
        return [each.at(now) for each in found[:limit]]

    def by_ids(self, kind: str, ids: Sequence[str]) -> list[Data]:
        """Return those of the objects that are there; an id may begin with t3_ or t1_."""
        now = self._clock().timestamp()
        bare = (each[3:] if each.startswith(PREFIXES) else each for each in ids)
        found = [self._by_name.get((kind, each)) for each in bare]
        return [each.at(now) for each in found if each is not None and each.arrives <= now]

    def days(
        self, kind: str, subreddit: str, after: float | None, before: float | None
    ) -> list[dict[str, int]]:
        """Return the number of objects of each day that begins between these times."""
        now = self._clock().timestamp()
        shelf = self._shelves.get((subreddit.lower(), kind), [])
        counts = Counter(int(each.created) // DAY * DAY for each in shelf if each.arrives <= now)
        first = float("-inf") if after is None else after
        end = float("inf") if before is None else before
        return [
            {"date": day, "value": count}
            for day, count in sorted(counts.items())
            if first < day < end
        ]


def _created(archived: Archived) -> float:
    return archived.created


def _order(archived: Archived) -> tuple[float, str]:
    return archived.created, str(archived.data.get("id"))
