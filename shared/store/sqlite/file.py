"""The database file: opens it, reads rows, and writes in transactions."""

import asyncio
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import aiosqlite

from shared.costs import charge
from shared.store.sqlite.documents import decode
from shared.store.sqlite.errors import BadJsonError, translated
from shared.store.sqlite.tables import CACHE, prepare, set_aside_rows, transaction

R = TypeVar("R")

Reopen = Callable[[], Awaitable[aiosqlite.Connection]]


class DatabaseFile:
    """A file and its connection. Every method raises StoreUnavailable."""

    def __init__(
        self, connection: aiosqlite.Connection, path: Path, reopen: Reopen | None = None
    ) -> None:
        self.connection = connection
        # The default quotes text that it can't decode.
        connection.text_factory = decode
        self._path = path
        # Set while no process writes to a file that this process can't write to: such a file is
        # opened differently once there is a writer.
        self._reopen = reopen
        # A connection has one transaction at a time.
        self._writing = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path, *, retry_seconds: float) -> "DatabaseFile":
        """Open the file, or make it. Wait up to `retry_seconds` for another writer.

        A file that this process may not write to is opened read-only.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise translated(path, error) from error
        connection = aiosqlite.connect(path, timeout=retry_seconds, isolation_level=None)
        try:
            await connection
            await prepare(connection)
        except sqlite3.Error as error:
            await connection.close()
            if not _is_read_only(path):
                raise translated(path, error) from error
            try:
                return cls(*await _open_read_only(path, retry_seconds))
            except sqlite3.Error as second:
                raise translated(path, second) from second
        return cls(connection, path)

    async def rows(self, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
        """Return the rows that the statement selects."""
        charge()
        if self._reopen is not None and _log_of(self._path).exists():
            reopen, self._reopen = self._reopen, None
            earlier = self.connection
            self.connection = await self._mapping_errors(reopen)
            await earlier.close()

        async def fetch() -> list[tuple[Any, ...]]:
            return cast(
                "list[tuple[Any, ...]]", await self.connection.execute_fetchall(sql, values)
            )

        try:
            return await self._mapping_errors(fetch)
        except BadJsonError:
            async with self._writing:
                await self._mapping_errors(self._set_aside)
            return await self._mapping_errors(fetch)

    async def write(self, sql: str, rows: Sequence[tuple[object, ...]]) -> int:
        """Run the statement for each row, all or none, and return the number of rows changed."""
        charge()

        async def write() -> int:
            if len(rows) == 1:
                # One statement is a transaction of its own.
                return (await self.connection.executemany(sql, rows)).rowcount
            async with transaction(self.connection):
                cursor = await self.connection.executemany(sql, rows)
            return cursor.rowcount

        async def write_and_release() -> int:
            try:
                return await self._mapping_errors(write)
            except BadJsonError:
                await self._mapping_errors(self._set_aside)
                return await self._mapping_errors(write)
            finally:
                self._writing.release()

        await self._writing.acquire()
        # Shielded, so that a cancelled caller can't leave the transaction open. The next write
        # still waits until this one has ended.
        return await asyncio.shield(write_and_release())

    async def close(self) -> None:
        """Close the file."""
        await self.connection.close()

    async def _set_aside(self) -> None:
        await set_aside_rows(self.connection)

    async def _mapping_errors(self, work: Callable[[], Awaitable[R]]) -> R:
        try:
            return await work()
        except (sqlite3.Error, ValueError) as error:
            # aiosqlite raises ValueError for a closed connection.
            if isinstance(error, ValueError) and "connection" not in str(error).lower():
                raise
            raise translated(self._path, error) from error


async def _open_read_only(
    path: Path, retry_seconds: float
) -> tuple[aiosqlite.Connection, Path, Reopen | None]:
    """Open a file that this process may not write to.

    Reading beside a writer needs its log and its shared memory, which SQLite can't make here.
    While there is no log, no process writes, and SQLite reads the file as immutable.
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
    return connection, path, (lambda: connected(is_still=False)) if is_still else None


def _is_read_only(path: Path) -> bool:
    return path.is_file() and not os.access(path, os.W_OK)


def _address_of(path: Path) -> str:
    return path.absolute().as_uri()


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
