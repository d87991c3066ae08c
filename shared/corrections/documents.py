"""The documents of corrections: one for each corrected item, and notes that list them.

A change writes a note that it waits, a note for the list, and then the correction itself under its
ETag. A note without its correction is skipped, and so is one that a later change has followed: a
crash between two writes leaves nothing that counts wrongly. Without a time to live of their own,
documents expire as items do, if the cleanup doesn't run.
"""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal

from shared.models import Correction, CorrectionNote, ItemCorrection
from shared.store import CORRECTION_NOTES, CORRECTIONS, Query, Store

KIND: Literal["correction"] = "correction"
LISTED: Literal["correction_listed"] = "correction_listed"
WAITING: Literal["correction_waiting"] = "correction_waiting"
NOTE_TIME = "%Y-%m-%dT%H:%M:%S.%fZ"


def new_ticket(now: datetime) -> str:
    """Return the id of the notes of a change; ids sort by time."""
    return f"{now.astimezone(UTC).strftime(NOTE_TIME)}_{secrets.token_hex(4)}"


def time_of_ticket(ticket: str) -> datetime:
    """Return the time at which a change was made."""
    return datetime.strptime(ticket.partition("_")[0], NOTE_TIME).replace(tzinfo=UTC)


def is_taken_back(says: ItemCorrection) -> bool:
    """Return whether nothing is corrected."""
    return says["label"] is None and not says["targets"] and not says["mentions"]


async def read_correction(store: Store, key: str) -> Correction | None:
    """Return the correction of an item by the item's key. Raises StoreError."""
    return await store.read(CORRECTIONS, KIND, key)


async def read_corrections(store: Store, keys: Iterable[str]) -> dict[str, Correction]:
    """Return the corrections that there are by the keys of their items. Raises StoreError."""
    wanted = [(KIND, key) for key in dict.fromkeys(keys)]
    found = await store.read_many(CORRECTIONS, wanted) if wanted else {}
    return {each["id"]: each for each in found.values()}


async def write_correction(store: Store, before: Correction | None, after: Correction) -> None:
    """Write a correction over the one that was read, or the first one of its item.

    Raises DocumentChanged and DocumentExists if another change was first, and StoreError.
    """
    await _note(store, WAITING, after)
    if not is_taken_back(after["says"]):
        await _note(store, LISTED, after)
    if before is None:
        await store.create(CORRECTIONS, after)
        return
    await store.replace(CORRECTIONS, after, before["_etag"])
    await store.delete(CORRECTION_NOTES, [(LISTED, before["ticket"])])


async def forget_corrections(store: Store, keys: Iterable[str]) -> None:
    """Remove the corrections of items that are removed. Raises StoreError."""
    if not (keys := list(keys)):
        return
    found = await read_corrections(store, keys)
    await store.delete(CORRECTION_NOTES, [(LISTED, each["ticket"]) for each in found.values()])
    await store.delete(CORRECTIONS, [(KIND, key) for key in found])


async def read_notes(
    store: Store, kind: Literal["correction_listed", "correction_waiting"], limit: int
) -> list[CorrectionNote]:
    """Return the newest notes of a kind, the newest first. Raises StoreError."""
    query = Query(CORRECTION_NOTES, kind, limit, order_by="id", descending=True)
    return await store.query(query)


async def read_waiting(store: Store, limit: int) -> Mapping[str, Correction]:
    """Return the corrections that may not be written into their items yet, by the items' keys.

    Where more than `limit` changes wait, they are the newest. Raises StoreError.
    """
    notes = await read_notes(store, WAITING, limit)
    return await read_corrections(store, [note["correction"] for note in notes])


async def _note(
    store: Store, kind: Literal["correction_listed", "correction_waiting"], of: Correction
) -> None:
    note = CorrectionNote(id=of["ticket"], kind=kind, correction=of["id"])
    await store.upsert(CORRECTION_NOTES, [note])
