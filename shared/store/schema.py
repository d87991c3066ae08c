"""The version of the stored shapes, and what is said of a database that has another one."""

from shared.errors import StoreOutdated
from shared.store.base import Store
from shared.store.containers import COLLECTION

# Raise it when a stored shape, a partition key or an id changes so that older documents can't be
# read, and write a migration or let such databases be refused.
SCHEMA = 2
FIRST = 1
"""That of databases that don't say theirs."""


async def check_schema(store: Store, name: str) -> None:
    """Raise StoreOutdated where the database was written in another version's shapes.

    name says which database it is. One in which nothing was ever collected fits.
    """
    state = await store.read(COLLECTION, "collection", "collection")
    found = state.get("schema", FIRST) if state is not None else SCHEMA
    if found != SCHEMA:
        age = "an earlier" if found < SCHEMA else "a later"
        raise StoreOutdated(
            f"{name} was written by {age} version of Undertone (shape {found}, this one reads"
            f" {SCHEMA}): name another database, or delete this one, and collect again"
        )
