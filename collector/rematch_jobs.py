"""The jobs that match stored items by a changed watchlist: after a message, and by hand.

Where there are shards each has its own turns. The message that begins a round is followed by one
for each of its workers, which goes on until no shard is open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from collector.collection.recount import MAX_LAG
from collector.maintenance.rematch import (
    BATCH_ITEMS,
    Progress,
    RematchTurn,
    no_progress,
    nothing_to_do,
)
from collector.rounds.documents import read_round
from collector.rounds.rematch import NAME, Begun, RematchRound, UnassignedError
from collector.rounds.worker import RoundEnd, RoundWorker, ShardsFailedError, workers_of_round
from collector.runs import RESCORE_WAIT_SECONDS, opened, reported, skipped_if_busy
from collector.shard_runs import SHARD_SECONDS, is_sharded
from collector.shards.totals import Totals
from collector.turns import (
    MESSAGE_WAIT_SECONDS,
    RUN_SECONDS,
    Messages,
    RunTime,
    let_go,
    send,
    send_due_messages,
)
from collector.writers.deadline import no_check
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.errors import CycleRunning, DeadlineReached
from shared.models import Rematch
from shared.rematches import (
    ID,
    RematchMessage,
    is_active,
    message_of,
    read_message,
    read_rematch,
)
from shared.settings import Settings
from shared.store import Store
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, utc_now


def send_due_rematch(settings: Settings, output: Messages) -> None:
    """Put a message on the queue if a rematch is due, and none is on its way.

    A change of the watchlist sends one itself. If that is lost, or a worker was killed, this one
    makes up for it.
    """
    send_due_messages("rematch", _due(settings), output)


async def _due(settings: Settings) -> list[str]:
    async with opened(settings) as (store, _):
        found = await read_rematch(store)
        if await nothing_to_do(store) or (found is not None and is_active(found, utc_now())):
            return []
        return [message_of(await read_watchlist(store))]


def rematch_on_message(settings: Settings, body: bytes, output: Messages) -> None:
    """Match stored items for less than a minute, and put the next messages on the queue.

    Raises BadMessage, and what ends a turn early, so that the message returns to the queue.
    """
    with reported("rematch", settings) as report:
        message = read_message(body)
        report.update(revision=message.revision)
        following: Sequence[RematchMessage] = ()
        with skipped_if_busy(report):
            done = run_until_stopped(_run(settings, message), seconds=settings.cycle_seconds)
            report.update(done.report)
            following = done.following
        # Another message's run goes on by itself: this one would only wait for it.
        if report.get("holder", ID) != ID:
            following = [message]
        send(output, [each.dumped() for each in following])


@dataclass(frozen=True)
class Done:
    """The end of the run after a message: its report, and the messages to send next."""

    report: dict[str, object]
    following: Sequence[RematchMessage] = ()


def _report(done: Rematch | None) -> dict[str, object]:
    if done is None:
        return {"outcome": "skipped", "reason": "all items are matched"}
    return {
        "outcome": "goes_on" if done["ended_at"] is None else "completed",
        "items": done["items"],
        "matched": done["matched"],
        "changed": done["changed"],
    }


async def rematch_by_hand(
    settings: Settings, *, begins_again: bool = False, progress: Progress = no_progress
) -> Rematch | None:
    """Match stored items to the end, and return the document; None if there is nothing to do.

    An unfinished rematch goes on. Raises what `RematchTurn.run` raises, and ShardsFailedError.
    """
    async with opened(settings) as (store, watched):
        lease_wait = LeaseWait(RESCORE_WAIT_SECONDS)
        if is_sharded(watched):
            shards = RematchInShards(store, watched, lease_wait, progress=progress)
            return await shards.to_the_end(begins_again=begins_again)
        run = _Run(store, watched, lease_wait, progress=progress)
        return await run.turns(begins_again=begins_again)


async def _run(settings: Settings, message: RematchMessage) -> Done:
    """Take turns until the run's time is used up."""
    async with opened(settings) as (store, watched):
        lease_wait = LeaseWait(MESSAGE_WAIT_SECONDS, yields_to=ID)
        if is_sharded(watched):
            return await RematchInShards(store, watched, lease_wait).on_message(message)
        done = await _Run(store, watched, lease_wait, seconds=RUN_SECONDS).turns()
        report = _report(done)
        following = [message] if report["outcome"] == "goes_on" else []
        return Done(report, following)


class _Step(NamedTuple):
    """The end of a worker's run in shards: ended is the rematch where all shards are done.

    begun is the one that is due after it, as the rules have changed meanwhile.
    """

    end: RoundEnd
    ended: Rematch | None = None
    begun: Begun | None = None


@dataclass(frozen=True)
class RematchInShards:
    """The rematch by shard, in one process."""

    store: Store
    settings: Settings
    lease_wait: LeaseWait
    clock: Clock = utc_now
    progress: Progress = no_progress
    batch_items: int = BATCH_ITEMS

    async def on_message(self, message: RematchMessage) -> Done:
        """Begin the round, or take turns of its shards as one of its workers."""
        try:
            if message.run is not None:
                return await self._work(message, message.run)
            begun = await self._begin()
            if begun is None or begun.is_new or begun.document["ended_at"] is not None:
                return self._sent(begun)
            run = begun.document["run"]
            return await self._work(message.model_copy(update={"run": run}), run)
        except UnassignedError as error:
            # The collection that assigns them sends another message.
            return Done({"outcome": "skipped", "reason": f"it waits for {error.holder}"})

    async def _work(self, message: RematchMessage, run: str) -> Done:
        step = await self._step(run)
        report = {**_report(await read_rematch(self.store)), "outcome": "goes_on"}
        if step.end.goes_on:
            return Done(report, [message])
        if step.end.failed:
            return Done({**report, "outcome": "failed", "shards": len(step.end.failed)})
        if step.ended is not None:
            return Done(_report(step.ended))
        if step.end.is_done or step.end.is_other:
            return self._sent(step.begun)
        return Done({"outcome": "skipped", "reason": "other workers have the last shards"})

    def _sent(self, begun: Begun | None) -> Done:
        """Return a message for each worker of a round that has begun."""
        if begun is None or not begun.is_new:
            return Done(_report(begun and begun.document))
        document = begun.document
        worker = RematchMessage(revision=document["revision"], run=document["run"])
        following = [worker] * workers_of_round(self.settings)
        return Done({**_report(document), "workers": len(following)}, following)

    async def to_the_end(self, *, begins_again: bool) -> Rematch | None:
        """Match all shards, and return the document; None if there is nothing to do."""
        begun = await self._begin(begins_again=begins_again)
        if begun is not None and not begun.is_new:
            await self._round(None).resume()
        waits = RunTime.of(self.lease_wait.seconds)
        while begun is not None and begun.document["ended_at"] is None:
            self.progress(begun.document)
            step = await self._step(begun.document["run"])
            if step.ended is not None:
                return step.ended
            if step.end.failed:
                raise ShardsFailedError(await self._reasons())
            if step.end.is_done or step.end.is_other:
                begun = step.begun
            if step.end.holder is None:
                waits = RunTime.of(self.lease_wait.seconds)
            elif waits.is_over():
                raise CycleRunning(step.end.holder)
            await let_go()
        return begun and begun.document

    async def _begin(self, *, begins_again: bool = False) -> Begun | None:
        work = self._round(None)
        return await work.begin(begins_again=begins_again, lease_wait=self.lease_wait)

    def _round(self, seconds: float | None) -> RematchRound:
        """Return the work; its turns end with a run of these seconds."""
        run_time = RunTime.of(seconds)
        return RematchRound(
            self.store,
            self.settings,
            self.clock,
            begin_turn=lambda: run_time.turn().is_over,
            progress=self.progress,
            batch_items=self.batch_items,
        )

    async def _step(self, run: str) -> _Step:
        """Take turns for less than a minute, and end the rematch if no shard is open."""
        run_time, totals_until = RunTime.of(RUN_SECONDS), RunTime.of(SHARD_SECONDS)
        totals = Totals(self.store, self.clock, self.settings.lease_seconds)
        work = self._round(RUN_SECONDS)

        def has_time() -> None:
            if totals_until.is_over():
                raise DeadlineReached("the run's time is used up")

        async def after_turn() -> None:
            await work.note_progress(run)
            await totals.add_up_late(NAME, MAX_LAG, has_time)

        worker = RoundWorker(self.store, work, self.clock, run_time.is_over, after_turn)
        end = await worker.run(run)
        if not (end.is_done or end.is_other):
            await work.note_progress(run)
            return _Step(end)
        try:
            ended = await work.end(run, no_check) if end.is_done else None
        except CycleRunning as error:
            return _Step(RoundEnd(goes_on=True, holder=error.holder))
        return _Step(end, ended, None if ended else await self._begin())

    async def _reasons(self) -> str:
        found = await read_round(self.store, NAME)
        reasons = found["reasons"] if found else {}
        return "; ".join(f"{shard}: {reason}" for shard, reason in reasons.items())


@dataclass(frozen=True)
class _Run:
    """The turns after one message, or of one command: `seconds` of them, or until the end."""

    store: Store
    settings: Settings
    lease_wait: LeaseWait
    seconds: float | None = None
    progress: Progress = no_progress

    async def turns(self, *, begins_again: bool = False) -> Rematch | None:
        """Take turns at the lease, which others may take between two of them.

        Returns the document of the last one; None if there was nothing to do. A watchlist that
        changes during the last turn is matched, too.
        """
        run_time = RunTime.of(self.seconds)
        done: Rematch | None = None
        while True:
            turn = RematchTurn(
                self.store,
                self.settings,
                run_time.turn().is_over,
                progress=self.progress,
                begins_again=begins_again and done is None,
            )
            found = await turn.run(lease_wait=self.lease_wait)
            if found is None:
                return done
            done = found
            if run_time.is_over():
                return done
            if done["ended_at"] is None:
                await let_go()
