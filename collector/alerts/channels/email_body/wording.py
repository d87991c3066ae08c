"""Phrases that the plain text and the HTML of an e-mail share."""

from datetime import UTC, datetime

from collector.alerts.channels.texts import EVENTS
from collector.alerts.channels.web_addresses import host_of
from shared.alerts.messages import Entry, Message

SAMPLE = "Sample data: the posts and figures in this e-mail are invented."
TEST = "This is a test: it shows that e-mails arrive. Nothing has happened."
TEST_OF_DIGEST = "This is a test: a digest as it will come, of the last period that is over."

# strftime's names depend on the machine's locale.
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def marks_of(message: Message) -> list[str]:
    """Return what the subject says in brackets before the title."""
    marks = ["test"] if message.kind == "test" else []
    return [*marks, "sample data"] if message.is_sample else marks


def banners_of(message: Message) -> list[str]:
    """Return the sentences that stand above everything else."""
    test = TEST if message.digest is None else TEST_OF_DIGEST
    banners = [test] if message.kind == "test" else []
    return [*banners, SAMPLE] if message.is_sample else banners


def label_of(entry: Entry) -> str:
    """Return what has happened to the incident: "New", "Ended after 3 h"."""
    after = f" after {entry.lasted}" if entry.event == "closed" and entry.lasted else ""
    return EVENTS[entry.event] + after


def time_text(moment: datetime) -> str:
    """Return a time as people read it, such as "Fri 27 Nov 2026, 10:05 UTC"."""
    utc = moment.astimezone(UTC)
    day, month = DAYS[utc.weekday()], MONTHS[utc.month - 1]
    return f"{day} {utc.day} {month} {utc.year}, {utc:%H:%M} UTC"


def left_out_text(count: int) -> str:
    """Return the sentence about entries that don't fit into the e-mail."""
    return f"{count} more {'is' if count == 1 else 'are'} in the dashboard."


def reason_text(message: Message) -> str:
    """Return why somebody gets this e-mail."""
    host = host_of(message.instance)
    if message.digest is not None:
        name = message.digest["name"]
        return f"You get this because the digest “{name}” at {host} names this address."
    if message.kind == "digest":
        return f"You get this because a digest of {host} names this address."
    rules = list(dict.fromkeys(entry.rule for entry in message.entries if entry.rule))
    if len(rules) == 1:
        return f"You get this because the alert rule “{rules[0]}” at {host} names this address."
    return f"You get this because alert rules at {host} name this address."
