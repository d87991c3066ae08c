"""Copies in lists: a list over all communities shows one of several equal posts."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from api.reads.kinds import with_switch
from shared.kinds import Talk
from shared.models import Item, Label
from shared.store import POSTS, Key, Store
from shared.store.keys import id_of
from shared.text.search import Search, words_of

I = TypeVar("I", bound=Item)  # noqa: E741 - an item


@dataclass(frozen=True)
class Copies:
    """Removes copies from a list if their original is in the same list.

    An original outside the list's window, label, kind of talk, search or topic replaces no copy.
    """

    store: Store
    names: Collection[str]
    start: str
    end: str
    label: Label | None
    search: Search | None
    among: Collection[Key] | None = None
    """The keys of the list, if they are known."""
    talk: Talk | None = None

    async def without(self, items: Sequence[I]) -> list[I]:
        """Return the items without such copies; one batched read if there are copies."""
        originals = {key: item for item in items if (key := self._original_of(item)) is not None}
        if not originals:
            return list(items)
        found = await self.store.read_many(POSTS, originals)
        shown = {key for key, post in found.items() if self._is_listed(post)}
        return [item for item in items if self._original_of(item) not in shown]

    def _original_of(self, item: Item) -> Key | None:
        """Return the key of the original, or None if its place isn't in the list."""
        place = item.get("copy_of")
        if not isinstance(place, str):
            return None
        name, _, order_key = place.partition("/")
        key = (name, id_of(order_key))
        is_inside = name in self.names and self.start <= order_key < self.end
        return key if is_inside and (self.among is None or key in self.among) else None

    def _is_listed(self, post: Any) -> bool:
        return (
            self.label in {None, post["sentiment"]["label"]}
            and is_talk(post, self.talk)
            and (self.search is None or self.search(words_of(post)))
        )


def is_talk(item: Item, talk: Talk | None) -> bool:
    """Return whether an item is of a kind of talk; True for None."""
    return talk is None or talk in item.get("kinds", ())


def with_places(item: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return an item with its marks in the form "community/id", for watched communities only.

    Beside them is what it left for what.
    """
    copy_of = _places([item["copy_of"]] if "copy_of" in item else [], names)
    copies = _places(item.get("copies", []), names)
    return {**with_switch(item), "copy_of": copy_of[0] if copy_of else None, "copies": copies}


def _places(stored: Sequence[str], names: Collection[str]) -> list[str]:
    parts = [place.partition("/") for place in stored]
    return [f"{name}/{id_of(key)}" for name, _, key in parts if name in names]
