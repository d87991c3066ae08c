"""Reads some items of a scope: by what its hours list, in point reads alone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from shared.communities import Kind
from shared.models import ALL, Item, ScopeHour
from shared.stats.listed import comments_in, posts_in
from shared.stats.subjects import PREFIX, listed_in
from shared.store import HOURS_OF_ALL, ITEMS, SUBJECT_HOURS, Key, Store
from shared.store.keys import id_of

T = TypeVar("T")
COMMUNITY = "community:"


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
        of_subject = await store.read_many(SUBJECT_HOURS, [(scope, hour) for hour in hours])
        for each in of_subject.values():
            found += (Reference(m.order_key, m.community, m.kind) for m in listed_in(each, watched))
    else:
        names = watched if scope == ALL else [scope.removeprefix(COMMUNITY)]
        of_all = await store.read_many(HOURS_OF_ALL, [(ALL, hour) for hour in hours])
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
