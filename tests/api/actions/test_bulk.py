"""Communities that are watched in bulk, over the API's own reads."""

from dataclasses import replace
from typing import Any

from api.actions.communities import change_communities
from api.deps import SharedWatchlist
from api.reads.subreddits import read_communities
from api.reads.watchlist import read_whole_watchlist
from api.schema.bulk import BulkBody
from api.schema.parameters import NoParameters, SubredditsParameters
from shared.models import Watchlist
from shared.subjects.watchlist import read_history
from tests.api.world import deps_of

MANY = [f"push.team{n:03}" for n in range(600)]


async def test_what_is_added_in_bulk_is_listed_and_not_in_the_watchlist(sqlite_store) -> None:
    changed: list[Watchlist] = []
    deps = replace(deps_of(sqlite_store), on_change=changed.append, by="adam")
    added = await change_communities(deps, BulkBody(add=[*MANY, "aws", "no name"]))
    assert (added.added, added.removed, added.unchanged) == (600, 0, 1)
    assert [each.name for each in added.refused] == ["no name"]
    removed = await change_communities(deps, BulkBody(remove=[MANY[0], "aws"]))
    assert (removed.added, removed.removed, removed.unchanged) == (0, 1, 1)
    assert [each["added"] for each in changed] == [600, 599]
    history = await read_history(sqlite_store, limit=2)
    assert [each.get("by") for each in history] == ["adam", "adam"]

    async def store() -> Any:
        return sqlite_store

    shared = SharedWatchlist(store, seconds=0.0)
    watchlist = await shared()
    settings = shared.settings_with(deps.settings, watchlist)
    assert shared.settings_with(deps.settings, await shared()) is settings
    assert len(settings.watched) == 3 + 599
    later = deps_of(sqlite_store, names=settings.subreddits, COMMUNITIES=",".join(MANY[1:]))
    page = await read_communities(later, SubredditsParameters())
    assert (page.count, len(page.communities)) == (602, 100)
    whole = await read_whole_watchlist(deps, NoParameters())
    assert len(whole.communities) == 3
