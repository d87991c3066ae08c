"""The document of digests: its revisions, and who writes first."""

from datetime import UTC, datetime

import pytest

from shared.digests.definitions import (
    read_digests,
    read_history,
    write_digests,
)
from shared.errors import DocumentChanged, DocumentExists
from shared.models import ScheduledDigests
from shared.store.revisions import KEPT_REVISIONS
from tests.shared.digests.digests import a_digest

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)


async def write(store, before: ScheduledDigests, *names: str) -> ScheduledDigests:
    digests = [a_digest(id=name) for name in names]
    return await write_digests(store, before, digests=digests, change=f"{names}", now=NOW)


async def test_a_write_is_read_back_and_can_be_written_over(store) -> None:
    nothing = await read_digests(store)
    assert (nothing["revision"], nothing["digests"], "_etag" in nothing) == (0, [], False)
    first = await write(store, nothing, "a")
    assert await read_digests(store) == first
    second = await write(store, first, "a", "b")
    assert (second["revision"], second["changed_at"]) == (2, "2026-11-23T13:05:07Z")
    assert [each["id"] for each in (await read_digests(store))["digests"]] == ["a", "b"]


async def test_of_two_writers_the_second_is_refused(store) -> None:
    nothing = await read_digests(store)
    first = await write(store, nothing, "a")
    with pytest.raises(DocumentExists):
        await write(store, nothing, "b")
    await write(store, first, "c")
    with pytest.raises(DocumentChanged):
        await write(store, first, "d")


async def test_the_history_has_the_newest_first_and_forgets_the_oldest(sqlite_store) -> None:
    digests = await read_digests(sqlite_store)
    for number in range(KEPT_REVISIONS + 3):
        digests = await write(sqlite_store, digests, f"d{number}")
    found = await read_history(sqlite_store, limit=3)
    assert [each["revision"] for each in found] == [203, 202, 201]
    assert [each["revision"] for each in await read_history(sqlite_store, below=5)] == [4]
