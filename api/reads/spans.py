"""The time that a request is about."""

from datetime import datetime, timedelta

from api.deps import Deps
from api.schema.parameters import ListParameters
from api.schema.values import MAX_HOURS
from shared.store import COLLECTION
from shared.times import EARLIEST, Window, hour_of, iso, next_hour, parse_iso


async def last_collection(deps: Deps, now: datetime) -> datetime:
    """Return the time of the last collection, or `now` before the first. Raises StoreError."""
    state = await (await deps.store()).read(COLLECTION, "collection", "collection")
    last = state["last_collection_at"] if state else None
    # Another machine's clock may be ahead.
    return min(now, parse_iso(last)) if last else now


def window_of(parameters: ListParameters, now: datetime) -> tuple[Window, str]:
    """Return the window of the parameters, and the order key at its end.

    The window is the last `hours`, or the time between `start` and `end`.
    """
    # Another machine's clock may be ahead.
    upcoming = next_hour(hour_of(iso(now)))
    if parameters.start is None and parameters.end is None:
        return Window.of_hours(parameters.hours, now), upcoming
    end = min(now, max(parse_iso(parameters.end), EARLIEST)) if parameters.end else now
    earliest = end - timedelta(hours=MAX_HOURS if parameters.start else parameters.hours)
    start = max(parse_iso(parameters.start), earliest) if parameters.start else earliest
    return Window(start, end), min(parameters.end or upcoming, upcoming)
