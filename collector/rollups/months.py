"""Keeps the months of communities equal to their days, whenever days are written."""

from collections import defaultdict
from collections.abc import Iterable

from shared.models import DayStats
from shared.stats.months import key_of, pack, partition_of, unpack
from shared.store import DAYS, MONTHS, Query, Store
from shared.store.scan import LAST_KEY
from shared.times import month_of

MAX_DAYS = 31
PAGE = 500


async def write_months(store: Store, community: str, days: Iterable[DayStats]) -> None:
    """Put these days, which are stored, into their months.

    A month that isn't stored yet is made of all its days, so that a stored month lacks nothing.
    """
    changed: dict[str, dict[str, DayStats]] = defaultdict(dict)
    for day in days:
        changed[month_of(day["id"])][day["id"]] = day
    stored = await store.read_many(MONTHS, [key_of(community, month) for month in changed])
    for month, some in changed.items():
        known = stored.get(key_of(community, month))
        before = unpack(known) if known else await _days_of(store, community, month)
        merged = {**{day["id"]: day for day in before}, **some}
        document = pack(community, month, merged.values())
        if document["cells"]:
            await store.upsert(MONTHS, [document])
        elif known:
            await store.delete(MONTHS, [key_of(community, month)])


async def remove_months(store: Store, community: str, *, before: str = LAST_KEY) -> None:
    """Remove a community's months, or those before a month."""
    old = Query(MONTHS, partition_of(community), PAGE, order_by="id", below=before)
    if found := await store.query(old):
        await store.delete(MONTHS, [key_of(community, month["id"]) for month in found])


async def _days_of(store: Store, community: str, month: str) -> list[DayStats]:
    first, end = f"{month}-", f"{month}-{LAST_KEY}"
    return await store.query(
        Query(DAYS, community, MAX_DAYS, order_by="id", at_least=first, below=end)
    )
