"""Adds and removes watched communities in bulk."""

from api.deps import Deps
from api.schema.bulk import BulkAnswer, BulkBody, RefusedName
from shared.subjects.roster import add_communities, remove_communities
from shared.subjects.watchlist import read_watchlist


async def change_communities(deps: Deps, body: BulkBody) -> BulkAnswer:
    """Watch these communities in bulk, and others no longer. Raises StoreError."""
    store = await deps.store()
    added = await add_communities(store, deps.settings, body.add, deps.clock(), by=deps.by)
    removed = await remove_communities(store, body.remove, deps.clock(), by=deps.by)
    deps.on_change(await read_watchlist(store))
    return BulkAnswer(
        added=len(added.names),
        removed=len(removed.names),
        unchanged=len(added.unchanged) + len(removed.unchanged),
        refused=[
            RefusedName(name=name, detail=refusal.problem, takes=refusal.takes)
            for name, refusal in added.refused
        ],
    )
