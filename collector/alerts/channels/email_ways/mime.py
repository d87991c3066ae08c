"""An e-mail as bytes, for SMTP."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from collector.alerts.channels.email_ways.base import Email
from collector.alerts.channels.email_ways.headers import (
    common_headers,
    message_id,
    message_uuid,
    thread_headers,
)


def mime_bytes(email: Email) -> bytes:
    """Return an e-mail of 7-bit lines that end in CRLF; the same e-mail gives the same bytes."""
    mime = EmailMessage(policy=SMTP)
    mime["Subject"] = email.body.subject
    mime["From"] = _named(email)
    mime["To"] = Address(addr_spec=email.recipient)
    mime["Date"] = format_datetime(email.message.at)
    mime.set_content(email.body.text, cte="quoted-printable")
    mime.add_alternative(email.body.html, subtype="html", cte="quoted-printable")
    mime.set_boundary(f"=_{message_uuid(email).hex}")
    return _raw_headers(email) + mime.as_bytes()


def _raw_headers(email: Email) -> bytes:
    """Return the headers that have no text of people.

    EmailMessage writes words of more than 78 characters as encoded words, also addresses and ids,
    which mail programs then can't read.
    """
    headers = {"Message-ID": message_id(email), **thread_headers(email), **common_headers(email)}
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _named(email: Email) -> Address:
    return Address(email.sender.name, addr_spec=email.sender.address)
