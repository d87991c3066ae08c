"""The state of collection, which holds the origin of a store's data."""

from shared.errors import SettingsError
from shared.models import CollectionState, Origin
from shared.store import COLLECTION, Store
from shared.store.schema import SCHEMA


async def collection_state(store: Store, origin: Origin) -> CollectionState:
    """Return the state of collection. Raises SettingsError if it has another origin."""
    found = await store.read(COLLECTION, "collection", "collection")
    if found is None:
        # Written before the first item, so that two origins never mix.
        found = CollectionState(
            id="collection",
            kind="collection",
            ttl=-1,
            schema=SCHEMA,
            origin=origin,
            last_cycle=None,
            last_started_at=None,
            last_collection_at=None,
            collections_succeeded=0,
            collections_failed=0,
        )
        await store.upsert(COLLECTION, [found])
    if found["origin"] != origin:
        raise SettingsError(
            f"ORIGIN: this database holds {found['origin']} data, and {origin} data would mix"
            " with it; name another SQLITE_PATH or COSMOS_DATABASE, or delete the old one"
        )
    return found
