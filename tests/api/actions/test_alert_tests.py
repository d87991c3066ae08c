"""Tests of a rule's channels: a message to each, and an incident of its own that no list has."""

import json
from typing import Any

import pytest

from shared.alerts.channels import channel_id
from shared.alerts.queue import read_message
from shared.store import INCIDENTS, Query
from tests.api.actions.test_alert_rules import MOOD, PATH, RULES
from tests.api.actions.test_watchlist import change, found
from tests.api.world import get

pytestmark = pytest.mark.usefixtures("process")

CHANNELS: list[Any] = [
    {"type": "email", "to": "team@example.com", "secret": None},
    {"type": "slack", "to": None, "secret": "TEAM_HOOK"},
]


async def test_a_test_is_owed_to_each_channel_now_and_changes_no_history(written) -> None:
    quiet = {"quiet_hours": {"from": "00:00", "to": "23:59"}, "enabled": False}
    await change("PUT", PATH, {**MOOD, **quiet, "channels": CHANNELS})
    sent: list[Any] = []
    answer = await change("POST", f"{PATH}/test", sent=sent)
    tested = found(answer, 202)["incident"]
    assert answer.headers["Location"] == f"/api/v1/alerts/incidents/{tested}"
    assert tested.startswith("cursor-mood.test-")
    (messages,) = sent
    assert [read_message(each.encode()).channel for each in messages] == [
        channel_id(each) for each in CHANNELS
    ]
    one = found(await get(answer.headers["Location"]))
    assert [each["event"] for each in one["deliveries"]] == ["test", "test"]
    assert {(each["status"], each["due"]) for each in one["deliveries"]} == {
        ("waiting", one["opened"])
    }
    assert "test of the alert rule Cursor: mood" in one["sentence"]
    assert one["scope_name"] == "Cursor"
    assert found(await get("/api/v1/alerts/incidents")) == []
    # What delivers finds it among all that waits.
    waiting = Query(INCIDENTS, "incident", 10, equals={"outbox": "waiting"})
    assert [each["id"] for each in await written.query(waiting)] == [tested]
    again = found(await change("POST", f"{PATH}/test"), 202)["incident"]
    assert again != tested


async def test_a_rule_without_channels_or_that_is_unknown_has_no_test() -> None:
    await change("PUT", PATH, MOOD)
    sent: list[Any] = []
    problem = found(await change("POST", f"{PATH}/test", sent=sent), 422)
    assert "no channels" in json.dumps(problem["errors"])
    assert (await change("POST", "/alerts/rules/nothing/test", sent=sent)).status_code == 404
    assert sent == []
    assert found(await get(RULES))["revision"] == 1
