"""Sentences about digests that api and collector share."""

from datetime import datetime

from shared.models import ScheduledDigest
from shared.ncrontab import MONTHS
from shared.wall_clock import zone_named

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def next_text(digest: ScheduledDigest, at: datetime | None) -> str:
    """Return when the next digest comes, as a sentence; empty where none does."""
    if at is None:
        return ""
    own = at.astimezone(zone_named(digest["time_zone"]))
    day = f"{WEEKDAYS[own.weekday()]}, {own.day} {MONTHS[own.month - 1]} {own.year}"
    return f"The next one comes on {day} at {own:%H:%M} ({digest['time_zone']})."
