"""The jobs of digests: from the timer to a message, with what the API reads of real items."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.digest_reader import read_content
from collector.alert_jobs import deliver_on_message, send_due_alerts
from collector.digest_jobs import make_on_message, send_due_digests
from local.host.invoke import Output
from shared.digests.definitions import no_digests, read_digests, write_digests
from shared.errors import BadMessage
from shared.models import ScheduledDigest
from shared.settings import Settings, load_settings
from tests.api.reads.test_digest import fill
from tests.api.world import NAMES
from tests.collector.alerts.http_receiver import WebhookReceiver, receiving
from tests.collector.crashing import opened
from tests.fixtures.mail_server import HOST, mail_server
from tests.shared.digests.digests import a_digest

MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Jobs:
    """The functions of digests on a database, with a clock."""

    def __init__(self, settings: Settings, digest: ScheduledDigest) -> None:
        self.settings = settings
        self.now = MONDAY
        asyncio.run(self._fill(digest))

    async def _fill(self, digest: ScheduledDigest) -> None:
        async with opened(self.settings) as store:
            await fill(store)
            before = await read_digests(store)
            assert before == no_digests()
            await write_digests(store, before, digests=[digest], change="", now=self.now)

    def clock(self) -> datetime:
        return self.now

    def tick(self) -> tuple[list[str], list[str]]:
        """Run the timer, and return the messages that have digests made, and delivered."""
        evaluations, deliveries, digests = Output(), Output(), Output()
        send_due_alerts(self.settings, evaluations, deliveries, clock=self.clock)
        send_due_digests(self.settings, digests, clock=self.clock)
        return list(digests.value or []), list(deliveries.value or [])

    def make(self, message: str) -> list[str]:
        output = Output()
        make_on_message(
            self.settings, message.encode(), output, read=read_content, clock=self.clock
        )
        return list(output.value or [])

    def deliver(self, message: str) -> None:
        deliver_on_message(self.settings, message.encode(), clock=self.clock)


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with receiving() as served:
        yield served


def settings_of(sqlite_settings: Settings, **given: str) -> Settings:
    whole = {
        "SQLITE_PATH": str(sqlite_settings.sqlite_path),
        "SUBREDDITS": ",".join(NAMES),
        "ALERTS_ALLOW": "127.0.0.1",
        "PUBLIC_URL": "https://mood.example.org",
    }
    return load_settings({**whole, **given})


def test_a_digest_goes_from_the_timer_to_a_web_hook(sqlite_settings, receiver) -> None:
    hook: Any = {"type": "webhook", "to": receiver.url("hook"), "secret": None}
    jobs = Jobs(settings_of(sqlite_settings), a_digest(channels=[hook]))
    ((made,), waiting) = jobs.tick()
    assert (json.loads(made), waiting) == ({"digest": "team"}, [])
    (delivery,) = jobs.make(made)
    assert jobs.make(made) == [delivery], "a message that comes twice makes nothing"
    assert jobs.tick() == ([], [delivery]), "until it is sent"
    jobs.deliver(delivery)
    jobs.deliver(delivery)
    assert jobs.tick() == ([], [])
    ((_, key), body), *others = receiver.taken.items()
    assert (key, others) == ("digest_team_20261123T080000Z_1", [])
    digest = body["data"]["digest"]
    assert digest["sentence"].startswith("In the week from 16 to 22 November 2026, Lantern got")
    assert digest["reasons"][0]["quotes"]
    assert digest["address"].startswith("https://mood.example.org/?view=digest&period=week&until=")
    jobs.now += timedelta(days=7)
    ((_,), _) = jobs.tick()


def test_a_digest_comes_by_e_mail_with_one_click_to_unsubscribe(sqlite_settings) -> None:
    with mail_server() as mailbox:
        given = {"ALERTS_FROM": "alerts@example.org", "SMTP_HOST": HOST, "SMTP_TLS": "none"}
        settings = settings_of(sqlite_settings, **given, SMTP_PORT=str(mailbox.port))
        jobs = Jobs(settings, a_digest())
        ((made,), _) = jobs.tick()
        (delivery,) = jobs.make(made)
        jobs.deliver(delivery)
    (mail,) = mailbox.mails
    assert mail["To"] == "team@example.com"
    assert mail["Subject"] == "For the team: 16 to 22 November 2026"
    link = mail["List-Unsubscribe"]
    assert link.startswith("<https://mood.example.org/alerts/links/unsubscribe.")
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text, html = (part.get_content() for part in mail.iter_parts())
    for form in (text, html):
        assert "Lantern got worse" in form
        assert "Read these" in form or "READ THESE" in form


@pytest.mark.parametrize("body", [b"", b"{}", b'{"digest": "../x"}'])
def test_a_message_that_is_none_returns_to_the_queue(sqlite_settings, body: bytes) -> None:
    with pytest.raises(BadMessage):
        make_on_message(sqlite_settings, body, Output(), read=read_content)
