"""E-mails by SMTP, with a real server, and with servers that fail."""

import asyncio
import re
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from email.charset import CHARSETS, QP
from email.message import EmailMessage
from pathlib import Path

import pytest
from pydantic import SecretStr

from collector.alerts.channels.base import Target
from collector.alerts.channels.email import EmailChannel, email_channel
from collector.alerts.channels.email_body import email_body
from collector.alerts.channels.email_ways.smtp import SmtpWay
from shared.alerts.messages import Message
from shared.errors import PermanentFailure, TemporaryFailure
from shared.settings import Settings, load_settings
from tests.collector.alerts.channels.mails import ALERT, FELL, HOSTILE, INSTANCE
from tests.fixtures.mail_server import HOST, PASSWORD, USER, Mailbox, certificates, mail_server

ANN = Target("ann@example.org", None)
FROM = "Undertone f\u00fcr Ann <alerts@example.org>"


def settings_of(port: int, **given: str) -> Settings:
    return load_settings(
        {
            "ALERTS_FROM": FROM,
            "SMTP_HOST": HOST,
            "SMTP_PORT": str(port),
            "SMTP_TLS": "none",
            **given,
        }
    )


def channel(
    port: int, context: ssl.SSLContext | None = None, seconds: float = 10, **given: str
) -> EmailChannel:
    settings = settings_of(port, **given)
    trusted = context or ssl.create_default_context()
    return EmailChannel(settings, SmtpWay(settings, trusted, seconds))


def parts(mail: EmailMessage) -> tuple[str, str]:
    plain, html = mail.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    return plain.get_content(), html.get_content()


async def sent(message: Message, target: Target = ANN) -> Mailbox:
    """Return the mailbox of a server that took a message."""
    with mail_server() as mailbox:
        await channel(mailbox.port).send(message, target)
    return mailbox


async def test_a_message_arrives_whole() -> None:
    mailbox = await sent(ALERT)
    (mail,), (envelope,) = mailbox.mails, mailbox.envelopes
    assert envelope.mail_from == "alerts@example.org"
    assert envelope.rcpt_tos == ["ann@example.org"]
    assert str(mail["From"]) == FROM
    assert str(mail["To"]) == "ann@example.org"
    assert str(mail["Subject"]) == ALERT.title
    assert mail["Date"].datetime == ALERT.at
    body = email_body(ALERT)
    assert parts(mail) == (body.text.replace("\n", "\r\n"), body.html.replace("\n", "\r\n"))
    assert mail.defects == []


async def test_a_mail_has_headers_that_programs_act_on() -> None:
    (mail,) = (await sent(ALERT)).mails
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == f"<{INSTANCE}/alerts/links/stop.xyz>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


@pytest.mark.parametrize(
    "address",
    [None, "http://undertone.example.org/x", "https://evil.example/x", INSTANCE + "/" + "a" * 1000],
)
async def test_no_mail_program_is_offered_a_click_that_leads_elsewhere(address) -> None:
    (mail,) = (await sent(replace(ALERT, unsubscribe=address))).mails
    assert mail["List-Unsubscribe"] is mail["List-Unsubscribe-Post"] is None


async def test_long_addresses_stand_in_headers_as_they_are() -> None:
    # The standard library would write them as encoded words, which no mail program reads.
    address = f"{INSTANCE}/alerts/links/{'a' * 300}"
    (envelope,) = (await sent(replace(ALERT, unsubscribe=address))).envelopes
    content = envelope.content
    assert isinstance(content, bytes)
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in content
    assert max(len(line) for line in content.split(b"\r\n")) <= 998


async def test_a_message_that_is_sent_again_is_the_same_mail() -> None:
    with mail_server() as mailbox:
        for key in ("one", "one", "two"):
            receipt = await channel(mailbox.port).send(replace(ALERT, key=key), ANN)
            assert receipt.reference == mailbox.mails[-1]["Message-ID"]
    first, again, other = (envelope.content for envelope in mailbox.envelopes)
    assert first == again
    ids = [mail["Message-ID"] for mail in mailbox.mails]
    assert ids[0] == ids[1] != ids[2]
    assert re.fullmatch(r"<[0-9a-f-]{36}@example\.org>", ids[0])
    assert other != first


async def test_an_update_refers_to_the_mail_before() -> None:
    with mail_server() as mailbox:
        receipt = await channel(mailbox.port).send(ALERT, ANN)
        update = replace(FELL, event="updated", replaces=receipt.reference)
        await channel(mailbox.port).send(replace(ALERT, key="2", entries=(update,)), ANN)
        for strange in ("<a@b>\r\nBcc: <x@y>", "1234.5678"):
            other = replace(update, replaces=strange)
            await channel(mailbox.port).send(replace(ALERT, key="3", entries=(other,)), ANN)
        # With something new in it, it doesn't follow that mail alone.
        await channel(mailbox.port).send(replace(ALERT, key="4", entries=(update, FELL)), ANN)
    first, second, *strangers = mailbox.mails
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert [(mail["In-Reply-To"], mail["Bcc"]) for mail in strangers] == [(None, None)] * 3


async def test_other_alphabets_arrive() -> None:
    title = "\u041d\u0430\u0441\u0442\u0440\u043e\u0435\u043d\u0438\u0435 \U0001f4c9 " * 5
    (mail,) = (await sent(replace(ALERT, title=title.strip()))).mails
    assert str(mail["Subject"]) == title.strip()
    assert title.strip() in parts(mail)[0]


async def test_no_text_becomes_a_header() -> None:
    mailbox = await sent(replace(HOSTILE, key="x>\r\nBcc: <eve@example.org>\ud800"))
    (mail,), (usual,) = mailbox.mails, (await sent(replace(ALERT, unsubscribe=None))).mails
    assert mail.keys() == usual.keys()
    assert mailbox.envelopes[0].rcpt_tos == ["ann@example.org"]
    assert "Bcc: victim@example.org" in str(mail["Subject"])


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_the_connection_is_encrypted_and_the_password_is_given(
    tmp_path: Path, tls: str
) -> None:
    own, trusting = certificates(tmp_path)
    given = {"SMTP_TLS": tls, "SMTP_USER": USER, "SMTP_PASSWORD": PASSWORD}
    with mail_server(own, tls=tls == "tls", login=True) as mailbox:
        await channel(mailbox.port, trusting, **given).send(ALERT, ANN)
        assert len(mailbox.mails) == 1
        assert mailbox.logins == ["PLAIN"]
        assert mailbox.encrypted == [True]
        wrong = {**given, "SMTP_PASSWORD": "a wrong password"}
        with pytest.raises(PermanentFailure, match=r"^127\.0\.0\.1: it answered 535") as failure:
            await channel(mailbox.port, trusting, **wrong).send(ALERT, ANN)
    assert "password" not in failure.value.reason
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("tls", ["starttls", "tls"])
@pytest.mark.parametrize("is_of_another_host", [True, False])
async def test_a_certificate_that_is_not_trusted_ends_the_exchange(
    tmp_path: Path, tls: str, *, is_of_another_host: bool
) -> None:
    own, trusting = certificates(tmp_path, "other.example" if is_of_another_host else HOST)
    context = trusting if is_of_another_host else ssl.create_default_context()
    with (
        mail_server(own, tls=tls == "tls") as mailbox,
        pytest.raises(TemporaryFailure, match="its certificate isn't valid"),
    ):
        await channel(mailbox.port, context, SMTP_TLS=tls).send(ALERT, ANN)
    assert mailbox.envelopes == []


async def test_a_server_without_encryption_gets_nothing() -> None:
    given = {"SMTP_TLS": "starttls", "SMTP_USER": USER, "SMTP_PASSWORD": PASSWORD}
    with mail_server() as mailbox, pytest.raises(PermanentFailure, match="lacks STARTTLS"):
        await channel(mailbox.port, **given).send(ALERT, ANN)
    assert (mailbox.envelopes, mailbox.logins) == ([], [])


@pytest.mark.parametrize(
    ("answers", "failure", "reason"),
    [
        ({"at_sender": "550 5.7.1 not you"}, PermanentFailure, "it answered 550"),
        ({"at_sender": "451 later"}, TemporaryFailure, "it answered 451"),
        ({"at_data": "554 5.7.1 spam of ann@example.org"}, PermanentFailure, "it answered 554"),
        ({"at_data": "452 full"}, TemporaryFailure, "it answered 452"),
        (
            {"at_recipient": {"ann@example.org": "550 no ann@example.org"}},
            PermanentFailure,
            "refuses the recipient (550)",
        ),
        (
            {"at_recipient": {"ann@example.org": "450 greylisted"}},
            TemporaryFailure,
            "refuses the recipient (450)",
        ),
    ],
)
async def test_a_refusal_is_permanent_after_5xx_and_temporary_after_4xx(
    answers, failure, reason
) -> None:
    with mail_server() as mailbox:
        for name, answer in answers.items():
            setattr(mailbox, name, answer)
        with pytest.raises(failure, match=re.escape(reason)) as raised:
            await channel(mailbox.port).send(ALERT, ANN)
    assert raised.value.reason.startswith(f"{HOST}: it ")
    assert "ann" not in raised.value.reason
    assert mailbox.envelopes == []


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _silent(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(1024):
        pass


async def _slow(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while True:
            writer.write(b"2")
            await writer.drain()
            await asyncio.sleep(0.05)


async def _gone(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    return


async def _nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await writer.drain()


def _until(word: bytes, then: str, end: Talk) -> Talk:
    """Return a server that takes a mail, and in answer to this line says `then` and ends so."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ready\r\n")
        while line := await reader.readline():
            if line.strip() == word:
                writer.write(then.encode())
                return await end(reader, writer)
            if line.startswith((b"EHLO", b"MAIL", b"RCPT")):
                writer.write(b"250 OK\r\n")
            elif line.startswith(b"DATA"):
                writer.write(b"354 go on\r\n")
            elif line == b".\r\n":
                writer.write(b"250 taken\r\n")
        return None

    return talk


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """Run a server; the event is set once a connection has ended."""
    ended = asyncio.Event()

    async def run(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        finally:
            writer.close()
            ended.set()

    running = await asyncio.start_server(run, HOST, 0)
    async with running:
        yield running.sockets[0].getsockname()[1], ended
        running.close()


@pytest.mark.parametrize("talk", [_silent, _slow, _until(b".", "", _silent)])
async def test_a_server_that_hangs_is_left_when_the_time_of_the_exchange_is_over(talk) -> None:
    async with server(talk) as (port, ended):
        with pytest.raises(TemporaryFailure, match=r"^127\.0\.0\.1: no answer in time$"):
            await channel(port, seconds=0.5).send(ALERT, ANN)
        # Nothing goes on behind a failure that was reported.
        async with asyncio.timeout(10):
            await ended.wait()


@pytest.mark.parametrize("talk", [_gone, _nonsense, _until(b"DATA", "", _gone)])
async def test_a_connection_that_breaks_is_tried_again(talk) -> None:
    async with server(talk) as (port, _):
        with pytest.raises(TemporaryFailure, match=r"^127\.0\.0\.1: the connection failed"):
            await channel(port).send(ALERT, ANN)


async def test_a_server_that_is_not_there_is_tried_again() -> None:
    async with server(_gone) as (port, _):
        pass
    with pytest.raises(TemporaryFailure, match="the connection failed"):
        await channel(port).send(ALERT, ANN)


def test_no_loop_waits_for_a_look_up_that_hangs(monkeypatch) -> None:
    over = threading.Event()
    monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_named: over.wait(20) and [])
    slow = channel(25, seconds=0.1, SMTP_HOST="mail.example.org")
    begun = time.monotonic()
    try:
        with pytest.raises(TemporaryFailure, match=r"^mail\.example\.org: no answer in time$"):
            asyncio.run(slow.send(ALERT, ANN))
        assert time.monotonic() - begun < 15
    finally:
        over.set()


async def test_a_name_without_an_address_is_tried_again(monkeypatch) -> None:
    def unknown(*_args: object, **_named: object) -> None:
        raise socket.gaierror("unknown")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    with pytest.raises(TemporaryFailure, match=r"^mail\.example\.org: its name has no address$"):
        await channel(25, SMTP_HOST="mail.example.org").send(ALERT, ANN)


async def test_an_address_that_takes_no_connection_leaves_the_next_one(monkeypatch) -> None:
    with mail_server() as mailbox:
        found = [(socket.AF_INET, 0, 0, "", (each, 0)) for each in ("127.0.0.9", HOST)]
        monkeypatch.setattr("socket.getaddrinfo", lambda *_args, **_named: found)
        await channel(mailbox.port, SMTP_HOST="mail.example.org").send(ALERT, ANN)
    assert len(mailbox.mails) == 1


@pytest.mark.parametrize("end", [_gone, _nonsense, _silent])
async def test_a_mail_that_was_taken_is_not_sent_again_for_a_bad_farewell(end) -> None:
    async with server(_until(b"QUIT", "", end)) as (port, _):
        receipt = await channel(port).send(ALERT, ANN)
    assert receipt.reference


@pytest.mark.parametrize(
    "target",
    [
        Target("ann@example.org, eve@example.org", None),
        Target("Eve <eve@example.org>", None),
        Target("eve@example.org\r\nRCPT TO:<eve@example.com>", None),
        Target("eve@example.org> SIZE=1 <", None),
        Target("eve@example.org\x00", None),
        Target(" ", None),
        Target(None, SecretStr("eve@example.org")),
    ],
)
async def test_what_is_not_one_address_fails_without_being_named(target: Target) -> None:
    with (
        mail_server() as mailbox,
        pytest.raises(PermanentFailure, match="isn't one e-mail address") as failure,
    ):
        await channel(mailbox.port).send(ALERT, target)
    assert "eve" not in failure.value.reason
    assert mailbox.envelopes == []


# Words that mail programs, and Python's own parser of headers, decode: RFC 2047.
ENCODED_WORDS = [
    "=?utf-8?q?a=0D=0ABcc=3A_victim@example.org?=",
    "=?utf-8?b?YQ0KQmNjOiB2aWN0aW1AZXhhbXBsZS5vcmc=?= and more",
    "New: =?utf-8?q?hidden?= =?us-ascii?q?words?=",
    "=?utf-8?q?=00=07=FF?=",
    "=?unknown-8bit?q?=ed=a0=80?=",
    "=?utf-7?q?+AA0-?=",
    "=?" * 100,
]


@pytest.mark.parametrize("title", ENCODED_WORDS)
async def test_encoded_words_of_a_title_are_text_and_no_headers(title: str) -> None:
    (mail,) = (await sent(replace(ALERT, title=title))).mails
    assert mail["Bcc"] is None
    assert str(mail["Subject"]) == email_body(replace(ALERT, title=title)).subject
    assert "=?" not in str(mail["Subject"])


@pytest.mark.parametrize(
    "name", ["=?utf-8?q?a=0D=0ABcc=3A_b?=", "a" * 99, "ש" * 20, "Ann Example", "Ann B. (x)"]
)
async def test_the_name_of_a_sender_is_text_and_no_header(name: str) -> None:
    with mail_server() as mailbox:
        given = {"ALERTS_FROM": f"{name} <alerts@example.org>"}
        await channel(mailbox.port, **given).send(ALERT, ANN)
    (mail,) = mailbox.mails
    assert mail["Bcc"] is None
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "alerts@example.org")


async def test_a_mail_has_the_same_bytes_whatever_libraries_set(monkeypatch) -> None:
    title = replace(ALERT, title="ש" * 20)
    (before,) = (await sent(title)).envelopes
    # As Apprise does when it is loaded.
    monkeypatch.setitem(CHARSETS, "utf-8", (QP, QP, "utf-8"))
    (after,) = (await sent(title)).envelopes
    assert before.content == after.content


@pytest.mark.parametrize("title", ["a" * 200, "ש" * 200, "\U0001f600" * 200, "word " * 40])
async def test_a_long_title_arrives_whole_in_lines_that_servers_take(title: str) -> None:
    mailbox = await sent(replace(ALERT, title=title))
    (mail,), (envelope,) = mailbox.mails, mailbox.envelopes
    assert str(mail["Subject"]) == title.strip()
    assert isinstance(envelope.content, bytes)
    head = envelope.content.partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n")) <= 998


async def test_a_long_address_arrives_as_it_is() -> None:
    long = "a" * 64 + "@" + ".".join(["b" * 60] * 3)
    (mail,) = (await sent(ALERT, Target(long, None))).mails
    assert str(mail["To"]) == long


async def test_without_a_way_the_failure_names_the_settings() -> None:
    given: dict[str, str]
    for given in ({}, {"ALERTS_FROM": FROM}):
        with pytest.raises(
            PermanentFailure, match="set ALERTS_FROM, and SMTP_HOST or ACS_ENDPOINT"
        ):
            await email_channel(load_settings(given)).send(ALERT, ANN)


async def test_the_settings_choose_the_server() -> None:
    with mail_server() as mailbox:
        await email_channel(settings_of(mailbox.port)).send(ALERT, ANN)
    assert len(mailbox.mails) == 1
