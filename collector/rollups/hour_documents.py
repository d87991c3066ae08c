"""Writes hours of `all` and of subjects, split into parts where they grow large.

The parts of a new split are written first, then the hour's document that names their number, and
the parts of the earlier split are removed last. A reader sees the earlier split until then, and
after a kill the recount that is pending writes them again.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from shared.models import ScopeHour, SubjectHour
from shared.stats.hour_parts import (
    MAX_BYTES,
    MAX_PARTS,
    MAX_SHARES,
    PART_BYTES,
    PART_SHARES,
    part_key,
    part_keys,
    parts_in,
    split,
)
from shared.store import Container, Key, Store

H = TypeVar("H", ScopeHour, SubjectHour)
Shares = Mapping[str, Any]


async def write_hours(
    store: Store, container: Container[H], before: Mapping[Key, H], after: Mapping[Key, H]
) -> None:
    """Write these whole hours; before has them as they were read, whole.

    Only parts whose shares changed are written.
    """
    parts: list[H] = []
    firsts: list[H] = []
    gone: list[Key] = []
    for key, document in after.items():
        known = before.get(key)
        had = parts_in(known)
        count = parts_for(document["shares"], had)
        if count > 1:
            parts += _changed_parts(document, known, count)
        if count == 1 or count != had:
            firsts.append(_first(document, count))
        if had > 1 and count != had and known is not None:
            gone += part_keys(known)
    if parts:
        await store.upsert(container, parts)
    await store.upsert(container, firsts)
    if gone:
        await store.delete(container, gone)


async def delete_hours(
    store: Store, container: Container[H], gone: Sequence[Key], before: Mapping[Key, H]
) -> None:
    """Remove hours that have no shares left: their parts first, which their documents name."""
    in_parts = [before[key] for key in gone if parts_in(before.get(key)) > 1]
    if parts := [key for each in in_parts for key in part_keys(each)]:
        await store.delete(container, parts)
    await store.delete(container, gone)


def parts_for(shares: Shares, known: int) -> int:
    """Return the number of parts that shares take, a power of two; known is the number so far.

    It grows only where a document would pass MAX_BYTES or MAX_SHARES, and never shrinks.
    """
    sizes = {name: size_of(share) + len(name) for name, share in shares.items()}
    if all(_fits(sizes, part) for part in split(cast("Any", shares), known)):
        return known
    count = known
    largest = max(sum(sizes.values()) / PART_BYTES, len(sizes) / PART_SHARES)
    while count < min(largest, MAX_PARTS):
        count *= 2
    return count


def _fits(sizes: Mapping[str, int], part: Shares) -> bool:
    return len(part) <= MAX_SHARES and sum(sizes[name] for name in part) <= MAX_BYTES


def size_of(share: Any) -> int:
    """Return about the bytes of a share in a document."""
    return len(json.dumps(share, ensure_ascii=False, separators=(",", ":")))


def _first(document: H, count: int) -> H:
    kept = {"id": document["id"], "scope": document["scope"]}
    if count == 1:
        return cast("H", {**kept, "shares": document["shares"]})
    return cast("H", {**kept, "shares": {}, "part_count": count})


def _changed_parts(document: H, known: H | None, count: int) -> list[H]:
    """Return the documents of the parts that change, or of all where their number does."""
    fresh = split(cast("Any", document["shares"]), count)
    had = parts_in(known)
    before = split(cast("Any", known["shares"]), count) if known is not None else [{}] * count
    found: list[H] = []
    for number, shares in enumerate(fresh):
        if count != had or shares != before[number]:
            scope, name = part_key(document["scope"], document["id"], count, number)
            found.append(cast("H", {"id": name, "scope": scope, "shares": shares}))
    return found
