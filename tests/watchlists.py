"""Watchlists as the API writes them, for tests that need no API."""

from collections.abc import Iterable
from typing import Any

from shared.models import Marker, Role, Subject, Term, Watchlist, WatchlistRevision
from shared.store import WATCHLIST, WATCHLIST_REVISIONS, Store


def a_subject(
    subject: str, *terms: str, home: Iterable[str] = (), role: Role = "competitor", **more: Any
) -> Subject:
    """Return a subject with these terms, or with its id as the only one."""
    found: Any = {
        "id": subject,
        "name": subject.title(),
        "role": role,
        "terms": [
            Term(text=text, exact=False, prefix=False, needs_context=False)
            for text in terms or (subject,)
        ],
        "exclude": [],
        "context": [],
        "home": list(home),
        "merged_from": [],
        **more,
    }
    return found  # type: ignore[no-any-return]


def a_marker(marker: str, date: str = "2026-11-18", **more: Any) -> Marker:
    """Return a marker of a day, for all."""
    found: Any = {
        "id": marker,
        "date": date,
        "time": None,
        "name": marker.title(),
        "kind": "release",
        "subject": None,
        "link": None,
        **more,
    }
    return found  # type: ignore[no-any-return]


async def watch(store: Store, revision: int, *subjects: Subject) -> Watchlist:
    """Store a watchlist of these subjects, with its revision."""
    watchlist = Watchlist(
        id="watchlist",
        kind="watchlist",
        ttl=-1,
        revision=revision,
        changed_at="2026-11-23T12:00:00Z",
        change="a test",
        subjects=list(subjects),
        communities=None,
    )
    kept = WatchlistRevision(
        id=f"{revision:08d}", kind="watchlist_revision", ttl=-1, watchlist=watchlist
    )
    await store.upsert(WATCHLIST_REVISIONS, [kept])
    await store.upsert(WATCHLIST, [watchlist])
    return watchlist
