"""E-mails of the outbox: each person has their own, whatever becomes of the others'."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.email import EmailChannel
from collector.alerts.channels.email_ways.smtp import SmtpWay
from collector.alerts.incidents import changed_incident, new_incident
from collector.alerts.outbox import Delivered
from shared.alerts.channels import channel_id
from shared.alerts.messages import Message
from shared.alerts.rules import read_rules, write_rules
from shared.alerts.states import Change
from shared.models import AlertChannel, Incident
from shared.settings import load_settings
from shared.store import ALERT_CHANNELS, INCIDENTS, Store
from tests.collector.alerts.delivering import Delivering
from tests.collector.crashing import DeadlyStore, DeadStore, Killed
from tests.collector.crashing import opened as store_of
from tests.fixtures.mail_server import HOST, Mailbox, mail_server
from tests.shared.alerts.evaluations import START, a_finding, a_rule

ANN, BOB, EVE = "ann@example.org", "bob@example.org", "eve@example.org"
PEOPLE: Any = {"type": "email", "to": f"{ANN}, {BOB}, {EVE}", "secret": None}
KEEP = timedelta(days=90)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as mailbox:
        yield mailbox


@pytest.fixture
async def delivering(sqlite_store: Store, mailbox: Mailbox) -> Delivering:
    found = mailing(sqlite_store, mailbox)
    await have_an_incident(found)
    return found


def mailing(store: Store, mailbox: Mailbox) -> Delivering:
    """Return an outbox whose e-mails go to a mailbox."""
    settings = load_settings(
        {
            "ALERTS_FROM": "alerts@example.org",
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(mailbox.port),
            "SMTP_TLS": "none",
        }
    )
    channel = EmailChannel(settings, SmtpWay(settings))

    async def send(message: Message, to: AlertChannel) -> Receipt:
        return await channel.send(message, Target(to["to"], None))

    return Delivering(store, send, START)


async def have_an_incident(delivering: Delivering, channel: AlertChannel = PEOPLE) -> None:
    """Store a rule that sends to people, and an incident of it."""
    rule = a_rule(channels=[channel])
    before = await read_rules(delivering.store)
    await write_rules(delivering.store, before, rules=[rule], change="added", now=START)
    change = Change("opened", "worse", 1, a_finding("worse"))
    incident = new_incident(rule, "Cursor", change, START, START)
    await delivering.store.create(INCIDENTS, incident)


async def incident_of(delivering: Delivering) -> Incident:
    found = await delivering.store.read(INCIDENTS, "incident", "mood.000001")
    assert found is not None
    return found


async def shown(delivering: Delivering) -> list[tuple[str | None, str, int]]:
    """Return of each delivery its address, its status and its attempts."""
    return [
        (each["channel"]["to"], each["status"], each["attempts"])
        for each in (await incident_of(delivering))["deliveries"]
    ]


def taken(mailbox: Mailbox) -> list[str]:
    """Return the recipient of each mail, which has no other."""
    assert all(len(each.rcpt_tos) == 1 for each in mailbox.envelopes)
    return [each.rcpt_tos[0] for each in mailbox.envelopes]


async def test_each_person_has_a_mail_that_names_nobody_else(delivering, mailbox) -> None:
    assert await delivering.after(10) == Delivered(sent=3)
    assert taken(mailbox) == [ANN, BOB, EVE]
    for mail, own in zip(mailbox.mails, (ANN, BOB, EVE), strict=True):
        others = {ANN, BOB, EVE} - {own}
        assert str(mail["To"]) == own
        assert not [each for each in others if each in mail.as_string()]
    for header in ("Message-ID", "List-Unsubscribe"):
        assert len({str(mail[header]) for mail in mailbox.mails}) == 3, header


async def test_an_address_that_is_refused_neither_stops_nor_repeats_the_mails_of_others(
    delivering, mailbox
) -> None:
    mailbox.at_recipient = {ANN: "550 5.1.1 unknown", BOB: "450 4.2.2 full"}
    assert await delivering.after(10) == Delivered(sent=1, retried=1, failed=1)
    assert taken(mailbox) == [EVE]
    assert await shown(delivering) == [(ANN, "failed", 1), (BOB, "waiting", 1), (EVE, "sent", 1)]
    mailbox.at_recipient = {}
    assert await delivering.after(2) == Delivered(sent=1)
    assert await delivering.after(60) == Delivered()
    assert taken(mailbox) == [EVE, BOB]
    broken = {
        each: (await delivering.store.read(ALERT_CHANNELS, "alert_channel", name) or {})["broken"]
        for each in (ANN, BOB, EVE)
        for name in [channel_id({**PEOPLE, "to": each})]
    }
    assert broken == {ANN: f"{HOST}: it refuses the recipient (550)", BOB: None, EVE: None}


async def test_people_whose_mails_go_out_side_by_side_get_one_each(sqlite_store, mailbox) -> None:
    delivering = mailing(sqlite_store, mailbox)
    people = [f"p{number}@example.org" for number in range(20)]
    await have_an_incident(delivering, {**PEOPLE, "to": ", ".join(people)})
    delivering.now += timedelta(minutes=10)
    due = await delivering.outbox().due()
    # A queue may be served by several instances, which all write into the same incident.
    runs = [delivering.outbox().deliver(channel_id(each)) for each in due]
    done = await asyncio.gather(*runs)
    assert sum(each.sent for each in done) == len(people)
    assert sorted(taken(mailbox)) == sorted(people)
    assert sorted(await shown(delivering)) == sorted((each, "sent", 1) for each in people)


async def test_whoever_got_no_opening_gets_no_end_and_others_do(delivering, mailbox) -> None:
    mailbox.at_recipient = {ANN: "550 unknown"}
    await delivering.after(10)
    mailbox.at_recipient = {}
    before = await incident_of(delivering)
    after = changed_incident(before, Change("closed", "worse", 1, None), START, START, KEEP)
    await delivering.store.replace(INCIDENTS, after, before["_etag"])
    await delivering.after(10)
    assert taken(mailbox) == [BOB, EVE, BOB, EVE]
    openings, ends = mailbox.mails[:2], mailbox.mails[2:]
    assert [each["In-Reply-To"] for each in ends] == [each["Message-ID"] for each in openings]


async def test_killed_anywhere_everybody_gets_the_mail_and_repeats_have_its_id(
    tmp_path, sqlite_settings
) -> None:
    async def story(name: str, step: int | None) -> list[int]:
        settings = sqlite_settings.model_copy(update={"sqlite_path": tmp_path / f"{name}.db"})
        async with store_of(settings) as store:
            with mail_server() as mailbox:
                delivering = mailing(store, mailbox)
                await have_an_incident(delivering)
                deadly: Any = DeadlyStore(store, -2) if step is None else DeadStore(store, step)
                delivering.now += timedelta(minutes=10)
                try:
                    await delivering.run(deadly)
                except Killed:
                    await delivering.run()
                for _ in range(3):
                    await delivering.after(3)
                assert {status for _, status, _ in await shown(delivering)} == {"sent"}, step
                mails = zip(taken(mailbox), mailbox.mails, strict=True)
                ids = {(person, str(mail["Message-ID"])) for person, mail in mails}
                assert sorted(person for person, _ in ids) == [ANN, BOB, EVE], step
                # The one whose mail was going out when the run was killed may get it once more.
                repeated = [n for n in Counter(taken(mailbox)).values() if n > 1]
                assert repeated in ([], [2]), step
                return deadly.steps() if step is None else []

    steps = await story("whole", None)
    assert len(steps) >= 10
    for step in steps:
        await story(f"killed{step}", step)
