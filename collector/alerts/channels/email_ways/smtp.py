"""E-mails by an SMTP server.

By aiosmtplib, not smtplib: a timeout of smtplib counts each read of the socket, so a server that
sends a byte now and then holds its thread for hours, and the mail may still go out after a failure
was reported. Here the limit counts for the whole exchange, and its end closes the connection.
"""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from collector.alerts.channels.base import Receipt
from collector.alerts.channels.email_ways.base import Email
from collector.alerts.channels.email_ways.headers import message_id
from collector.alerts.channels.email_ways.mime import mime_bytes
from collector.alerts.channels.look_up import look_up
from shared.errors import AlertError, PermanentFailure, TemporaryFailure
from shared.settings import Settings

SECONDS = 10.0
# The mail is already accepted when the server is told that the connection ends.
QUIT_SECONDS = 1.0
UNTRUSTED = ssl.SSLCertVerificationError
# https://www.rfc-editor.org/rfc/rfc5321#section-4.2.1
PERMANENT = range(500, 600)


@dataclass(frozen=True)
class SmtpWay:
    """Sends e-mails through the server of the settings.

    seconds is the limit of a whole exchange. context is for tests with certificates of their own;
    otherwise the system's authorities count.
    """

    settings: Settings
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    seconds: float = SECONDS

    async def send(self, email: Email) -> Receipt:
        """Hand an e-mail to the server.

        Raises TemporaryFailure after 4xx and if the connection fails, and PermanentFailure after
        5xx.
        """
        client = self._client(email.sender.domain)
        try:
            async with asyncio.timeout(self.seconds):
                await self._connect(client)
                await client.sendmail(email.sender.address, [email.recipient], mime_bytes(email))
            await _leave(client)
        except (SMTPException, OSError, ValueError) as error:
            raise self._failure(error) from None
        finally:
            client.close()
        return Receipt(message_id(email))

    def _client(self, domain: str) -> SMTP:
        given = self.settings
        password = given.smtp_password
        return SMTP(
            hostname=given.smtp_host,
            port=None,
            use_tls=given.smtp_tls == "tls",
            start_tls=given.smtp_tls == "starttls",
            tls_context=None if given.smtp_tls == "none" else self.context,
            username=given.smtp_user,
            password=password.get_secret_value() if password else None,
            # Otherwise the machine's name is looked up, which may take longer than the mail.
            local_hostname=domain,
            # The limit of the whole exchange is enough.
            timeout=None,
        )

    async def _connect(self, client: SMTP) -> None:
        """Connect over a socket of our own.

        A loop waits at its end for look-ups that it has begun itself, and a slow one would hold up
        other messages. Raises TemporaryFailure, and what the client raises.
        """
        host = self.settings.smtp_host or ""
        try:
            addresses = await look_up(host, self.settings.smtp_port)
        except OSError:
            raise TemporaryFailure(f"{host}: its name has no address") from None
        # Whatever becomes of it, the loop's transport closes the socket.
        await client.connect(sock=await _connection(addresses, self.settings.smtp_port))

    def _failure(self, error: Exception) -> AlertError:
        """Return what an error means. A server's words aren't quoted: they may name recipients."""
        host = self.settings.smtp_host
        if isinstance(error, SMTPRecipientsRefused):
            (code,) = (each.code for each in error.recipients)
            reason = f"{host}: it refuses the recipient ({code})"
            return PermanentFailure(reason) if code in PERMANENT else TemporaryFailure(reason)
        if isinstance(error, SMTPResponseException) and error.code > 0:
            reason = f"{host}: it answered {error.code} ({type(error).__name__})"
            is_permanent = error.code in PERMANENT
            return PermanentFailure(reason) if is_permanent else TemporaryFailure(reason)
        # aiosmtplib raises the base itself for extensions that a server lacks.
        if type(error) in {SMTPException, SMTPNotSupported}:
            return PermanentFailure(
                f"{host}: it lacks STARTTLS or AUTH, which the settings ask for"
            )
        if isinstance(error, TimeoutError):
            return TemporaryFailure(f"{host}: no answer in time")
        if any(isinstance(each, UNTRUSTED) for each in (error, error.__cause__)):
            return TemporaryFailure(f"{host}: its certificate isn't valid")
        return TemporaryFailure(f"{host}: the connection failed ({type(error).__name__})")


async def _connection(addresses: Sequence[str], port: int) -> socket.socket:
    """Return a connection to the first of these addresses that takes one. Raises OSError."""
    for number, address in enumerate(addresses, start=1):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(connection, (address, port))
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError) and number < len(addresses):
                continue
            raise
        return connection
    raise OSError("no address")


async def _leave(client: SMTP) -> None:
    with suppress(SMTPException, OSError):
        async with asyncio.timeout(QUIT_SECONDS):
            await client.quit()
