"""Opens the store of the settings."""

from shared.settings import Settings
from shared.store.base import PartitionedStore, Store
from shared.store.schema import check_schema
from shared.telemetry import is_on, span


async def open_store(settings: Settings, *, retry_seconds: float, any_shape: bool = False) -> Store:
    """Open the store of the settings, and make missing containers if it may.

    retry_seconds is the time for which an operation is retried while the database throttles or
    can't be reached: short for requests, long for cycles. any_shape is for an upgrade alone: it
    opens a database of any version. Raises StoreUnavailable, StoreOutdated if
    another version wrote the database, and StoreNotProvisioned if a container is missing and only a
    deployment may make it.
    """
    with span("open store"):
        store = await _open_store(settings, retry_seconds)
        try:
            if not any_shape:
                await check_schema(store, name_of_store(settings))
        except BaseException:
            await store.close()
            raise
    if not is_on():
        return store
    from shared.store.traced import TracedStore  # noqa: PLC0415 - not needed while off

    return TracedStore(store)


async def open_whole_store(settings: Settings, *, retry_seconds: float) -> PartitionedStore:
    """Open the store for an export or an import of everything, whatever its state.

    Raises StoreUnavailable and StoreNotProvisioned, and StoreOutdated if its containers are of
    another version.
    """
    return await _open_store(settings, retry_seconds)


def name_of_store(settings: Settings) -> str:
    """Return the database's name for messages, with the setting that names it."""
    if settings.cosmos_endpoint:
        return f"the database {settings.cosmos_database} (COSMOS_DATABASE)"
    return f"the database file {settings.sqlite_path.name} (SQLITE_PATH)"


async def _open_store(settings: Settings, retry_seconds: float) -> PartitionedStore:
    if settings.cosmos_endpoint:
        from shared.store.cosmos.store import CosmosStore  # noqa: PLC0415 - costs 0.1 s, only when used

        return await CosmosStore.open(settings, retry_seconds=retry_seconds)
    from shared.store.sqlite import SqliteStore  # noqa: PLC0415 - not needed on Azure

    return await SqliteStore.open(settings.sqlite_path, retry_seconds=retry_seconds)
