"""Imports an export into an empty store, goes on after a kill, and verifies what is stored.

While it isn't complete, the state of collection says so, and nothing else opens the store. That
document is written last.
"""

import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from collector.maintenance.recount import Recounted, compare_day, days_of_items, rebuild_day
from collector.writers.lease import HeldLease, LeaseWait, lease
from local.exporting.documents import (
    IN_ORDER,
    Document,
    documents_after,
    holds_data,
    line_of,
    partitions,
)
from local.exporting.export import Progress
from local.exporting.files import Sum, lines_of, verify
from local.exporting.manifest import ExportedFile, ExportError, Manifest, read_manifest
from shared.models import CollectionState, ImportProgress
from shared.settings import Settings
from shared.store import COLLECTION, COMMENTS, DAYS, POSTS, Container, PartitionedStore
from shared.store.opening import name_of_store
from shared.store.schema import SCHEMA
from shared.times import Clock

BATCH_DOCUMENTS = 500
BATCH_BYTES = 4 * 1024 * 1024
HOLDER = "restore"
STATE = ("collection", "collection")


@dataclass(frozen=True)
class Restored:
    """The result of an import: what it has stored and verified.

    is_recounted says that the statistics were made from the items, and weren't imported.
    """

    manifest: Manifest
    documents: int
    is_recounted: bool
    recount: Recounted


@dataclass
class Restore:
    """The import of the export in a folder into the store of the settings."""

    store: PartitionedStore
    settings: Settings
    folder: Path
    clock: Clock
    progress: Progress
    recounts: bool = False
    """True: recount the statistics also where the export has them as they should be."""

    async def run(self, *, lease_wait: LeaseWait) -> Restored:
        """Import everything, and verify it.

        Raises ExportError if the export or the store doesn't suit, or if the store isn't as the
        export in the end; CycleRunning, LeaseLost, StoreError and OSError.
        """
        manifest = self._manifest()
        verify(self.folder, manifest.files)
        await self._check_store(manifest)
        holder = f"{HOLDER}_{self.clock():%Y%m%d_%H%M%S}"
        async with lease(
            self.store,
            holder,
            seconds=self.settings.lease_seconds,
            clock=self.clock,
            lease_wait=lease_wait,
        ) as held:
            # Another writer may have had the lease before.
            state = await self._check_store(manifest) or await self._begin(manifest)
            is_recounted = state["importing"]["recounts"]
            skipped = {DAYS.name} if is_recounted else set[str]()
            files = [each for each in manifest.files if each.container not in skipped]
            await self._write(held, state, files)
            names = await partitions(self.store, POSTS, COMMENTS)
            days = await days_of_items(self.store, names)
            if is_recounted:
                await self._rebuild(held, state, names, days)
            documents = await self._verify(state, files, skipped)
            recount = await self._compare(names, days)
            held.check()
            await self._end(state)
        return Restored(manifest, documents, is_recounted, recount)

    def _manifest(self) -> Manifest:
        """Return the manifest of a complete export that suits the settings. Raises ExportError."""
        found = read_manifest(self.folder)
        if found is None:
            raise ExportError(f"{self.folder} holds no export: name the folder of one")
        if found.end is None:
            raise ExportError(
                f"{self.folder} holds an export that isn't complete: run"
                f" `python -m local export {self.folder}` again with the settings of its database"
            )
        origin = found.header.origin
        if origin not in {None, self.settings.origin}:
            raise ExportError(
                f"ORIGIN: the export holds {origin} data, and {self.settings.origin} data would mix"
                f" with it; set ORIGIN={origin}, or import another export"
            )
        return found

    async def _check_store(self, manifest: Manifest) -> CollectionState | None:
        """Return the state of this import if it was begun before; None for an empty store.

        Raises ExportError if the store holds anything else.
        """
        name = name_of_store(self.settings)
        state = await self.store.read(COLLECTION, *STATE)
        if state is None or "importing" not in state:
            if state is not None or await holds_data(self.store):
                raise ExportError(
                    f"{name} holds data already: name an empty one, or stop the app and delete it"
                )
            return None
        if state["importing"]["export"] != manifest.digest:
            raise ExportError(
                f"{name} holds a part of another export: import that one, or delete the database"
            )
        return state

    async def _begin(self, manifest: Manifest) -> CollectionState:
        """Note in the store that an import is under way. Raises DocumentExists."""
        progress = ImportProgress(
            export=manifest.digest,
            recounts=self.recounts or manifest.end is None or not manifest.end.is_consistent,
            files=0,
            recounted=None,
            state=None,
        )
        state = CollectionState(
            id="collection",
            kind="collection",
            ttl=-1,
            schema=SCHEMA,
            origin=manifest.header.origin or self.settings.origin,
            last_cycle=None,
            last_started_at=None,
            last_collection_at=None,
            collections_succeeded=0,
            collections_failed=0,
            importing=progress,
        )
        await self.store.create(COLLECTION, state)
        return state

    async def _write(
        self, held: HeldLease, state: CollectionState, files: Sequence[ExportedFile]
    ) -> None:
        """Write the files that aren't written yet, and note each."""
        importing = state["importing"]
        for file in files[importing["files"] :]:
            container = _container(file)
            for batch in _batches(self.folder, file):
                held.check()
                documents = [each for each in batch if not _is_state(container, each)]
                for found in batch:
                    if _is_state(container, found):
                        importing["state"] = cast("CollectionState", dict(found))
                await self.store.upsert(container, documents)
            importing["files"] += 1
            await self.store.upsert(COLLECTION, [state])
            self.progress(f"{file.name}: {file.documents} documents")

    async def _rebuild(
        self, held: HeldLease, state: CollectionState, names: Sequence[str], days: Sequence[str]
    ) -> None:
        """Write the statistics of each day from its items, and note each."""
        importing = state["importing"]
        for day in days:
            if day > (importing["recounted"] or ""):
                held.check()
                await rebuild_day(self.store, names, day)
                importing["recounted"] = day
                await self.store.upsert(COLLECTION, [state])
                self.progress(f"statistics of {day} were recounted")

    async def _verify(
        self, state: CollectionState, files: Sequence[ExportedFile], skipped: set[str]
    ) -> int:
        """Read the store back, and return the number of its documents of the export.

        Raises ExportError if one is missing, is too many, or differs.
        """
        count = 0
        for container in IN_ORDER:
            if container.name in skipped:
                continue
            lines = self._stored_lines(container, state)
            for file in (each for each in files if each.container == container.name):
                found = Sum()
                while found.documents < file.documents and (line := await anext(lines, None)):
                    found.add(line)
                if not found.equals(file):
                    raise ExportError(f"the database differs from {file.name}: {_ADVICE}")
                count += found.documents
            if await anext(lines, None) is not None:
                raise ExportError(
                    f"the database has more in {container.name} than the export: {_ADVICE}"
                )
        return count

    async def _stored_lines(
        self, container: Container[Any], state: CollectionState
    ) -> AsyncIterator[bytes]:
        """Return the stored documents as lines, with the export's own state of collection."""
        original = state["importing"]["state"]
        async for _, document in documents_after(self.store, container, None):
            if not _is_state(container, document):
                yield line_of(document)
            elif original is not None:
                yield line_of(original)

    async def _compare(self, names: Sequence[str], days: Sequence[str]) -> Recounted:
        found = Recounted()
        for day in days:
            await compare_day(self.store, names, day, found)
        return found

    async def _end(self, state: CollectionState) -> None:
        """Write the export's own state of collection: from now on the store is as any other."""
        original = state["importing"]["state"]
        if original is None:
            await self.store.delete(COLLECTION, [STATE])
        else:
            await self.store.upsert(COLLECTION, [original])


_ADVICE = "another program wrote to it; stop the app, delete the database and import again"
_CONTAINERS: Mapping[str, Container[Any]] = {each.name: each for each in IN_ORDER}


def _container(file: ExportedFile) -> Container[Any]:
    return _CONTAINERS[file.container]


def _is_state(container: Container[Any], document: Document) -> bool:
    """Return whether it is the state of collection."""
    kind, document_id = STATE
    if container.name != COLLECTION.name:
        return False
    return (document["kind"], document["id"]) == (kind, document_id)


def _batches(folder: Path, file: ExportedFile) -> Iterator[list[Document]]:
    """Return the documents of a file, in batches that are small in memory."""
    batch: list[Document] = []
    size = 0
    for line in lines_of(folder, file):
        batch.append(json.loads(line))
        size += len(line)
        if len(batch) >= BATCH_DOCUMENTS or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
