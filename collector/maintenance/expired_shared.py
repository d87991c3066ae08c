"""Removes what is expired and isn't one community's: totals, alerts, questions, old work, topics.

It comes after what is expired of all communities, whose statistics then are empty in `all`.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime

from collector.maintenance.expired_alerts import remove_expired_alerts
from collector.maintenance.expired_communities import PAGE, old_statistics
from collector.maintenance.expired_digests import remove_expired_digests
from collector.maintenance.expired_questions import remove_expired_questions
from collector.maintenance.expired_subjects import remove_expired_subjects
from collector.maintenance.expired_verdicts import remove_expired_verdicts
from collector.maintenance.journals import CleanupJournal
from collector.rollups.ranked_days import remove_ranked_days
from collector.trending.snapshots import remove_expired
from collector.writers.deadline import Check
from collector.writers.journal import DATED
from shared.models import ALL
from shared.settings import Settings
from shared.store import DAYS, WORK, Key, Query, Store
from shared.store.scan import after
from shared.times import Clock, day_of, iso


@dataclass(frozen=True)
class ExpiredShared:
    """Removes what is expired of everything that communities share.

    journal counts what is removed. check is called before each write, and raises what ends the
    work, which then begins again with what is left.
    """

    store: Store
    settings: Settings
    journal: CleanupJournal
    check: Check
    clock: Clock

    async def remove_totals(self, before: datetime) -> None:
        """Remove the statistics of `all` and of subjects before an hour, which are empty now."""
        removed = self.journal.document["removed"]
        async for keys in old_statistics(self.store, ALL, before):
            self._check()
            await self.store.delete(DAYS, keys)
            removed["statistics"] += len(keys)
        await remove_ranked_days(self.store, ALL, day_of(iso(before)))
        removed["statistics"] += await remove_expired_subjects(self.store, before, self._check)

    async def remove_others(self, before: datetime) -> None:
        """Remove alerts, digests, questions, verdicts, work and topics from before an hour."""
        removed, check = self.journal.document["removed"], self._check
        await remove_expired_alerts(self.store, before, check)
        await remove_expired_digests(self.store, before, check)
        await remove_expired_questions(self.store, self.clock(), check)
        await remove_expired_verdicts(self.store, before, check)
        for kind in DATED:
            async for keys in old_work(self.store, kind, before):
                check()
                await self.store.delete(WORK, keys)
                removed["cycles"] += len(keys)
        days = self.settings.retention_days
        removed["topics"] += await remove_expired(self.store, self.clock(), days)

    def _check(self) -> None:
        self.check()
        self.journal.check()


async def old_work(store: Store, kind: str, before: datetime) -> AsyncIterator[list[Key]]:
    """Yield the keys of closed work of a kind that began before an hour."""
    limit = before.strftime(f"{kind}_%Y%m%d_%H%M%S")
    last = ""
    while page := await store.query(
        Query(WORK, kind, PAGE, order_by="id", at_least=last, below=limit)
    ):
        yield [(kind, work["id"]) for work in page if work["reconciled"] == "yes"]
        last = after(page[-1]["id"])
