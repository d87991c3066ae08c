"""The ranked days of `all` and of subjects: what their items are listed by in another order.

They follow the hours: the entries of a recounted hour of a community take the place of those that
its day has. So doing it twice, or after a crash, gives the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from collector.rollups.hour_documents import parts_for
from shared.models import ALL, Item, Mention, RankedDay
from shared.stats.cells import scored
from shared.stats.hour_parts import PART, read_whole, split
from shared.stats.ranked import (
    joined,
    pack_ranked,
    ranked_key,
    ranked_part_keys,
    ranked_partition,
    size_of,
)
from shared.stats.subjects import scored_mention, subject_scope
from shared.store import RANKED_DAYS, Key, Query, Store
from shared.times import day_of

# Reading a document of more than half a megabyte costs twice as much by the byte. A day of more
# entries, about 18,000, is split into its hours, and an hour may have 80,000.
MAX_DAY_BYTES = 450_000
PAGE = 500

Hours = dict[str, dict[str, list[str]]]
"""Entries by hour (00 to 23) and community."""
ScopeChanges = Mapping[str, Mapping[str, Mapping[str, list[str]]]]
"""The entries of changed hours by scope, hour (YYYY-MM-DDTHH) and community; none: none is left."""


def ranked_entries(items: Iterable[Item]) -> dict[str, list[str]]:
    """Return the entries of an hour of a community by the scope's name, newest first."""
    found: dict[str, list[str]] = defaultdict(list)
    for item in sorted(items, key=lambda item: item["order_key"], reverse=True):
        found[ALL].append(pack_ranked(item, scored(item)))
        for mention in item.get("mentions", ()):
            found[subject_scope(mention["subject"])].append(_of_mention(item, mention))
    return dict(found)


def _of_mention(item: Item, mention: Mention) -> str:
    return pack_ranked(item, scored_mention(item, mention), mention["via"])


async def write_ranked_days(store: Store, changes: ScopeChanges) -> None:
    """Put the entries of these hours into the ranked days of their scopes."""
    by_day: dict[Key, Hours] = defaultdict(dict)
    for scope, hours in changes.items():
        for hour, by_name in hours.items():
            by_day[ranked_key(scope, day_of(hour))][hour[-2:]] = dict(by_name)
    stored = await store.read_many(RANKED_DAYS, by_day)
    parts = {
        place: some
        for key, changed in by_day.items()
        for place, some in _places(key, changed, stored.get(key)).items()
    }
    if of_hours := [key for key in parts if key not in by_day]:
        stored |= await store.read_many(RANKED_DAYS, of_hours)
    whole = await _with_parts(store, stored)
    written: list[RankedDay] = []
    gone: list[Key] = []
    for key, changed in parts.items():
        known: Hours = whole[key]["hours"] if key in whole else {}
        hours = _merged(known, changed)
        before = ranked_part_keys(whole[key]) if key in whole else []
        if hours and hours != known:
            documents = _documents(key, hours, whole.get(key))
            written += documents
            kept = {part for each in documents for part in ranked_part_keys(each)}
            gone += [part for part in before if part not in kept]
        elif known and not hours:
            gone += [key, *before]
    # What a document refers to comes before it: the parts of an hour, and the hours of a day.
    for is_next in (_is_part, _is_hour_or_day, _is_split):
        if some := [each for each in written if is_next(each)]:
            await store.upsert(RANKED_DAYS, some)
    await store.delete(RANKED_DAYS, gone)


async def remove_ranked_days(store: Store, scope: str, before: str) -> None:
    """Remove the ranked days of a scope before a day (YYYY-MM-DD), and their hours."""
    partition = ranked_partition(scope)
    old = Query(RANKED_DAYS, partition, PAGE, order_by="id", below=before)
    while found := await store.query(old):
        await store.delete(RANKED_DAYS, [(partition, each["id"]) for each in found])


async def _with_parts(store: Store, stored: Mapping[Key, RankedDay]) -> dict[Key, RankedDay]:
    """Return the documents with the communities that are in parts."""
    found = await read_whole(
        stored, ranked_part_keys, lambda keys: store.read_many(RANKED_DAYS, keys)
    )
    return {
        key: {**first, "hours": joined(part["hours"] for part in parts)} if parts else first
        for key, (first, parts) in found.items()
    }


def _is_part(document: RankedDay) -> bool:
    return PART in document["id"]


def _is_hour_or_day(document: RankedDay) -> bool:
    return not _is_part(document) and "is_split" not in document


def _is_split(document: RankedDay) -> bool:
    return "is_split" in document


def _places(key: Key, changed: Hours, known: RankedDay | None) -> dict[Key, Hours]:
    """Return the changed hours by the document that has them."""
    if known is None or not known.get("is_split"):
        return {key: changed}
    partition, day = key
    return {(partition, f"{day}T{hour}"): {hour: by_name} for hour, by_name in changed.items()}


def _merged(known: Mapping[str, Mapping[str, list[str]]], changed: Hours) -> Hours:
    hours = {hour: dict(by_name) for hour, by_name in known.items()}
    for hour, by_name in changed.items():
        own = {**hours.get(hour, {}), **by_name}
        hours[hour] = {name: own[name] for name in sorted(own) if own[name]}
    return {hour: hours[hour] for hour in sorted(hours) if hours[hour]}


def _documents(key: Key, hours: Hours, known: RankedDay | None) -> Sequence[RankedDay]:
    """Return the document of a day or an hour, or those that one that is too large is split into.

    known is the document as it was, whole.
    """
    partition, name = key
    if name != day_of(name):
        return _of_hour(key, hours, known)
    size = sum(
        len(community) + size_of(entries)
        for by_name in hours.values()
        for community, entries in by_name.items()
    )
    if size <= MAX_DAY_BYTES:
        return [RankedDay(id=name, scope=partition, hours=hours)]
    return [
        *(
            each
            for hour, by_name in hours.items()
            for each in _of_hour((partition, f"{name}T{hour}"), {hour: by_name}, None)
        ),
        RankedDay(id=name, scope=partition, hours={}, is_split=True),
    ]


def _of_hour(key: Key, hours: Hours, known: RankedDay | None) -> Sequence[RankedDay]:
    """Return the document of an hour, and those of its parts that change."""
    (partition, name), (hour, by_name) = key, next(iter(hours.items()))
    had = known.get("part_count", 1) if known else 1
    count = parts_for(by_name, had)
    if count == 1:
        return [RankedDay(id=name, scope=partition, hours=hours)]
    first = RankedDay(id=name, scope=partition, hours={}, part_count=count)
    before = split(known["hours"].get(hour, {}), count) if known and had == count else None
    return [
        *(
            RankedDay(id=part, scope=place, hours={hour: own})
            for number, ((place, part), own) in enumerate(
                zip(ranked_part_keys(first), split(by_name, count), strict=True)
            )
            if before is None or own != before[number]
        ),
        first,
    ]
