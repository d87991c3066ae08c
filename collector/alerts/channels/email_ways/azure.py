"""E-mails by Azure Communication Services.

By its REST API: the package azure-communication-email has 5,000 lines and needs requests for one
request, polls until the e-mail is delivered, and repeats requests by itself.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from collector.alerts.channels.addresses import Allowed
from collector.alerts.channels.base import Receipt
from collector.alerts.channels.email_ways.base import Email
from collector.alerts.channels.email_ways.headers import (
    common_headers,
    message_id,
    message_uuid,
    thread_headers,
)
from collector.alerts.channels.email_ways.signing import signed_headers
from collector.alerts.channels.http import Answer, HttpClient, check
from shared.entra import entra_id
from shared.errors import PermanentFailure, TemporaryFailure
from shared.settings import ACS_CONNECTION_STRING, Settings
from shared.times import Clock

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

SECONDS = 10.0
# https://learn.microsoft.com/rest/api/communication/email/email/send
API_VERSION = "2023-03-31"
SCOPE = "https://communication.azure.com//.default"
OK, ACCEPTED, BAD_REQUEST, NOT_FOUND, CONFLICT = 200, 202, 400, 404, 409
REFUSED = frozenset({401, 403})
# A stand-in may have no certificate.
THIS_MACHINE = frozenset({"127.0.0.1", "::1", "localhost"})
ENDED_BADLY = frozenset({"Failed", "Canceled"})
# Azure's own codes of errors; the texts beside them may have addresses.
CODE = re.compile(r"[A-Za-z]{1,60}")


@dataclass(frozen=True)
class AzureWay:
    """Sends e-mails through the resource of the settings, with its key or with Entra ID.

    seconds is the limit of a whole exchange.
    """

    settings: Settings
    clock: Clock
    credential: Callable[[], "AsyncTokenCredential"] = entra_id
    seconds: float = SECONDS

    async def send(self, email: Email) -> Receipt:
        """Hand an e-mail to Azure, unless it has the same message already.

        Raises TemporaryFailure after 429 and 5xx and if no answer comes, and PermanentFailure if
        Azure refuses the app, the e-mail or its sender, or reports that an earlier try failed.
        """
        operation = str(message_uuid(email))
        try:
            async with asyncio.timeout(self.seconds):
                exchange = await self._exchange()
                if not await exchange.has(operation):
                    await exchange.hand_over(operation, request_body(email))
        except TimeoutError:
            raise TemporaryFailure("Azure Communication Services: no answer in time") from None
        return Receipt(message_id(email))

    async def _exchange(self) -> "_Exchange":
        connection = self.settings.acs_connection_string
        if connection is not None:
            found = ACS_CONNECTION_STRING.fullmatch(connection.get_secret_value())
            if found is None:
                raise PermanentFailure("ACS_CONNECTION_STRING: not a connection string")
            return _Exchange(found["endpoint"], self.clock, key=found["key"])
        endpoint = self.settings.acs_endpoint or ""
        return _Exchange(endpoint, self.clock, token=await self._token())

    async def _token(self) -> str:
        from azure.core.exceptions import AzureError  # noqa: PLC0415 - loaded where it is used

        try:
            async with self.credential() as credential:
                return (await credential.get_token(SCOPE)).token
        except AzureError as error:
            reason = f"Entra ID gives no token ({type(error).__name__})"
            raise TemporaryFailure(reason) from None


@dataclass(frozen=True)
class _Exchange:
    """The requests about one e-mail, with a key or a token."""

    endpoint: str
    clock: Clock
    key: str | None = None
    token: str | None = None

    async def has(self, operation: str) -> bool:
        """Return whether Azure knows an operation. Raises PermanentFailure if that has failed."""
        answer = await self._call("GET", f"/emails/operations/{operation}", b"", {})
        if answer.status in {BAD_REQUEST, NOT_FOUND}:
            return False
        _check(answer)
        status = _object(answer.body).get("status")
        if status in ENDED_BADLY:
            raise PermanentFailure(f"{answer.host}: it reports {status}{_code_of(answer)}")
        return answer.status == OK

    async def hand_over(self, operation: str, body: bytes) -> None:
        """Send an e-mail as this operation."""
        answer = await self._call("POST", "/emails:send", body, {"Operation-Id": operation})
        if answer.status == CONFLICT:
            raise TemporaryFailure(f"{answer.host}: it takes this e-mail at the moment")
        _check(answer)

    async def _call(
        self, method: str, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        target = f"{path}?api-version={API_VERSION}"
        parts = urlsplit(self.endpoint)
        if self.key is not None:
            own = signed_headers(method, parts.netloc, target, body, key=self.key, now=self.clock())
        else:
            own = {"Authorization": f"Bearer {self.token}"}
        if parts.scheme != "https" and parts.hostname not in THIS_MACHINE:
            raise PermanentFailure(f"{parts.hostname}: an address begins with https://")
        # The operator chose the host, so it may also be one of an inner network.
        client = HttpClient(Allowed.of([parts.hostname or ""]))
        return await client.send(method, self.endpoint + target, body, {**headers, **own})


def request_body(email: Email) -> bytes:
    """Return the request that hands an e-mail over, as JSON."""
    headers = {"Message-ID": message_id(email), **thread_headers(email), **common_headers(email)}
    return json.dumps(
        {
            "senderAddress": email.sender.address,
            "recipients": {"to": [{"address": email.recipient}]},
            "content": {
                "subject": email.body.subject,
                "plainText": email.body.text,
                "html": email.body.html,
            },
            "headers": headers,
            # Otherwise links lead to a server of Azure's, and a picture counts who opens the mail.
            "userEngagementTrackingDisabled": True,
        }
    ).encode()


def _check(answer: Answer) -> None:
    said = _code_of(answer).strip(" ()")
    if answer.status in REFUSED:
        said = f"{said or 'refused'}: docs/alert_email.md has the role that the app needs"
    check(answer, said)


def _code_of(answer: Answer) -> str:
    error = _object(answer.body).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return f" ({code})" if isinstance(code, str) and CODE.fullmatch(code) else ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
