"""The embedded store: one SQLite file, that several processes may have open at once."""

import asyncio
import json
import logging
import os
import re
import sqlite3
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

import aiosqlite

from shared.costs import charge
from shared.errors import DocumentChanged, DocumentExists, StoreUnavailable
from shared.lenient_json import loads
from shared.logs import repeated_event
from shared.store.base import Container, Key, Query, T
from shared.store.containers import CONTAINERS

R = TypeVar("R")

log = logging.getLogger(__name__)

# https://sqlite.org/limits.html: 32,766 variables a statement; far fewer are as quick.
KEYS_AT_ONCE = 500
DOCUMENTS_AT_ONCE = 500
# So many days of statistics are parsed in a few milliseconds.
WORTH_A_THREAD = 50
# A page cache of 16 MiB, in KiB: https://sqlite.org/pragma.html#pragma_cache_size
CACHE = -16_384
# What SQLite says of a row whose JSON it can't index.
BAD_JSON = "malformed JSON"
SET_ASIDE = "unreadable"
BROKEN_CHARACTER = "\ufffd"
CHECK = "`python -m local check` says what can be read, and saves it into a new file"
# What SQLite quotes, from the first quotation on, and what tells that the file is damaged.
QUOTED = re.compile(r"(?: with text)? ?['\"].*", re.DOTALL)
DAMAGE = re.compile(
    r"malformed|not a database|could not decode|corrupt|disk I/O error", re.IGNORECASE
)
MAX_REASON = 120

Reopen = Callable[[], Awaitable[aiosqlite.Connection]]


class SqliteStore:
    """Documents as JSON text, in a table for each container."""

    kind: Literal["sqlite"] = "sqlite"

    def __init__(
        self, connection: aiosqlite.Connection, path: Path, reopen: Reopen | None = None
    ) -> None:
        self._connection = connection
        # The default quotes a text that it can't decode.
        connection.text_factory = decode
        self._path = path
        # Set while no process writes: a file that is being written is read in another way.
        self._reopen = reopen
        # One connection is one transaction at a time.
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, *, retry_seconds: float) -> "SqliteStore":
        """Open the file, made where it is missing; another writer is waited for `retry_seconds`.

        One that this process may not write is opened to read alone.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise _unavailable(path, error) from error
        connection = aiosqlite.connect(path, timeout=retry_seconds, isolation_level=None)
        try:
            await connection
            await _prepare(connection)
        except sqlite3.Error as error:
            await connection.close()
            if not _is_read_only(path):
                raise _unavailable(path, error) from error
            try:
                return await _open_to_read(cls, path, retry_seconds)
            except sqlite3.Error as second:
                raise _unavailable(path, second) from second
        return cls(connection, path)

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        found = await self.read_many(container, [(partition, document_id)])
        return found.get((partition, document_id))

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return those of the documents that exist."""
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
            documents = await self._documents(container, [row[1:] for row in rows])
            for (partition, document_id, *_), document in zip(rows, documents, strict=True):
                if document is not None:
                    found[partition, document_id] = document
        return found

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
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
            f"SELECT id, etag, body FROM {query.container.name}"  # noqa: S608 - names are constants
            f" WHERE {' AND '.join(conditions)}"
            f" ORDER BY {order} {'DESC' if query.descending else 'ASC'} LIMIT ?",
            [*values, query.limit],
        )
        documents = await self._documents(query.container, rows)
        return [cast("T", document) for document in documents if document is not None]

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and give its ETag. Raises DocumentExists."""
        row = _row(container, document)
        insert = f"INSERT OR IGNORE INTO {container.name} VALUES (?, ?, ?, ?)"  # noqa: S608
        if await self._write(insert, [row]):
            return row[2]
        # A row that can't be read isn't there for its readers.
        if await self._remove_unreadable(container, row[:2]) and await self._write(insert, [row]):
            return row[2]
        raise DocumentExists(f"{container.name} has a {row[1]} already")

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

    async def _documents(
        self, container: Container[T], rows: Sequence[tuple[Any, ...]]
    ) -> list[Any]:
        """Read the documents of rows (id, ETag, body); many of them off the loop."""
        if len(rows) < WORTH_A_THREAD:
            return [self._document(container, *row) for row in rows]
        return await asyncio.to_thread(lambda: [self._document(container, *row) for row in rows])

    def _document(self, container: Container[T], document_id: str, etag: str, body: str) -> Any:
        """Return a row's document; None, and a line in the log, where it is unreadable."""
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
        """Remove a document's row where it can't be read, unless another writer has mended it."""
        rows = await self._rows(
            f"SELECT id, etag, body FROM {container.name}"  # noqa: S608 - a constant
            " WHERE partition = ? AND id = ?",
            key,
        )
        bad = [etag for document_id, etag, body in rows if document_of(document_id, body) is None]
        await self._write(
            f"DELETE FROM {container.name} WHERE partition = ? AND id = ? AND etag = ?",  # noqa: S608
            [(*key, etag) for etag in bad],
        )
        return bool(bad)

    async def _rows(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        charge()
        if self._reopen is not None and _log_of(self._path).exists():
            reopen, self._reopen = self._reopen, None
            earlier = self._connection
            self._connection = await self._mapping_errors(reopen)
            await earlier.close()

        async def fetch() -> list[tuple[Any, ...]]:
            return cast(
                "list[tuple[Any, ...]]", await self._connection.execute_fetchall(sql, values)
            )

        try:
            return await self._mapping_errors(fetch)
        except _BadJson:
            async with self._writing:
                await self._mapping_errors(self._set_aside)
            return await self._mapping_errors(fetch)

    async def _write(self, sql: str, rows: Sequence[tuple[object, ...]]) -> int:
        """Run the statement for each row, all or none, and count the rows it changed."""
        charge()

        async def write() -> int:
            async with _transaction(self._connection):
                cursor = await self._connection.executemany(sql, rows)
            return cursor.rowcount

        async def write_and_release() -> int:
            try:
                return await self._mapping_errors(write)
            except _BadJson:
                await self._mapping_errors(self._set_aside)
                return await self._mapping_errors(write)
            finally:
                self._writing.release()

        await self._writing.acquire()
        # Shielded, so that a cancelled caller can't leave the transaction open; the next write
        # waits until this one has ended all the same.
        return await asyncio.shield(write_and_release())

    async def _set_aside(self) -> None:
        await _set_aside_rows(self._connection)

    async def _mapping_errors(self, work: Callable[[], Awaitable[R]]) -> R:
        try:
            return await work()
        except (sqlite3.Error, ValueError) as error:
            if isinstance(error, ValueError) and "connection" not in str(error).lower():
                raise
            if BAD_JSON in str(error):
                raise _BadJson(str(_unavailable(self._path, error))) from error
            raise _unavailable(self._path, error) from error


async def _open_to_read(opened: type[SqliteStore], path: Path, retry_seconds: float) -> SqliteStore:
    """Open a file that this process may not write.

    Reading along with a writer takes its log and its shared memory, which SQLite can't make here.
    While there is no log, no process writes, and the file is read as it is.
    https://sqlite.org/wal.html#read_only_databases
    """
    address = _address_of(path)

    async def connected(*, is_still: bool) -> aiosqlite.Connection:
        how = "mode=ro&immutable=1" if is_still else "mode=ro"
        connection = aiosqlite.connect(
            f"{address}?{how}", timeout=retry_seconds, isolation_level=None, uri=True
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


class _BadJson(StoreUnavailable):
    """A row's JSON is broken, so that SQLite can't keep its indexes."""


@asynccontextmanager
async def _transaction(connection: aiosqlite.Connection) -> AsyncIterator[None]:
    """Do all of the block's writes or none."""
    await connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        await connection.execute("COMMIT")
    except BaseException:
        # On a full disk SQLite has rolled back by itself.
        if connection.in_transaction:
            await connection.execute("ROLLBACK")
        raise


def tables() -> Iterator[str]:
    """Return the statements that make the tables that are missing."""
    yield "PRAGMA journal_mode = WAL"
    # Safe in WAL mode against a killed process: https://sqlite.org/pragma.html#pragma_synchronous
    yield "PRAGMA synchronous = NORMAL"
    yield f"PRAGMA cache_size = {CACHE}"
    for container in CONTAINERS:
        yield (
            f"CREATE TABLE IF NOT EXISTS {container.name} (partition TEXT NOT NULL,"
            " id TEXT NOT NULL, etag TEXT NOT NULL, body TEXT NOT NULL,"
            " PRIMARY KEY (partition, id))"
        )


def indexes() -> Iterator[str]:
    """Return the statements that make the indexes that are missing."""
    for container in CONTAINERS:
        for name, columns in _indexes_of(container).items():
            yield f"CREATE INDEX IF NOT EXISTS {name} ON {container.name} (partition, {columns})"


async def _prepare(connection: aiosqlite.Connection) -> None:
    for statement in tables():
        await connection.execute(statement)
    try:
        await _make_indexes(connection)
    except sqlite3.Error as error:
        if BAD_JSON not in str(error):
            raise
        await _set_aside_rows(connection)


async def _set_aside_rows(connection: aiosqlite.Connection) -> None:
    """Move the rows whose JSON is broken into a table of their own.

    SQLite can neither change nor remove such a row while an index looks into it.
    """
    async with _transaction(connection):
        await connection.execute(
            f"CREATE TABLE IF NOT EXISTS {SET_ASIDE} (container TEXT, partition TEXT, id TEXT,"
            " etag TEXT, body TEXT)"
        )
        moved = 0
        for container in CONTAINERS:
            for name in _indexes_of(container):
                await connection.execute(f"DROP INDEX IF EXISTS {name}")
            await connection.execute(
                f"INSERT INTO {SET_ASIDE} SELECT '{container.name}', partition, id, etag, body"  # noqa: S608
                f" FROM {container.name} WHERE NOT json_valid(body)"
            )
            cursor = await connection.execute(
                f"DELETE FROM {container.name} WHERE NOT json_valid(body)"  # noqa: S608
            )
            moved += cursor.rowcount
        await _make_indexes(connection)
    reason = f"rows can't be read and were moved into the table {SET_ASIDE}: {CHECK}"
    repeated_event(log, "store.set_aside", logging.ERROR, reason=reason, rows=moved)


async def _make_indexes(connection: aiosqlite.Connection) -> None:
    for statement in indexes():
        await connection.execute(statement)


def _indexes_of(container: Container[Any]) -> dict[str, str]:
    """Return the columns of a container's indexes by their names."""
    return {
        f"{container.name}_by_{'_'.join(paths).replace('.', '_')}": ", ".join(map(_column, paths))
        for paths in container.indexes
    }


def _column(path: str) -> str:
    return "id" if path == "id" else f"json_extract(body, '$.{path}')"


def _row(container: Container[Any], document: Any) -> tuple[str, str, str, str]:
    kept = {name: value for name, value in document.items() if not name.startswith("_")}
    body = json.dumps(kept, separators=(",", ":"))
    return str(kept[container.partition_key]), str(kept["id"]), uuid.uuid4().hex, body


def decode(raw: bytes) -> str:
    """Return a stored text; bytes that aren't UTF-8 become U+FFFD."""
    return raw.decode(errors="replace")


def document_of(document_id: str, body: object) -> dict[str, Any] | None:
    """Return the document that a row holds, or None where it holds none.

    Bodies are written in ASCII, so that a broken character is a damaged one.
    """
    if not isinstance(body, str) or BROKEN_CHARACTER in body:
        return None
    try:
        # Every whole number of a document is a count.
        document = loads(body, huge=0)
    except ValueError:
        return None
    if not isinstance(document, dict) or document.get("id") != document_id:
        return None
    return document


def _batches(items: Sequence[R], size: int) -> Iterable[Sequence[R]]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _unavailable(path: Path, error: Exception) -> StoreUnavailable:
    # SQLite quotes what it can't decode, which is somebody's words.
    reason = QUOTED.sub("", str(error))[:MAX_REASON]
    if DAMAGE.search(reason):
        return StoreUnavailable(
            f"the database file {path.name} can't be used ({reason}): it is damaged, or SQLITE_PATH"
            f" names another file; {CHECK}"
        )
    return StoreUnavailable(
        f"the database file {path.name} can't be used ({reason}): check SQLITE_PATH, the folder's"
        " permissions and the space left on its disk"
    )
