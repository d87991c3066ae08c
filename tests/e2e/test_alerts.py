"""Alerts in the running product: the timer and both queues, from a rule to a web hook."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from collector.alerts.incidents import new_incident
from shared.alerts.rules import no_rules, write_rules
from shared.alerts.states import Change
from shared.settings import Settings, load_settings
from shared.store import ALERT_STATES, INCIDENTS
from shared.times import utc_now
from tests.collector.alerts.http_receiver import receiving
from tests.collector.crashing import opened
from tests.shared.alerts.evaluations import a_finding, a_rule

PATIENCE = 60.0


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_rules_are_evaluated_after_a_collection_and_what_waits_is_sent(
    running_host, tmp_path
) -> None:
    path = tmp_path / "data" / "undertone.db"
    path.parent.mkdir()
    settings = load_settings({"SQLITE_PATH": str(path)})
    with receiving() as receiver:
        channel = {"type": "webhook", "to": receiver.url("hook"), "secret": None}
        rule: Any = a_rule(scope="all", condition={"type": "volume"}, channels=[channel])
        asyncio.run(_fill(settings, rule))
        host = running_host(
            settings={
                "ALERTS_ALLOW": "127.0.0.1",
                "ALERTS_SCHEDULE": "*/2 * * * * *",
                "PUBLIC_URL": "https://mood.example.org",
            }
        )
        wait_until(lambda: bool(receiver.taken))
        host.wait_for_log(r"alerts.evaluated rule=mood hour=\S+ found=")
    (body,) = receiver.taken.values()
    assert body["type"] == "alert.opened"
    assert body["data"]["instance"] == "https://mood.example.org"
    incident, state = asyncio.run(_stored(settings))
    assert (incident["outbox"], incident["deliveries"][0]["status"]) == ("empty", "sent")
    assert state["hour"] is not None


async def _fill(settings: Settings, rule: Any) -> None:
    """Store a rule, and an incident of another one that waits since a quarter of an hour."""
    now = utc_now()
    async with opened(settings) as store:
        other = {**rule, "id": "other"}
        await write_rules(store, no_rules(), rules=[rule, other], change="made", now=now)
        before = now - timedelta(minutes=15)
        change = Change("opened", "worse", 1, a_finding())
        await store.create(INCIDENTS, new_incident(other, "Cursor", change, before, before))


async def _stored(settings: Settings) -> tuple[Any, Any]:
    async with opened(settings) as store:
        incident = await store.read(INCIDENTS, "incident", "other.000001")
        return incident, await store.read(ALERT_STATES, "alert_state", "mood")
