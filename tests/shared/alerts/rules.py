"""Alert rules and their incidents, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.models import AlertRule, Delivery, Finding, Incident, Subject, Watchlist
from shared.store.keys import order_key
from shared.times import iso

OPENED = datetime(2026, 11, 23, tzinfo=UTC)


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


def a_finding(cause: str = "worse", hour: str = "2026-11-23T12", **changes: Any) -> Finding:
    """Return what the mood of cursor fell by in an hour, with these changes."""
    whole: Any = {
        "cause": cause,
        "sentence": "The mood of Cursor fell from 0.20 to -0.10.",
        "hour": hour,
        "figures": {"value": -0.1, "baseline": 0.2, "n": 120.0},
        "items": [
            {
                "id": "p1",
                "community": "cursor",
                "title": "Slow since the update",
                "excerpt": "It takes a minute",
                "permalink": "https://www.reddit.com/r/cursor/comments/p1/x/",
            }
        ],
        "key": None,
        **changes,
    }
    finding: Finding = whole
    return finding


def a_delivery(**changes: Any) -> Delivery:
    """Return a delivery by e-mail that was sent, with these changes."""
    whole: Any = {
        "id": "1",
        "channel": {"type": "email", "to": "team@example.com", "secret": None},
        "event": "opened",
        "status": "sent",
        "created": "2026-11-23T13:05:00Z",
        "due": "2026-11-23T13:15:00Z",
        "batch": "b1",
        "attempts": 1,
        "error": None,
        "sent_at": "2026-11-23T13:15:02Z",
        "receipt": None,
        **changes,
    }
    delivery: Delivery = whole
    return delivery


def an_incident(number: int = 1, rule: AlertRule | None = None, **changes: Any) -> Incident:
    """Return an open incident of a rule, which opened in the hour `number`, with these changes."""
    own = rule or a_rule()
    opened = iso(OPENED + number * timedelta(hours=1))
    name = f"{own['id']}.{number:06}"
    whole: Any = {
        "id": name,
        "kind": "incident",
        "ttl": -1,
        "rule": own,
        "scope_name": "Cursor",
        "cause": "worse",
        "status": "open",
        "opened": opened,
        "closed": None,
        "acknowledged": None,
        "silenced_until": None,
        "updates": [{"at": opened, "event": "opened", "finding": a_finding(hour=opened[:13])}],
        "deliveries": [a_delivery()],
        "outbox": "empty",
        "order_key": order_key(opened, name),
        **changes,
    }
    incident: Incident = whole
    return incident
