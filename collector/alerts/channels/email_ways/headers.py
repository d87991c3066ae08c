"""The headers of e-mails."""

import re
from uuid import UUID, uuid5

from collector.alerts.channels.email_ways.base import Email
from collector.alerts.channels.web_addresses import own_address

NAMESPACE = UUID("6f1d2b0e-6f0c-4d6a-9b63-2f6f6a1f4c1e")
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]{1,100}@[A-Za-z0-9.-]{1,255}>")
# A line of a mail has at most 998 characters: https://www.rfc-editor.org/rfc/rfc5322#section-2.1.1
MAX_LINE = 998


def message_uuid(email: Email) -> UUID:
    """Return an id of the message, which is the same if it is sent again."""
    # As bytes that UTF-8 can write, whatever the key is.
    return uuid5(NAMESPACE, email.message.key.encode("unicode-escape").decode())


def message_id(email: Email) -> str:
    """Return the Message-ID, which is the same for a message that is sent again."""
    return f"<{message_uuid(email)}@{email.sender.domain}>"


def common_headers(email: Email) -> dict[str, str]:
    """Return the headers that every way sends, each in one line of ASCII.

    The link to unsubscribe is there if it is an https address of the instance, since mail programs
    POST to no other: https://www.rfc-editor.org/rfc/rfc8058#section-3.1
    """
    headers = {"Auto-Submitted": "auto-generated"}
    message = email.message
    address = message.unsubscribe and own_address(message.unsubscribe, message.instance)
    line = f"List-Unsubscribe: <{address}>"
    if address and address.startswith("https://") and len(line) <= MAX_LINE:
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def thread_headers(email: Email) -> dict[str, str]:
    """Return the headers that name the mail which this one follows, if all of it follows one."""
    earlier = {entry.replaces or "" for entry in email.message.entries}
    if len(earlier) != 1 or not MESSAGE_ID.fullmatch(found := earlier.pop()):
        return {}
    return {"In-Reply-To": found, "References": found}
