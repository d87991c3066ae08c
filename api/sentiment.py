"""The sentiment of a window, out of the statistics that collection keeps."""

from api.deps import Deps
from api.models import ScopeParameters, Stats, TimeWindow, Totals
from api.parameters import scope_of
from shared.statistics import cells_of, totals
from shared.store import DAYS
from shared.times import Window, iso


async def read_stats(deps: Deps, parameters: ScopeParameters) -> Stats:
    """Add up the hours of the window: it reads one document for each day that they touch.

    Raises UnknownSubreddit and StoreError.
    """
    scope = scope_of(deps.settings, parameters.subreddit)
    window = Window.of_hours(parameters.hours, deps.clock())
    store = await deps.store()
    days = await store.read_many(DAYS, [(scope, day) for day in window.days()])
    return Stats(
        subreddit=scope,
        time_window_hours=parameters.hours,
        statistics=Totals(**totals(cells_of(days.values(), window.hours()))),
        window=TimeWindow(start=iso(window.start), end=iso(window.end)),
        feed=deps.settings.feed,
        timestamp=iso(window.end),
    )
