"""Tells which seen items are stored, and which belong to another community of their source.

Two saved queries of Hacker News may find the same story. It belongs to the community that found it
first.
"""

from collections.abc import Iterable, Mapping, Sequence

from collector.sources.base import Seen
from shared.models import Item
from shared.store import ITEMS, Key, Store
from shared.store.keys import item_key


async def stored_items(store: Store, community: str, seen: Sequence[Seen]) -> dict[str, Item]:
    """Return those of the seen items that are stored in this community, by their keys."""
    found: dict[str, Item] = {}
    for kind, container in ITEMS.items():
        keys: list[Key] = [(community, each.id) for each in seen if each.kind == kind]
        stored = await store.read_many(container, keys)
        found.update((item_key(kind, item["id"]), item) for item in stored.values())
    return found


class Shared:
    """The items of the communities of one source, as one cycle reads them."""

    def __init__(self, store: Store, communities: Sequence[str]) -> None:
        self._store = store
        self._communities = communities
        # Those that this cycle has read may not be stored yet.
        self._read: dict[str, str] = {}

    async def of_others(
        self, community: str, seen: Iterable[Seen], stored: Mapping[str, Item]
    ) -> set[str]:
        """Return the keys of those items that belong to another community than this one.

        `stored` are the items of this community, by their keys.
        """
        unknown = {each.key: each for each in seen if each.key not in stored}
        others = {key for key in unknown if self._read.get(key, community) != community}
        for kind, container in ITEMS.items():
            ids = [each.id for each in unknown.values() if each.kind == kind]
            found = await self._store.read_many(container, self._keys(community, ids))
            others.update(item_key(kind, item["id"]) for item in found.values())
        for key in unknown.keys() - others:
            self._read[key] = community
        return others

    def _keys(self, community: str, ids: Sequence[str]) -> list[Key]:
        return [(each, one) for each in self._communities if each != community for one in ids]
