"""The watched communities, with the state of their collection."""

from collections import Counter

from api.deps import Deps
from api.reads.cycles import client_message
from api.schema.cycles import SubredditDetail, Subreddits
from api.schema.parameters import SubredditsParameters
from shared.models import ALL
from shared.store import COMMUNITIES, HOURS_OF_ALL, Store
from shared.times import Window

DAY_HOURS = 24


async def read_subreddits(deps: Deps, parameters: SubredditsParameters) -> Subreddits:
    """Return each configured community, in two batched reads of one partition each.

    Raises StoreError.
    """
    del parameters
    names = deps.settings.watched
    store = await deps.watched_store()
    # The hours first: they show which communities are stored in another case.
    items = await _items(store, Window.of_hours(DAY_HOURS, deps.clock()))
    states = await store.read_many(COMMUNITIES, [("community", name) for name in names])
    details: list[SubredditDetail] = []
    for name in names:
        state = states.get(("community", name))
        details.append(
            SubredditDetail(
                name=name,
                last_collected_at=state["last_collected_at"] if state else None,
                items_24h=items[name],
                last_error=client_message(state["last_error"], deps.settings.origin)
                if state and state["last_error"]
                else None,
            )
        )
    return Subreddits(
        subreddits=list(names), count=len(names), details=details, origin=deps.settings.origin
    )


async def _items(store: Store, window: Window) -> Counter[str]:
    """Count each community's items by its shares in the hours of `all`.

    It reads one document for each hour, for any number of communities.
    """
    hours = await store.read_many(HOURS_OF_ALL, [(ALL, hour) for hour in window.hours()])
    items: Counter[str] = Counter()
    for hour in hours.values():
        for name, share in hour["shares"].items():
            items[name] += share["cell"]["posts"] + share["cell"]["comments"]
    return items
