"""Digests that are sent: made once a period, delivered at least once, killed between any writes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from collector.alerts.channel_states import MAX_FOLDED as MAX_NOTED
from collector.alerts.channel_states import edit_channel, note_folded
from collector.alerts.digest_outbox import MAX_FOLDED, NOT_KEPT, DigestOutbox
from collector.alerts.digests import DigestMaker, Made
from collector.alerts.outbox import Delivered, Outbox
from shared.alerts.channels import channel_id
from shared.alerts.rules import read_rules, write_rules
from shared.digests.definitions import read_digests, write_digests
from shared.digests.states import NO_DIGEST, edit_state, read_states, with_test
from shared.errors import PermanentFailure, StoreUnavailable
from shared.models import (
    ChannelState,
    DigestContent,
    DigestIssue,
    DigestState,
    ScheduledDigest,
)
from shared.store import ALERT_CHANNELS, DIGEST_CONTENTS, INCIDENTS, Store
from shared.times import iso
from tests.collector.alerts.channels.servers import Server, serving
from tests.collector.alerts.delivering import SENDER, Receiver, messages
from tests.collector.crashing import DeadlyStore, DeadStore, Killed
from tests.collector.crashing import opened as store_of
from tests.shared.alerts.rules import a_delivery, a_rule, an_incident
from tests.shared.digests.digests import a_content, a_digest

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEEP = timedelta(days=90)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass
class Digests:
    """The digests of a store, with a clock that the test moves, and what reading them does."""

    store: Store
    send: Any
    now: datetime = MONDAY
    reads: list[tuple[str, str]] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)

    async def has(self, *digests: ScheduledDigest) -> None:
        before = await read_digests(self.store)
        await write_digests(self.store, before, digests=digests, change="test", now=self.now)

    async def read(
        self, _: Store, __: Any, digest: ScheduledDigest, issue: DigestIssue, ___: Any
    ) -> DigestContent:
        if self.fails:
            raise self.fails.pop(0)
        self.reads.append((digest["id"], issue["period_end"]))
        sentence = f"What read {len(self.reads)} found."
        return a_content(sentence=sentence, period_end=issue["period_end"])

    def maker(self, store: Any = None) -> DigestMaker:
        settings: Any = None
        return DigestMaker(store or self.store, settings, self.read, lambda: self.now)

    def outbox(self, store: Any = None) -> DigestOutbox:
        return DigestOutbox(store or self.store, self.send, SENDER, KEEP, lambda: self.now)

    async def make(self, store: Any = None) -> Made:
        maker, done = self.maker(store), Made()
        for each in await maker.due():
            done += await maker.make(each)
        return done

    async def deliver(self, store: Any = None) -> Delivered:
        outbox, done = self.outbox(store), Delivered()
        for channel in await outbox.due():
            done += await outbox.deliver(channel_id(channel))
        return done

    async def run(self, store: Any = None) -> tuple[Made, Delivered]:
        """Do what the timer and its messages do."""
        return await self.make(store), await self.deliver(store)

    async def state(self, digest: str = "team") -> DigestState:
        return (await read_states(self.store, [digest]))[digest]

    async def statuses(self, digest: str = "team") -> list[tuple[str, list[str]]]:
        return [
            (each["period_end"], [own["status"] for own in each["deliveries"]])
            for each in (await self.state(digest))["issues"]
        ]


@pytest.fixture
def receiver() -> Receiver:
    return Receiver()


@pytest.fixture
async def server(receiver) -> AsyncIterator[Server]:
    async with serving(receiver.answer) as served:
        yield served


@pytest.fixture
def digests(sqlite_store: Store, receiver) -> Digests:
    return Digests(sqlite_store, receiver.send)


def hook(server: Server, path: str = "a") -> Any:
    return {"type": "webhook", "to": server.url(f"/{path}"), "secret": None}


def to(server: Server, *paths: str, **more: Any) -> ScheduledDigest:
    return a_digest(channels=[hook(server, each) for each in paths or ["a"]], **more)


async def contents_of(store: Store, own: str) -> DigestContent | None:
    return await store.read(DIGEST_CONTENTS, "digest_content", own)


async def test_a_digest_is_made_at_its_hour_and_sent_to_each_channel_once(digests, server) -> None:
    await digests.has(to(server, "a", "b"))
    digests.now = MONDAY - MINUTE
    # That of the week before is due by a schedule that has no beginning.
    assert await digests.run() == (Made(1), Delivered(sent=2))
    digests.now = MONDAY
    assert await digests.run() == (Made(1), Delivered(sent=2))
    assert await digests.run() == (Made(), Delivered())
    assert digests.reads == [("team", "2026-11-16"), ("team", "2026-11-23")]
    assert await digests.statuses() == [
        ("2026-11-23", ["sent", "sent"]),
        ("2026-11-16", ["sent", "sent"]),
    ]
    first, second = [each for each in messages(server) if "20261123" in each["key"]]
    assert first["key"] == "digest_team_20261123T080000Z_1"
    assert second["key"] == "digest_team_20261123T080000Z_2"
    assert first["kind"] == "digest"
    assert first["digest"]["sentence"] == "What read 2 found."
    assert first["digest"]["next_text"] == (
        "The next one comes on Monday, 30 November 2026 at 08:00 (UTC)."
    )
    assert first["instance"] == "https://undertone.example.org"


async def test_what_it_says_is_removed_once_it_was_sent(digests, server, receiver) -> None:
    receiver.statuses = [200, 500]
    await digests.has(to(server, "a", "b"))
    assert await digests.run() == (Made(1), Delivered(sent=1, retried=1))
    assert await contents_of(digests.store, "team.20261123T080000Z") is not None
    digests.now += MINUTE
    assert await digests.deliver() == Delivered(sent=1)
    assert await contents_of(digests.store, "team.20261123T080000Z") is None


async def test_each_person_has_a_mail_of_their_own(digests) -> None:
    taken: list[tuple[str, str | None]] = []

    async def send(message: Any, channel: Any) -> Any:
        taken.append((channel["to"], message.unsubscribe))

    digests.send = send
    both = {"type": "email", "to": "ann@example.com, bob@example.com", "secret": None}
    await digests.has(a_digest(channels=[both]))
    assert await digests.run() == (Made(1), Delivered(sent=2))
    assert [address for address, _ in taken] == ["ann@example.com", "bob@example.com"]
    links = {link for _, link in taken}
    assert len(links) == 2
    assert all(link and "/alerts/links/unsubscribe." in link for link in links)


async def test_a_late_start_sends_the_newest_alone(digests, server) -> None:
    await digests.has(to(server))
    await digests.run()
    digests.now = MONDAY + timedelta(days=23)
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert digests.reads[-1] == ("team", "2026-12-14")
    assert await digests.run() == (Made(), Delivered())
    digests.now = MONDAY
    assert await digests.run() == (Made(), Delivered()), "a clock that is set back repeats nothing"


async def test_a_clock_that_was_ahead_holds_no_digest_up(digests, server) -> None:
    await digests.has(to(server))
    await digests.run()
    digests.now = MONDAY + timedelta(days=400)
    await digests.has(to(server, since=iso(digests.now)))
    digests.now += 7 * DAY
    assert await digests.run() == (Made(1), Delivered(sent=1))
    digests.now = MONDAY + DAY
    assert await digests.run() == (Made(), Delivered()), "that week was sent before"
    digests.now = MONDAY + 7 * DAY
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert await digests.run() == (Made(), Delivered())
    assert digests.reads[-1] == ("team", "2026-11-30")


async def test_every_kind_of_store_keeps_digests(store: Store, receiver, server) -> None:
    digests = Digests(store, receiver.send)
    await digests.has(to(server, "a", "b"), to(server, id="daily", every="day"))
    assert await digests.run() == (Made(2), Delivered(sent=3))
    assert await digests.statuses("daily") == [("2026-11-23", ["sent"])]


async def test_a_channel_that_fails_is_tried_for_a_day_and_holds_up_no_other(
    digests, server, receiver
) -> None:
    receiver.statuses = [500, 200, *[503] * 40]
    await digests.has(to(server, "a", "b"))
    assert await digests.run() == (Made(1), Delivered(sent=1, retried=1))
    outcomes = []
    while digests.now < MONDAY + 2 * DAY and not (outcomes and outcomes[-1].failed):
        digests.now += 5 * MINUTE
        outcomes.append(await digests.deliver())
    assert digests.now == MONDAY + DAY
    tried = [each for each in outcomes if each != Delivered()]
    assert tried[-1] == Delivered(failed=1)
    assert 25 < len(tried) < 35
    assert {each["key"] for each in messages(server)} == {
        "digest_team_20261123T080000Z_1",
        "digest_team_20261123T080000Z_2",
    }
    (issue,) = (await digests.state())["issues"]
    assert [each["status"] for each in issue["deliveries"]] == ["failed", "sent"]
    assert "503" in (issue["deliveries"][0]["error"] or "")
    assert await contents_of(digests.store, "team.20261123T080000Z") is None


async def test_a_channel_asks_for_a_time_to_wait(digests, server, receiver) -> None:
    receiver.statuses, receiver.retry_after = [429], "600"
    await digests.has(to(server))
    assert await digests.run() == (Made(1), Delivered(retried=1))
    digests.now += 9 * MINUTE
    assert await digests.deliver() == Delivered()
    digests.now += MINUTE
    assert await digests.deliver() == Delivered(sent=1)


async def test_a_revoked_hook_fails_at_once_and_is_shown_as_broken(
    digests, server, receiver
) -> None:
    receiver.statuses = [404]
    digest = to(server)
    await digests.has(digest)
    assert await digests.run() == (Made(1), Delivered(failed=1))
    assert "404" in (await channel_state(digests, digest))["broken"]
    digests.now += 7 * DAY
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert (await channel_state(digests, digest))["broken"] is None


async def channel_state(digests: Digests, digest: ScheduledDigest) -> ChannelState:
    name = channel_id(digest["channels"][0])
    found = await digests.store.read(ALERT_CHANNELS, "alert_channel", name)
    assert found is not None
    return found


async def test_what_a_channel_that_was_removed_is_owed_fails_and_says_so(
    digests, server, receiver
) -> None:
    receiver.statuses = [500, 500]
    await digests.has(to(server, "a", "b"))
    await digests.run()
    await digests.has(to(server, "b"))
    digests.now += MINUTE
    assert await digests.deliver() == Delivered(sent=1, dropped=1)
    (issue,) = (await digests.state())["issues"]
    assert [each["error"] for each in issue["deliveries"]] == [NO_DIGEST, None]


async def test_a_digest_that_is_gone_is_neither_made_nor_sent(digests, server, receiver) -> None:
    receiver.statuses = [500]
    await digests.has(to(server))
    await digests.run()
    await digests.has()
    digests.now += DAY
    assert await digests.run() == (Made(), Delivered())
    assert await digests.maker().make("team") == Made()
    assert len(server.taken) == 1


async def test_a_test_is_sent_beside_the_schedule(digests, server) -> None:
    digest = to(server, since=iso(MONDAY))
    await digests.has(digest)
    await edit_state(digests.store, "team", lambda state: with_test(state, "0a1b2c3d"))
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert await digests.run() == (Made(), Delivered())
    (message,) = messages(server)
    assert (message["kind"], message["key"]) == ("test", "digest_team_test-0a1b2c3d_1")
    assert message["digest"]["period_end"] == "2026-11-23"
    digests.now += 7 * DAY
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert [each["kind"] for each in (await digests.state())["issues"]] == ["scheduled", "test"]


async def test_what_cannot_be_read_is_tried_for_a_day_and_then_shown(
    digests, server, caplog
) -> None:
    digests.fails = [ValueError("a defect")] * 100
    await digests.has(to(server))
    done = [await digests.make()]
    while not (await digests.state())["issues"]:
        digests.now += 5 * MINUTE
        done.append(await digests.make())
    assert digests.now >= MONDAY + DAY
    assert sum((each for each in done), Made()).failed < 40
    (issue,) = (await digests.state())["issues"]
    assert (issue["error"], issue["deliveries"]) == (
        "it couldn't be read: ValueError: a defect",
        [],
    )
    assert await digests.run() == (Made(), Delivered())
    digests.fails = []
    digests.now = MONDAY + 7 * DAY
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert "digests.not_made" in caplog.text


async def test_a_read_that_fails_once_delays_it(digests, server) -> None:
    digests.fails = [ValueError("a defect")]
    await digests.has(to(server))
    assert await digests.run() == (Made(failed=1), Delivered())
    assert await digests.run() == (Made(), Delivered())
    digests.now += MINUTE
    assert await digests.run() == (Made(1), Delivered(sent=1))


async def test_what_cannot_be_read_by_its_definition_is_shown_at_once(digests, server) -> None:
    digests.fails = [PermanentFailure("there is no subject gone")]
    await digests.has(to(server))
    assert await digests.run() == (Made(failed=1), Delivered())
    (issue,) = (await digests.state())["issues"]
    assert issue["error"] == "there is no subject gone"
    assert await digests.run() == (Made(), Delivered())


async def test_a_store_that_fails_returns_the_message(digests, server) -> None:
    digests.fails = [StoreUnavailable("down")]
    await digests.has(to(server))
    with pytest.raises(StoreUnavailable):
        await digests.make()
    assert await digests.run() == (Made(1), Delivered(sent=1))


async def test_a_digest_whose_text_is_gone_fails(digests, server) -> None:
    await digests.has(to(server))
    await digests.make()
    key = ("digest_content", "team.20261123T080000Z")
    await digests.store.delete(DIGEST_CONTENTS, [key])
    assert await digests.deliver() == Delivered(failed=1)
    (issue,) = (await digests.state())["issues"]
    assert issue["deliveries"][0]["error"] == NOT_KEPT


async def test_two_runs_at_once_make_and_send_it_once(digests, server) -> None:
    await digests.has(to(server, "a", "b"))
    done = await asyncio.gather(*(digests.maker().make("team") for _ in range(4)))
    assert sum(each.made for each in done) == 1
    channel = channel_id(hook(server))
    sent = await asyncio.gather(*(digests.outbox().deliver(channel) for _ in range(4)))
    assert sum(each.sent for each in sent) == 1
    assert len({each["digest"]["sentence"] for each in messages(server)}) == 1


async def folded_incidents(digests: Digests, channel: Any, *numbers: int) -> list[str]:
    """Store incidents of which the channel got no message, as the outbox leaves them."""
    ids = []
    for number in numbers:
        owed = a_delivery(channel=channel, status="folded", sent_at=None)
        incident = an_incident(number, a_rule(channels=[channel]), deliveries=[owed])
        await digests.store.create(INCIDENTS, incident)
        ids.append(incident["id"])
    await note_folded(digests.store, channel_id(channel), KEEP, ids)
    return ids


def folded_in(server: Server) -> list[tuple[list[str], int]]:
    return [
        ([own["incident"] for own in each["folded"]], each["more_folded"])
        for each in messages(server)
    ]


async def test_alerts_that_a_channel_was_not_told_of_are_in_its_next_digest_once(
    digests, server
) -> None:
    one, two = await folded_incidents(digests, hook(server), 1, 2)
    await digests.has(to(server, "a", "b"), to(server, id="daily", every="day"))
    assert await digests.run() == (Made(2), Delivered(sent=3))
    assert sorted(folded_in(server)) == [([], 0), ([], 0), ([two, one], 0)]
    digests.now += 7 * DAY
    await digests.run()
    assert sorted(folded_in(server)[3:]) == [([], 0)] * 3
    state = await channel_state(digests, to(server))
    assert state.get("folded") == {}


async def test_they_wait_for_the_next_digest_where_one_is_not_taken(
    digests, server, receiver
) -> None:
    receiver.statuses = [404]
    (one,) = await folded_incidents(digests, hook(server), 1)
    await digests.has(to(server))
    assert await digests.run() == (Made(1), Delivered(failed=1))
    digests.now += 7 * DAY
    assert await digests.run() == (Made(1), Delivered(sent=1))
    assert folded_in(server) == [([one], 0), ([one], 0)]


async def test_a_message_that_is_sent_again_tells_of_the_same(digests, server, receiver) -> None:
    receiver.statuses = [500]
    (one,) = await folded_incidents(digests, hook(server), 1)
    await digests.has(to(server))
    await digests.run()
    (two,) = await folded_incidents(digests, hook(server), 2)
    digests.now += MINUTE
    assert await digests.deliver() == Delivered(sent=1)
    assert folded_in(server) == [([one], 0), ([one], 0)]
    digests.now += 7 * DAY
    await digests.run()
    assert folded_in(server)[2] == ([two], 0)


async def test_many_are_counted_and_a_test_tells_of_none(digests, server) -> None:
    ids = await folded_incidents(digests, hook(server), *range(1, MAX_FOLDED + 4))
    await digests.has(to(server))
    await edit_state(digests.store, "team", lambda state: with_test(state, "0a1b2c3d"))
    await digests.run()
    newest = list(reversed(ids))[:MAX_FOLDED]
    assert sorted(folded_in(server)) == sorted([([], 0), (newest, 3)])


async def test_of_what_is_noted_the_newest_stay(digests, server) -> None:
    channel = channel_id(hook(server))
    await note_folded(digests.store, channel, KEEP, map(str, range(MAX_NOTED + 5)))
    state = await edit_channel(digests.store, channel, KEEP, lambda each: each)
    assert list(state.get("folded", {})) == list(map(str, range(5, MAX_NOTED + 5)))


async def test_a_run_that_is_killed_at_any_write_loses_nothing_and_sends_each_key_once(
    sqlite_settings, receiver, server, caplog
) -> None:
    caplog.set_level(logging.CRITICAL)

    async def story(name: str, step: int | None) -> list[int]:
        settings = sqlite_settings.model_copy(
            update={"sqlite_path": sqlite_settings.sqlite_path.with_name(f"{name}.db")}
        )
        server.taken.clear()
        async with store_of(settings) as store:
            digests = Digests(store, receiver.send)
            (one,) = await folded_incidents(digests, hook(server), 1)
            await digests.has(to(server, "a", "b"))
            deadly: Any = DeadlyStore(store, -2) if step is None else DeadStore(store, step)
            try:
                await digests.run(deadly)
            except Killed:
                await digests.run()
            for _ in range(3):
                digests.now += 3 * MINUTE
                await digests.run()
            assert await digests.statuses() == [("2026-11-23", ["sent", "sent"])], step
            by_key = {each["key"]: each for each in messages(server)}
            assert len(by_key) == 2, step
            # Each message that has a key says the same, whenever it comes.
            said = {(each["key"], each["digest"]["sentence"]) for each in messages(server)}
            assert len(said) == 2, step
            assert [tells for tells, _ in folded_in(server) if tells and tells != [one]] == []
            assert {each["key"] for each in messages(server) if each["folded"]} == {
                "digest_team_20261123T080000Z_1"
            }, step
            return deadly.steps() if step is None else []

    steps = await story("whole", None)
    assert len(steps) > 8
    for step in steps:
        await story(f"killed{step}", step)


@pytest.mark.parametrize(
    ("is_sent", "title"),
    [
        (
            True,
            (
                "Further alerts are in the dashboard and the next digest: this channel has had its"
                " most for a day"
            ),
        ),
        (
            False,
            "Further alerts are in the dashboard: this channel has had its most for a day",
        ),
    ],
)
async def test_the_outbox_of_alerts_notes_what_it_leaves_out(
    sqlite_store, receiver, server, is_sent: bool, title: str
) -> None:
    """A channel that had its most of a day: test_outbox.py has the rest of it."""
    channel = hook(server)
    name = channel_id(channel)
    now = MONDAY
    outbox = Outbox(sqlite_store, receiver.send, SENDER, KEEP, clock=lambda: now)
    times = [iso(now - MINUTE)] * 20
    await edit_channel(sqlite_store, name, KEEP, lambda state: {**state, "sent": times})
    rule, before = a_rule(channels=[channel]), await read_rules(sqlite_store)
    await write_rules(sqlite_store, before, rules=[rule], change="", now=now)
    waiting = a_delivery(
        channel=channel, status="waiting", due=iso(now), batch=None, attempts=0, sent_at=None
    )
    incident = an_incident(1, rule, deliveries=[waiting], outbox="waiting")
    await Digests(sqlite_store, receiver.send).has(to(server, enabled=is_sent))
    await sqlite_store.create(INCIDENTS, incident)
    assert await outbox.deliver(name) == Delivered(folded=1)
    state = await sqlite_store.read(ALERT_CHANNELS, "alert_channel", name)
    assert state is not None
    assert state.get("folded") == {incident["id"]: ""}
    assert [each["title"] for each in messages(server)] == [title]
