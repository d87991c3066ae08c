"""The outbox: grouping, retries, the most of a day, quiet hours, and kills between writes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from collector.alerts.batches import (
    MAX_A_DAY,
    MAX_ENTRIES,
    NO_RULE,
    RULE_OFF,
    backoff,
    claimed,
)
from collector.alerts.incidents import changed_incident, new_incident
from collector.alerts.outbox import Delivered, waiting_incidents
from shared.alerts.channels import channel_id
from shared.alerts.deliveries import new_delivery, outbox_of
from shared.alerts.rules import read_rules, write_rules
from shared.alerts.states import Change, first_state
from shared.logs import masked
from shared.models import AlertRule, ChannelState, Incident
from shared.store import ALERT_CHANNELS, ALERT_STATES, INCIDENTS, Store
from shared.times import iso
from tests.collector.alerts.channels.servers import Server, serving
from tests.collector.alerts.delivering import Delivering, Receiver, messages, once_each, sent
from tests.collector.crashing import DeadlyStore, DeadStore, Killed
from tests.collector.crashing import opened as store_of
from tests.shared.alerts.evaluations import HOUR, START, a_finding, a_rule

KEEP = timedelta(days=90)


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def server(receiver) -> AsyncIterator[Server]:
    async with serving(receiver.answer) as served:
        yield served


@pytest.fixture
def delivering(sqlite_store: Store, receiver) -> Delivering:
    return Delivering(sqlite_store, receiver.send, START)


def rule_to(server: Server, *paths: str, kind: str = "webhook", **more: Any) -> AlertRule:
    channels = [
        {"type": kind, "to": server.url(f"/{each}"), "secret": None} for each in paths or ["a"]
    ]
    return a_rule(**{"channels": channels, **more})


async def opened(delivering: Delivering, rule: AlertRule, number: int = 1) -> Incident:
    """Write an incident of a rule as the evaluation does."""
    await has(delivering, rule)
    change = Change("opened", f"cause{number}", number, a_finding(f"cause{number}"))
    incident = new_incident(rule, "Cursor", change, delivering.now, delivering.now)
    await delivering.store.create(INCIDENTS, incident)
    return incident


async def has(delivering: Delivering, rule: AlertRule) -> None:
    """Store a rule beside those that there are."""
    before = await read_rules(delivering.store)
    if rule not in before["rules"]:
        rules = [*before["rules"], rule]
        await write_rules(delivering.store, before, rules=rules, change="added", now=START)


async def incident_of(delivering: Delivering, number: int = 1) -> Incident:
    found = await delivering.store.read(INCIDENTS, "incident", f"mood.{number:06}")
    assert found is not None
    return found


async def change(delivering: Delivering, event: Any, number: int = 1) -> None:
    before = await incident_of(delivering, number)
    found = (
        None
        if event == "closed"
        else {**a_finding("cause", hour="2026-11-23T14"), "figures": {"value": 9}}
    )
    changed: Any = Change(event, before["cause"], number, found)  # type: ignore[arg-type]
    now = delivering.now
    after = changed_incident(before, changed, now, now, KEEP)
    await delivering.store.replace(INCIDENTS, after, before["_etag"])


async def statuses(delivering: Delivering, number: int = 1) -> list[tuple[str, str]]:
    incident = await incident_of(delivering, number)
    assert incident["outbox"] == outbox_of(incident["deliveries"])
    return [(each["event"], each["status"]) for each in incident["deliveries"]]


async def channel_state(delivering: Delivering, rule: AlertRule) -> ChannelState:
    name = channel_id(rule["channels"][0])
    found = await delivering.store.read(ALERT_CHANNELS, "alert_channel", name)
    assert found is not None
    return found


async def test_the_log_names_a_message_by_its_key(delivering, server, caplog) -> None:
    caplog.set_level("INFO")
    await opened(delivering, rule_to(server))
    await delivering.after(10)
    (said,) = (r.getMessage() for r in caplog.records if "alerts.message_sent" in r.getMessage())
    (delivery,) = (await incident_of(delivering))["deliveries"]
    # What is called a key is masked where it is written.
    assert f" message={delivery['batch']} " in masked(said)


async def test_findings_of_ten_minutes_are_one_message(delivering, server) -> None:
    rule = rule_to(server)
    await opened(delivering, rule, 1)
    assert await delivering.after(6) == Delivered()
    await opened(delivering, rule, 2)
    assert await delivering.after(3.9) == Delivered()
    assert await delivering.after(0.1) == Delivered(sent=1)
    assert sent(server) == [[("mood.000001", "opened"), ("mood.000002", "opened")]]
    assert await delivering.after(60) == Delivered()
    for number in (1, 2):
        assert await statuses(delivering, number) == [("opened", "sent")]
    delivery = (await incident_of(delivering))["deliveries"][0]
    assert delivery["sent_at"] == iso(START + HOUR / 6)
    assert delivery["batch"] == messages(server)[0]["key"] == "alert_mood_000001_1"
    assert (await channel_state(delivering, rule))["sent"] == [iso(START + HOUR / 6)]


async def test_every_kind_of_store_keeps_an_outbox(store: Store, receiver, server) -> None:
    delivering = Delivering(store, receiver.send, START)
    for number in range(1, 4):
        await opened(delivering, rule_to(server), number)
    await change(delivering, "closed", 2)
    assert await delivering.after(10) == Delivered(sent=1)
    assert [event for _, event in sent(server)[0]] == ["opened", "closed", "opened"]
    assert await waiting_incidents(store) == []
    assert await statuses(delivering, 2) == [("opened", "sent"), ("closed", "sent")]


async def test_all_that_waits_is_found_page_by_page(delivering, server) -> None:
    for number in range(1, 251):
        await opened(delivering, rule_to(server), number)
    waiting = await waiting_incidents(delivering.store)
    assert [each["id"] for each in waiting] == [f"mood.{n:06}" for n in range(1, 251)]


async def test_each_channel_has_its_own_message_and_one_that_fails_holds_up_no_other(
    delivering, server, receiver
) -> None:
    receiver.statuses = [500]
    await opened(delivering, rule_to(server, "a", "b"))
    assert await delivering.after(10) == Delivered(sent=1, retried=1)
    assert sorted(each.path for each in server.taken) == ["/a", "/b"]
    assert await delivering.after(1) == Delivered(sent=1)
    assert await statuses(delivering) == [("opened", "sent"), ("opened", "sent")]


async def test_a_message_has_ten_incidents_at_most(delivering, server) -> None:
    for number in range(1, MAX_ENTRIES + 4):
        await opened(delivering, rule_to(server), number)
    assert await delivering.after(10) == Delivered(sent=2)
    assert [len(each) for each in sent(server)] == [MAX_ENTRIES, 3]


async def test_a_failed_message_is_sent_again_with_the_same_key_after_longer_and_longer(
    delivering, server, receiver
) -> None:
    receiver.statuses = [500] * 8
    await opened(delivering, rule_to(server))
    assert await delivering.after(10) == Delivered(retried=1)
    for minutes in (1, 2, 4, 8, 16, 32, 60):
        assert await delivering.after(minutes - 0.1) == Delivered()
        assert await delivering.after(0.1) == Delivered(retried=1)
    delivery = (await incident_of(delivering))["deliveries"][0]
    assert (delivery["attempts"], delivery["error"]) == (8, "127.0.0.1: it answered 500")
    # What opens meanwhile doesn't wait for it.
    await opened(delivering, rule_to(server), 2)
    assert await delivering.after(10) == Delivered(sent=1)
    assert await delivering.after(50) == Delivered(sent=1)
    keys = [each["key"] for each in messages(server)]
    assert keys == ["alert_mood_000001_1"] * 8 + ["alert_mood_000002_1", "alert_mood_000001_1"]


async def test_a_channel_that_asks_for_time_has_it(delivering, server, receiver) -> None:
    receiver.statuses, receiver.retry_after = [429], "600"
    await opened(delivering, rule_to(server))
    assert await delivering.after(10) == Delivered(retried=1)
    assert await delivering.after(9.9) == Delivered()
    assert await delivering.after(0.1) == Delivered(sent=1)


async def test_after_a_day_of_failures_a_delivery_has_failed_and_says_why(
    delivering, server, receiver
) -> None:
    receiver.statuses = [503] * 1000
    await opened(delivering, rule_to(server))
    done = await delivering.after(10)
    await change(delivering, "closed")
    for _ in range(27 * 12):
        done += await delivering.after(5)
    assert (done.sent, done.failed) == (0, 1)
    assert 25 < done.retried < 40
    assert await statuses(delivering) == [("opened", "failed"), ("closed", "failed")]
    first, second = (await incident_of(delivering))["deliveries"]
    assert first["error"] == "127.0.0.1: it answered 503"
    assert second["error"] == "the message of its opening wasn't delivered"


async def test_a_revoked_hook_fails_at_once_and_is_shown_until_it_takes_a_message(
    delivering, server, receiver
) -> None:
    receiver.statuses = [404]
    rule = rule_to(server)
    await opened(delivering, rule)
    assert await delivering.after(10) == Delivered(failed=1)
    assert await statuses(delivering) == [("opened", "failed")]
    assert (await channel_state(delivering, rule))["broken"] == (
        "127.0.0.1: it answered 404: the address is gone"
    )
    assert await delivering.after(100) == Delivered()
    await opened(delivering, rule, 2)
    assert await delivering.after(10) == Delivered(sent=1)
    assert (await channel_state(delivering, rule))["broken"] is None


async def test_a_defect_of_a_channel_is_tried_again_and_quotes_no_address(
    delivering, server
) -> None:
    async def fails(*_: Any) -> Any:
        raise ValueError("https://example.com/secret")

    delivering.send = fails
    await opened(delivering, rule_to(server))
    assert await delivering.after(10) == Delivered(retried=1)
    error = (await incident_of(delivering))["deliveries"][0]["error"]
    assert error == "sending failed: ValueError"


async def test_above_the_most_of_a_day_deliveries_are_left_out_and_it_is_said_once(
    delivering, server
) -> None:
    rule = rule_to(server)
    for number in range(1, MAX_A_DAY + 1):
        await opened(delivering, rule, number)
        assert await delivering.after(10) == Delivered(sent=1)
    for number in range(MAX_A_DAY + 1, MAX_A_DAY + 4):
        await opened(delivering, rule, number)
        assert await delivering.after(10) == Delivered(folded=1)
        assert await statuses(delivering, number) == [("opened", "folded")]
    assert [each["kind"] for each in messages(server)] == ["alert"] * MAX_A_DAY + ["folded"]
    # The end of what was left out isn't sent either; a day later there is room again.
    await change(delivering, "closed", MAX_A_DAY + 1)
    assert await statuses(delivering, MAX_A_DAY + 1) == [("opened", "folded")]
    delivering.now += timedelta(days=1)
    await opened(delivering, rule, 99)
    assert await delivering.after(10) == Delivered(sent=1)


async def test_in_quiet_hours_messages_wait_for_their_end(delivering, server) -> None:
    # 13:00 to 15:00 UTC.
    rule = rule_to(server, quiet_hours={"from": "14:00", "to": "16:00"}, time_zone="Europe/Berlin")
    await opened(delivering, rule, 1)
    await opened(delivering, rule_to(server, "other"), 2)
    assert await delivering.after(10) == Delivered(sent=1)
    assert await delivering.after(109) == Delivered()
    await opened(delivering, rule, 3)
    assert await delivering.after(1) == Delivered(sent=1), "with what would be due in ten minutes"
    assert sent(server)[1] == [("mood.000001", "opened"), ("mood.000003", "opened")]


async def test_a_retry_waits_for_the_end_of_quiet_hours(delivering, server, receiver) -> None:
    receiver.statuses = [500]
    rule = rule_to(server, quiet_hours={"from": "13:11", "to": "15:00"})
    await opened(delivering, rule)
    assert await delivering.after(10) == Delivered(retried=1)
    assert await delivering.after(109) == Delivered()
    assert await delivering.after(1) == Delivered(sent=1)


async def test_a_test_is_sent_at_once_by_itself_whatever_the_hour(delivering, server) -> None:
    rule = rule_to(server, quiet_hours={"from": "00:00", "to": "23:59"})
    await opened(delivering, rule)
    incident = await opened(delivering, rule, 2)
    incident["id"], incident["order_key"] = "mood.test-1", "test_1"
    incident["deliveries"] = [new_delivery(rule, rule["channels"][0], "test", "1", START)]
    await delivering.store.create(INCIDENTS, incident)
    before = await incident_of(delivering, 2)
    await delivering.store.delete(INCIDENTS, [("incident", before["id"])])
    assert await delivering.run() == Delivered(sent=1)
    assert [each["kind"] for each in messages(server)] == ["test"]
    assert (await channel_state(delivering, rule))["sent"] == []


async def test_what_ended_before_it_was_sent_is_one_entry(delivering, server) -> None:
    await opened(delivering, rule_to(server))
    await change(delivering, "closed")
    assert await delivering.after(10) == Delivered(sent=1)
    assert sent(server) == [[("mood.000001", "closed")]]
    assert await statuses(delivering) == [("opened", "sent"), ("closed", "sent")]


async def test_an_end_never_comes_before_its_opening(delivering, server, receiver) -> None:
    receiver.statuses = [500, 500]
    await opened(delivering, rule_to(server))
    assert await delivering.after(10) == Delivered(retried=1)
    await change(delivering, "closed")
    assert await delivering.after(60) == Delivered(retried=1)
    assert await delivering.after(60) == Delivered(sent=1)
    assert await delivering.after(1) == Delivered(sent=1)
    assert [each[0][1] for each in sent(server)] == ["opened", "opened", "opened", "closed"]


async def test_a_channel_that_can_changes_its_message(delivering, server, receiver) -> None:
    receiver.gives_receipts = True
    rule = rule_to(server, kind="discord")
    await opened(delivering, rule, 1)
    assert await delivering.after(10) == Delivered(sent=1)
    await change(delivering, "updated")
    await opened(delivering, rule, 2)
    assert await delivering.after(10) == Delivered(sent=2), "a change has a message of its own"
    assert [each["entries"][0]["replaces"] for each in messages(server)] == [
        None,
        "message-1",
        None,
    ]
    assert len((await channel_state(delivering, rule))["sent"]) == 2, "it isn't a further one"


@pytest.mark.parametrize("kind", ["email", "discord"])
async def test_what_changes_no_message_is_a_further_one_with_all_that_was_found(
    delivering, server, receiver, kind
) -> None:
    receiver.gives_receipts = True
    rule = rule_to(server, kind=kind)
    await opened(delivering, rule, 1)
    assert await delivering.after(10) == Delivered(sent=1)
    await change(delivering, "closed")
    await opened(delivering, rule, 2)
    assert await delivering.after(10) == Delivered(sent=1)
    assert sent(server)[1] == [("mood.000001", "closed"), ("mood.000002", "opened")]
    assert len((await channel_state(delivering, rule))["sent"]) == 2


async def test_a_silenced_incident_says_nothing_until_its_silence_is_over(
    delivering, server
) -> None:
    await opened(delivering, rule_to(server))
    assert await delivering.after(10) == Delivered(sent=1)
    await change(delivering, "closed")
    incident = await incident_of(delivering)
    incident["silenced_until"] = iso(delivering.now + 2 * HOUR)
    await delivering.store.upsert(INCIDENTS, [incident])
    assert await delivering.after(119) == Delivered()
    assert await delivering.after(1) == Delivered(sent=1)


async def silence_rule(delivering: Delivering, hours: int) -> None:
    """Silence the rule, as somebody does by its first incident."""
    state, incident = first_state("mood"), await incident_of(delivering)
    incident["silenced_until"] = state["silenced_until"] = iso(delivering.now + hours * HOUR)
    await delivering.store.upsert(ALERT_STATES, [state])
    await delivering.store.replace(INCIDENTS, incident, incident["_etag"])


async def test_a_silenced_rule_sends_nothing_at_all_until_its_silence_is_over(
    delivering, server
) -> None:
    rule = rule_to(server)
    for number in (1, 2):
        await opened(delivering, rule, number)
    assert await delivering.after(10) == Delivered(sent=1)
    await opened(delivering, rule, 3)
    await change(delivering, "updated", 1)
    await change(delivering, "closed", 2)
    await opened(delivering, {**rule, "id": "other"}, 1)
    await silence_rule(delivering, 48)
    assert await delivering.after(60) == Delivered(sent=1), "another rule isn't silent"
    assert sent(server)[1:] == [[("other.000001", "opened")]]
    assert await delivering.after(46.9 * 60) == Delivered()
    assert await delivering.after(16) == Delivered(sent=1)
    assert sent(server)[2:] == [
        [("mood.000001", "updated"), ("mood.000002", "closed"), ("mood.000003", "opened")]
    ]


async def test_what_waited_for_the_end_of_a_silence_is_tried_for_a_day(
    delivering, server, receiver
) -> None:
    await opened(delivering, rule_to(server))
    await silence_rule(delivering, 72)
    receiver.statuses = [500]
    assert await delivering.after(72 * 60 + 10) == Delivered(retried=1)
    assert await delivering.after(1) == Delivered(sent=1)


async def test_a_test_of_a_silenced_rule_is_sent(delivering, server) -> None:
    rule = rule_to(server)
    await opened(delivering, rule, 1)
    await silence_rule(delivering, 24)
    change = Change("opened", "test", 2, a_finding("test"))
    incident = new_incident(rule, "Cursor", change, START, START)
    incident["deliveries"] = [new_delivery(rule, rule["channels"][0], "test", "1", START)]
    await delivering.store.create(INCIDENTS, incident)
    assert await delivering.run() == Delivered(sent=1)


async def test_what_a_clock_ahead_has_written_is_sent_when_the_clock_is_right(
    delivering, server
) -> None:
    delivering.now = START + 24 * HOUR
    await opened(delivering, rule_to(server))
    delivering.now = START
    assert await delivering.run() == Delivered(sent=1)
    assert sent(server) == [[("mood.000001", "opened")]]


async def test_two_runs_side_by_side_send_each_incident_once(delivering, server) -> None:
    rule = rule_to(server)
    for number in range(1, 4):
        await opened(delivering, rule, number)
    delivering.now += HOUR / 6
    await asyncio.gather(
        *(delivering.outbox().deliver(channel_id(rule["channels"][0])) for _ in range(3))
    )
    assert sorted(e for each in sent(server) for e in each) == [
        (f"mood.{n:06}", "opened") for n in (1, 2, 3)
    ]
    for number in range(1, 4):
        assert await statuses(delivering, number) == [("opened", "sent")]


async def test_a_run_that_comes_between_two_claims_sends_no_other_message_with_the_same_key(
    delivering, server
) -> None:
    rule = rule_to(server)
    await opened(delivering, rule, 1)
    await opened(delivering, rule, 2)
    delivering.now += HOUR / 6
    channel = channel_id(rule["channels"][0])

    has_read, is_claimed = asyncio.Event(), asyncio.Event()

    class Late:
        """A store of a run that has read what waits, and goes on once another one has claimed."""

        def __getattr__(self, name: str) -> Any:
            return getattr(delivering.store, name)

        async def query(self, query: Any) -> Any:
            found = await delivering.store.query(query)
            has_read.set()
            await is_claimed.wait()
            return found

    class Early:
        """A store of a run that the other one overtakes after its first claim."""

        claims = 0

        def __getattr__(self, name: str) -> Any:
            return getattr(delivering.store, name)

        async def replace(self, container: Any, document: Any, etag: str) -> str:
            self.claims += 1
            if self.claims == 2:
                is_claimed.set()
                await late
            return await delivering.store.replace(container, document, etag)

    late = asyncio.create_task(delivering.outbox(Late()).deliver(channel))
    await has_read.wait()
    await delivering.outbox(Early()).deliver(channel)
    for _ in range(5):
        await delivering.after(3)
    assert sorted(once_each(server).items()) == [
        (("mood.000001", "opened"), 1),
        (("mood.000002", "opened"), 1),
    ]


async def test_a_kill_at_any_write_loses_nothing_and_repeats_nothing_without_its_key(
    tmp_path, receiver, sqlite_settings
) -> None:
    async def story(name: str, step: int | None) -> list[int]:
        settings = sqlite_settings.model_copy(update={"sqlite_path": tmp_path / f"{name}.db"})
        async with store_of(settings) as store, serving(receiver.answer) as server:
            delivering = Delivering(store, receiver.send, START)
            rule = rule_to(server, "a", "b")
            await opened(delivering, rule, 1)
            await opened(delivering, rule, 2)
            deadly: Any = DeadlyStore(store, -2) if step is None else DeadStore(store, step)
            delivering.now += HOUR / 6
            try:
                await delivering.run(deadly)
            except Killed:
                # What the killed run has claimed waits.
                await delivering.run()
            for _ in range(5):
                await delivering.after(3)
            for number in (1, 2):
                assert await statuses(delivering, number) == [("opened", "sent")] * 2, step
            # Each of two channels has each incident once, by its keys.
            assert set(once_each(server).values()) == {2}, step
            assert len(once_each(server)) == 2
            return deadly.steps() if step is None else []

    steps = await story("whole", None)
    assert len(steps) > 10
    for step in steps:
        await story(f"killed{step}", step)


async def test_what_a_channel_that_no_rule_has_any_more_is_owed_fails_and_says_so(
    delivering, server, receiver
) -> None:
    receiver.statuses = [500]
    kept, gone = rule_to(server, "kept"), rule_to(server, "gone")
    await opened(delivering, gone, 1)
    await delivering.after(10)
    await opened(delivering, rule_to(server, "gone", "kept"), 2)
    rules = await read_rules(delivering.store)
    await write_rules(delivering.store, rules, rules=[kept], change="unsubscribed", now=START)
    assert await delivering.after(10) == Delivered(sent=1, dropped=2)
    assert [each.path for each in server.taken] == ["/gone", "/kept"]
    assert await statuses(delivering, 1) == [("opened", "failed")]
    assert await statuses(delivering, 2) == [("opened", "failed"), ("opened", "sent")]
    assert (await incident_of(delivering, 1))["deliveries"][0]["error"] == NO_RULE
    await change(delivering, "closed", 2)
    assert await delivering.after(10) == Delivered(sent=1), "of its end it is owed nothing"


@pytest.mark.parametrize(
    ("left", "error"),
    [
        ({"channels": []}, NO_RULE),
        ({"enabled": False}, RULE_OFF),
        (None, NO_RULE),
    ],
)
async def test_a_rule_sends_nothing_where_it_sends_no_more_though_another_rule_does(
    delivering, server, left, error
) -> None:
    rule = rule_to(server)
    other = {**rule, "id": "other"}
    await opened(delivering, rule, 1)
    await delivering.after(10)
    await opened(delivering, rule, 2)
    await change(delivering, "closed", 1)
    await opened(delivering, other, 1)
    before = await read_rules(delivering.store)
    rules = [other, *([] if left is None else [{**rule, **left}])]
    await write_rules(delivering.store, before, rules=rules, change="changed", now=START)
    assert await delivering.after(10) == Delivered(sent=1, dropped=2)
    assert sent(server)[1:] == [[("other.000001", "opened")]]
    assert await statuses(delivering, 1) == [("opened", "sent"), ("closed", "failed")]
    assert (await incident_of(delivering, 2))["deliveries"][0]["error"] == error
    assert await waiting_incidents(delivering.store) == []


async def test_a_rule_that_is_off_can_be_tested(delivering, server) -> None:
    rule = rule_to(server, enabled=False)
    incident = await opened(delivering, rule)
    test = new_delivery(rule, rule["channels"][0], "test", "2", START)
    await delivering.store.delete(INCIDENTS, [("incident", incident["id"])])
    await delivering.store.create(INCIDENTS, {**incident, "deliveries": [test]})
    assert await delivering.run() == Delivered(sent=1)


async def test_what_is_being_sent_when_a_channel_goes_is_left_to_who_sends_it(
    delivering, server
) -> None:
    rule = rule_to(server)
    incident = await opened(delivering, rule)
    claim = claimed(incident, ["1"], "alert_key", delivering.now)
    assert claim is not None
    found = await incident_of(delivering)
    await delivering.store.replace(INCIDENTS, claim, found["_etag"])
    rules = await read_rules(delivering.store)
    await write_rules(delivering.store, rules, rules=[], change="removed", now=START)
    name = channel_id(rule["channels"][0])
    assert await delivering.outbox().deliver(name) == Delivered()
    assert await delivering.after(3) == Delivered(dropped=1), "who sent it was killed"


def test_waits_double_up_to_an_hour() -> None:
    minutes = [backoff(n) / timedelta(minutes=1) for n in (1, 2, 3, 4, 5, 6, 7, 8, 500)]
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60, 60]
