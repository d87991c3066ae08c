"""E-mails by Azure Communication Services, with a server that behaves as it documents."""

import asyncio
import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from collector.alerts.channels.base import Target
from collector.alerts.channels.email import EmailChannel, email_channel
from collector.alerts.channels.email_body import email_body
from collector.alerts.channels.email_ways.azure import AzureWay
from collector.alerts.channels.email_ways.signing import signed_headers
from shared.errors import PermanentFailure, TemporaryFailure
from shared.settings import load_settings
from tests.collector.alerts.channels.mails import ALERT, FELL, HOSTILE, INSTANCE
from tests.fixtures.communication_services import (
    TOKEN,
    Resource,
    communication_services,
    error,
)

ANN = Target("ann@example.org", None)
NOW = datetime(2026, 11, 27, 10, 5, tzinfo=UTC)


def channel(resource: Resource, **given: str) -> EmailChannel:
    connection = {"ACS_CONNECTION_STRING": resource.connection_string, **given}
    settings = {"ALERTS_FROM": "Undertone <alerts@example.org>", **connection}
    return email_channel(load_settings(settings), lambda: NOW)


class Identity:
    """A credential of Entra ID, for one scope."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.fault = fault
        self.is_closed = False

    async def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        assert scopes == ("https://communication.azure.com//.default",)
        if self.fault:
            raise self.fault
        return AccessToken(TOKEN, 2**31)

    async def close(self) -> None:
        self.is_closed = True

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()


def by_identity(resource: Resource, identity: Identity) -> EmailChannel:
    settings = load_settings({"ALERTS_FROM": "alerts@example.org", "ACS_ENDPOINT": resource.url})
    return EmailChannel(settings, AzureWay(settings, lambda: NOW, lambda: identity))


def test_a_request_is_signed_as_microsofts_own_client_signs_it() -> None:
    # The values are those of azure-communication-email 1.1.0 for this request and time.
    headers = signed_headers(
        "POST",
        "some.communication.azure.com",
        "/emails:send?api-version=2023-03-31",
        b'{"a": 1}',
        key="aHVudGVyMmh1bnRlcjI=",
        now=NOW,
    )
    assert headers == {
        "x-ms-date": "Fri, 27 Nov 2026 10:05:00 GMT",
        "x-ms-content-sha256": "+dhgKMbg1k4iUYb5astpM4ssWXZN95FiEH9cS7NNExA=",
        "Authorization": (
            "HMAC-SHA256 SignedHeaders=x-ms-date;host;x-ms-content-sha256"
            "&Signature=+HLiWW9IEu+dMHL9hXWWuwXhey+76ZsLyZIKY54yrJ0="
        ),
    }


async def test_a_message_arrives_whole() -> None:
    async with communication_services() as resource:
        receipt = await channel(resource).send(ALERT, ANN)
    (mail,), body = resource.mails, email_body(ALERT)
    assert mail == {
        "senderAddress": "alerts@example.org",
        "recipients": {"to": [{"address": "ann@example.org"}]},
        "content": {"subject": body.subject, "plainText": body.text, "html": body.html},
        "headers": {
            "Message-ID": receipt.reference,
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{INSTANCE}/alerts/links/stop.xyz>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        "userEngagementTrackingDisabled": True,
    }


async def test_no_token_goes_over_plain_http_to_another_machine() -> None:
    identity = Identity()
    given = {"ALERTS_FROM": "alerts@example.org", "ACS_ENDPOINT": "http://acs.example.org"}
    settings = load_settings(given)
    way = AzureWay(settings, lambda: NOW, lambda: identity)
    with pytest.raises(PermanentFailure, match=r"^acs\.example\.org: an address begins with https"):
        await EmailChannel(settings, way).send(ALERT, ANN)


async def test_an_update_refers_to_the_mail_before() -> None:
    async with communication_services() as resource:
        receipt = await channel(resource).send(ALERT, ANN)
        update = replace(FELL, event="updated", replaces=receipt.reference)
        await channel(resource).send(replace(ALERT, key="2", entries=(update,)), ANN)
    assert resource.mails[1]["headers"]["References"] == receipt.reference


async def test_no_text_becomes_a_header() -> None:
    async with communication_services() as resource:
        await channel(resource).send(HOSTILE, ANN)
    (mail,) = resource.mails
    assert mail["headers"].keys() == {"Message-ID", "Auto-Submitted"}
    assert not any(sign in mail["content"]["subject"] for sign in "\r\n")


async def test_a_message_that_azure_has_is_not_sent_again() -> None:
    async with communication_services() as resource:
        first = await channel(resource).send(ALERT, ANN)
        again = await channel(resource).send(ALERT, ANN)
        await channel(resource).send(replace(ALERT, key="another"), ANN)
    assert first == again
    assert len(resource.mails) == len(resource.operations) == 2


@pytest.mark.parametrize(("status", "fails"), [("Succeeded", False), ("Failed", True)])
async def test_an_earlier_try_that_failed_at_azure_is_reported(status: str, *, fails: bool) -> None:
    async with communication_services() as resource:
        await channel(resource).send(ALERT, ANN)
        (operation,) = resource.operations
        resource.operations[operation] = status
        if fails:
            with pytest.raises(PermanentFailure, match=r"it reports Failed \(EmailDropped\)$"):
                await channel(resource).send(ALERT, ANN)
        else:
            await channel(resource).send(ALERT, ANN)
    assert len(resource.mails) == 1


@pytest.mark.parametrize(
    ("answer", "failure", "reason"),
    [
        (error(400, "InvalidSender"), PermanentFailure, "it answered 400 (InvalidSender)"),
        (error(404, "DomainNotLinked"), PermanentFailure, "it answered 404 (DomainNotLinked)"),
        (error(401, "Denied"), PermanentFailure, "it answered 401 (Denied: docs/alert_email.md"),
        (error(403, "a b <x>"), PermanentFailure, "it answered 403 (refused: docs/alert_email.md"),
        (error(409, "Conflict"), TemporaryFailure, "it takes this e-mail at the moment"),
        (error(500, "InternalError"), TemporaryFailure, "it answered 500 (InternalError)"),
        (error(503, "Busy", Retry_After="7"), TemporaryFailure, "it answered 503 (Busy)"),
        (error(307, "Moved", Location="http://127.0.0.1:9"), PermanentFailure, "it redirects"),
    ],
    ids=lambda given: str(getattr(given, "status", "")),
)
async def test_a_refusal_says_what_azure_calls_it_and_names_no_recipient(
    answer, failure, reason
) -> None:
    async with communication_services() as resource:
        resource.answers.append(answer)
        with pytest.raises(failure) as raised:
            await channel(resource).send(ALERT, ANN)
    assert raised.value.reason.startswith(f"127.0.0.1: {reason}")
    assert "ann" not in raised.value.reason


async def test_a_limit_that_is_reached_says_when_to_try_again() -> None:
    async with communication_services() as resource:
        resource.answers.append(error(429, "TooManyRequests", Retry_After="55"))
        with pytest.raises(TemporaryFailure) as raised:
            await channel(resource).send(ALERT, ANN)
        assert raised.value.retry_after == 55
        await channel(resource).send(ALERT, ANN)
    assert len(resource.mails) == 1


async def test_a_wrong_key_is_refused() -> None:
    async with communication_services() as resource:
        wrong = base64.b64encode(b"another key").decode()
        given = f"endpoint={resource.url}/;accesskey={wrong}"
        with pytest.raises(PermanentFailure, match=r"it answered 401") as raised:
            await channel(resource, ACS_CONNECTION_STRING=given).send(ALERT, ANN)
    assert wrong not in raised.value.reason
    assert resource.mails == []


async def test_the_identity_of_the_app_is_enough() -> None:
    identity = Identity()
    async with communication_services() as resource:
        await by_identity(resource, identity).send(ALERT, ANN)
    assert len(resource.mails) == 1
    assert identity.is_closed


async def test_without_a_token_it_is_tried_again() -> None:
    identity = Identity(ClientAuthenticationError("a secret reason"))
    async with communication_services() as resource:
        with pytest.raises(TemporaryFailure, match="Entra ID gives no token") as raised:
            await by_identity(resource, identity).send(ALERT, ANN)
    assert "secret" not in raised.value.reason
    assert identity.is_closed
    assert resource.lookups == 0


async def test_an_exchange_has_one_limit_of_time_and_leaves_the_server() -> None:
    left = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()
        left.set()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        settings = channel(Resource(url=f"http://127.0.0.1:{port}")).settings
        way = AzureWay(settings, lambda: NOW, seconds=0.3)
        with pytest.raises(TemporaryFailure, match="no answer in time"):
            await EmailChannel(settings, way).send(ALERT, ANN)
        async with asyncio.timeout(10):
            await left.wait()
