"""Hours of `all` and of subjects: in one document, or split into parts by a hash of the community.

An hour is in one document until it passes MAX_BYTES or MAX_SHARES. Then its document keeps no
shares, and says how many parts there are: documents in the partition of the scope's day. All cases
of a community's name are in the same part. `collector/rollups/hour_documents.py` writes them.
"""

import zlib
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from shared.models import ScopeHour, SubjectHour
from shared.store import HOURS_OF_ALL, Container, Key, Query, Store
from shared.store.scan import after
from shared.times import day_of

H = TypeVar("H", ScopeHour, SubjectHour)
D = TypeVar("D", bound=Mapping[str, Any])
V = TypeVar("V")

# Cosmos DB refuses documents over 2 MB. 256 KB cost 20 request units to read and 98 to write.
MAX_BYTES = 256 * 1024
MAX_SHARES = 1000
# The parts of a split hour. Documents of 64 KB cost least by the byte to read and to replace, and
# small ones leave more of an hour untouched where few communities change.
PART_BYTES = 64 * 1024
PART_SHARES = 250
MAX_PARTS = 4096
# Parts of one read, of 64 KB each.
PARTS_AT_ONCE = 256
PAGE = 100
SLASH = "/"
# Between an hour and the number of a part.
PART = "~"


def hour_part_of(name: str, parts: int) -> int:
    """Return the number (0 to parts - 1) of the part that has a community's share."""
    return zlib.crc32(name.lower().encode()) % parts


def part_key(scope: str, hour: str, parts: int, number: int) -> Key:
    """Return the key of a part: it names the number of parts, so that splits don't mix."""
    return parts_partition(scope, day_of(hour)), f"{hour}{PART}{parts}.{number}"


def parts_partition(scope: str, day: str) -> str:
    """Return the partition of the parts of a scope's hours on a day: no name has a slash."""
    return f"{scope}{SLASH}{day}"


def is_of_parts(partition: str, scope: str) -> bool:
    """Return whether a partition has parts of hours of this scope."""
    prefix, _, rest = partition.partition(SLASH)
    return prefix == scope and rest[:1].isdigit()


def parts_in(document: ScopeHour | SubjectHour | None) -> int:
    """Return the number of parts that an hour's document names; 1: it has all shares itself."""
    return document.get("part_count", 1) if document is not None else 1


async def read_hours(
    store: Store,
    container: Container[H],
    scope: str,
    hours: Iterable[str],
    names: Collection[str] | None = None,
) -> dict[str, H]:
    """Return the hours (YYYY-MM-DDTHH) of a scope that are stored, by hour.

    names: only the parts that have shares of these communities are read. Raises StoreError.
    """
    firsts = await store.read_many(container, [(scope, hour) for hour in hours])
    whole = await with_parts(store, container, firsts, names)
    return {hour: document for (_, hour), document in whole.items()}


async def with_parts(
    store: Store,
    container: Container[H],
    firsts: Mapping[Key, H],
    names: Collection[str] | None = None,
) -> dict[Key, H]:
    """Return these hours with the shares that are in parts. Raises StoreError."""
    found = await read_whole(
        firsts,
        lambda first: part_keys(first, names) if parts_in(first) > 1 else [],
        lambda keys: store.read_many(container, keys),
    )
    return {
        key: _joined(first, parts) if parts_in(first) > 1 else first
        for key, (first, parts) in found.items()
    }


async def read_whole(
    firsts: Mapping[Key, D],
    parts_of: Callable[[D], list[Key]],
    read: Callable[[Sequence[Key]], Awaitable[Mapping[Key, D]]],
) -> dict[Key, tuple[D, list[D]]]:
    """Return these documents, each with the parts that it names.

    A split writes all parts before the document that names them. So where one is absent, a writer
    has split or removed the document since it was read: it is read again. Where it names the same
    parts then, a removal was killed, and those that are left are returned.
    """
    wanted = {key: parts_of(first) for key, first in firsts.items()}
    keys = [part for parts in wanted.values() for part in parts]
    found = await read(keys) if keys else {}
    torn = [key for key, parts in wanted.items() if any(part not in found for part in parts)]
    fresh = await read(torn) if torn else {}
    whole = {
        key: (first, [found[part] for part in wanted[key] if part in found])
        for key, first in firsts.items()
        if key not in torn or key in fresh
    }
    again = {key: each for key, each in fresh.items() if parts_of(each) != wanted[key]}
    return whole | await read_whole(again, parts_of, read) if again else whole


def _joined(first: H, parts: Sequence[H]) -> H:
    shares: dict[str, object] = {}
    for part in parts:
        shares.update(cast("Mapping[str, object]", part["shares"]))
    return cast("H", {**first, "shares": dict(sorted(shares.items()))})


def part_keys(first: ScopeHour | SubjectHour, names: Collection[str] | None = None) -> list[Key]:
    """Return the keys of the parts of a split hour, or of those with these communities' shares."""
    parts = parts_in(first)
    numbers: Iterable[int] = range(parts)
    if names is not None:
        numbers = sorted({hour_part_of(name, parts) for name in names})
    return [part_key(first["scope"], first["id"], parts, number) for number in numbers]


async def keys_to_delete(
    store: Store, firsts: Iterable[ScopeHour | SubjectHour]
) -> list[list[Key]]:
    """Return the keys of these hours' parts, and those of their documents, to delete in this order.

    Parts that no document refers to would be found by nothing. Raises StoreError.
    """
    keys = [await keys_of_hour(store, first) for first in firsts]
    parts = [part for first, *own in keys for part in own]
    return [each for each in (parts, [first for first, *_ in keys]) if each]


async def keys_of_hour(store: Store, first: ScopeHour | SubjectHour) -> list[Key]:
    """Return the keys of an hour's document and of all its stored parts.

    They include parts of an earlier split that a killed writer left. Raises StoreError.
    """
    keys = [(first["scope"], first["id"])]
    if parts_in(first) == 1:
        return keys
    partition, last = parts_partition(first["scope"], day_of(first["id"])), f"{first['id']}~"
    while page := await store.query(
        Query(HOURS_OF_ALL, partition, PAGE, order_by="id", at_least=last, below=f"{first['id']}~~")
    ):
        keys += [(partition, each["id"]) for each in page]
        last = after(page[-1]["id"])
    return keys


def batches_of(firsts: Mapping[Key, H], keys: Iterable[Key]) -> list[list[Key]]:
    """Return keys of hours in groups to be read together: those in one document, then split ones.

    A group of split hours has at most PARTS_AT_ONCE parts, or is one hour.
    """
    plain: list[Key] = []
    groups: list[list[Key]] = []
    room = 0
    for key in keys:
        parts = parts_in(firsts.get(key))
        if parts == 1:
            plain.append(key)
        elif room >= parts:
            groups[-1].append(key)
            room -= parts
        else:
            groups.append([key])
            room = PARTS_AT_ONCE - parts
    return [plain, *groups] if plain else groups


def newest_within(firsts: Mapping[Key, H], most: int) -> dict[Key, H]:
    """Return the newest hours that have at most this number of parts together, at least one."""
    kept: dict[Key, H] = {}
    left = most
    for key in sorted(firsts, reverse=True):
        parts = parts_in(firsts[key])
        left -= parts if parts > 1 else 0
        if left < 0 and kept:
            break
        kept[key] = firsts[key]
    return kept


def split(shares: Mapping[str, V], parts: int) -> Sequence[dict[str, V]]:
    """Return what is by community, by the number of its part."""
    found: list[dict[str, V]] = [{} for _ in range(parts)]
    for name, share in shares.items():
        found[hour_part_of(name, parts)][name] = share
    return found
