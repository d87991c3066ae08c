"""An e-mail as bytes, for SMTP."""

from email.charset import SHORTEST, Charset
from email.header import Header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, quote

from collector.alerts.channels.email_ways.base import Email
from collector.alerts.channels.email_ways.headers import (
    common_headers,
    message_id,
    message_uuid,
    thread_headers,
)

ENCODED_WORD = "=?"
NOT_IN_NAMES = frozenset('()<>[]:;@\\,."')


def mime_bytes(email: Email) -> bytes:
    """Return an e-mail of 7-bit lines that end in CRLF; the same e-mail gives the same bytes."""
    mime = EmailMessage(policy=SMTP)
    mime.set_content(email.body.text, cte="quoted-printable")
    mime.add_alternative(email.body.html, subtype="html", cte="quoted-printable")
    mime.set_boundary(f"=_{message_uuid(email).hex}")
    return _headers(email) + mime.as_bytes()


def _headers(email: Email) -> bytes:
    """Return the headers of an e-mail, in ASCII.

    EmailMessage decodes what looks like encoded words when a header is set, with line ends in it,
    which would begin headers of their own. It also writes addresses and ids of more than 78
    characters as encoded words, which mail programs then can't read.
    """
    headers = {
        "Message-ID": message_id(email),
        **thread_headers(email),
        **common_headers(email),
        "Subject": _words("Subject", email.body.subject),
        "From": _sender(email),
        "To": email.recipient,
        "Date": format_datetime(email.message.at),
    }
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("ascii")


def _sender(email: Email) -> str:
    name, address = email.sender.name, email.sender.address
    if not name:
        return address
    if _is_plain(name) and NOT_IN_NAMES & set(name):
        return f'"{quote(name)}" <{address}>'
    return f"{_words('From', name)} <{address}>"


def _words(header: str, text: str) -> str:
    """Return a text of one line as a header has it: as it is, or as encoded words (RFC 2047)."""
    if _is_plain(text):
        return text
    charset = Charset("utf-8")
    # A library may have set another default, which would make other bytes of the same e-mail.
    charset.header_encoding = SHORTEST
    return Header(text, charset, header_name=header).encode(linesep="\r\n")


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and ENCODED_WORD not in text
