"""Which incidents and states of rules a cleanup removes."""

from datetime import timedelta
from typing import Any

from collector.maintenance.cleanup import Cleaner
from collector.maintenance.expired_alerts import remove_expired_alerts
from shared.alerts.rules import no_rules, write_rules
from shared.alerts.states import first_state
from shared.models import Incident
from shared.store import ALERT_STATES, INCIDENTS, Query, Store
from shared.times import iso
from tests.api.world import NOW
from tests.shared.alerts.rules import a_rule, an_incident

BEFORE = NOW - timedelta(days=90)
OLD, NEW = iso(BEFORE - timedelta(seconds=1)), iso(BEFORE)


def closed(number: int, at: str, **more: Any) -> Incident:
    return an_incident(number, status="closed", closed=at, **more)


async def ids(store: Store) -> set[str]:
    found = await store.query(Query(INCIDENTS, "incident", 1000, order_by="id"))
    return {each["id"] for each in found}


async def test_closed_incidents_expire_and_open_ones_never_do(store: Store) -> None:
    test = closed(1, OLD, id="cursor-mood.test-1", order_key=f"test_{OLD}_x")
    incidents = [an_incident(n) for n in (1, 2)] + [closed(3, OLD), closed(4, NEW), test]
    incidents.append(closed(5, OLD, outbox="waiting"))
    await store.upsert(INCIDENTS, incidents)
    assert await remove_expired_alerts(store, BEFORE, lambda: None) == 2
    assert await ids(store) == {f"cursor-mood.00000{n}" for n in (1, 2, 4, 5)}
    assert await remove_expired_alerts(store, BEFORE, lambda: None) == 0


async def test_a_large_number_of_incidents_expires_in_pages(sqlite_store: Store) -> None:
    await sqlite_store.upsert(INCIDENTS, [closed(n, OLD if n % 2 else NEW) for n in range(450)])
    assert await remove_expired_alerts(sqlite_store, BEFORE, lambda: None) == 225
    assert len(await ids(sqlite_store)) == 225


async def test_the_state_of_a_deleted_rule_goes_with_its_last_incident(sqlite_store: Store) -> None:
    store = sqlite_store
    rules = [a_rule(id="kept")]
    await write_rules(store, no_rules(), rules=rules, change="made for a test", now=NOW)
    await store.upsert(ALERT_STATES, [first_state(n) for n in ("kept", "gone", "gone-2", "used")])
    await store.upsert(INCIDENTS, [closed(1, NEW, rule=a_rule(id="used"))])
    await store.upsert(INCIDENTS, [closed(1, OLD, rule=a_rule(id="gone"))])
    await remove_expired_alerts(store, BEFORE, lambda: None)
    states = await store.query(Query(ALERT_STATES, "alert_state", 10, order_by="id"))
    assert {each["id"] for each in states} == {"kept", "used"}


async def test_a_cleanup_removes_them(sqlite_store: Store, sqlite_settings) -> None:
    expired = closed(1, iso(BEFORE - timedelta(hours=2)))
    await sqlite_store.upsert(INCIDENTS, [expired, an_incident(2)])
    await Cleaner(sqlite_store, sqlite_settings, lambda: NOW).run()
    assert await ids(sqlite_store) == {"cursor-mood.000002"}
