"""Exports everything that a store holds, while it is in use, and goes on after a kill."""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from collector.shards.totals import waiting_notes
from collector.writers.journal import unreconciled_work
from local.exporting.documents import IN_ORDER, Place, documents_after, line_of
from local.exporting.files import FileWriter, verify
from local.exporting.manifest import (
    MANIFEST,
    End,
    ExportedFile,
    ExportError,
    Header,
    append,
    cut,
    read_manifest,
)
from shared.settings import Settings
from shared.store import COLLECTION, GUARDS, SHARDS, Container, PartitionedStore, Query
from shared.store.opening import name_of_store
from shared.store.schema import check_schema
from shared.times import Clock, iso

MAX_GUARDS = 1000

Progress = Callable[[str], None]
"""Takes a line that says what was done."""


async def export_store(
    store: PartitionedStore, settings: Settings, folder: Path, *, clock: Clock, progress: Progress
) -> tuple[Header, End]:
    """Write everything into a folder, verify it, and return the ends of its manifest.

    A folder with an export of the same database that isn't complete is continued. Raises
    ExportError, StoreError and OSError.
    """
    with _locked(folder):
        return await _export(store, settings, folder, clock, progress)


async def _export(
    store: PartitionedStore, settings: Settings, folder: Path, clock: Clock, progress: Progress
) -> tuple[Header, End]:
    header, files = await _begun(store, settings, folder, clock)
    names = [each.name for each in IN_ORDER]
    # Containers before that of the last file were read to their ends.
    first = names.index(files[-1].container) if files else 0
    for container in IN_ORDER[first:]:
        own = [each for each in files if each.container == container.name]
        files += await _export_container(store, folder, container, own, progress)
    verify(folder, files)
    end = End(
        ended_at=iso(clock()),
        files=len(files),
        documents=sum(each.documents for each in files),
        is_consistent=header.writers is not None
        and header.writers == await _state_of_writers(store),
    )
    append(folder, end)
    return header, end


async def _begun(
    store: PartitionedStore, settings: Settings, folder: Path, clock: Clock
) -> tuple[Header, list[ExportedFile]]:
    """Return the header of the export, which may be new, and its files so far."""
    await check_schema(store, name_of_store(settings))
    database = _address_digest(settings)
    found = read_manifest(folder)
    if found is not None:
        if found.end is not None:
            raise ExportError(
                f"{folder} holds an export of {found.end.ended_at}: name another folder"
            )
        if found.header.database != database:
            raise ExportError(
                f"{folder} holds a part of another database's export: name another folder"
            )
        cut(folder, found.size)
        return found.header, list(found.files)
    _clear(folder)
    state = await store.read(COLLECTION, "collection", "collection")
    header = Header(
        origin=state["origin"] if state else None,
        database=database,
        writers=await _state_of_writers(store),
        started_at=iso(clock()),
    )
    append(folder, header)
    return header, []


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make the folder if it is missing, and keep other exports out of it. Raises ExportError.

    Only its owner reads a new one, since its files hold what people wrote.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise ExportError(f"another export writes to {folder}: wait for its end") from error
    finally:
        os.close(handle)


def _clear(folder: Path) -> None:
    """Remove a manifest without a header. Raises ExportError if the folder has anything else."""
    if any(each.name != MANIFEST for each in folder.iterdir()):
        raise ExportError(f"{folder} isn't empty: name another folder")
    (folder / MANIFEST).unlink(missing_ok=True)


async def _export_container(
    store: PartitionedStore,
    folder: Path,
    container: Container[Any],
    before: list[ExportedFile],
    progress: Progress,
) -> list[ExportedFile]:
    """Write the documents that follow those of the files before, and return their files."""
    files: list[ExportedFile] = []
    done = before[-1].place if before else None
    writer: FileWriter | None = None

    def complete(writer: FileWriter, last: Place) -> None:
        files.append(writer.finish(last))
        append(folder, files[-1])
        progress(f"{files[-1].name}: {files[-1].documents} documents")

    try:
        async for place, document in documents_after(store, container, done):
            if writer is None:
                number = len(before) + len(files) + 1
                writer = FileWriter(folder, f"{container.name}/{number:06}.ndjson.gz")
            writer.write(line_of(document))
            if writer.is_full:
                complete(writer, place)
                writer = None
        if writer is not None:
            complete(writer, place)
    finally:
        if writer is not None:
            writer.close()
    return files


async def _state_of_writers(store: PartitionedStore) -> str | None:
    """Return a digest of the leases, which each writer changes.

    None while one may be writing, or has left statistics that differ from the items.
    """
    guards = await store.query(Query(GUARDS, "lease", MAX_GUARDS, order_by="id"))
    if any(each.get("holder") for each in guards) or await unreconciled_work(store):
        return None
    if await _have_shards_left_work(store):
        return None
    state = json.dumps([(each["id"], each.get("_etag")) for each in guards])
    return hashlib.sha256(state.encode()).hexdigest()


async def _have_shards_left_work(store: PartitionedStore) -> bool:
    """Return whether a shard was killed, or totals wait to be added up, as between two shards."""
    killed = Query(SHARDS, "shard", 1, order_by="id", equals={"reconciled": "no"})
    return bool(await store.query(killed) or await waiting_notes(store))


def _address_digest(settings: Settings) -> str:
    """Return a digest of the database's address, which names it without showing it."""
    endpoint = settings.cosmos_endpoint
    address = (
        f"{endpoint}/{settings.cosmos_database}"
        if endpoint
        else str(settings.sqlite_path.resolve())
    )
    return hashlib.sha256(address.encode()).hexdigest()
