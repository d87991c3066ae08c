"""The document of a cycle of thousands of communities: what it lists, and what it counts."""

import json

import pytest

from collector.shards.closing import outcome_of
from collector.shards.documents import MAX_ERRORS, MAX_LISTED, with_part
from collector.shards.planner import sharded_cycle
from shared.cycles import no_counts
from shared.models import CommunityCounts, Cycle, CycleError, ShardCycle
from shared.settings import Settings
from shared.shards import shard_id
from shared.store import CYCLES, Store
from shared.times import utc_now
from tests.collector.shards.world import Workers, a_server, settings_of

MANY = 10_000
SIZE = 50
REASON = "r/a_rather_long_name_0000 can't be read: 403 Forbidden; " + "it is tried again " * 5
ON_SQLITE = pytest.mark.parametrize("any_store_settings", ["sqlite"], indirect=True)


def a_part(cycle: Cycle, number: int, names: list[str], *, fails: bool) -> ShardCycle:
    """Return what a shard adds to a cycle, in which all of its communities fail or none does."""
    counts: CommunityCounts = {**no_counts(), "new": 1, "error": REASON if fails else None}
    errors = [CycleError(community=name, kind="forbidden", message=REASON) for name in names]
    return {
        **cycle,
        "id": shard_id("reddit", number),
        "kind": "shard",
        "cycle": cycle["id"],
        "turn": 1,
        "left": 0,
        "stalled": 0,
        "new": len(names),
        "communities": {name: {**counts} for name in names},
        "communities_processed": names,
        "errors": errors if fails else [],
    }


def a_large_cycle(failing: int) -> Cycle:
    """Return a cycle of 10,000 communities, of which the first ones fail."""
    fresh = sharded_cycle("cycle_20261127_120000", utc_now(), "timer", "live")
    cycle = fresh
    for start in range(0, MANY, SIZE):
        names = [f"a_rather_long_name_{number:04d}" for number in range(start, start + SIZE)]
        part = a_part(fresh, start // SIZE, names, fails=start < failing)
        cycle = with_part(cycle, part, utc_now(), is_open=False) or cycle
    return cycle


@pytest.mark.parametrize("failing", [0, 400, 5000, MANY])
def test_it_stays_small_however_many_communities_fail(failing: int) -> None:
    cycle = a_large_cycle(failing)
    assert len(json.dumps(cycle)) < 500_000
    assert cycle["new"] == MANY
    listed = [counts["error"] for counts in cycle["communities"].values()]
    assert listed.count(REASON) == min(failing, MAX_ERRORS)
    assert listed.count(None) == min(MANY - failing, MAX_LISTED)
    assert cycle.get("unlisted", 0) == max(0, failing - MAX_ERRORS)


@pytest.mark.parametrize(("failing", "outcome"), [(5000, "completed"), (MANY, "failed")])
def test_it_fails_only_if_no_community_was_read(failing: int, outcome: str) -> None:
    assert outcome_of(a_large_cycle(failing)) == outcome


@ON_SQLITE
async def test_its_end_says_how_many_failed_that_it_does_not_list(
    any_store_settings: Settings, store: Store
) -> None:
    workers = Workers(settings_of(any_store_settings), a_server(utc_now()))
    cycle_id = await workers.plan(store)
    cycle = await store.read(CYCLES, "cycle", cycle_id)
    assert cycle is not None
    cycle["unlisted"] = 3
    await store.upsert(CYCLES, [cycle])
    await workers.work(store)
    ended = await store.read(CYCLES, "cycle", cycle_id)
    assert ended is not None
    assert ended["status"] == "completed"
    assert [each["message"] for each in ended["errors"]] == [
        "3 other communities failed, which this cycle doesn't list"
    ]
