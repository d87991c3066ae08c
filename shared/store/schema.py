"""The version of the stored shapes, and the check of a database's version."""

from shared.errors import StoreOutdated, StoreUnavailable
from shared.models import CollectionState
from shared.store.base import Store
from shared.store.containers import COLLECTION

# Increase it when a stored shape, a partition key or an id changes so that older documents can't be
# read, or so that the version before can't read newer ones. Then add a step to
# collector/maintenance/upgrades/steps.py, or let such databases be refused.
SCHEMA = 3
FIRST = 1
"""The version of databases without one."""
OLDEST_UPGRADED = 2
"""The oldest version that steps lead from."""
COMMAND = "`python -m local upgrade`"


async def schema_of(store: Store) -> int | str | None:
    """Return the version of a database, or text between two; None: it is empty.

    Raises StoreUnavailable while an import of an export isn't complete.
    """
    state = await store.read(COLLECTION, "collection", "collection")
    _check_import(state, "the database")
    return _version(state)


def _version(state: CollectionState | None) -> int | str | None:
    return state.get("schema", FIRST) if state is not None else None


def between(origin: int, target: int) -> str:
    """Return the version of a database while a step leads from one version to the next or back.

    Every version refuses it, since it is no number.
    """
    low, high = sorted((origin, target))
    return f"between {low} and {high}"


async def check_schema(store: Store, name: str) -> None:
    """Raise StoreOutdated if the database has another version.

    name is the database's name for the message. An empty database fits. Raises StoreUnavailable
    while an import of an export isn't complete.
    """
    state = await store.read(COLLECTION, "collection", "collection")
    _check_import(state, name)
    found = _version(state)
    if found is not None and found != SCHEMA:
        raise StoreOutdated(f"{name} {_reason(found)}")


def _check_import(state: CollectionState | None, name: str) -> None:
    if state is not None and "importing" in state:
        raise StoreUnavailable(
            f"{name} holds a part of an export: wait for the import that is under way, run the"
            " same `python -m local import` again if it was interrupted, or delete the database"
        )


def _reason(found: int | str) -> str:
    if isinstance(found, str) and found.startswith("between "):
        return (
            f"is {found}, since an upgrade isn't finished: {COMMAND} goes on with it, and"
            f" {COMMAND[:-1]} --undo` takes it back"
        )
    # A later version may write it otherwise than as a number.
    is_earlier = isinstance(found, int) and found < SCHEMA
    age = "an earlier" if is_earlier else "a later"
    said = f"was written by {age} version of Undertone (shape {found}, this one reads {SCHEMA}):"
    other = "name another database"
    if not is_earlier:
        return f"{said} install that version, whose {COMMAND[:-1]} --undo` leads back, or {other}"
    if isinstance(found, int) and found >= OLDEST_UPGRADED:
        return f"{said} {COMMAND} changes it, or {other}"
    return f"{said} {other}, or delete this one, and collect again"
