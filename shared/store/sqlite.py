"""The embedded store: one SQLite file, that several processes may have open at once."""

import asyncio
import json
import os
import re
import sqlite3
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import aiosqlite

from shared.costs import spent
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.store import CONTAINERS, Container, Key, Query, T

R = TypeVar("R")

# https://sqlite.org/limits.html: 32,766 variables a statement; far fewer are as quick.
KEYS_AT_ONCE = 500
DOCUMENTS_AT_ONCE = 500
# A page cache of 16 MiB, in KiB: https://sqlite.org/pragma.html#pragma_cache_size
CACHE = -16_384


# What SQLite quotes, from the first quotation on, and what tells that the file is damaged.
QUOTED = re.compile(r"(?: with text)? ?['\"].*", re.DOTALL)
DAMAGE = re.compile(r"malformed|not a database|could not decode|corrupt", re.IGNORECASE)
MAX_REASON = 120

Reopen = Callable[[], Awaitable[aiosqlite.Connection]]


class SqliteStore:
    """Documents as JSON text, in a table for each container."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(
        self, connection: aiosqlite.Connection, path: Path, reopen: Reopen | None = None
    ) -> None:
        self._connection = connection
        self._path = path
        # There while nobody writes: a file that is being written is read in another way.
        self._reopen = reopen
        # One connection is one transaction at a time.
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, *, patience: float) -> "SqliteStore":
        """Open the file, made where it is missing; another writer is waited for `patience` s.

        One that this process may not write is opened to read alone.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unavailable(path, error) from error
        connection = aiosqlite.connect(path, timeout=patience, isolation_level=None)
        try:
            await connection
            await _prepare(connection)
        except sqlite3.Error as error:
            await connection.close()
            if not _is_read_only(path):
                raise _unavailable(path, error) from error
            try:
                return await _open_to_read(cls, path, patience)
            except sqlite3.Error as second:
                raise _unavailable(path, second) from second
        return cls(connection, path)

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Give one document, or None."""
        found = await self.read_many(container, [(partition, document_id)])
        return found.get((partition, document_id))

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Give those of the documents that exist."""
        found: dict[Key, T] = {}
        for batch in _batches(list(dict.fromkeys(keys)), KEYS_AT_ONCE):
            marks = ",".join(["(?, ?)"] * len(batch))
            # CROSS JOIN keeps the order: each key is looked up, no table is scanned.
            rows = await self._rows(
                f"WITH wanted (p, i) AS (VALUES {marks})"  # noqa: S608 - the name is a constant
                f" SELECT partition, id, etag, body FROM wanted CROSS JOIN {container.name}"
                " ON partition = p AND id = i",
                [part for key in batch for part in key],
            )
            for partition, document_id, etag, body in rows:
                found[partition, document_id] = self._document(body, etag)
        return found

    async def query(self, query: Query[T]) -> list[T]:
        """Give the documents of the query, in its order."""
        order = _column(query.order_by)
        conditions, values = ["partition = ?"], [query.partition]
        for path, value in query.equals.items():
            conditions.append(f"{_column(path)} = ?")
            values.append(value)
        for bound, sign in ((query.at_least, ">="), (query.below, "<")):
            if bound is not None:
                conditions.append(f"{order} {sign} ?")
                values.append(bound)
        if query.order_by != "id":
            conditions.append(f"{order} IS NOT NULL")
        rows = await self._rows(
            f"SELECT etag, body FROM {query.container.name}"  # noqa: S608 - names are constants
            f" WHERE {' AND '.join(conditions)}"
            f" ORDER BY {order} {'DESC' if query.descending else 'ASC'} LIMIT ?",
            [*values, query.limit],
        )
        return [cast("T", self._document(body, etag)) for etag, body in rows]

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and give its ETag. Raises DocumentExists."""
        row = _row(container, document)
        changed = await self._write(
            f"INSERT OR IGNORE INTO {container.name} VALUES (?, ?, ?, ?)",  # noqa: S608
            [row],
        )
        if not changed:
            raise DocumentExists(f"{container.name} has a {row[1]} already")
        return row[2]

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Write over the document that has this ETag. Raises DocumentChanged."""
        partition, document_id, fresh, body = _row(container, document)
        changed = await self._write(
            f"UPDATE {container.name} SET etag = ?, body = ?"  # noqa: S608 - a constant
            " WHERE partition = ? AND id = ? AND etag = ?",
            [(fresh, body, partition, document_id, etag)],
        )
        if not changed:
            raise DocumentChanged(f"{container.name}: {document_id} was changed by another writer")
        return fresh

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, whatever was there."""
        for batch in _batches(documents, DOCUMENTS_AT_ONCE):
            await self._write(
                f"INSERT INTO {container.name} VALUES (?, ?, ?, ?)"  # noqa: S608 - a constant
                " ON CONFLICT (partition, id) DO UPDATE SET etag = excluded.etag,"
                " body = excluded.body",
                [_row(container, document) for document in batch],
            )

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete those of the documents that exist."""
        for batch in _batches(list(keys), DOCUMENTS_AT_ONCE):
            await self._write(
                f"DELETE FROM {container.name} WHERE partition = ? AND id = ?",  # noqa: S608
                batch,
            )

    async def close(self) -> None:
        """Close the file."""
        await self._connection.close()

    def _document(self, body: str, etag: str) -> Any:
        try:
            return _document(body, etag)
        except (ValueError, TypeError) as error:
            raise _unavailable(self._path, sqlite3.DatabaseError("malformed JSON")) from error

    async def _rows(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        spent()
        if self._reopen is not None and _log_of(self._path).exists():
            reopen, self._reopen = self._reopen, None
            earlier = self._connection
            self._connection = await self._mapping_errors(reopen)
            await earlier.close()

        async def fetch() -> list[tuple[Any, ...]]:
            return cast(
                "list[tuple[Any, ...]]", await self._connection.execute_fetchall(sql, values)
            )

        return await self._mapping_errors(fetch)

    async def _write(self, sql: str, rows: Sequence[tuple[object, ...]]) -> int:
        """Run the statement for each row, all or none, and count the rows it changed."""
        spent()

        async def write() -> int:
            await self._connection.execute("BEGIN IMMEDIATE")
            try:
                cursor = await self._connection.executemany(sql, rows)
                await self._connection.execute("COMMIT")
            except BaseException:
                # On a full disk SQLite has rolled back by itself.
                if self._connection.in_transaction:
                    await self._connection.execute("ROLLBACK")
                raise
            return cursor.rowcount

        # Shielded, so that a cancelled caller can't leave the transaction open.
        async with self._writing:
            return await asyncio.shield(self._mapping_errors(write))

    async def _mapping_errors(self, work: Callable[[], Awaitable[R]]) -> R:
        try:
            return await work()
        except (sqlite3.Error, ValueError) as error:
            if isinstance(error, ValueError) and "connection" not in str(error).lower():
                raise
            raise _unavailable(self._path, error) from error


async def _open_to_read(opened: type[SqliteStore], path: Path, patience: float) -> SqliteStore:
    """Open a file that this process may not write.

    Reading along with a writer takes its log and its shared memory, which SQLite can't make here.
    While there is no log nobody writes, and the file is read as it is.
    https://sqlite.org/wal.html#read_only_databases
    """
    address = _address_of(path)

    async def connected(*, is_still: bool) -> aiosqlite.Connection:
        how = "mode=ro&immutable=1" if is_still else "mode=ro"
        connection = aiosqlite.connect(
            f"{address}?{how}", timeout=patience, isolation_level=None, uri=True
        )
        try:
            await connection
            await connection.execute(f"PRAGMA cache_size = {CACHE}")
            await connection.execute_fetchall("SELECT count(*) FROM sqlite_master")
        except sqlite3.Error:
            await connection.close()
            raise
        return connection

    is_still = not _log_of(path).exists()
    connection = await connected(is_still=is_still)
    return opened(connection, path, (lambda: connected(is_still=False)) if is_still else None)


def _is_read_only(path: Path) -> bool:
    return path.is_file() and not os.access(path, os.W_OK)


def _address_of(path: Path) -> str:
    return path.absolute().as_uri()


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


async def _prepare(connection: aiosqlite.Connection) -> None:
    await connection.execute("PRAGMA journal_mode = WAL")
    # Safe in WAL mode against a killed process: https://sqlite.org/pragma.html#pragma_synchronous
    await connection.execute("PRAGMA synchronous = NORMAL")
    await connection.execute(f"PRAGMA cache_size = {CACHE}")
    for container in CONTAINERS:
        await connection.execute(
            f"CREATE TABLE IF NOT EXISTS {container.name} (partition TEXT NOT NULL,"
            " id TEXT NOT NULL, etag TEXT NOT NULL, body TEXT NOT NULL,"
            " PRIMARY KEY (partition, id))"
        )
        for paths in container.indexes:
            name = f"{container.name}_by_{'_'.join(paths).replace('.', '_')}"
            columns = ", ".join(_column(path) for path in paths)
            await connection.execute(
                f"CREATE INDEX IF NOT EXISTS {name} ON {container.name} (partition, {columns})"
            )


def _column(path: str) -> str:
    return "id" if path == "id" else f"json_extract(body, '$.{path}')"


def _row(container: Container[Any], document: Any) -> tuple[str, str, str, str]:
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    body = json.dumps(kept, separators=(",", ":"))
    return str(kept[container.partition_key]), str(kept["id"]), uuid.uuid4().hex, body


def _document(body: str, etag: str) -> Any:
    document = json.loads(body)
    document["_etag"] = etag
    return document


def _batches(items: Sequence[R], size: int) -> Iterable[Sequence[R]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _unavailable(path: Path, error: Exception) -> StoreUnavailable:
    # SQLite quotes what it can't decode, which is somebody's words.
    reason = QUOTED.sub("", str(error))[:MAX_REASON]
    if DAMAGE.search(reason):
        return StoreUnavailable(
            f"the database file {path.name} can't be used ({reason}): it is damaged, or SQLITE_PATH"
            " names another file; put a copy in its place, or let SQLite's .recover make one"
        )
    return StoreUnavailable(
        f"the database file {path.name} can't be used ({reason}): check SQLITE_PATH, the folder's"
        " permissions and the space left on its disk"
    )
