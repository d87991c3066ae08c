"""What a message says by e-mail: its subject, plain text and HTML. Pure."""

from bisect import bisect_left
from dataclasses import dataclass, replace

from collector.alerts.channels.email_body.digest_html import digest_html
from collector.alerts.channels.email_body.digest_parts import DIGEST_DETAILS
from collector.alerts.channels.email_body.digest_text import digest_text
from collector.alerts.channels.email_body.html import html_of
from collector.alerts.channels.email_body.text import text_of
from collector.alerts.channels.email_body.trimming import trimmed, trimmed_digest
from collector.alerts.channels.email_body.wording import marks_of
from shared.alerts.messages import Message

# Gmail cuts a mail off at 102 KB of HTML and hides its foot, which has the link to unsubscribe.
MAX_HTML_BYTES = 100_000


@dataclass(frozen=True)
class EmailBody:
    """The parts of an e-mail; the subject is one line, and html has at most 100,000 bytes."""

    subject: str
    text: str
    html: str


def email_body(message: Message) -> EmailBody:
    """Return a message as an e-mail.

    Both forms say the same. Entries that don't fit into 100,000 bytes of HTML are left out of both,
    and their number is stated.
    """
    given = trimmed(message)
    subject = "".join(f"[{mark}] " for mark in marks_of(given)) + given.title
    # Otherwise mail programs decode what people wrote as encoded words (RFC 2047).
    subject = subject.replace("=?", "= ?")
    if message.digest is not None:
        return _digest_body(message, subject)

    def html_with(count: int) -> str:
        shown = replace(given, entries=given.entries[:count])
        return html_of(shown, subject, len(message.entries) - count)

    def is_too_large(count: int) -> bool:
        return len(html_with(count).encode()) > MAX_HTML_BYTES

    count = len(given.entries)
    if is_too_large(count):
        count = max(0, bisect_left(range(count), True, key=is_too_large) - 1)
    shown = replace(given, entries=given.entries[:count])
    return EmailBody(subject, text_of(shown, len(message.entries) - count), html_with(count))


def _digest_body(message: Message, subject: str) -> EmailBody:
    """Return a digest as an e-mail; what doesn't fit is left out of both forms, and counted."""
    for detail in DIGEST_DETAILS:
        given = trimmed_digest(message, detail.chars)
        html = digest_html(given, subject, detail)
        if len(html.encode()) <= MAX_HTML_BYTES:
            break
    return EmailBody(subject, digest_text(given, detail), html)
