"""Digests that are sent, for tests."""

from typing import Any

from shared.models import ScheduledDigest

EPOCH = "1970-01-01T00:00:00Z"


def a_digest(**changes: Any) -> ScheduledDigest:
    """Return a digest of every Monday, 08:00 UTC, by e-mail, with these changes."""
    whole: Any = {
        "id": "team",
        "name": "For the team",
        "subjects": None,
        "every": "week",
        "at": "08:00",
        "weekday": "monday",
        "time_zone": "UTC",
        "channels": [{"type": "email", "to": "team@example.com", "secret": None}],
        "note": "",
        "enabled": True,
        "since": EPOCH,
        **changes,
    }
    digest: ScheduledDigest = whole
    return digest
