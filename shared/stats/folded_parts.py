"""The parts of communities that a subject's days count together with others.

An hour of a day names the communities with the most mentions alone (collector/rollups/subjects.py).
What the others count is in the shares of the hour.
"""

from collections.abc import Sequence

from shared.models import DayStats
from shared.stats.hour_parts import read_hours
from shared.stats.subjects import PartFields, is_mixed, part_name, part_of, put_part
from shared.stats.table_rows import REST
from shared.store import SUBJECT_HOURS, Store

# Hours that are looked up, the newest ones: a month of them costs at most 7,400 request units.
MAX_HOURS = 744


async def with_part_of(
    store: Store, scope: str, days: Sequence[DayStats], community: str
) -> list[DayStats]:
    """Return days of a subject's scope with the parts of a community, also where it has no name.

    They keep what it counts in the rest, too: only parts of communities may be taken from them.
    Nothing is read where the days name every community. Raises StoreError.
    """
    hours = [
        f"{day['id']}T{hour}" for day in days for hour in sorted(_rest(day) - _own(day, community))
    ]
    if not hours:
        return list(days)
    found = await read_hours(store, SUBJECT_HOURS, scope, hours[-MAX_HOURS:], [community])
    shares = {
        hour: share
        for hour, document in found.items()
        for name, share in document["shares"].items()
        if name.lower() == community.lower()
    }
    whole: list[DayStats] = []
    for day in days:
        fields = PartFields(
            {part: dict(cells) for part, cells in day.get("parts", {}).items()},
            {part: dict(some) for part, some in day.get("part_methods", {}).items()},
            {part: dict(some) for part, some in day.get("part_kinds", {}).items()},
        )
        for hour, cell in day["hours"].items():
            share = shares.get(f"{day['id']}T{hour}")
            for via, own in share["vias"].items() if share else ():
                put_part(fields, part_name(via, community), hour, own, is_mixed=is_mixed(cell))
        whole.append(
            {
                **day,
                "parts": fields.parts,
                "part_methods": fields.methods,
                "part_kinds": fields.kinds,
            }
        )
    return whole


def _rest(day: DayStats) -> set[str]:
    return _own(day, REST)


def _own(day: DayStats, community: str) -> set[str]:
    """Return the hours, 00 to 23, in which a day names a community."""
    parts = day.get("parts", {})
    return {
        hour
        for part, cells in parts.items()
        if part_of(part)[1].lower() == community.lower()
        for hour in cells
    }
