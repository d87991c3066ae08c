"""Reads what is stored under a community's name in another case as if it lay under its own.

Items lie under the name as SUBREDDITS wrote it when they were collected. Where it is written in
another case now, the next cycle moves them (collector/collection/respelled.py); until then they
show like this.
Which names there are, the hours and days of `all` say, and a query when a process begins.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, cast

from shared.models import ALL, Cell, CommunityHour
from shared.stats.cells import add
from shared.stats.hour_parts import is_of_parts
from shared.stats.ranked import ranked_partition
from shared.stats.watched import names_ever
from shared.store import Container, Key, Query, Store
from shared.store.base import T
from shared.store.community_states import MAX_OBSERVED

# While something lies under another case: a cycle moves it.
LOOK_AGAIN_SECONDS = 60.0
BY_NAME = frozenset({"community", "scope"})
"""Partition keys that are names, of items and of statistics."""
RANKED = ranked_partition(ALL)
BY_ID = "bucket"
"""The partition key of the states of communities, whose ids are names."""


class Spellings:
    """The names that something is stored under in another case than the watched one.

    They are learned from documents that are read anyway. One that looks asks the store as well, by
    one query; again only while there are any.
    """

    def __init__(
        self, *, looks: bool = False, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds
        self._names: dict[str, set[str]] = defaultdict(set)
        self._due = float("-inf" if looks else "inf")

    def of(self, own: str) -> list[str]:
        """List the other cases of a watched name."""
        return sorted(self._names[own]) if own in self._names else []

    def learn(self, names: Mapping[str, str], stored: Iterable[str]) -> None:
        """Note under which names something is stored; names are the watched ones by lower case."""
        for name in stored:
            own = names.get(name.lower(), name)
            if own != name:
                self._names[own].add(name)
                self._due = min(self._due, self._seconds() + LOOK_AGAIN_SECONDS)

    async def refresh(self, store: Store, names: Mapping[str, str]) -> None:
        """Look which names are stored, where that is due. Raises StoreError.

        Where many are watched it would cost too much: a change of case shows with the next cycle.
        """
        if len(names) > MAX_OBSERVED:
            return
        if self._seconds() >= self._due:
            stored = await names_ever(store, ())
            self._names.clear()
            self._due = float("inf")
            self.learn(names, stored)


class SpelledStore:
    """A store whose reads find watched communities in whatever case they are stored.

    Writes go through as they are.
    """

    def __init__(self, store: Store, watched: Iterable[str], spellings: Spellings) -> None:
        self._store = store
        self._own = {name.lower(): name for name in watched}
        self._spellings = spellings

    async def refresh(self) -> None:
        """Look which names are stored, where that is due. Raises StoreError."""
        await self._spellings.refresh(self._store, self._own)

    @property
    def kind(self) -> Literal["sqlite", "cosmos"]:
        """Name the database."""
        return self._store.kind

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        key = (partition, document_id)
        if not self._is_spelled(container, key):
            return await self._store.read(container, partition, document_id)
        return (await self.read_many(container, [key])).get(key)

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return those of the documents that exist."""
        await self.refresh()
        wanted = list(keys)
        # Unique and in order, and quick to look into.
        spelled = dict.fromkeys(key for key in wanted if self._is_spelled(container, key))
        found = await self._store.read_many(
            container, [*wanted, *self._elsewhere(container, spelled)]
        )
        self._learn_from(found.values())
        if rest := [key for key in self._elsewhere(container, spelled) if key not in found]:
            found.update(await self._store.read_many(container, rest))
        documents: dict[Key, list[T]] = defaultdict(list)
        for key in wanted:
            places = [key, *self._elsewhere(container, [key])] if key in spelled else [key]
            documents[key] = [found[place] for place in places if place in found]
        return {key: self._as_one(container, key, some) for key, some in documents.items() if some}

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        await self.refresh()
        found = await self._store.query(query)
        name = query.partition
        others = self._spellings.of(name) if query.container.partition_key in BY_NAME else []
        if not others:
            return found
        by_id: dict[str, T] = {}
        for other in others:
            parts = await self._store.query(replace(query, partition=other))
            by_id.update({part["id"]: part for part in parts})
        by_id.update({part["id"]: part for part in found})
        merged = [
            self._as_one(query.container, (name, each), [part]) for each, part in by_id.items()
        ]
        merged.sort(key=lambda each: str(each[query.order_by]), reverse=query.descending)
        return merged[: query.limit]

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and give its ETag. Raises DocumentExists."""
        return await self._store.create(container, document)

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Write over the document that has this ETag. Raises DocumentChanged."""
        return await self._store.replace(container, document, etag)

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, whatever was there."""
        await self._store.upsert(container, documents)

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete those of the documents that exist."""
        await self._store.delete(container, keys)

    async def close(self) -> None:
        """Let go of connections and files."""
        await self._store.close()

    def _is_spelled(self, container: Container[Any], key: Key) -> bool:
        """Return whether a document's key, or what it holds, names watched communities."""
        partition, document_id = key
        if container.partition_key in BY_NAME:
            return _is_of_all(partition) or self._is_watched(partition)
        return container.partition_key == BY_ID and self._is_watched(document_id)

    def _is_watched(self, name: str) -> bool:
        return self._named(name) == name and name.lower() in self._own

    def _named(self, name: str) -> str:
        """Return a stored name as it is watched; one that isn't stays as it is."""
        return self._own.get(name.lower(), name)

    def _elsewhere(self, container: Container[Any], keys: Iterable[Key]) -> list[Key]:
        """List the keys under which the same may lie in another case of its name."""
        places: list[Key] = []
        for partition, document_id in keys:
            if container.partition_key == BY_ID:
                others = self._spellings.of(document_id)
                places += [(partition, other) for other in others]
            else:
                others = self._spellings.of(partition)
                places += [(other, document_id) for other in others]
        return places

    def _learn_from(self, documents: Iterable[Mapping[str, Any]]) -> None:
        """Learn from days, ranked days and hours of `all` which names there are."""
        for document in documents:
            if document.get("scope") == RANKED:
                names = {name for by_name in document["hours"].values() for name in by_name}
                self._spellings.learn(self._own, names)
            if _is_of_all(document.get("scope", "")):
                stored = (*document.get("names", ()), *document.get("shares", ()))
                self._spellings.learn(self._own, stored)

    def _as_one(self, container: Container[T], key: Key, documents: Sequence[T]) -> T:
        """Return the document of a key; what lies under several names is added up."""
        whole: dict[str, Any] = dict(documents[0])
        if container.partition_key not in BY_NAME:
            is_state = container.partition_key == BY_ID
            return cast("T", {**whole, "id": key[1]} if is_state else whole)
        if _is_of_all(key[0]):
            if "names" in whole:
                whole["names"] = sorted({self._named(name) for name in whole["names"]})
            if "shares" in whole:
                whole["shares"] = _shares(whole["shares"], self._named)
        elif self._is_watched(key[0]):
            whole[container.partition_key] = key[0]
            if len(documents) > 1 and "hours" in whole:
                whole["hours"] = _hours([cast("Any", each)["hours"] for each in documents])
        return cast("T", whole)


def _is_of_all(partition: str) -> bool:
    """Return whether a partition has days of `all`, or parts of its hours."""
    return partition == ALL or is_of_parts(partition, ALL)


def _hours(days: Sequence[Mapping[str, Cell]]) -> dict[str, Cell]:
    hours = sorted({hour for day in days for hour in day})
    return {hour: add(day[hour] for day in days if hour in day) for hour in hours}


def _shares(
    stored: Mapping[str, CommunityHour], own: Callable[[str], str]
) -> dict[str, CommunityHour]:
    """Return the shares of an hour by the names as they are watched."""
    by_name: dict[str, list[CommunityHour]] = defaultdict(list)
    for name, share in stored.items():
        by_name[own(name)].append(share)
    return {
        name: shares[0] if len(shares) == 1 else _added(shares) for name, shares in by_name.items()
    }


def _added(shares: Sequence[CommunityHour]) -> CommunityHour:
    # An item that is being moved may be in both.
    posts = {post[0]: post for share in shares for post in share["posts"]}
    added = CommunityHour(
        cell=add(share["cell"] for share in shares),
        posts=[posts[order_key] for order_key in sorted(posts, reverse=True)],
    )
    if all("comments" in share for share in shares):
        comments = {
            each[1:].partition(" ")[0]: each for share in shares for each in share["comments"]
        }
        added["comments"] = [comments[each] for each in sorted(comments, reverse=True)]
    return added
