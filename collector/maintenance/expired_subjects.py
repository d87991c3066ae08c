"""Removes expired statistics of subjects.

The recount of expired items has removed theirs already. This finds statistics without items,
also of subjects that aren't watched any more.
"""

from datetime import datetime
from typing import Any

from collector.rollups.months import remove_months
from collector.rollups.ranked_days import remove_ranked_days
from collector.writers.deadline import Check
from shared.stats.hour_parts import keys_to_delete
from shared.stats.subject_tables import MONTHS_OF_TABLE
from shared.stats.subjects import TABLE, subject_scope
from shared.store import DAYS, SUBJECTS_DAYS, SUBJECTS_MONTHS, Container, Query, Store
from shared.store.scan import LAST_KEY
from shared.subjects.watchlist import read_watchlist
from shared.times import day_of, hour_of, iso, month_of

PAGE = 500


async def remove_expired_subjects(store: Store, before: datetime, check: Check) -> int:
    """Remove the statistics of subjects before this hour; return how many days and hours that were.

    Their months, ranked days and tables go, too.
    check is called before each write, and raises what ends the work. The day and the month that the
    hour lies in stay.
    """
    hour, day, month = hour_of(iso(before)), day_of(iso(before)), month_of(iso(before))
    subjects = await subjects_until(store, month)
    removed = 0
    for scope in map(subject_scope, subjects):
        removed += await _remove(store, DAYS, scope, hour, check, but=day)
        await remove_months(store, scope, before=month)
        await remove_ranked_days(store, scope, day)
    await _remove(store, SUBJECTS_DAYS, TABLE, day, check)
    await _remove(store, SUBJECTS_MONTHS, MONTHS_OF_TABLE, month, check)
    return removed


async def subjects_until(store: Store, month: str) -> list[str]:
    """List the subjects of the watchlist, and those that tables up to this month have."""
    found = {subject["id"] for subject in (await read_watchlist(store))["subjects"]}
    tables = await store.query(
        Query(SUBJECTS_MONTHS, MONTHS_OF_TABLE, PAGE, order_by="id", below=month + LAST_KEY)
    )
    return sorted(found.union(*(table["subjects"] for table in tables)))


async def _remove(
    store: Store,
    container: Container[Any],
    scope: str,
    below: str,
    check: Check,
    *,
    but: str = "",
) -> int:
    """Remove the documents of a partition whose ids sort below this, but for one."""
    removed = 0
    query: Query[Any] = Query(container, scope, PAGE, order_by="id", below=below)
    while found := [each for each in await store.query(query) if each["id"] != but]:
        for keys in await keys_to_delete(store, found):
            check()
            await store.delete(container, keys)
            removed += len(keys)
    return removed
