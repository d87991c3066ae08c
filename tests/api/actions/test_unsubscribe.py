"""Unsubscribing by the link of an e-mail: its page, one click of a mail program, what follows."""

import asyncio
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest

from collector.alerts.batches import NO_RULE
from collector.alerts.channels.base import Receipt, Target
from collector.alerts.channels.email import EmailChannel
from collector.alerts.channels.email_ways.smtp import SmtpWay
from collector.alerts.outbox import Delivered, Outbox
from shared.alerts.channels import channel_id
from shared.alerts.composing import Sender
from shared.alerts.links import PATH, read_key, signed_path
from shared.alerts.messages import Message
from shared.models import AlertChannel, Incident
from shared.settings import load_settings
from shared.store import INCIDENTS, Store
from shared.times import iso, utc_now
from tests.api.actions.test_alert_rules import MOOD, RULES, rule
from tests.api.actions.test_incidents import words_of
from tests.api.actions.test_watchlist import change, found
from tests.api.world import ask, get
from tests.fixtures.mail_server import HOST, Mailbox, mail_server
from tests.shared.alerts.rules import a_delivery, a_rule, an_incident

pytestmark = pytest.mark.usefixtures("process")

INSTANCE = "https://undertone.example.org"
ANN: Any = {"type": "email", "to": "ann@example.com", "secret": None}
BOB: Any = {"type": "email", "to": "bob@example.com", "secret": None}
HOOK: Any = {"type": "slack", "to": None, "secret": "TEAM_HOOK"}
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"content-type": "application/x-www-form-urlencoded"}


async def have_rules() -> None:
    """Store three rules: two send to Ann, one to Bob as well."""
    for name, body in {
        "mood": {**MOOD, "channels": [ANN, BOB]},
        "topic": rule("New topics", channels=[HOOK, ANN], enabled=False),
        "other": rule("Other topics", channels=[HOOK]),
    }.items():
        assert (await change("PUT", f"/alerts/rules/{name}", body)).status_code == 201


async def rules() -> Any:
    return found(await get(RULES))


async def channels() -> dict[str, list[str]]:
    """Return the channels of each rule, by their addresses or secrets."""
    return {
        each["id"]: [own["to"] or own["secret"] for own in each["channels"]]
        for each in (await rules())["rules"]
    }


async def path_to(store: Store, channel: AlertChannel = ANN, *, days: int = 0) -> str:
    """Return the path of a link that was signed some days ago."""
    then = utc_now() - timedelta(days=days)
    return signed_path(await read_key(store, bytes), "unsubscribe", channel_id(channel), then)


def outbox(store: Store, key: bytes, mailbox: Mailbox) -> Outbox:
    """Return the outbox whose e-mails go to a mailbox."""
    given = {"ALERTS_FROM": "alerts@example.org", "SMTP_HOST": HOST, "SMTP_TLS": "none"}
    settings = load_settings({**given, "SMTP_PORT": str(mailbox.port)})
    channel = EmailChannel(settings, SmtpWay(settings))

    async def send(message: Message, to: AlertChannel) -> Receipt:
        return await channel.send(message, Target(to["to"], None))

    return Outbox(store, send, Sender(INSTANCE, key), timedelta(days=90))


def an_incident_for(*to: AlertChannel) -> Incident:
    """Return an incident whose opening these channels are owed now."""
    now = iso(utc_now())
    waiting: Any = {"status": "waiting", "batch": None, "sent_at": None, "created": now, "due": now}
    deliveries = [
        a_delivery(**waiting, id=str(number), channel=each) for number, each in enumerate(to)
    ]
    return an_incident(1, a_rule(id="mood"), deliveries=deliveries, outbox="waiting")


async def test_one_click_in_a_mail_program_removes_the_address_from_all_rules(written) -> None:
    await have_rules()
    await written.create(INCIDENTS, an_incident_for(ANN))
    key = await read_key(written, bytes)
    with mail_server() as mailbox:
        sent = await outbox(written, key, mailbox).deliver(channel_id(ANN))
    assert sent == Delivered(sent=1)
    (mail,) = mailbox.mails
    assert mail["List-Unsubscribe-Post"] == ONE_CLICK.decode()
    address = str(mail["List-Unsubscribe"]).removeprefix("<").removesuffix(">")
    assert address.startswith(f"{INSTANCE}{PATH}unsubscribe.")
    for part in mail.iter_parts():
        assert address in part.get_content(), "people find it in the foot"
    answer = await ask("POST", urlsplit(address).path, FORM, body=ONE_CLICK)
    said = words_of(answer)
    assert "Unsubscribed: a…@example.com" in said
    assert "Cursor: mood New topics" in said
    assert await channels() == {
        "mood": ["bob@example.com"],
        "topic": ["TEAM_HOOK"],
        "other": ["TEAM_HOOK"],
    }
    after = await rules()
    change_text = "unsubscribed a…@example.com from Cursor: mood, New topics"
    assert (after["revision"], after["change"]) == (4, change_text)


async def test_what_waits_for_the_address_is_not_sent(written) -> None:
    await have_rules()
    await written.create(INCIDENTS, an_incident_for(ANN, BOB))
    key = await read_key(written, bytes)
    await ask("POST", await path_to(written), FORM, body=ONE_CLICK)
    with mail_server() as mailbox:
        box = outbox(written, key, mailbox)
        assert await box.deliver(channel_id(ANN)) == Delivered(dropped=1)
        assert await box.deliver(channel_id(BOB)) == Delivered(sent=1)
    assert [each.rcpt_tos for each in mailbox.envelopes] == [["bob@example.com"]]
    shown = found(await get("/api/v1/alerts/incidents/mood.000001"))["deliveries"]
    assert [(each["status"], each["error"]) for each in shown] == [
        ("failed", NO_RULE),
        ("sent", None),
    ]


async def test_the_page_says_which_rules_send_there_and_changes_nothing(written) -> None:
    await have_rules()
    path = await path_to(written)
    page = await get(path)
    said = words_of(page)
    for part in (
        "Unsubscribe a…@example.com",
        "Cursor: mood New topics",
        "removes a…@example.com from all",
    ):
        assert part in said
    assert "Other topics" not in said
    assert "ann@" not in page.get_body().decode()
    assert '<form method="post">' in page.get_body().decode()
    assert (await ask("HEAD", path)).status_code == 200
    assert (await rules())["revision"] == 3


@pytest.mark.parametrize("body", [b"", ONE_CLICK, b"x" * 5000, b"\xff\x00"])
async def test_a_post_with_any_body_unsubscribes(written, body: bytes) -> None:
    await have_rules()
    assert "Unsubscribed: " in words_of(await ask("POST", await path_to(written), FORM, body=body))
    assert (await channels())["mood"] == ["bob@example.com"]


async def test_done_again_it_says_that_it_is_done_and_is_no_further_revision(written) -> None:
    await have_rules()
    path = await path_to(written)
    await ask("POST", path, FORM, body=ONE_CLICK)
    for answer in (await ask("POST", path, FORM, body=ONE_CLICK), await get(path)):
        assert "Unsubscribed already" in words_of(answer)
    assert (await rules())["revision"] == 4
    await change("PUT", "/alerts/rules/other", rule("Other topics", channels=[ANN]))
    assert "Other topics" in words_of(await get(path)), "somebody has added it again"


async def test_a_link_lasts_60_days_and_a_forged_one_does_nothing(written) -> None:
    await have_rules()
    old, whole = await path_to(written, days=60), await path_to(written)
    bobs = whole.replace(channel_id(ANN), channel_id(BOB))
    for path, words in (
        (old, "This link has expired A link to unsubscribe is valid for 60 days. Use that"),
        (whole[:-1], "This link isn't valid"),
        (bobs, "This link isn't valid"),
    ):
        for method in ("GET", "POST"):
            assert words in words_of(await ask(method, path, FORM, body=ONE_CLICK), 403)
    assert (await rules())["revision"] == 3
    assert "Unsubscribe a…" in words_of(await get(await path_to(written, days=59)))


async def test_of_several_addresses_of_a_channel_one_is_removed_whatever_its_spelling(
    written,
) -> None:
    both: Any = {**ANN, "to": "Ann@Example.com, bob@example.org"}
    await change("PUT", "/alerts/rules/mood", {**MOOD, "channels": [both, HOOK]})
    await change("PUT", "/alerts/rules/topic", rule("New topics", channels=[ANN]))
    path = await path_to(written)
    assert "Unsubscribe A…@Example.com" in words_of(await get(path))
    assert "b…@" not in words_of(await ask("POST", path, FORM, body=ONE_CLICK))
    assert await channels() == {"mood": ["bob@example.org", "TEAM_HOOK"], "topic": []}


async def test_each_address_of_a_channel_has_a_mail_with_a_link_of_its_own(written) -> None:
    both: Any = {**ANN, "to": "ann@example.com, bob@example.com"}
    await change("PUT", "/alerts/rules/mood", {**MOOD, "channels": [both]})
    assert (await ask("POST", f"{RULES}/mood/test")).status_code == 202
    key = await read_key(written, bytes)
    with mail_server() as mailbox:
        box = outbox(written, key, mailbox)
        for channel in await box.due():
            assert await box.deliver(channel_id(channel)) == Delivered(sent=1)
    assert [each.rcpt_tos for each in mailbox.envelopes] == [[ANN["to"]], [BOB["to"]]]
    for mail, own, other in zip(mailbox.mails, (ANN, BOB), (BOB, ANN), strict=True):
        assert own["to"] in mail.as_string()
        assert other["to"] not in mail.as_string()
    first, second = (str(mail["List-Unsubscribe"]).strip("<>") for mail in mailbox.mails)
    await ask("POST", urlsplit(first).path, FORM, body=ONE_CLICK)
    assert await channels() == {"mood": ["bob@example.com"]}
    await ask("POST", urlsplit(second).path, FORM, body=ONE_CLICK)
    assert await channels() == {"mood": []}


async def test_the_history_names_three_rules_and_counts_the_others(written) -> None:
    for number in range(5):
        body = rule(f"Rule {number}", channels=[ANN])
        await change("PUT", f"/alerts/rules/rule-{number}", body)
    await ask("POST", await path_to(written), FORM, body=ONE_CLICK)
    said = "unsubscribed a…@example.com from Rule 0, Rule 1, Rule 2 and 2 more"
    newest, before = found(await get(f"{RULES}/history?limit=2"))["revisions"]
    assert newest["change"] == said
    assert [each["channels"] for each in newest["rules"]] == [[]] * 5
    assert [each["channels"] for each in before["rules"]] == [[ANN]] * 5, "so it can be undone"


async def test_many_who_unsubscribe_at_the_same_time_are_all_removed(written) -> None:
    people: list[Any] = [{**ANN, "to": f"p{number}@example.com"} for number in range(4)]
    await change("PUT", "/alerts/rules/mood", {**MOOD, "channels": people})
    paths = [await path_to(written, each) for each in people]
    answers = await asyncio.gather(*(ask("POST", path, body=ONE_CLICK) for path in paths))
    assert all("Unsubscribed: p…@example.com" in words_of(each) for each in answers)
    assert await channels() == {"mood": []}
    assert (await rules())["revision"] == 5


async def test_names_of_rules_are_shown_as_words(written) -> None:
    odd = "<script>alert(1)</script>"
    await change("PUT", "/alerts/rules/mood", {**MOOD, "name": odd, "channels": [ANN]})
    path = await path_to(written)
    for method in ("GET", "POST"):
        page = await ask(method, path)
        assert b"<script" not in page.get_body()
        assert odd in words_of(page)
