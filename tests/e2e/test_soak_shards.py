"""A short form of the soak of shards: all writers on one store, under faults and kills."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bench.soak_shards import SUBJECTS, Options, soak
from bench.soaking.communities import NAMES, Changes, FaultySources, shown_by
from bench.soaking.end import problems_of, run_to_the_end
from bench.soaking.tasks import BACKFILLED, PAST, TICKET, World
from collector.backfill.journal import new_backfill
from shared.store import BACKFILLS, CYCLES, DAYS, LEASES, POSTS, TOTALS_NOTES, Query
from tests.collector.shards.world import settings_of
from tests.watchlists import watch


def test_under_faults_kills_and_wrong_clocks_nothing_is_lost_and_nothing_counted_twice() -> None:
    found = soak("sqlite", Options(rounds=2, seed=3, past_items=30))
    assert found["violations"] == []
    assert found["hosts"]["work: shard"] > 10
    assert found["returned_to_the_queue"]


async def test_the_comparison_finds_what_is_lost_left_and_counted_twice(
    sqlite_store, sqlite_settings
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    sources = FaultySources({name: [] for name in NAMES})
    changes = Changes(sources, random.Random(1))
    changes.first(now)
    world = World(settings_of(sqlite_settings, NAMES), sources, "second", now, 10, seed=0)
    await watch(sqlite_store, 1, *SUBJECTS[0])
    made = new_backfill(BACKFILLED, "discourse", start=now - PAST, now=now, ticket=TICKET)
    await sqlite_store.create(BACKFILLS, made)
    assert await run_to_the_end(sqlite_store, world, deliveries=timedelta(0)) == []

    async def problems() -> str:
        return "\n".join(await problems_of(sqlite_store, world, ever_shown=changes.added))

    assert await problems() == ""
    name = next(name for name in NAMES if sources.items[name])
    lost, edited, *rest = sources.items[name]
    sources.items[name] = [replace(edited, upvotes=77), *rest]
    changes.first(now)
    found = await problems()
    assert f"1 removed but stored: t3_{lost.id}" in found
    assert f"1 not current: t1_{edited.id}" in found
    assert f"{len(shown_by(sources)) - changes.added // 2 + 1} lost: " in found
    assert "statistics" not in found

    day = (await sqlite_store.query(Query(DAYS, name, 1, order_by="id")))[0]
    day["hours"] = {hour: {**cell, "posts": 99} for hour, cell in day["hours"].items()}
    await sqlite_store.upsert(DAYS, [day])
    assert "statistics differ from a recount" in await problems()
    cycle = (await sqlite_store.query(Query(CYCLES, "cycle", 1, order_by="id")))[0]
    await sqlite_store.upsert(CYCLES, [{**cycle, "new": cycle["new"] + 1000}])
    note = {"id": "note", "kind": "totals", "ttl": -1, "cells": {}}
    await sqlite_store.upsert(TOTALS_NOTES, [note])
    lease = {"id": "plan", "kind": "lease", "ttl": -1, "holder": "x", "expires_at": "2026"}
    await sqlite_store.upsert(LEASES, [lease])
    post = (await sqlite_store.query(Query(POSTS, BACKFILLED, 100)))[-1]
    other = {**post["sentiment"], "method": "another"}
    await sqlite_store.upsert(POSTS, [{**post, "sentiment": other}])
    found = await problems()
    for line in ("new items, of ", "1 notes wait", "plan is held by x", "1 are scored by another"):
        assert line in found
