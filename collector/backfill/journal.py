"""The document of a backfill, and how it is begun."""

from contextlib import suppress
from datetime import datetime, timedelta

from collector.collection.diff import Changes
from collector.collection.journal import ItemsJournal
from collector.collection.state import collection_state
from collector.writers.lease import HeldLease
from shared.backfills import BackfillMessage, backfill_id
from shared.communities import SourceName
from shared.errors import BackfillEnded, DocumentChanged, ErrorKind, UndertoneError
from shared.models import Backfill, CycleError, Origin
from shared.store import BACKFILLS, Store
from shared.times import Clock, hour_of, iso

# After the first failure in a row; each later pause is twice as long.
FIRST_PAUSE = timedelta(minutes=10)
LONGEST_PAUSE = timedelta(days=1)
# The longest pause of a source whose requests are used up for now.
LONGEST_TURN_PAUSE = timedelta(hours=1)
USED_UP = ("rate_limited", "waiting")


def new_backfill(
    community: str, source: SourceName, *, start: datetime, now: datetime, ticket: str
) -> Backfill:
    """Return the document of a backfill, from `start` to now, that has read nothing yet."""
    return Backfill(
        id=backfill_id(community),
        kind="backfill",
        ttl=-1,
        status="completed",
        start_time=iso(now),
        end_time=None,
        errors=[],
        pending_cells={},
        reconciled="yes",
        community=community,
        source=source,
        ticket=ticket,
        start=iso(start),
        end=iso(now),
        cursor=None,
        reached=None,
        items=0,
        expected=None,
        left_out={},
        is_read=False,
        uncompared=[],
        complete=False,
        last_error=None,
        attempts=0,
        retry_at=None,
        began_at=None,
        updated_at=iso(now),
    )


class BackfillJournal(ItemsJournal[Backfill]):
    """A backfill's document, which is reopened for each turn at the lease."""

    @classmethod
    async def reopen(
        cls, store: Store, held: HeldLease, clock: Clock, *, ticket: str, origin: Origin
    ) -> "BackfillJournal":
        """Reopen the document; cells that a killed turn left pending stay so.

        Raises BackfillEnded if it is complete, or has another ticket.
        """
        found = await store.read(BACKFILLS, "backfill", held.holder)
        if found is None or found["ticket"] != ticket:
            raise BackfillEnded(f"{held.holder} was taken over, or is gone")
        if found["complete"]:
            raise BackfillEnded(f"{held.holder} is complete")
        journal = cls(store, held, clock, found, found["_etag"])
        await collection_state(store, origin)
        for name, hours in found["pending_cells"].items():
            journal._pending[name].update(hours)
        found["status"], found["reconciled"], found["errors"] = "running", "no", []
        found["end_time"], found["retry_at"] = None, None
        found["began_at"] = found["began_at"] or iso(journal.began_at)
        await journal.save()
        return journal

    def took(
        self, changes: Changes, *, items: int, cursor: dict[str, str] | None, reached: str | None
    ) -> None:
        """Note that everything before the cursor is written."""
        document = self.document
        document["items"] += items
        for reason, count in changes.left_out.items():
            document["left_out"][reason] = document["left_out"].get(reason, 0) + count
        document["cursor"], document["is_read"] = cursor, cursor is None
        if document["is_read"]:
            document["reached"] = document["start"]
        elif reached is not None:
            known = document["reached"] or document["end"]
            document["reached"] = max(document["start"], min(known, reached))
        if changes.new_posts:
            hours = {*changes.hours, *document["uncompared"]}
            document["uncompared"] = [min(hours), max(hours)]
        document["last_error"], document["attempts"] = None, 0

    def failed(self, kind: ErrorKind, error: UndertoneError | str) -> None:
        """Note a failure, after which the next attempt waits, each time twice as long."""
        document = self.document
        document["attempts"] += 1
        document["last_error"] = CycleError(
            community=document["community"], kind=kind, message=str(error)
        )
        longest = LONGEST_TURN_PAUSE if kind in USED_UP else LONGEST_PAUSE
        doublings = min(document["attempts"] - 1, 10)
        document["retry_at"] = iso(self._clock() + min(longest, FIRST_PAUSE * 2**doublings))

    def leave_to_polling(self) -> None:
        """Note that the source's requests are left to polling for a while."""
        self.document["retry_at"] = iso(self._clock() + FIRST_PAUSE)

    async def save(self) -> None:
        """Store the document, with the time. Raises LeaseLost."""
        self.document["updated_at"] = iso(self._clock())
        await super().save()


def compared_days(uncompared: list[str]) -> timedelta:
    """Return the time between the first and the last hour that weren't compared for copies."""
    if not uncompared:
        return timedelta(0)
    first, last = (datetime.fromisoformat(f"{hour_of(hour)}:00:00+00:00") for hour in uncompared)
    return last - first


async def read_whole(store: Store, message: BackfillMessage) -> Backfill | None:
    """Return the document of a backfill that is read, and whose topics are still to be found."""
    found = await store.read(BACKFILLS, "backfill", backfill_id(message.community))
    is_read = found is not None and found["complete"] and found.get("are_topics_due", False)
    return found if found and is_read and found["ticket"] == message.ticket else None


async def topics_found(store: Store, done: Backfill) -> None:
    """Note that the topics were found, unless the backfill has begun again."""
    found = await store.read(BACKFILLS, "backfill", done["id"])
    if found is not None and found["ticket"] == done["ticket"]:
        with suppress(DocumentChanged):
            noted: Backfill = {**found, "are_topics_due": False}
            await store.replace(BACKFILLS, noted, found["_etag"])
