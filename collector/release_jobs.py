"""The job that turns releases of watched GitHub repositories into markers.

It needs no lease: the watchlist is written under its ETag, and nothing else writes what it keeps.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.runs import opened, reported, working_seconds
from collector.sources.github.budget import RESERVE_OF_BACKFILL
from collector.sources.github.client import PACE, GitHubClient
from collector.sources.github.names import repository_of
from collector.sources.github.releases import read_releases
from collector.sources.waiting import Backoff, Wait, wait_until
from collector.writers.shutdown import run_until_stopped, stopping
from shared.communities import source_of
from shared.errors import (
    CommunityUnavailable,
    DeadlineReached,
    DocumentChanged,
    DocumentExists,
    SourceError,
    SourceUnavailable,
    Stopped,
    StoreUnavailable,
    kind_of,
)
from shared.logs import event
from shared.models import CycleError, ReleasesState
from shared.settings import Settings
from shared.store import RELEASES, SOURCE_STATES, Store
from shared.subjects.releases import Marked, Release, no_feed, with_releases
from shared.subjects.watchlist import keep_watchlist, markers_of, read_watchlist, write_watchlist
from shared.times import Clock, iso, utc_now

log = logging.getLogger(__name__)

# Of the 60 requests that an address has in an hour.
MAX_WITHOUT_TOKEN = 10
MAX_WITH_TOKEN = 500
MAX_SECONDS = 240.0
MAX_TRIES = 5
# Errors that the next repository would have too.
SHARED_KINDS = frozenset({"rate_limited", "connection", "timeout", "blocked"})


@dataclass(frozen=True)
class Reading:
    """The releases that were read of the repositories, and each one's next state."""

    releases: Sequence[Release] = ()
    states: Sequence[ReleasesState] = ()

    @property
    def errors(self) -> list[CycleError]:
        """Return why repositories couldn't be read."""
        return [each["last_error"] for each in self.states if each["last_error"] is not None]


@dataclass(frozen=True)
class Done:
    """The releases that a run has read, and the markers it has written."""

    reading: Reading
    marked: Marked | None


def mark_releases_on_timer(settings: Settings, *, past_due: bool) -> None:
    """Read the releases of the watched repositories in this thread's own event loop."""
    with reported("releases", settings, past_due=past_due) as report:
        if not settings.release_markers:
            report.update(outcome="skipped", reason="RELEASE_MARKERS is false")
            return
        try:
            done = run_until_stopped(mark_releases(settings), seconds=settings.cycle_seconds)
        except Stopped as error:
            report.update(outcome="stopped", reason=str(error))
            return
        report.update(_report(done))


async def mark_releases(settings: Settings) -> Done:
    """Read what is new in the releases of the watched repositories, and write the markers.

    Raises StoreError and Stopped.
    """
    seconds = min(MAX_SECONDS, working_seconds(settings))
    wait = wait_until(time.monotonic() + seconds, stopping)
    async with opened(settings) as (store, watched):
        return await ReleaseReader(store, watched, wait=wait).run()


class ReleaseReader:
    """Reads the releases of the repositories that the settings watch."""

    def __init__(
        self,
        store: Store,
        settings: Settings,
        *,
        wait: Wait,
        clock: Clock = utc_now,
        backoff: Backoff | None = None,
        pace: float = PACE,
    ) -> None:
        self._store = store
        self._settings = settings
        self._wait = wait
        self._clock = clock
        self._backoff = backoff
        self._pace = pace

    async def run(self) -> Done:
        """Read the lists that have changed, and write what is new in them as markers.

        The watchlist is written before the versions of the lists are kept, so a run that is killed
        is made up for by the next one. Raises StoreError and Stopped.
        """
        watched = self._settings.communities
        communities = [each for each in watched if source_of(each) == "github"]
        if not communities:
            return Done(Reading(), None)
        await keep_watchlist(self._store, self._clock())
        states = await _states(self._store, communities)
        with closing(await self._client()) as client, client.budget.keeping(RESERVE_OF_BACKFILL):
            reading = await asyncio.to_thread(_read, client, states, self._clock)
        marked = await _write(self._store, self._settings, reading.releases, self._clock())
        await self._store.upsert(RELEASES, reading.states)
        for error in reading.errors:
            event(log, "releases.failed", logging.WARNING, **error)
        return Done(reading, marked)

    async def _client(self) -> GitHubClient:
        """Return a client that knows what the last collection has left of the hour."""
        known = await self._store.read(SOURCE_STATES, "source", "github")
        return GitHubClient(
            self._settings,
            kept=dict(known["kept"]) if known else {},
            wait=self._wait,
            clock=self._clock,
            backoff=self._backoff,
            pace=self._pace,
        )


async def _states(store: Store, communities: Sequence[str]) -> list[ReleasesState]:
    """Return the states of repositories, those first that were tried longest ago."""
    found = await store.read_many(RELEASES, [("releases", each) for each in communities])
    states = [found.get(("releases", each)) or _never_read(each) for each in communities]
    return sorted(states, key=lambda each: each["tried_at"])


def _never_read(community: str) -> ReleasesState:
    return ReleasesState(
        id=community,
        kind="releases",
        ttl=-1,
        etag=None,
        tried_at="",
        read_at=None,
        last_error=None,
    )


def _read(client: GitHubClient, states: Sequence[ReleasesState], clock: Clock) -> Reading:
    """Read the repositories one after another; those behind a limit or a refusal fail alike."""
    releases: list[Release] = []
    read: list[ReleasesState] = []
    allowed = states[: MAX_WITH_TOKEN if client.has_token else MAX_WITHOUT_TOKEN]
    for number, state in enumerate(allowed):
        try:
            page = read_releases(client, repository_of(state["id"]), state["etag"], clock)
        except (SourceError, DeadlineReached) as error:
            failed = [state] if _is_own(error) else allowed[number:]
            read += [_failed(each, error, clock()) for each in failed]
            if not _is_own(error):
                break
        else:
            releases += page.releases
            read.append(_succeeded(state, page.etag, clock()))
    return Reading(releases, read)


def _is_own(error: Exception) -> bool:
    """Return whether an error is of one repository, so that others may be read."""
    if isinstance(error, CommunityUnavailable):
        return True
    return isinstance(error, SourceUnavailable) and error.kind not in SHARED_KINDS


def _succeeded(state: ReleasesState, etag: str | None, now: datetime) -> ReleasesState:
    at = iso(now)
    return {**state, "etag": etag, "tried_at": at, "read_at": at, "last_error": None}


def _failed(state: ReleasesState, error: Exception, now: datetime) -> ReleasesState:
    last = CycleError(community=state["id"], kind=kind_of(error), message=str(error))
    return {**state, "tried_at": iso(now), "last_error": last}


async def _write(
    store: Store, settings: Settings, releases: Sequence[Release], now: datetime
) -> Marked:
    """Write the markers of releases over the watchlist as it is now. Raises StoreError."""
    oldest = now - timedelta(days=settings.retention_days)
    for _ in range(MAX_TRIES):
        before = await read_watchlist(store)
        marked = with_releases(
            markers_of(before),
            before.get("releases", no_feed()),
            releases,
            before["subjects"],
            oldest=oldest,
        )
        if not marked.is_changed:
            return marked
        with suppress(DocumentChanged, DocumentExists):
            after = await write_watchlist(
                store,
                before,
                subjects=before["subjects"],
                communities=before["communities"],
                markers=marked.markers,
                releases=marked.feed,
                change=marked.change,
                now=now,
            )
            event(log, "watchlist.changed", revision=after["revision"], change=marked.change)
            return marked
    raise StoreUnavailable("the watchlist changes with every read")


def _report(done: Done) -> Mapping[str, object]:
    if not done.reading.states or done.marked is None:
        return {"outcome": "skipped", "reason": "no repository is watched"}
    errors = done.reading.errors
    return {
        "repositories": len(done.reading.states),
        "errors": len(errors),
        "added": done.marked.added,
        "changed": done.marked.changed,
        "removed": done.marked.removed,
    }
