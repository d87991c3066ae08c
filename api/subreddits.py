"""The watched subreddits, and how their collection goes."""

from api.cycles import told
from api.deps import Deps
from api.models import SubredditDetail, Subreddits, SubredditsParameters
from shared.statistics import cells_of, totals
from shared.store import DAYS, SUBREDDITS
from shared.times import Window

DAY_HOURS = 24


async def read_subreddits(deps: Deps, parameters: SubredditsParameters) -> Subreddits:
    """Give each configured subreddit, in two batched reads. Raises StoreError."""
    del parameters
    names = deps.settings.subreddits
    window = Window.of_hours(DAY_HOURS, deps.clock())
    store = await deps.store()
    states = await store.read_many(SUBREDDITS, [("subreddit", name) for name in names])
    days = await store.read_many(DAYS, [(name, day) for name in names for day in window.days()])
    details: list[SubredditDetail] = []
    for name in names:
        state = states.get(("subreddit", name))
        own_days = [day for (subreddit, _), day in days.items() if subreddit == name]
        details.append(
            SubredditDetail(
                name=name,
                last_collected_at=state["last_collected_at"] if state else None,
                items_24h=totals(cells_of(own_days, window.hours()))["total"],
                last_error=told(state["last_error"]) if state and state["last_error"] else None,
            )
        )
    return Subreddits(
        subreddits=list(names), count=len(names), details=details, feed=deps.settings.feed
    )
