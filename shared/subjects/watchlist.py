"""Reads the watchlist."""

from shared.models import Watchlist
from shared.store import WATCHLIST, Store

KEY = ("watchlist", "watchlist")
EMPTY = Watchlist(
    id="watchlist",
    kind="watchlist",
    ttl=-1,
    revision=0,
    changed_at="1970-01-01T00:00:00Z",
    change="",
    subjects=[],
    communities=None,
)


async def read_watchlist(store: Store) -> Watchlist:
    """Return the stored watchlist; before the first start there is an empty one, of revision 0."""
    return await store.read(WATCHLIST, *KEY) or EMPTY
