"""Copies of a text, in lists: one of several communities shows one, and where it is as well."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from api.reads.search import Search
from shared.models import Item, Label
from shared.store import POSTS, Key, Store
from shared.store.keys import id_of

I = TypeVar("I", bound=Item)  # noqa: E741 - an item


@dataclass(frozen=True)
class Copies:
    """Leaves out of a list the copies whose original is in that list, too.

    An original that the window, the label, the search or the topic leaves out stands for no copy.
    """

    store: Store
    names: Collection[str]
    start: str
    end: str
    label: Label | None
    search: Search | None
    among: Collection[Key] | None = None
    """What is listed, where that is known."""

    async def without(self, items: Sequence[I]) -> list[I]:
        """Return the items less those copies: one batched read where there are copies at all."""
        originals = {key: item for item in items if (key := self._original_of(item)) is not None}
        if not originals:
            return list(items)
        found = await self.store.read_many(POSTS, originals)
        shown = {key for key, post in found.items() if self._is_listed(post)}
        return [item for item in items if self._original_of(item) not in shown]

    def _original_of(self, item: Item) -> Key | None:
        """Return where the original is, unless its place says that it isn't in the list."""
        place = item.get("copy_of")
        if not isinstance(place, str):
            return None
        name, _, order_key = place.partition("/")
        key = (name, id_of(order_key))
        is_inside = name in self.names and self.start <= order_key < self.end
        return key if is_inside and (self.among is None or key in self.among) else None

    def _is_listed(self, post: Any) -> bool:
        return self.label in {None, post["sentiment"]["label"]} and (
            self.search is None or self.search(words_of(post))
        )


def words_of(item: Item) -> str:
    """Return what is searched: a comment has no title."""
    return f"{item.get('title', '')}\n{item['content']}"


def with_places(item: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Return an item with its marks as answers have them, "subreddit/id", in watched ones only."""
    copy_of = _places([item["copy_of"]] if "copy_of" in item else [], names)
    copies = _places(item.get("copies", []), names)
    return {**item, "copy_of": copy_of[0] if copy_of else None, "copies": copies}


def _places(stored: Sequence[str], names: Collection[str]) -> list[str]:
    parts = [place.partition("/") for place in stored]
    return [f"{name}/{id_of(key)}" for name, _, key in parts if name in names]
