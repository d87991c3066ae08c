"""The queries of the dashboard's views that show what a read returns: dashboard/src/address.ts."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from api.ask.window import Hours
from shared.times import hour_start

# The windows and the days that the dashboard takes.
WINDOWS: Final = (24, 168, 720, 2160)
MAX_DAYS: Final = 90
MAX_CHOSEN: Final = 5
SECOND: Final = timedelta(seconds=1)


def page(given: Mapping[str, str | None]) -> str:
    """Return the query of a view."""
    named = {name: value for name, value in given.items() if value}
    return f"?{urlencode(named, safe=',/:')}" if named else "?"


def window_of(hours: Hours, now: datetime) -> dict[str, str] | None:
    """Return the window of a view: the last hours, or the days that hold the span.

    None is returned where no window of the dashboard holds it.
    """
    if hours.end == hour_start(now) and hours.hours in WINDOWS:
        return {"hours": str(hours.hours)}
    first, last = hours.start.date(), (hours.end - SECOND).date()
    if (last - first).days + 1 > MAX_DAYS:
        return None
    return {"from": first.isoformat(), "to": last.isoformat()}


def scope_page(
    subject: str | None, community: str | None, hours: Hours, now: datetime
) -> str | None:
    """Return the query of the view of a subject, a community, one in the other, or of all."""
    window = window_of(hours, now)
    if window is None:
        return None
    if subject and community:
        return list_page({"subject": subject, "subreddit": community, "kind": "items"}, hours)
    if subject is None and community is None:
        return page({"view": "communities", **window})
    return page({"subject": subject, "subreddit": community, **window})


def subjects_page(hours: Hours, now: datetime) -> str | None:
    """Return the query of the view of all subjects."""
    window = window_of(hours, now)
    return None if window is None else page(window)


def compare_page(scopes: list[str], hours: Hours, now: datetime) -> str | None:
    """Return the query of the view of scopes side by side; it takes two to five."""
    window = window_of(hours, now)
    if window is None or len(scopes) > MAX_CHOSEN:
        return None
    return page({"view": "compare", "compare": ",".join(scopes), **window})


def list_page(given: Mapping[str, str | None], hours: Hours) -> str:
    """Return the query of a list of exactly the items of a span."""
    return page({"view": "posts", **given, **hours.parameters})
