"""The jobs that read the past of communities: after a message, and by hand."""

import logging
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from collector.backfill.journal import new_backfill, read_whole, topics_found
from collector.backfill.planning import due_backfills, first_moment, new_ticket, write_ticket
from collector.backfill.turn import BackfillTurn, Progress, no_progress
from collector.jobs import trends_in, trends_of
from collector.runs import RESCORE_WAIT_SECONDS, chosen_method, opened, reported, skipped_if_busy
from collector.sentiment.base import light
from collector.shard_runs import add_up_beside, beside_shards, is_sharded
from collector.sources.base import Source
from collector.sources.registry import open_source, past_source_of
from collector.sources.waiting import wait_until
from collector.trending.past import PastTrends, hours_of_past
from collector.turns import (
    MESSAGE_WAIT_SECONDS,
    RUN_SECONDS,
    Messages,
    RunTime,
    let_go,
    send,
    send_due_messages,
)
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped, stopping
from shared.backfills import BackfillMessage, backfill_id, read_message
from shared.communities import SourceName
from shared.errors import (
    BackfillEnded,
    CycleRunning,
    LeaseLost,
    RoundFailed,
    SettingsError,
    StoreError,
    StoreUnavailable,
)
from shared.logs import event
from shared.models import Backfill
from shared.settings import Settings
from shared.store import BACKFILLS, Store
from shared.times import parse_iso, utc_now

log = logging.getLogger(__name__)

MAX_TRIES = 5


def past_sources(settings: Settings) -> dict[str, SourceName]:
    """Return the source of each watched community whose past can be read."""
    found = {name: past_source_of(settings, name) for name in settings.watched}
    return {name: source for name, source in found.items() if source is not None}


def send_due(settings: Settings, output: Messages) -> None:
    """Put the messages of due backfills on the queue, after their documents were written.

    If a message gets lost, a later cycle finds its document unchanged, and sends another.
    """
    send_due_messages("backfill", _due(settings), output)


def backfill_on_message(settings: Settings, body: bytes, output: Messages) -> None:
    """Read on in the past of a message's community, and put the next message on the queue.

    Raises BadMessage, and what ends a turn early, so that the message returns to the queue.
    """
    with reported("backfill", settings) as report:
        message = read_message(body)
        report.update(community=message.community)
        try:
            with skipped_if_busy(report):
                work = _run(settings, message)
                done = run_until_stopped(work, seconds=settings.cycle_seconds)
                reached = done["reached"] or "nothing"
                report.update(outcome=_outcome(done), items=done["items"], reached=reached)
        except BackfillEnded as error:
            report.update(outcome="skipped", reason=str(error))
        if "holder" in report or report["outcome"] == "goes_on":
            send(output, [message.model_dump_json()])
        else:
            send_due(settings, output)


async def backfill_by_hand(
    settings: Settings, community: str, *, days: int, progress: Progress = no_progress
) -> Backfill:
    """Read a community's past to its end or a failure, and return the backfill's document.

    An unfinished backfill goes on. Raises SettingsError if the community isn't watched, or no
    source has its past, and what `BackfillTurn.run` raises.
    """
    async with opened(settings) as (store, watched):
        name = _watched_by(watched, community)
        source = past_source_of(watched, name)
        if source is None:
            raise SettingsError(_without_past(watched, name))
        message = await _begun_by_hand(store, watched, name, source, days)
        lease_wait = LeaseWait(RESCORE_WAIT_SECONDS)
        run = _Run(store, watched, lease_wait, progress=progress)
        done = await run.turns(message, source)
        await _find_trends(store, watched, done, seconds=None)
        return done


def _watched_by(settings: Settings, community: str) -> str:
    """Return a community's id as it is watched. Raises SettingsError if it isn't."""
    name = settings.community_named(community)
    if name is None:
        raise SettingsError(
            f"{community} isn't watched: SUBREDDITS, COMMUNITIES or the watchlist must name it;"
            f" they name {', '.join(settings.watched)}"
        )
    return name


def _without_past(settings: Settings, community: str) -> str:
    if settings.source_of(community) == "push":
        return f"{community}: its file is read whole; `python -m local import` takes older ones"
    return (
        f"{community}: Reddit doesn't give the past of a subreddit; ARCTIC_SHIFT=backfill reads it"
        " from the archive Arctic Shift"
    )


async def _begun_by_hand(
    store: Store, settings: Settings, community: str, source: SourceName, days: int
) -> BackfillMessage:
    """Write a ticket of its own, so that messages of the queue are void."""
    for _ in range(MAX_TRIES):
        now, ticket = utc_now(), new_ticket()
        known = await store.read(BACKFILLS, "backfill", backfill_id(community))
        start = first_moment(settings, days, now)
        fresh = new_backfill(community, source, start=start, now=now, ticket=ticket)
        if known is not None and known["start"] > fresh["start"]:
            # More is asked for than the known one reads: it begins again, and writes nothing twice.
            known["complete"] = True
        if await write_ticket(store, fresh, known, now):
            return BackfillMessage(community=community, ticket=ticket)
    raise StoreUnavailable("the backfill's document changes with every read")


async def _due(settings: Settings) -> list[str]:
    if not settings.backfill_days:
        return []
    async with opened(settings) as (store, watched):
        sources = past_sources(watched)
        due = await due_backfills(store, watched, sources, utc_now()) if sources else []
        return [message.model_dump_json() for message in due]


async def _run(settings: Settings, message: BackfillMessage) -> Backfill:
    """Take turns until the run's time is used up."""
    async with opened(settings) as (store, watched):
        source = past_sources(watched).get(message.community)
        if source is None:
            ended = f"{message.community} isn't watched, or its past isn't read any more"
            raise BackfillEnded(ended)
        lease_wait = LeaseWait(MESSAGE_WAIT_SECONDS)
        run = _Run(store, watched, lease_wait, seconds=RUN_SECONDS)
        # A worker that was killed while it found topics left them to the same message.
        read = await read_whole(store, message)
        done = read or await run.turns(message, source)
        await _find_trends(store, watched, done, seconds=RUN_SECONDS)
        return done


@dataclass(frozen=True)
class _Run:
    """The turns after one message, or of one command: `seconds` of them, or until the end."""

    store: Store
    settings: Settings
    lease_wait: LeaseWait
    seconds: float | None = None
    progress: Progress = no_progress

    async def turns(self, message: BackfillMessage, name: SourceName) -> Backfill:
        """Take turns at the lease, which others may take between two of them."""
        run_time = RunTime.of(self.seconds)
        method = light(chosen_method(self.settings))
        beside = await beside_shards(
            self.store, self.settings, message.community, name, self.lease_wait
        )
        with _source(name, self.settings) as (source, turns):
            while True:
                turns.begin(run_time.turn())
                turn = BackfillTurn(
                    self.store,
                    source,
                    method,
                    self.settings,
                    turns.is_over,
                    progress=self.progress,
                    beside=beside,
                )
                done = await turn.run(
                    message.community, ticket=message.ticket, lease_wait=self.lease_wait
                )
                if not _goes_on(done) or run_time.is_over():
                    await add_up_beside(self.store, self.settings, beside)
                    return done
                await let_go()


class _Turns:
    """The end of the current turn, which the source's waits know."""

    def __init__(self) -> None:
        self._over = threading.Event()
        self._time = RunTime.of(None)

    def begin(self, turn: RunTime) -> None:
        """Begin a turn, which has this time."""
        self._time = turn

    def is_over(self) -> bool:
        """Return whether the turn's time is used up."""
        return self._time.is_over()

    def close(self) -> None:
        """End the waits of a source whose turn was ended by another error."""
        self._over.set()

    def wait(self, seconds: float) -> None:
        """Wait, unless the turn ends before. Raises DeadlineReached and Stopped."""
        wait_until(self._time.ends, stopping, self._over)(seconds)


@contextmanager
def _source(name: SourceName, settings: Settings) -> Iterator[tuple[Source, _Turns]]:
    """Open a source for several turns, so that it keeps its pace between them."""
    turns = _Turns()
    with ExitStack() as stack:
        source = stack.enter_context(closing(open_source(name, settings, turns.wait)))
        stack.callback(turns.close)
        yield source, turns


def _goes_on(done: Backfill) -> bool:
    return not done["complete"] and done["retry_at"] is None


def _outcome(done: Backfill) -> str:
    if done["complete"]:
        return "completed"
    return "goes_on" if _goes_on(done) else "waits"


async def _find_trends(
    store: Store, settings: Settings, done: Backfill, *, seconds: float | None
) -> None:
    """Compare the topics with the days that are there now, and find those of the last week's hours.

    If the current ones can't be found, their timer does it; beside shards, it does it unless the
    backfill is run by hand, which has no limit of time.
    """
    if not done["complete"]:
        return
    try:
        if seconds is None or not is_sharded(settings):
            await trends_in(store, settings)
    except (CycleRunning, LeaseLost, RoundFailed, StoreError) as error:
        event(log, "trending.left_to_timer", logging.WARNING, reason=str(error))
    try:
        await _find_past_trends(store, settings, done, seconds)
    except (CycleRunning, LeaseLost, StoreError) as error:
        event(log, "trending.past_left_out", logging.WARNING, reason=str(error))


async def _find_past_trends(
    store: Store, settings: Settings, done: Backfill, seconds: float | None
) -> None:
    """Find the topics of past hours in turns at the lease, until the time is used up."""
    run_time = RunTime.of(seconds)
    past = PastTrends.of(trends_of(store, settings), done["community"])
    hours = hours_of_past(parse_iso(done["start"]), utc_now()) if done["items"] else []
    while hours and not run_time.is_over():
        count = await past.turn(
            hours, run_time.turn().is_over, lease_wait=LeaseWait(MESSAGE_WAIT_SECONDS)
        )
        hours = hours[count:]
        if hours:
            await let_go()
    await topics_found(store, done)
