"""Which backfills are asked for, with more communities than are looked at together."""

from datetime import UTC, datetime, timedelta

import pytest

from bench.priced_store import PricedStore
from collector.backfill import planning
from collector.backfill.journal import new_backfill
from collector.backfill.planning import due_backfills
from shared.backfills import backfill_id
from shared.communities import SourceName
from shared.models import Backfill, CommunityState
from shared.settings import load_settings
from shared.store import BACKFILLS, COMMUNITIES, Store
from shared.store.community_states import never_read
from shared.times import iso

NOW = datetime(2026, 11, 23, 13, 5, 7, tzinfo=UTC)
NAMES = [f"place{n:02}" for n in range(30)]
SOURCE: SourceName = "arctic_shift"
SETTINGS = load_settings({"SUBREDDITS": "aws", "BACKFILL_DAYS": "30"})


@pytest.fixture(autouse=True)
def few_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at few communities together."""
    monkeypatch.setattr(planning, "MAX_LOOKED", 7)


async def due(store: Store, *, later: int = 0, names: list[str] = NAMES) -> list[str]:
    """Return the communities whose messages are sent, this number of minutes later."""
    now = NOW + timedelta(minutes=later)
    sources = dict.fromkeys(names, SOURCE)
    found = await due_backfills(store, SETTINGS, sources, now)
    return [message.community for message in found]


async def collected(store: Store) -> None:
    """Store the states of communities that were collected once."""
    states: list[CommunityState] = [
        {**never_read(name), "last_collected_at": iso(NOW)} for name in NAMES
    ]
    await store.upsert(COMMUNITIES, states)


async def change(store: Store, name: str, **fields: object) -> None:
    found = await store.read(BACKFILLS, "backfill", backfill_id(name))
    assert found is not None
    changed: Backfill = {**found, **fields}  # type: ignore[typeddict-item]
    await store.upsert(BACKFILLS, [changed])


async def test_each_community_has_its_turn_even_if_others_fail_for_ever(store: Store) -> None:
    await collected(store)
    begun: list[str] = []
    for minutes in range(40):
        for name in await due(store, later=minutes):
            begun.append(name)
            if name in NAMES[:5]:
                retry_at = iso(NOW + timedelta(minutes=minutes + 9))
                await change(store, name, retry_at=retry_at)
            else:
                await change(store, name, complete=True)
    assert set(begun) == set(NAMES)
    assert all(begun.count(name) == 1 for name in NAMES[5:])
    assert all(begun.count(name) > 1 for name in NAMES[:5])


async def test_two_are_under_way_wherever_the_page_is_and_a_lost_one_comes_first(
    store: Store,
) -> None:
    await collected(store)
    first = await due(store)
    assert first == NAMES[:2]
    await change(store, first[0], complete=True)
    assert await due(store) == [NAMES[2]]
    for _ in range(5):
        assert await due(store) == []
    assert await due(store, later=16) == [NAMES[1], NAMES[2]]


async def test_looking_costs_the_same_with_more_communities(sqlite_store: Store) -> None:
    await collected(sqlite_store)
    made: list[Backfill] = [
        {**new_backfill(name, SOURCE, start=NOW, now=NOW, ticket="t"), "complete": True}
        for name in NAMES
    ]
    await sqlite_store.upsert(BACKFILLS, made)
    priced = PricedStore(sqlite_store)
    costs: list[float] = []
    for names in (NAMES[:10], NAMES):
        with priced.counting() as bill:
            assert await due(priced, names=names) == []
        costs.append(bill.request_units)
    assert costs[1] < 1.5 * costs[0]
