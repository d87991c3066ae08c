"""What answers say of a rematch: whose mentions may not be right yet, and how far it has come."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from api.reads.rematch import read_rematch_state, read_rematching
from collector.maintenance.rematch import RematchTurn
from shared.settings import Settings
from shared.store import Store
from shared.subjects.watchlist import read_watchlist, seed
from shared.times import iso
from tests.api.world import NAMES, NOW, CountingStore, deps_of, get, keep, posts_back
from tests.collector.crashing import rematch_turn
from tests.watchlists import a_subject, watch

ZED, KIRO = a_subject("zed"), a_subject("kiro")
SETTINGS = Settings(subreddits=NAMES)


def turn(store: Store, **more: Any) -> RematchTurn:
    return rematch_turn(store, SETTINGS, now=NOW, **more)


async def test_where_nothing_is_stored_nothing_waits(store) -> None:
    deps = deps_of(store)
    assert await read_rematching(deps) == frozenset()
    assert await read_rematch_state(deps) is None


async def test_what_is_stored_without_mentions_waits_for_the_first_start(store) -> None:
    await keep(store, posts_back(3, timedelta(hours=1)))
    assert await read_rematching(deps_of(store)) == {each["id"] for each in seed()["subjects"]}


async def test_from_the_change_to_the_end_the_subject_is_named_and_then_it_is_not(store) -> None:
    deps = deps_of(store)
    await keep(store, posts_back(20, timedelta(hours=1)))
    await watch(store, 1, ZED)
    while await turn(store).run() is not None:
        pass
    assert await read_rematching(deps) == frozenset()
    await watch(store, 2, ZED, KIRO)
    waiting = await read_rematch_state(deps)
    assert (waiting.subjects, waiting.began_at, waiting.matched) == (["kiro"], None, 0)
    assert await turn(store, batch_items=5).run() is not None
    begun = await read_rematch_state(deps)
    assert (begun.subjects, begun.items, begun.matched, begun.left) == (["kiro"], 20, 5, 15)
    assert begun.began_at == iso(NOW)
    while await turn(store).run() is not None:
        pass
    assert await read_rematch_state(deps) is None


async def test_without_a_rematch_two_documents_are_read_or_one_beside_a_shared_watchlist(
    store,
) -> None:
    await keep(store, posts_back(3, timedelta(hours=1)))
    await watch(store, 1, ZED)
    while await turn(store).run() is not None:
        pass
    counting = CountingStore(store)
    assert await read_rematching(deps_of(counting)) == frozenset()
    assert sum(counting.asked.values()) == 2
    shared = replace(deps_of(counting), watchlist=await read_watchlist(store))
    counting.asked.clear()
    assert await read_rematching(shared) == frozenset()
    assert sum(counting.asked.values()) == 1
    # A rematch that is newer than the shared watchlist says nothing of other subjects.
    await watch(store, 2, ZED, KIRO)
    assert await turn(store, batch_items=1).run() is not None
    assert await read_rematching(shared) == {"kiro"}


async def test_communities_show_it_and_the_older_call_is_as_before(process, written) -> None:
    del process
    await keep(written, posts_back(4, timedelta(hours=1)))
    await watch(written, 1, ZED)
    shown = json.loads((await get("/api/v1/communities")).get_body())["rematch"]
    assert shown == {"subjects": ["zed"], "items": 0, "matched": 0, "left": 0, "began_at": None}
    while await turn(written).run() is not None:
        pass
    assert json.loads((await get("/api/v1/communities")).get_body())["rematch"] is None
    assert "rematch" not in json.loads((await get("/api/v1/subreddits")).get_body())
