"""Reads the ranked days of a scope, and picks from them what a list holds.

They list every item with its compound, label, kind, via and kinds of talk (shared/stats/ranked.py),
so that an order is known before any item is read.
"""

import heapq
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from api.reads.hours import Reference
from api.reads.listing import COMMENT
from api.schema.values import Kind
from shared.kinds import LETTERS, Talk
from shared.models import Label, RankedDay, Via
from shared.stats.cells import COMPOUND_DIGITS
from shared.stats.hour_parts import read_whole
from shared.stats.listed import INITIALS_OF_LABELS
from shared.stats.ranked import (
    COMPOUND_UNITS,
    INITIALS_OF_KINDS,
    KIND_AT,
    LABEL_AT,
    TIME_AT,
    VIA_AT,
    compound_of,
    is_english,
    kind_of,
    kinds_of,
    order_key_of,
    ranked_key,
    ranked_part_keys,
    size_of,
)
from shared.stats.subjects import INITIALS_OF_VIAS
from shared.store import RANKED_DAYS, Key, Store
from shared.times import Window, day_of, hour_of

KINDS: tuple[Kind, ...] = ("post", "comment")
# Maximum cost of the ranked days of a window, in items. It leaves 160 of MAX_SORTED for the items
# of a page.
MAX_COST_OF_DAYS = 700
# Bytes of entries that cost as much as an item; a document costs one more. Those of a split day are
# larger, and large documents cost more by the byte.
BYTES_OF_DAY, BYTES_OF_HOUR = 12_500, 7_000
# The cost of the largest document of each: 450 kB and 2 MB.
MAX_DAY_COST, MAX_HOUR_COST = 37, 293
# That of a part of an hour of many communities: 256 kB.
MAX_PART_COST = 38

Hours = dict[str, dict[str, list[str]]]
"""Entries by hour (YYYY-MM-DDTHH) and community."""


class TooLong(Exception):
    """The ranked days of a window cost more than a page may."""


@dataclass(frozen=True)
class Wanted:
    """What a list holds of the items of a scope's window.

    names are communities; start (inclusive) and end (exclusive) are order keys, or begin them.
    """

    names: Collection[str]
    start: str
    end: str
    label: Label | None = None
    talk: Talk | None = None
    kinds: Collection[Kind] = KINDS
    via: Via | None = None

    def fits(self) -> Callable[[str], bool]:
        """Return what says of an entry whether it has the label, the kinds and the via."""
        labels = {INITIALS_OF_LABELS[self.label]} if self.label else {*INITIALS_OF_LABELS.values()}
        kinds = {INITIALS_OF_KINDS[kind] for kind in self.kinds}
        kinds |= {kind.upper() for kind in kinds}
        via = INITIALS_OF_VIAS[self.via] if self.via else None
        letter = LETTERS[self.talk] if self.talk else None

        def fits(entry: str) -> bool:
            return (
                entry[LABEL_AT] in labels
                and entry[KIND_AT] in kinds
                and (via is None or entry[VIA_AT] == via)
                and (letter is None or letter in kinds_of(entry))
            )

        return fits


class Ranked(NamedTuple):
    """An item in an order; they sort by rank, and then by place.

    within is what follows the hour in its place: minute, second, id, and the mark of a comment.
    """

    rank: int
    hour: str
    within: str
    community: str
    order_key: str
    kind: Kind

    @property
    def place(self) -> str:
        """Return the place of the item among all."""
        return self.order_key + (COMMENT if self.kind == "comment" else "")

    @property
    def reference(self) -> Reference:
        """Return what the item is read by."""
        return Reference(self.place, self.community, self.kind)


Rank = Callable[[str], int]
"""Returns the rank of an entry."""


@dataclass(frozen=True)
class RankedDays:
    """The entries of a scope's window, by hour and community; cost is in items."""

    hours: Hours
    cost: int

    def listed(self, wanted: Wanted) -> Iterator[tuple[str, str, str]]:
        """Yield the hour, the community and the entry of what a list holds."""
        fits = wanted.fits()
        first, last = hour_of(wanted.start), hour_of(wanted.end)
        for hour, by_name in self.hours.items():
            if not first <= hour <= last:
                continue
            is_whole = first < hour < last
            for name, entries in by_name.items():
                if name in wanted.names:
                    for entry in entries:
                        if fits(entry) and (is_whole or _is_inside(hour, entry, wanted)):
                            yield hour, name, entry

    def first(self, wanted: Wanted, rank: Rank, after: "After | None", most: int) -> list[Ranked]:
        """Return the first `most` items of a list in an order, the greatest rank first."""
        ranked = (
            (rank(entry), hour, _within(entry), name, entry)
            for hour, name, entry in self.listed(wanted)
        )
        if after is not None:
            ranked = (each for each in ranked if each[:3] < after)
        return [
            Ranked(number, hour, within, name, order_key_of(hour, entry), kind_of(entry))
            for number, hour, within, name, entry in heapq.nlargest(most, ranked)
        ]

    def holds(self, wanted: Wanted, place: str) -> bool:
        """Return whether a list holds the post at a place, "community/order_key"."""
        community, _, order_key = place.partition("/")
        hour, fits = hour_of(order_key), wanted.fits()
        return (
            community in wanted.names
            and wanted.start <= order_key < wanted.end
            and any(
                order_key_of(hour, entry) == order_key and kind_of(entry) == "post" and fits(entry)
                for entry in self.hours.get(hour, {}).get(community, ())
            )
        )

    def mean(self, wanted: Wanted, hours: Collection[str], *, counts_others: bool) -> float | None:
        """Return avg_sentiment of these hours, whatever the label, kind and kind of talk.

        It is rounded as statistics round it; None without items that count.
        """
        if not hours:
            return None
        of_scope = Wanted(wanted.names, min(hours), max(hours) + "~", via=wanted.via)
        compounds = [
            compound_of(entry)
            for _, _, entry in self.listed(of_scope)
            if counts_others or is_english(entry)
        ]
        if not compounds:
            return None
        return round(sum(compounds) / COMPOUND_UNITS / len(compounds), COMPOUND_DIGITS)


After = tuple[int, str, str]
"""The rank, the hour and what follows it in the place of the last item of a page."""


def after_place(rank: int, place: str) -> After:
    """Return what the items after this rank and place are compared with."""
    hour = hour_of(place)
    minute, second, rest = place[14:16], place[17:19], place[21:]
    return rank, hour, f"{minute}{second}{rest}"


async def read_ranked_days(
    store: Store, scope: str, window: Window, names: Sequence[str]
) -> RankedDays:
    """Return the entries of a window's items. Raises TooLong and StoreError.

    names are the watched communities: what lies under another case of a name comes under the name.
    """
    read = _Read(store, scope)
    days = await read.documents(window.days()[::-1], MAX_DAY_COST, BYTES_OF_DAY)
    split = {each["id"] for each in days if each.get("is_split")}
    of_split = [hour for hour in window.hours()[::-1] if day_of(hour) in split]
    days += await read.documents(of_split, MAX_HOUR_COST, BYTES_OF_HOUR)
    firsts = {ranked_key(scope, each["id"]): each for each in days}
    whole = await read_whole(firsts, ranked_part_keys, read.parts)
    days = [each for first, parts in whole.values() for each in (first, *parts)]
    own = {name.lower(): name for name in names}
    stored: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for each in days:
        for hour, by_name in each["hours"].items():
            stored[f"{day_of(each['id'])}T{hour}"].update(by_name)
    hours = {hour: _named(by_name, own) for hour, by_name in stored.items()}
    return RankedDays(hours, read.cost)


@dataclass
class _Read:
    """Reads documents of a scope, and adds up what they cost, in items."""

    store: Store
    scope: str
    cost: int = 0

    async def documents(self, ids: Sequence[str], most: int, bytes_of_one: int) -> list[RankedDay]:
        """Return the documents that exist; one costs `most` at most. Raises TooLong."""
        found: list[RankedDay] = []
        place = 0
        while place < len(ids):
            # No more are read at a time than would fit, were they as large as can be.
            size = max(1, (MAX_COST_OF_DAYS - self.cost) // most)
            keys = [ranked_key(self.scope, each) for each in ids[place : place + size]]
            some = (await self.store.read_many(RANKED_DAYS, keys)).values()
            self.cost += sum(_cost(each, bytes_of_one) for each in some)
            if self.cost > MAX_COST_OF_DAYS:
                raise TooLong
            found += some
            place += size
        return found

    async def parts(self, keys: Sequence[Key]) -> dict[Key, RankedDay]:
        """Return the parts of hours that exist, by key. Raises TooLong."""
        found = await self.documents([name for _, name in keys], MAX_PART_COST, BYTES_OF_HOUR)
        return {ranked_key(self.scope, each["id"]): each for each in found}


def _cost(document: RankedDay, bytes_of_one: int) -> int:
    size = sum(
        len(name) + size_of(entries)
        for by_name in document["hours"].values()
        for name, entries in by_name.items()
    )
    return 1 + size // bytes_of_one


def _named(stored: Mapping[str, list[str]], own: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the entries of an hour by the names as they are watched."""
    if all(own.get(name.lower(), name) == name for name in stored):
        return dict(stored)
    found: dict[str, list[str]] = {}
    for name, entries in stored.items():
        named = own.get(name.lower(), name)
        # An item that is being moved may be in both.
        found[named] = list(dict.fromkeys([*found.get(named, ()), *entries]))
    return found


def _within(entry: str) -> str:
    within = entry[TIME_AT:].partition(" ")[0]
    return within + COMMENT if kind_of(entry) == "comment" else within


def _is_inside(hour: str, entry: str, wanted: Wanted) -> bool:
    order_key = order_key_of(hour, entry)
    mark = COMMENT if kind_of(entry) == "comment" else ""
    return wanted.start <= order_key and order_key + mark < wanted.end
