"""The file's tables and indexes, and the rows that no index can hold."""

import logging
import sqlite3
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite

from shared.logs import repeated_event
from shared.store.base import Container
from shared.store.containers import CONTAINERS
from shared.store.sqlite.documents import column
from shared.store.sqlite.errors import BAD_JSON, CHECK

log = logging.getLogger(__name__)

# A page cache of 16 MiB, in KiB: https://sqlite.org/pragma.html#pragma_cache_size
CACHE = -16_384
# The table of rows that can't be read.
SET_ASIDE = "unreadable"


def pragmas() -> Iterator[str]:
    """Return the statements that set up a connection."""
    yield "PRAGMA journal_mode = WAL"
    # Safe in WAL mode against a killed process: https://sqlite.org/pragma.html#pragma_synchronous
    yield "PRAGMA synchronous = NORMAL"
    yield f"PRAGMA cache_size = {CACHE}"


def tables() -> Iterator[str]:
    """Return the statements that make the tables that are missing."""
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


async def prepare(connection: aiosqlite.Connection) -> None:
    """Make the tables and indexes that are missing."""
    await connection.executescript(";".join(pragmas()))
    made = await connection.execute_fetchall("SELECT name FROM sqlite_master")
    if _names() <= {name for (name,) in made}:
        return
    try:
        await _run_together(connection, (*tables(), *indexes()))
    except sqlite3.Error as error:
        if BAD_JSON not in str(error):
            raise
        await _run_together(connection, tables())
        await set_aside_rows(connection)


async def _run_together(connection: aiosqlite.Connection, statements: Iterable[str]) -> None:
    """Run all statements or none, in one call of the connection's thread."""
    try:
        await connection.executescript(";".join(("BEGIN IMMEDIATE", *statements, "COMMIT")))
    except sqlite3.Error:
        if connection.in_transaction:
            await connection.execute("ROLLBACK")
        raise


@asynccontextmanager
async def transaction(connection: aiosqlite.Connection) -> AsyncIterator[None]:
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


async def set_aside_rows(connection: aiosqlite.Connection) -> None:
    """Move the rows whose JSON is broken into a table of their own.

    SQLite can neither change nor remove such a row while an index refers to it.
    """
    async with transaction(connection):
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


def _names() -> set[str]:
    """Return the names of all tables and indexes."""
    return {name for each in CONTAINERS for name in (each.name, *_indexes_of(each))}


def _indexes_of(container: Container[Any]) -> dict[str, str]:
    """Return the columns of a container's indexes by their names."""
    return {
        f"{container.name}_by_{'_'.join(paths).replace('.', '_')}": ", ".join(map(column, paths))
        for paths in container.indexes
    }
