"""Which time a request is about."""

from datetime import datetime

from api.deps import Deps
from shared.store import COLLECTION
from shared.times import parse_iso


async def last_collection(deps: Deps, now: datetime) -> datetime:
    """Return the time of the last collection, or `now` before the first. Raises StoreError."""
    state = await (await deps.store()).read(COLLECTION, "collection", "collection")
    last = state["last_collection_at"] if state else None
    # Another machine's clock may be ahead.
    return min(now, parse_iso(last)) if last else now
