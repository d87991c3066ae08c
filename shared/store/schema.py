"""The version of the stored shapes, and the check of a database's version."""

from shared.errors import StoreOutdated
from shared.store.base import Store
from shared.store.containers import COLLECTION

# Increase it when a stored shape, a partition key or an id changes so that older documents can't be
# read. Then add a migration, or let such databases be refused.
SCHEMA = 3
FIRST = 1
"""The version of databases without one."""


async def check_schema(store: Store, name: str) -> None:
    """Raise StoreOutdated if the database has another version.

    name is the database's name for the message. An empty database fits.
    """
    state = await store.read(COLLECTION, "collection", "collection")
    found = state.get("schema", FIRST) if state is not None else SCHEMA
    if found != SCHEMA:
        # A later version may write it otherwise than as a number.
        age = "an earlier" if isinstance(found, int) and found < SCHEMA else "a later"
        raise StoreOutdated(
            f"{name} was written by {age} version of Undertone (shape {found}, this one reads"
            f" {SCHEMA}): name another database, or delete this one, and collect again"
        )
