"""The embedded store: documents as JSON text in a SQLite file."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from shared.errors import DocumentChanged, DocumentExists
from shared.logs import repeated_event
from shared.store.base import Container, Key, Query, T
from shared.store.sqlite.documents import document_of, row_of, sql
from shared.store.sqlite.errors import CHECK
from shared.store.sqlite.file import DatabaseFile

R = TypeVar("R")

log = logging.getLogger(__name__)

# https://sqlite.org/limits.html: 32,766 variables a statement; 1,000 are as quick.
KEYS_AT_ONCE = 500
DOCUMENTS_AT_ONCE = 500
# Parsing 50 days of statistics takes a few milliseconds.
WORTH_A_THREAD = 50


class SqliteStore:
    """Documents as JSON text, in a table for each container."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(self, file: DatabaseFile) -> None:
        self._file = file

    @classmethod
    async def open(cls, path: Path, *, retry_seconds: float) -> "SqliteStore":
        """Open the file, or make it. Wait up to `retry_seconds` for another writer.

        A file that this process may not write to is opened read-only.
        """
        return cls(await DatabaseFile.open(path, retry_seconds=retry_seconds))

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        found = await self.read_many(container, [(partition, document_id)])
        return found.get((partition, document_id))

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return the documents that exist, by their keys."""
        found: dict[Key, T] = {}
        for batch in _batches(list(dict.fromkeys(keys)), KEYS_AT_ONCE):
            marks = ",".join(["(?, ?)"] * len(batch))
            # CROSS JOIN keeps the order: each key is looked up, no table is scanned.
            rows = await self._file.rows(
                f"WITH wanted (p, i) AS (VALUES {marks})"  # noqa: S608 - the name is a constant
                f" SELECT partition, id, etag, body FROM wanted CROSS JOIN {container.name}"
                " ON partition = p AND id = i",
                [part for key in batch for part in key],
            )
            documents = await self._documents(container, [row[1:] for row in rows])
            for (partition, document_id, *_), document in zip(rows, documents, strict=True):
                if document is not None:
                    found[partition, document_id] = document
        return found

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        rows = await self._file.rows(*sql(query))
        documents = await self._documents(query.container, rows)
        return [cast("T", document) for document in documents if document is not None]

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and return its ETag. Raises DocumentExists."""
        row = row_of(container, document)
        insert = f"INSERT OR IGNORE INTO {container.name} VALUES (?, ?, ?, ?)"  # noqa: S608
        if await self._file.write(insert, [row]):
            return row[2]
        # Readers treat an unreadable row as missing.
        if await self._remove_unreadable(container, row[:2]) and await self._file.write(
            insert, [row]
        ):
            return row[2]
        raise DocumentExists(f"{container.name} has a {row[1]} already")

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Replace the document that has this ETag. Raises DocumentChanged."""
        partition, document_id, fresh, body = row_of(container, document)
        changed = await self._file.write(
            f"UPDATE {container.name} SET etag = ?, body = ?"  # noqa: S608 - a constant
            " WHERE partition = ? AND id = ? AND etag = ?",
            [(fresh, body, partition, document_id, etag)],
        )
        if not changed:
            raise DocumentChanged(f"{container.name}: {document_id} was changed by another writer")
        return fresh

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, new or not."""
        for batch in _batches(documents, DOCUMENTS_AT_ONCE):
            await self._file.write(
                f"INSERT INTO {container.name} VALUES (?, ?, ?, ?)"  # noqa: S608 - a constant
                " ON CONFLICT (partition, id) DO UPDATE SET etag = excluded.etag,"
                " body = excluded.body",
                [row_of(container, document) for document in batch],
            )

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete the documents that exist."""
        for batch in _batches(list(keys), DOCUMENTS_AT_ONCE):
            await self._file.write(
                f"DELETE FROM {container.name} WHERE partition = ? AND id = ?",  # noqa: S608
                batch,
            )

    async def next_partition(self, container: Container[Any], above: str) -> str | None:
        """Return the first partition key that sorts after `above`; None if none does."""
        # The primary key serves it: nothing is scanned.
        rows = await self._file.rows(
            f"SELECT min(partition) FROM {container.name} WHERE partition > ?",  # noqa: S608
            [above],
        )
        return cast("str | None", rows[0][0])

    async def close(self) -> None:
        """Close the file."""
        await self._file.close()

    async def _documents(
        self, container: Container[T], rows: Sequence[tuple[Any, ...]]
    ) -> list[Any]:
        """Return the documents of rows (id, ETag, body); a thread parses many of them."""
        if len(rows) < WORTH_A_THREAD:
            return [self._document(container, *row) for row in rows]
        return await asyncio.to_thread(lambda: [self._document(container, *row) for row in rows])

    def _document(self, container: Container[T], document_id: str, etag: str, body: str) -> Any:
        """Return a row's document; None, with a line in the log, if it is unreadable."""
        document = document_of(document_id, body)
        if document is None:
            reason = f"a row of {container.name} can't be read and is left out: {CHECK}"
            repeated_event(
                log, "store.unreadable", logging.ERROR, reason=reason, document=document_id
            )
            return None
        document["_etag"] = etag
        return document

    async def _remove_unreadable(self, container: Container[T], key: Key) -> bool:
        """Remove a document's row if it is unreadable, and return whether it was."""
        rows = await self._file.rows(
            f"SELECT id, etag, body FROM {container.name}"  # noqa: S608 - a constant
            " WHERE partition = ? AND id = ?",
            key,
        )
        bad = [etag for document_id, etag, body in rows if document_of(document_id, body) is None]
        await self._file.write(
            f"DELETE FROM {container.name} WHERE partition = ? AND id = ? AND etag = ?",  # noqa: S608
            [(*key, etag) for etag in bad],
        )
        return bool(bad)


def _batches(items: Sequence[R], size: int) -> Iterable[Sequence[R]]:
    return (items[start : start + size] for start in range(0, len(items), size))
