"""The step from shape 2 to 3: `all` and each subject get ranked days, from the stored items."""

from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from datetime import date, timedelta
from typing import Any, cast

from collector.maintenance.expired_subjects import subjects_until
from collector.rollups.ranked_days import ranked_entries, remove_ranked_days, write_ranked_days
from shared.models import ALL, Item
from shared.stats.subjects import subject_scope
from shared.stats.watched import names_ever
from shared.store import COMMENTS, POSTS, Container, Query, Store
from shared.store.scan import LAST_KEY, after, items_between
from shared.times import day_of, hour_of

CONTAINERS = cast("tuple[Container[Any], ...]", (POSTS, COMMENTS))
# Where shape 2 has the states of communities.
STATES: Container[Any] = Container("cycles", "kind", (("id",),), expires=True)
PAGE = 500


async def add_ranked_days(store: Store, cursor: str) -> AsyncIterator[str]:
    """Write the ranked days of each day after the cursor, a day, and yield it when it is done."""
    names = await _names(store)
    bounds = [day for name in names for day in await _first_and_last(store, name)]
    if not bounds:
        return
    for day in _days(max(min(bounds), _after(cursor)), max(bounds)):
        changes: dict[str, dict[str, dict[str, list[str]]]] = {}
        for name in names:
            for hour, items in (await _items_by_hour(store, name, day)).items():
                for scope, entries in ranked_entries(items).items():
                    changes.setdefault(scope, {}).setdefault(hour, {})[name] = entries
        await write_ranked_days(store, changes)
        yield day


async def drop_ranked_days(store: Store, cursor: str) -> AsyncIterator[str]:
    """Delete the ranked days of each scope after the cursor, and yield the scope's name."""
    scopes = [ALL, *map(subject_scope, await subjects_until(store, LAST_KEY))]
    for scope in sorted(scopes):
        if scope > cursor:
            await remove_ranked_days(store, scope, LAST_KEY)
            yield scope


async def _names(store: Store) -> list[str]:
    """Return every community that has a state, also where shape 2 has it."""
    names = set(await names_ever(store, ()))
    last = ""
    while page := await store.query(Query(STATES, "community", PAGE, order_by="id", at_least=last)):
        names.update(state["id"] for state in page)
        last = after(page[-1]["id"])
    return sorted(names)


async def _first_and_last(store: Store, name: str) -> list[str]:
    """Return the days of a community's first and last item of each kind."""
    found: list[str] = []
    for container in CONTAINERS:
        for descending in (False, True):
            page = await store.query(Query(container, name, 1, descending=descending))
            found += [day_of(item["order_key"]) for item in page]
    return found


async def _items_by_hour(store: Store, name: str, day: str) -> dict[str, list[Item]]:
    by_hour: dict[str, list[Item]] = defaultdict(list)
    for container in CONTAINERS:
        async for item in items_between(store, container, name, day, _after(day)):
            by_hour[hour_of(item["order_key"])].append(item)
    return by_hour


def _days(first: str, last: str) -> Iterable[str]:
    """Yield the days from the first to the last, both included."""
    for number in range((date.fromisoformat(last) - date.fromisoformat(first)).days + 1):
        yield (date.fromisoformat(first) + timedelta(days=number)).isoformat()


def _after(day: str) -> str:
    """Return the day after; the first there is after an empty cursor."""
    if not day:
        return date.min.isoformat()
    return (date.fromisoformat(day) + timedelta(days=1)).isoformat()
