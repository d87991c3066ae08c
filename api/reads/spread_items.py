"""Reads items that are spread evenly over what the hours of a scope list."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from api.reads.hours import Reference, read_referenced
from api.reads.listing import COMMENT
from api.reads.scope_items import is_about
from api.reads.scopes import Scope
from shared.models import ALL, Item, ScopeHour, SubjectHour
from shared.stats.hour_parts import read_hours
from shared.stats.listed import comments_in, posts_in
from shared.stats.subjects import listed_in
from shared.store import HOURS_OF_ALL, SUBJECT_HOURS, Store

T = TypeVar("T")


async def read_spread_items(
    store: Store, scope: Scope, hours: Sequence[str], names: Sequence[str], *, most: int
) -> list[Item]:
    """Return at most `most` of the scope's items in these hours (YYYY-MM-DDTHH), oldest first.

    names are the watched communities. Each hour gives the same part of its items, and the same
    data gives the same items. Raises StoreError.
    """
    references = await _references(store, scope, hours, names)
    items = await read_referenced(store, spread(references, most))
    # A mention may have gone since the hour was counted.
    return [item for item in items if is_about(item, scope)]


def spread(listed: Sequence[T], most: int) -> list[T]:
    """Return at most `most` of these, evenly spread over them."""
    if len(listed) <= most:
        return list(listed)
    return [listed[place * len(listed) // most] for place in range(most)]


async def _references(
    store: Store, scope: Scope, hours: Sequence[str], names: Sequence[str]
) -> list[Reference]:
    """Return the items that hours list, oldest first."""
    found: list[Reference] = []
    if scope.subject is not None:
        of_subject = await read_hours(store, SUBJECT_HOURS, scope.name, hours)
        for subject_hour in of_subject.values():
            found += _of_subject(subject_hour, scope, names)
    else:
        wanted = names if scope.community == ALL else [scope.community]
        of_all = await read_hours(store, HOURS_OF_ALL, ALL, hours, wanted)
        for hour in of_all.values():
            found += _of_hour(hour, wanted)
    return sorted(found)


def _of_subject(hour: SubjectHour, scope: Scope, names: Sequence[str]) -> Iterable[Reference]:
    for each in listed_in(hour, names):
        if scope.has_part(each.via, each.community):
            mark = COMMENT if each.kind == "comment" else ""
            yield Reference(each.order_key + mark, each.community, each.kind)


def _of_hour(hour: ScopeHour, names: Sequence[str]) -> Iterable[Reference]:
    for name in names:
        share = hour["shares"].get(name)
        if share is None:
            continue
        # Hours that an earlier version stored don't list their comments.
        for each in (*posts_in(share), *comments_in(hour["id"], share)):
            mark = COMMENT if each.kind == "comment" else ""
            yield Reference(each.order_key + mark, name, each.kind)
