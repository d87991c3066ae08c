"""Writes people's corrections into their items, and recounts the hours of these.

A note says which correction waits. It is removed last: a run that is killed anywhere is done again,
and what its items have already isn't written twice.
"""

import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from collector.maintenance.journals import CorrectJournal
from collector.rollups.hours import Shares, rebuild_all, rebuild_cells
from collector.watchlist.mentions import MentionRules
from collector.writers.lease import NO_WAIT, HeldLease, LeaseWait
from collector.writers.session import Writer
from shared.communities import Kind
from shared.corrections.documents import (
    LISTED,
    WAITING,
    forget_corrections,
    is_taken_back,
    read_corrections,
    time_of_ticket,
)
from shared.corrections.items import for_subjects, with_correction
from shared.logs import event
from shared.models import Comment, Correct, Correction, CorrectionNote, Item, Post
from shared.settings import Settings
from shared.store import COMMENTS, CORRECTION_NOTES, ITEMS, POSTS, Query, Store
from shared.store.scan import after
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, hour_of, utc_now

log = logging.getLogger(__name__)

# Notes that are read at a time. Other writers wait for them.
PAGE = 100
# A change writes its note before its correction. After this time it was killed in between.
LOST_AFTER = timedelta(minutes=1)


@dataclass(frozen=True)
class Corrector:
    """Writes the corrections that wait in a store."""

    store: Store
    settings: Settings
    clock: Clock = utc_now

    async def run(self, *, lease_wait: LeaseWait = NO_WAIT) -> Correct | None:
        """Write all that waits, and return the stored document; None if nothing waits.

        Raises CycleRunning if another writer holds the lease for longer than lease_wait, LeaseLost
        and StoreUnavailable.
        """
        if not await self._notes_from("", 1):
            return None

        async def begin(held: HeldLease) -> CorrectJournal:
            return await CorrectJournal.begin(self.store, held, self.clock)

        writer = Writer(self.store, self.clock, self.settings.lease_seconds, lease_wait)
        async with writer.session("correct", begin) as journal:
            rules = MentionRules.of(await read_watchlist(self.store), self.settings.watched)
            async for notes in self._pages():
                await self._write(journal, rules, notes)
        return journal.document

    async def _notes_from(self, first: str, limit: int) -> list[CorrectionNote]:
        query = Query(CORRECTION_NOTES, WAITING, limit, order_by="id", at_least=first)
        return await self.store.query(query)

    async def _pages(self) -> AsyncIterator[list[CorrectionNote]]:
        first = ""
        while notes := await self._notes_from(first, PAGE):
            yield notes
            first = after(notes[-1]["id"])

    async def _write(
        self, journal: CorrectJournal, rules: MentionRules, notes: Sequence[CorrectionNote]
    ) -> None:
        corrections = await read_corrections(self.store, [note["correction"] for note in notes])
        items = await self._items(list(corrections.values()))
        changed: list[Item] = []
        for key, item in items.items():
            says = for_subjects(corrections[key]["says"], rules.current)
            fresh = with_correction(item, None if is_taken_back(says) else says)
            if fresh != item:
                changed.append(fresh)
        await self._write_items(journal, changed)
        # Without its item, or without its item's words, nothing is left to correct.
        await forget_corrections(self.store, corrections.keys() - items.keys())
        done = [note for note in notes if self._is_done(note, corrections)]
        journal.check()
        await self._remove_notes(done, corrections)

    async def _items(self, corrections: Sequence[Correction]) -> dict[str, Item]:
        """Return the items of corrections that still have their words, by their keys."""
        found: dict[str, Item] = {}
        by_kind: dict[Kind, dict[tuple[str, str], str]] = defaultdict(dict)
        for each in corrections:
            # A community may be spelled in another case by now.
            named = self.settings.community_named(each["community"]) or each["community"]
            for name in {named, each["community"]}:
                by_kind[each["item_kind"]][name, each["item_id"]] = each["id"]
        for kind, keys in by_kind.items():
            for place, item in (await self.store.read_many(ITEMS[kind], keys)).items():
                if not item["deleted"]:
                    found[keys[place]] = item
        return found

    async def _write_items(self, journal: CorrectJournal, items: Sequence[Item]) -> None:
        """Write the items ahead, then themselves, and recount their hours."""
        if not items:
            return
        hours: dict[str, set[str]] = defaultdict(set)
        for item in items:
            hours[item["community"]].add(hour_of(item["order_key"]))
        await journal.write_ahead(hours)
        posts = [cast("Post", item) for item in items if item["kind"] == "post"]
        comments = [cast("Comment", item) for item in items if item["kind"] == "comment"]
        await self.store.upsert(POSTS, posts)
        journal.check()
        await self.store.upsert(COMMENTS, comments)
        shares: Shares = {
            name: await rebuild_cells(self.store, name, of_name) for name, of_name in hours.items()
        }
        await rebuild_all(self.store, shares)
        journal.document["corrected"] += len(items)
        await journal.reconciled()
        event(log, "corrections.written", items=len(items))

    async def _remove_notes(
        self, notes: Sequence[CorrectionNote], corrections: Mapping[str, Correction]
    ) -> None:
        """Remove notes that waited, and what lists a change that a later one has followed."""
        tickets = {each["ticket"] for each in corrections.values()}
        followed = [note["id"] for note in notes if note["id"] not in tickets]
        await self.store.delete(CORRECTION_NOTES, [(LISTED, each) for each in followed])
        await self.store.delete(CORRECTION_NOTES, [(WAITING, note["id"]) for note in notes])

    def _is_done(self, note: CorrectionNote, corrections: Mapping[str, Correction]) -> bool:
        """Return whether a note needs no other run: its correction, or a later one, is written."""
        found = corrections.get(note["correction"])
        if found is not None and note["id"] <= found["ticket"]:
            return True
        return self.clock() - time_of_ticket(note["id"]) > LOST_AFTER
