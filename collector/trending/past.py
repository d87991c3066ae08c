"""Finds the topics of hours whose items were read later, as a run would have found them then.

A community's past has topics too: after its backfill each hour of the last week gets a snapshot.
Counts that weren't observed at that hour are unknown. A snapshot that a run of the time made
keeps its topics, apart from those that the community's posts change or add.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from collector.trending.finder import Trends
from collector.trending.snapshots import KEPT_DAYS, keep_earlier, kept_near
from collector.writers.lease import HeldLease, LeaseWait, lease
from shared.backfills import backfill_id
from shared.cycles import EVERY_WRITER
from shared.logs import event
from shared.models import Topic, Topics
from shared.shards import SHARDING
from shared.store import CURRENT
from shared.times import hour_start, iso, parse_iso

log = logging.getLogger(__name__)

# Hours are read in this order of distances, so that a large installation, which hasn't the time for
# each, has hours of each day.
DISTANCES = (24, 12, 6, 3, 1)
HOUR = timedelta(hours=1)
TRENDING: Final = "trending"
"""The lease of those who write earlier topics beside shards."""


def hours_of_past(start: datetime, now: datetime) -> list[datetime]:
    """Return the full hours since start that snapshots are kept of, those far apart first."""
    first = max(start, now - timedelta(days=KEPT_DAYS))
    count = max(0, int((hour_start(now) - first) / HOUR) + 1)
    ordered = sorted(range(count), key=lambda ago: (_rank(ago), ago))
    return [hour_start(now) - ago * HOUR for ago in ordered]


def _rank(ago: int) -> int:
    return next(rank for rank, distance in enumerate(DISTANCES) if ago % distance == 0)


@dataclass(frozen=True)
class PastTrends:
    """Finds the topics of past hours, among whose posts are now those of a community."""

    trends: Trends
    community: str

    @classmethod
    def of(cls, trends: Trends, community: str) -> "PastTrends":
        """Return what finds past topics as `trends` finds the current ones."""
        return cls(replace(trends, is_past=True, known_terms={}), community)

    async def turn(
        self, hours: Sequence[datetime], is_over: Callable[[], bool], *, lease_wait: LeaseWait
    ) -> int:
        """Store the topics of these hours until the turn is over; return the number of hours.

        Raises CycleRunning if another writer holds the lease for longer than lease_wait, LeaseLost
        and StoreUnavailable.
        """
        trends, done = self.trends, 0
        async with self._lease(lease_wait) as held:
            for hour in hours:
                recorded = await kept_near(trends.store, hour)
                fresh = await self._found(hour, recorded)
                held.check()
                await keep_earlier(trends.store, fresh, trends.settings.retention_days)
                done += 1
                if is_over():
                    break
        event(log, "trending.found_past", community=self.community, hours=done)
        return done

    def _lease(self, lease_wait: LeaseWait) -> AbstractAsyncContextManager[HeldLease]:
        """Hold the lease of every writer; beside shards, that of those who write earlier topics."""
        trends = self.trends
        return lease(
            trends.store,
            backfill_id(self.community),
            seconds=trends.settings.lease_seconds,
            clock=trends.clock,
            lease_wait=lease_wait,
            name=TRENDING if SHARDING.applies_to(len(trends.settings.watched)) else EVERY_WRITER,
        )

    async def _found(self, hour: datetime, recorded: Topics | None) -> Topics:
        moment = parse_iso(recorded["created_at"]) if recorded else hour
        topics = await self.trends.topics_of(moment)
        fresh = Topics(id=CURRENT, created_at=iso(moment), topics=topics, snapshots=[])
        if recorded is not None and not recorded.get("is_past"):
            return {**fresh, "topics": self._joined(topics, recorded["topics"])}
        return {**fresh, "is_past": True}

    def _joined(self, topics: Sequence[Topic], recorded: Sequence[Topic]) -> list[Topic]:
        """Return the recorded topics, with those that the community has posts in as they are now.

        What was known of their counts at the time is still known.
        """
        known = {topic["id"]: topic for topic in recorded}
        changed = {t["id"]: t for t in topics if self.community in t["communities"]}
        joined = [
            _with_counts(topic, known.get(topic_id))
            for topic_id, topic in {**known, **changed}.items()
        ]
        return sorted(joined, key=lambda t: (-(t["engagement_velocity"] or 0), -t["mentions"]))


def _with_counts(topic: Topic, recorded: Topic | None) -> Topic:
    if recorded is None or topic["engagement_velocity"] is not None:
        return topic
    return {
        **topic,
        "engagement_velocity": recorded["engagement_velocity"],
        "upvotes": recorded.get("upvotes"),
        "comments": recorded.get("comments"),
    }
