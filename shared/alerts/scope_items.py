"""Reads some items of a scope: by what its hours list, in point reads alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.communities import Kind
from shared.models import ALL, Item, ScopeHour
from shared.stats.hour_parts import read_hours
from shared.stats.listed import comments_in, posts_in
from shared.stats.subjects import PREFIX, listed_in
from shared.store import HOURS_OF_ALL, ITEMS, SUBJECT_HOURS, Key, Query, Store
from shared.store.keys import id_of
from shared.times import hour_of, next_hour

T = TypeVar("T")
COMMUNITY = "community:"
# Parts of the hours of four weeks that are read one after another, of about 50 hours each.
PARTS = 13
QUERIED_PARTS = 8
AGES = (2, 4, 8, 16, 24)


@dataclass(frozen=True, order=True)
class Reference:
    """An item that an hour lists; they sort by time."""

    order_key: str
    community: str
    kind: Kind

    @property
    def key(self) -> Key:
        """Return the key of the item."""
        return self.community, id_of(self.order_key)


async def read_references(
    store: Store, scope: str, hours: Sequence[str], watched: Sequence[str]
) -> list[Reference]:
    """Return the items of a scope in these hours (YYYY-MM-DDTHH), oldest first.

    An hour costs one to three request units. Raises StoreError.
    """
    found: list[Reference] = []
    if scope.startswith(PREFIX):
        of_subject = await read_hours(store, SUBJECT_HOURS, scope, hours)
        for each in of_subject.values():
            found += (Reference(m.order_key, m.community, m.kind) for m in listed_in(each, watched))
    else:
        names = watched if scope == ALL else [scope.removeprefix(COMMUNITY)]
        of_all = await read_hours(store, HOURS_OF_ALL, ALL, hours, names)
        for hour in of_all.values():
            found += _listed_in(hour, names)
    return sorted(found)


async def read_items(store: Store, references: Sequence[Reference]) -> list[Item]:
    """Return these items in their order, without those that are gone: about a unit each."""
    found: dict[tuple[Kind, Key], Item] = {}
    for kind, container in ITEMS.items():
        if keys := [each.key for each in references if each.kind == kind]:
            read = await store.read_many(container, keys)
            found.update({(kind, key): item for key, item in read.items()})
    wanted = [(each.kind, each.key) for each in references]
    return [found[each] for each in wanted if each in found]


async def read_known(
    store: Store, scope: str, hours: Sequence[str], watched: Sequence[str], *, most: int
) -> list[Item]:
    """Return about `most` items of a scope, or all, spread over these consecutive hours.

    It costs about a unit for each, and at most two for each of `most` hours that list them.
    """
    if scope.startswith(COMMUNITY):
        return await _queried(store, scope.removeprefix(COMMUNITY), hours, most)
    found: list[Reference] = []
    # Each part is spread over all hours, so that reading may stop after any.
    for part in range(PARTS):
        found += await read_references(store, scope, hours[part::PARTS], watched)
        listing = {hour_of(each.order_key) for each in found}
        if len(found) >= most or len(listing) * 2 > most:
            break
    return await read_items(store, spread(sorted(found), most))


async def _queried(store: Store, community: str, hours: Sequence[str], most: int) -> list[Item]:
    """Return the newest posts and comments of a community in each of some parts of the hours."""
    length = -(-len(hours) // QUERIED_PARTS)
    found: list[Item] = []
    for first in range(0, len(hours), length):
        part = hours[first : first + length]
        for container in ITEMS.values():
            found += await store.query(
                Query(
                    container,
                    community,
                    most // (2 * QUERIED_PARTS),
                    descending=True,
                    at_least=part[0],
                    below=next_hour(part[-1]),
                )
            )
    return found


def by_age(listed: Sequence[Reference], hours: Sequence[str], most: int) -> list[Reference]:
    """Return at most `most` of the items of these hours, the newest last: all, if there are fewer.

    Otherwise those of 2, 4, 8, 16 and 24 hours ago come first. So whoever looks each hour sees each
    item as often, of whatever kind, while the items of these hours are no more than `most`.
    """
    ages = [age for age in AGES if age <= len(hours)]
    first = {hours[-age] for age in ages}
    chosen = [each for each in listed if hour_of(each.order_key) in first]
    others = [each for each in listed if hour_of(each.order_key) not in first]
    return spread(chosen, most) + spread(others, most - min(most, len(chosen)))


def spread(listed: Sequence[T], most: int) -> list[T]:
    """Return at most `most` of these, evenly spread over them."""
    if len(listed) <= most:
        return list(listed)
    return [listed[place * len(listed) // most] for place in range(most)]


def _listed_in(hour: ScopeHour, names: Iterable[str]) -> Iterable[Reference]:
    for name in names:
        share = hour["shares"].get(name)
        if share is not None:
            for each in (*posts_in(share), *comments_in(hour["id"], share)):
                yield Reference(each.order_key, name, each.kind)
