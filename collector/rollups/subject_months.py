"""Keeps the months of subjects, and their parts, equal to their days.

A month has at most 744 hours. Its parts are a document of their own, of about 85 bytes for each
hour of a community, kinds of talk included: one with more than MAX_CELLS of them would come near
Cosmos DB's 2 MB. It keeps none then, and says so: readers take the month's days.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeVar

from shared.models import DayStats, MonthParts, MonthStats
from shared.stats.months import key_of, pack, partition_of, unpack
from shared.stats.subjects import part_of, parts_id
from shared.store import MONTHS, SUBJECT_PARTS, Key, Store
from shared.times import MONTH_CHARS, month_of

V = TypeVar("V")

MAX_CELLS = 20_000


async def write_subject_months(store: Store, days: Iterable[DayStats]) -> None:
    """Put these days of subjects, as they are stored now, into their months."""
    changed: dict[Key, list[DayStats]] = defaultdict(list)
    for day in days:
        changed[day["scope"], month_of(day["id"])].append(day)
    month_keys = {key: key_of(*key) for key in changed}
    parts_keys = {key: (partition_of(key[0]), parts_id(key[1])) for key in changed}
    months = await store.read_many(MONTHS, month_keys.values())
    stored = await store.read_many(SUBJECT_PARTS, parts_keys.values())
    new_parts = {
        key: _with_parts(stored.get(parts_keys[key]), parts_keys[key], some)
        for key, some in changed.items()
    }
    new_months = {
        key: _with_days(months.get(month_keys[key]), key, some, new_parts[key])
        for key, some in changed.items()
    }
    is_empty = {key for key, month in new_months.items() if not month["cells"]}
    await store.upsert(SUBJECT_PARTS, [new_parts[key] for key in changed if key not in is_empty])
    await store.upsert(MONTHS, [new_months[key] for key in changed if key not in is_empty])
    await store.delete(SUBJECT_PARTS, [parts_keys[key] for key in sorted(is_empty)])
    await store.delete(MONTHS, [month_keys[key] for key in sorted(is_empty)])


def _with_days(
    known: MonthStats | None, key: Key, days: Sequence[DayStats], parts: MonthParts
) -> MonthStats:
    before = unpack(known) if known else []
    merged = {**{day["id"]: day for day in before}, **{day["id"]: day for day in days}}
    month = pack(*key, merged.values())
    names = {part_of(part)[1] for part in parts["parts"]}
    if parts.get("is_full"):
        names.update(known.get("names", ()) if known else ())
        names.update(name for day in days for name in day.get("names", ()))
    month["names"] = sorted(names)
    return month


def _with_parts(known: MonthParts | None, key: Key, days: Iterable[DayStats]) -> MonthParts:
    fresh = MonthParts(id=key[1], scope=key[0], parts={}, part_methods={})
    if known is not None and known.get("is_full"):
        return {**fresh, "is_full": True}
    parts = _copied(known["parts"]) if known else {}
    methods = _copied(known["part_methods"]) if known else {}
    kinds = _copied(known.get("part_kinds", {})) if known else {}
    for day in days:
        _put_day(parts, day["id"][MONTH_CHARS + 1 :], day.get("parts", {}))
        _put_day(methods, day["id"][MONTH_CHARS + 1 :], day.get("part_methods", {}))
        _put_day(kinds, day["id"][MONTH_CHARS + 1 :], day.get("part_kinds", {}))
    if sum(map(len, parts.values())) > MAX_CELLS:
        return {**fresh, "is_full": True}
    fresh["parts"] = _sorted(parts)
    fresh["part_methods"] = _sorted(methods)
    if part_kinds := _sorted(kinds):
        fresh["part_kinds"] = part_kinds
    return fresh


def _copied(parts: Mapping[str, Mapping[str, V]]) -> dict[str, dict[str, V]]:
    return {part: dict(cells) for part, cells in parts.items()}


def _put_day(
    parts: dict[str, dict[str, V]], day: str, fresh: Mapping[str, Mapping[str, V]]
) -> None:
    """Put the parts of a day (01 to 31) in the place of what the month had of it."""
    for cells in parts.values():
        for hour in [hour for hour in cells if hour.startswith(day)]:
            del cells[hour]
    for part, by_hour in fresh.items():
        cells = parts.setdefault(part, {})
        cells.update((f"{day}T{hour}", value) for hour, value in by_hour.items())


def _sorted(parts: Mapping[str, Mapping[str, V]]) -> dict[str, dict[str, V]]:
    return {part: dict(sorted(parts[part].items())) for part in sorted(parts) if parts[part]}
