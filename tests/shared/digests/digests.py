"""Digests that are sent, for tests."""

from typing import Any

from shared.models import DigestContent, DigestRow, FoldedAlert, ScheduledDigest

EPOCH = "1970-01-01T00:00:00Z"
BASE = "https://mood.example.org"


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


def a_content(**changes: Any) -> DigestContent:
    """Return what a digest says of a week of two subjects, with these changes."""
    whole: Any = {
        "id": "team.20261123T080000Z",
        "kind": "digest_content",
        "ttl": -1,
        "made_at": "2026-11-23T08:00:02Z",
        "name": "For the team",
        "title": "For the team: 16 to 22 November 2026",
        "every": "week",
        "time_zone": "Europe/Berlin",
        "first_day": "2026-11-16",
        "period_end": "2026-11-23",
        "address": f"{BASE}/?view=digest&period=week&until=2026-11-23&zone=Europe/Berlin",
        "is_sample": False,
        "sentence": "In the week from 16 to 22 November 2026, the mood about Cursor got worse.",
        "notes": [],
        "is_empty": False,
        "next_text": "The next one comes on Monday, 30 November 2026 at 08:00 (Europe/Berlin).",
        "subjects": [
            a_row(),
            a_row(
                id="claude-code",
                name="Claude Code",
                mentions=98,
                mentions_before=None,
                volume="incomplete",
                mood=0.22,
                interval=None,
                mood_change=None,
                verdict="too_few",
                share=0.41,
                share_change=None,
                course=[0, 0, 14, 20, 30, 20, 14],
            ),
        ],
        "compared": "Changes are from the time just before.",
        "changed": ["Cursor: the mood got worse, from +0.11 to -0.10."],
        "unchanged": ["Claude Code: too few mentions to tell a change of mood."],
        "reasons": [
            {
                "subject": "Cursor",
                "sentence": "It got worse, mostly since more is said of problems.",
                "points": ["Kind problem: 60 items, 20 before, effect -0.15"],
                "quotes": [
                    {
                        "text": "The new limits <b>ruined</b> my week & my *flow*.",
                        "source": "r/cursor",
                        "address": "https://www.reddit.com/r/cursor/comments/1abcde/",
                    }
                ],
                "note": "40 of 143 items were read for this.",
            }
        ],
        "read_these": [
            {
                "text": "Is anybody else rate limited all day?",
                "address": "https://www.reddit.com/r/cursor/comments/1abcdf/",
                "about": "Cursor, r/cursor. It is quoted above.",
            }
        ],
        "worth_an_answer": [
            {
                "text": "How do I turn indexing off?",
                "address": "https://www.reddit.com/r/cursor/comments/1abcdg/",
                "about": "question about Cursor, r/cursor, 12 upvotes",
            }
        ],
        "topics": [
            {
                "text": "rate limit",
                "address": f"{BASE}/?subject=cursor&from=2026-11-16&to=2026-11-22",
                "about": "Cursor: 31 items, 4 in the week before",
            }
        ],
        "markers": [
            {"text": "Cursor 2.1", "address": "", "about": "19 November 2026, release, Cursor"},
            {"text": "Conference", "address": "", "about": "ahead: 2 December 2026, event"},
        ],
        "unseen": ["97% of the talk was observed. Not seen:", "r/cursor: 5 hours"],
        "incidents": [
            {
                "text": "Cursor: mood",
                "address": f"{BASE}/?view=alerts&incident=cursor-mood.000003",
                "about": "Cursor, since 20 November 2026, 10:00 UTC: the mood fell.",
            }
        ],
        **changes,
    }
    content: DigestContent = whole
    return content


def a_row(**changes: Any) -> DigestRow:
    """Return the row of a subject whose mood got worse, with these changes."""
    whole: Any = {
        "id": "cursor",
        "name": "Cursor",
        "address": f"{BASE}/?subject=cursor&from=2026-11-16&to=2026-11-22",
        "mentions": 143,
        "mentions_address": f"{BASE}/?view=posts&subject=cursor&kind=items",
        "mentions_before": 96,
        "volume": "more",
        "mood": -0.1,
        "interval": [-0.18, -0.02],
        "mood_change": -0.21,
        "verdict": "worse",
        "share": 0.59,
        "share_change": 0.04,
        "course": [10, 12, 14, 20, 30, 40, 17],
        **changes,
    }
    row: DigestRow = whole
    return row


def a_folded(number: int = 1) -> FoldedAlert:
    """Return an alert that a channel got no message of."""
    return FoldedAlert(
        incident=f"cursor-mood.{number:06}",
        rule="Cursor: mood",
        scope="Cursor",
        sentence=f"Its mood fell, for the time {number}.",
        at="2026-11-20T10:00:00Z",
    )
