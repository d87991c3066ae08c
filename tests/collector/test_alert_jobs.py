"""The functions of alerts: their messages, and the whole way of an incident to a web hook."""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterator
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest

from collector.alert_jobs import (
    deliver_on_message,
    evaluate_on_message,
    send_due_alerts,
    send_due_evaluation,
)
from local.host.invoke import Output
from shared.errors import BadMessage, StoreUnavailable
from shared.models import Incident
from shared.settings import Settings
from shared.store import COLLECTION, Store
from tests.collector.alerts.http_receiver import WebhookReceiver, receiving
from tests.collector.alerts.world import Plan, World
from tests.collector.crashing import opened
from tests.shared.alerts.evaluations import NOTHING, START, a_finding, a_rule, found

T = TypeVar("T")

SECRET = "whsec_" + "C2FVsBQIhrscChlQIMV+b5sSYspob7oD"


class Jobs:
    """The functions of alerts on a database, with a clock and a plan of what rules find."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.plan = Plan()
        self.now = START

    def in_world(self, work: Callable[[World], Coroutine[Any, Any, T]]) -> T:
        async def run() -> T:
            async with opened(self.settings) as store:
                world = World(store, self.settings, self.plan, self.now)
                done = await work(world)
                self.now = max(self.now, world.now)
                return done

        return asyncio.run(run())

    def collected(self, hour: int) -> list[str]:
        """Let an hour be collected, and return the messages that the collection sends."""
        self.in_world(lambda world: world.collected(hour))
        output = Output()
        send_due_evaluation(self.settings, output, "collect", clock=self.clock)
        return list(output.value or [])

    def evaluate(self, message: str) -> list[str]:
        output = Output()
        evaluate_on_message(
            self.settings,
            message.encode(),
            output,
            read_evaluation=self.plan.read,
            clock=self.clock,
        )
        return list(output.value or [])

    def tick(self) -> tuple[list[str], list[str]]:
        evaluations, deliveries = Output(), Output()
        send_due_alerts(self.settings, evaluations, deliveries, clock=self.clock)
        return list(evaluations.value or []), list(deliveries.value or [])

    def deliver(self, message: str) -> None:
        deliver_on_message(self.settings, message.encode(), clock=self.clock)

    def clock(self) -> datetime:
        return self.now

    def incidents(self) -> list[Incident]:
        return self.in_world(lambda world: world.incidents())


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with receiving() as served:
        yield served


@pytest.fixture
def jobs(sqlite_settings: Settings) -> Jobs:
    changes = {"alerts_allow": ("127.0.0.1",), "public_url": "https://mood.example.org/"}
    return Jobs(sqlite_settings.model_copy(update=changes))


def hooked(receiver: WebhookReceiver, secret: str | None = None, **more: Any) -> Any:
    channel = {"type": "webhook", "to": receiver.url("hook"), "secret": secret}
    return a_rule(channels=[channel], **more)


def test_an_incident_goes_from_a_collection_to_a_web_hook(jobs, receiver, caplog) -> None:
    jobs.in_world(lambda world: world.have(hooked(receiver)))
    jobs.plan.finds("mood", 1, found(a_finding("worse")), NOTHING, NOTHING)
    (message,) = jobs.collected(0)
    assert json.loads(message) == {"after": "collect"}
    assert jobs.evaluate(message) == []
    (message,) = jobs.collected(1)
    caplog.set_level(logging.INFO)
    assert jobs.evaluate(message) == [], "nothing is due before ten minutes have passed"
    assert "evaluations=1 opened=1 updated=0 closed=0" in caplog.text
    assert jobs.tick() == ([], [])
    jobs.now += timedelta(minutes=10)
    evaluations, (delivery,) = jobs.tick()
    assert evaluations == []
    jobs.deliver(delivery)
    ((_, key), body), *others = receiver.taken.items()
    assert others == []
    assert key == "alert_mood_000001_1"
    assert body["type"] == "alert.opened"
    assert body["data"]["instance"] == "https://mood.example.org"
    # A message that comes twice does nothing, and nothing is left.
    jobs.deliver(delivery)
    assert receiver.requests == 1
    assert jobs.tick() == ([], [])
    assert [each["outbox"] for each in jobs.incidents()] == ["empty"]
    for hour in (2, 3):
        (message,) = jobs.collected(hour)
        jobs.evaluate(message)
    jobs.now += timedelta(minutes=10)
    jobs.deliver(jobs.tick()[1][0])
    assert receiver.events("hook") == {("mood.000001", "opened"): 1, ("mood.000001", "closed"): 1}


def test_what_is_due_right_away_is_asked_for_by_the_evaluation(jobs, receiver) -> None:
    # The quiet hours begin within ten minutes of the evaluation.
    quiet = {"from": "15:05", "to": "18:00"}
    jobs.in_world(lambda world: world.have(hooked(receiver, quiet_hours=quiet)))
    jobs.plan.finds("mood", 1, found(a_finding("worse")))
    jobs.evaluate(jobs.collected(0)[0])
    (delivery,) = jobs.evaluate(jobs.collected(1)[0])
    jobs.deliver(delivery)
    assert receiver.events("hook") == {("mood.000001", "opened"): 1}


def test_a_lost_message_is_made_up_for_by_the_timer(jobs, receiver) -> None:
    jobs.in_world(lambda world: world.have(hooked(receiver)))
    assert jobs.tick() == ([], [])
    assert len(jobs.collected(0)) == 1
    (message,), _ = jobs.tick()
    assert json.loads(message) == {"after": "alerts"}
    jobs.evaluate(message)
    assert jobs.tick() == ([], [])


def test_sample_data_is_named_and_a_hook_with_a_secret_is_signed(
    jobs, receiver, monkeypatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    jobs.in_world(lambda world: world.have(hooked(receiver, "HOOK_SECRET")))
    jobs.plan.finds("mood", 1, found(a_finding("worse")))
    jobs.evaluate(jobs.collected(0)[0])
    jobs.evaluate(jobs.collected(1)[0])

    async def is_sample(world: World) -> None:
        state: Any = await world.store.read(COLLECTION, "collection", "collection")
        await world.store.upsert(COLLECTION, [{**state, "origin": "sample"}])

    jobs.in_world(is_sample)
    jobs.now += timedelta(minutes=10)
    jobs.deliver(jobs.tick()[1][0])
    (body,) = receiver.taken.values()
    assert body["data"]["is_sample"] is True


def test_a_secret_that_is_missing_fails_and_is_shown(jobs, receiver, monkeypatch) -> None:
    monkeypatch.delenv("HOOK_SECRET", raising=False)
    jobs.in_world(lambda world: world.have(hooked(receiver, "HOOK_SECRET")))
    jobs.plan.finds("mood", 1, found(a_finding("worse")))
    jobs.evaluate(jobs.collected(0)[0])
    jobs.evaluate(jobs.collected(1)[0])
    jobs.now += timedelta(minutes=10)
    jobs.deliver(jobs.tick()[1][0])
    (delivery,) = jobs.incidents()[0]["deliveries"]
    assert delivery["status"] == "failed"
    assert "HOOK_SECRET: this setting is empty" in str(delivery["error"])


def test_real_conditions_are_evaluated(jobs, receiver) -> None:
    """Without any data each type of rule is judged, by what is stored."""
    rules = [
        hooked(
            receiver, id=kind.replace("_", "-"), condition={"type": kind, "q": "x", "above": 0.5}
        )
        for kind in ("mood", "volume", "negative_share", "mention", "share_of_voice", "search")
    ]
    rules.append(hooked(receiver, id="stopped", scope="all", condition={"type": "collection"}))
    jobs.in_world(lambda world: world.have(*rules))
    (message,) = jobs.collected(0)
    output = Output()
    evaluate_on_message(jobs.settings, message.encode(), output, clock=jobs.clock)

    async def statuses(world: World) -> dict[str, str]:
        return {each["id"]: (await world.state(each["id"]))["status"] for each in rules}

    found_by_rule = jobs.in_world(statuses)
    assert found_by_rule.keys() == {each["id"] for each in rules}
    assert found_by_rule["mood"] == "no_data"
    assert found_by_rule["stopped"] == "ok"


@pytest.mark.parametrize("body", ["hello", "{}", '{"after": "nothing"}'])
def test_a_message_that_cannot_be_read_fails(jobs, body) -> None:
    with pytest.raises(BadMessage, match="no request for evaluating alert rules"):
        jobs.evaluate(body)
    with pytest.raises(BadMessage, match="no request for delivering alerts"):
        jobs.deliver(body)


def test_a_store_that_cannot_be_read_is_logged_and_the_next_tick_asks(
    jobs, monkeypatch, caplog
) -> None:
    async def fails(*_: Any, **__: Any) -> Store:
        raise StoreUnavailable("down")

    monkeypatch.setattr("collector.runs.open_store", fails)
    assert jobs.tick() == ([], [])
    assert "evaluate_alerts.not_asked_for reason=down" in caplog.text
    assert "deliver_alerts.not_asked_for reason=down" in caplog.text
