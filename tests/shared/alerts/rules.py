"""Alert rules for tests."""

from typing import Any

from shared.models import AlertRule, Subject, Watchlist


def a_rule(**changes: Any) -> AlertRule:
    """Return a rule about the mood of cursor, by e-mail, with these changes."""
    whole: Any = {
        "id": "cursor-mood",
        "name": "Cursor: mood",
        "scope": "subject:cursor",
        "condition": {"type": "mood", "direction": "any"},
        "channels": [{"type": "email", "to": "team@example.com", "secret": None}],
        "quiet_hours": None,
        "time_zone": "UTC",
        "cooldown": 60,
        "note": "",
        "enabled": True,
        **changes,
    }
    rule: AlertRule = whole
    return rule


def a_subject(name: str, *, merged_from: tuple[str, ...] = ()) -> Subject:
    """Return a subject whose one term is its name."""
    return Subject(
        id=name,
        name=name.title(),
        role="competitor",
        terms=[{"text": name, "exact": False, "prefix": False, "needs_context": False}],
        exclude=[],
        context=[],
        home=[],
        merged_from=list(merged_from),
    )


def a_watchlist(*subjects: Subject) -> Watchlist:
    """Return a watchlist of these subjects, whose communities are those of the settings."""
    return Watchlist(
        id="watchlist",
        kind="watchlist",
        ttl=-1,
        revision=1,
        changed_at="2026-11-01T00:00:00Z",
        change="made for a test",
        subjects=list(subjects),
        communities=None,
    )
