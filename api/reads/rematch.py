"""Reads whether stored items are being matched again, by the rules of a changed watchlist."""

from api.deps import Deps
from api.schema.rematch import RematchState
from shared.rematches import read_rematch, rematching


async def read_rematching(deps: Deps) -> frozenset[str]:
    """Return the ids of the subjects whose mentions may not be right yet. Raises StoreError."""
    return await rematching(await deps.store(), deps.watchlist)


async def read_rematch_state(deps: Deps) -> RematchState | None:
    """Return how far the rematch has come; None if all items are matched. Raises StoreError."""
    store = await deps.store()
    subjects = await rematching(store, deps.watchlist)
    if not subjects:
        return None
    found = await read_rematch(store)
    if found is None or found["ended_at"] is not None:
        return RematchState(subjects=sorted(subjects), items=0, matched=0, left=0, began_at=None)
    # Items are counted when it begins, and others are collected meanwhile.
    items = max(found["items"], found["matched"])
    return RematchState(
        subjects=sorted(subjects),
        items=items,
        matched=found["matched"],
        left=items - found["matched"],
        began_at=found["began_at"],
    )
