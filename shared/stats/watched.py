"""The statistics of `all`, as far as they are of what is watched now.

Those that are stored count every community that was ever collected and has items left. What is no
longer watched is taken out when they are read, so that a change of SUBREDDITS shows immediately.
"""

from collections.abc import Iterable, Sequence

from shared.models import DayStats
from shared.stats.cell_threads import subtract_communities
from shared.stats.cells import is_empty
from shared.stats.months import read_days
from shared.store import Store
from shared.store.community_states import all_states, left_names

# Communities whose days are in memory together: thousands may leave in one change.
NAMES_AT_ONCE = 500


async def names_ever(store: Store, configured: Iterable[str]) -> list[str]:
    """List every community that was ever collected and has items left, and the configured ones."""
    names = dict.fromkeys(configured)
    names.update({state["id"]: None async for state in all_states(store)})
    return list(names)


async def only_watched(
    store: Store, names: Iterable[str], days: Sequence[DayStats]
) -> list[DayStats]:
    """Return these days of `all` without what other communities than the named ones count in them.

    It reads nothing more where all of them are watched, and else a document for each community
    that isn't and each day or, of many days, month.
    """
    watched = set(names)
    known = {name for day in days for name in day.get("names", ())}
    if any("has_many_names" in day for day in days):
        known.update(await left_names(store))
    if any("names" not in day and "has_many_names" not in day for day in days):
        # As such days were stored before they named their communities.
        known.update(await names_ever(store, ()))
    others = sorted(known - watched)
    left = list(days)
    for start in range(0, len(others), NAMES_AT_ONCE):
        left = await _less(store, left, others[start : start + NAMES_AT_ONCE])
    return left


async def _less(store: Store, days: list[DayStats], others: Sequence[str]) -> list[DayStats]:
    """Return these days without what these communities count in them."""
    named = {day["id"]: day.get("names", others) for day in days}
    parts: dict[str, list[DayStats]] = {day: [] for day in named}
    for name, own in (await read_days(store, others, list(named))).items():
        for part in own:
            if name in named[part["id"]]:
                parts[part["id"]].append(part)
    return [_without(day, parts[day["id"]]) for day in days]


def _without(day: DayStats, parts: list[DayStats]) -> DayStats:
    hours = {
        hour: subtract_communities(
            cell, [part["hours"][hour] for part in parts if hour in part["hours"]]
        )
        for hour, cell in day["hours"].items()
    }
    kept = {hour: cell for hour, cell in hours.items() if not is_empty(cell)}
    left: DayStats = {**day, "hours": kept}
    return left
