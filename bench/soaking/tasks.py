"""A process of a host that does one piece of work on the store of all, under faults."""

import asyncio
import logging
import os
import random
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from typing import Any, Final, Literal

from bench.soaking.communities import FaultySources
from bench.soaking.faulty_store import FaultyStore, fill_disk
from collector.alerts.evaluation import Evaluator
from collector.alerts.outbox import Outbox
from collector.alerts.sending import send_with
from collector.backfill.turn import BackfillTurn
from collector.maintenance.backlog import TakenOver
from collector.maintenance.rescore import Rescorer
from collector.rematch_jobs import RematchInShards
from collector.rounds.cleanup import CleanupRound, Limits
from collector.rounds.rematch import UnassignedError
from collector.rounds.rescore import ShardRescorer
from collector.sentiment.base import Method
from collector.shards.beside import OneCommunity
from collector.shards.collecting import ShardCollector
from collector.shards.planner import Planner
from collector.shards.worker import ShardWorker
from collector.writers.lease import LeaseWait
from shared.alerts.channels import channel_id
from shared.alerts.composing import Sender
from shared.alerts.evaluation import Evaluation
from shared.errors import BackfillEnded, CycleEnded, SourceUnavailable, UndertoneError
from shared.models import AlertRule, Trigger
from shared.settings import Settings
from shared.shards import ShardMessage, has_shards
from shared.store import Store
from shared.store.community_states import read_states
from shared.times import utc_now
from tests.collector.backfill.forum import Forum
from tests.collector.crashing import LINEAR, DeadlyStore, opened
from tests.collector.harness import METHOD
from tests.collector.shards.world import INTERVAL, SHARDING
from tests.shared.alerts.evaluations import NOTHING, a_finding, found

log = logging.getLogger(__name__)

Kind = Literal[
    "plan", "shard", "score", "rescore", "rematch", "backfill", "cleanup", "evaluate", "deliver"
]
METHODS: Final = {"first": METHOD, "second": LINEAR}
BACKFILLED, TICKET = "forum.a", "soak"
PAST = timedelta(days=3)
# A batch of each kind of work is small, so that it has many writes and ends between two of them.
BATCH_ITEMS = 15
SLICE_ITEMS = 10
CLEANERS = 2
SCORERS = 2
SHORT_WAIT = LeaseWait(5.0)
KEEP_DELIVERIES = timedelta(days=90)
SENDER = Sender("https://undertone.example.org", bytes(32))


@dataclass(frozen=True)
class Task:
    """A piece of work in the queue, and how often it was tried before."""

    kind: Kind
    message: ShardMessage | None = None
    channel: str = ""
    trigger: Trigger = "timer"
    attempt: int = 0
    run: str = ""
    """The cleanup to go on with, or the ticket of a message to score; empty to begin."""


@dataclass(frozen=True)
class Conditions:
    """The conditions of a process: how far its clock is from this machine's, and its faults."""

    clock_off: timedelta = timedelta(0)
    store_rate: float = 0.0
    """The share of the store's operations that fail."""
    dies_at: int | None = None
    """The step of its writes at which it is killed (`DeadlyStore`)."""
    disk_pages: int | None = None
    """The number of pages by which its disk has room."""


@dataclass(frozen=True)
class World:
    """The things that all processes share besides the store."""

    settings: Settings
    sources: FaultySources
    method: str
    began: datetime
    past_items: int
    seed: int


@dataclass(frozen=True)
class Outcome:
    """The end of a piece of work: the work that follows, or the error that returns it."""

    following: tuple[Task, ...] = ()
    error: str = ""
    is_expected: bool = True


def run_in_process(
    task: Task, conditions: Conditions, world: World, answers: Connection, log_file: str
) -> None:
    """Do a piece of work, and send its outcome."""
    logging.basicConfig(
        filename=log_file or os.devnull, format=f"%(process)d {task.kind} %(message)s"
    )
    answers.send(asyncio.run(outcome_of(task, conditions, world)))


async def outcome_of(task: Task, conditions: Conditions, world: World) -> Outcome:
    """Open the store, do a piece of work under these conditions, and return how it ended."""
    try:
        async with opened(world.settings) as store:
            if conditions.disk_pages is not None:
                await fill_disk(store, conditions.disk_pages)
            used: Any = store
            if conditions.store_rate:
                used = FaultyStore(used, random.Random(world.seed), conditions.store_rate)
            if conditions.dies_at is not None:
                used = DeadlyStore(used, conditions.dies_at)
            return Outcome(tuple(await Work(used, world, conditions.clock_off).do(task)))
    except (CycleEnded, BackfillEnded):
        return Outcome()
    except UndertoneError as error:
        return Outcome(error=f"{type(error).__name__}: {error}")
    except Exception as error:
        log.exception("soak.broke task=%s", task.kind)
        return Outcome(error=f"{task.kind}: {error!r}", is_expected=False)


@dataclass(frozen=True)
class Work:
    """Does each kind of work on a store, with a clock that is off."""

    store: Store
    world: World
    clock_off: timedelta

    def clock(self) -> datetime:
        """Return the host's time."""
        return utc_now() + self.clock_off

    @property
    def method(self) -> Method:
        """Return the method in force."""
        return METHODS[self.world.method]

    async def do(self, task: Task) -> list[Task]:
        """Do a piece of work, and return what follows. Raises UndertoneError."""
        if task.kind == "plan":
            return await self._plan(task.trigger)
        if task.message is not None:
            following = await self._worker().work(task.message)
            return [Task("shard", message) for message in following]
        if task.kind == "evaluate":
            return await self._evaluate()
        if task.kind == "deliver":
            await self.outbox().deliver(task.channel)
        elif task.kind == "score":
            return await self._score(task.run)
        elif task.kind == "rescore":
            await self._rescore()
        elif task.kind == "rematch":
            await self._rematch()
        elif task.kind == "backfill":
            await self._backfill()
        else:
            return await self._clean_up(task.run)
        return []

    async def _clean_up(self, run: str) -> list[Task]:
        """Begin a cleanup in shards, or take one turn of a run."""
        work = CleanupRound(
            self.store,
            self.world.settings,
            self.clock,
            limits=Limits(is_over=lambda: True),
            lease_wait=SHORT_WAIT,
            totals_lag=timedelta(0),
        )
        if not run:
            begun = await work.begin()
            return [Task("cleanup", run=begun["id"])] * CLEANERS
        end = await work.work(run)
        return [Task("cleanup", run=run)] if end.goes_on else []

    def _worker(self) -> ShardWorker:
        world = self.world
        collector = ShardCollector(
            self.store,
            world.sources.open_sources,
            self.method,
            world.settings,
            INTERVAL,
            self.clock,
            lease_wait=SHORT_WAIT,
        )
        return ShardWorker(collector, SHORT_WAIT, totals_lag=timedelta(0))

    async def _plan(self, trigger: Trigger) -> list[Task]:
        planner = Planner(self.store, self.world.settings, self.method, self.clock, SHARDING)
        planned = await planner.plan(trigger, lease_wait=SHORT_WAIT)
        return [Task("shard", message) for message in planned.messages]

    def rescorer(self) -> Rescorer:
        """Return what scores items again by the method in force."""
        return Rescorer(
            self.store,
            self.method,
            self.world.settings,
            clock=self.clock,
            batch_items=BATCH_ITEMS,
            let_go_seconds=0.0,
        )

    async def _score(self, ticket: str) -> list[Task]:
        """Ask for a message to score by shard; or begin its round, or take a turn of it."""
        if not await has_shards(self.store):
            return []
        one_turn = replace(self.rescorer(), is_over=lambda: True)
        if not ticket:
            asked = await one_turn.backlog.ask()
            return [Task("score", run=asked)] if asked else []
        in_shards = ShardRescorer(one_turn, SHORT_WAIT, totals_lag=timedelta(0))
        with suppress(TakenOver):
            if await in_shards.begin(ticket):
                return [Task("score", run=ticket)] * SCORERS
        end = await in_shards.run(ticket)
        return [Task("score", run=end.ticket)] if end.ticket else []

    async def _rescore(self) -> None:
        """Score items again to the end, as a command does, by shard once there are shards."""
        if await has_shards(self.store):
            in_shards = ShardRescorer(self.rescorer(), SHORT_WAIT, totals_lag=timedelta(0))
            await in_shards.to_its_end()
        else:
            await self.rescorer().run(lease_wait=SHORT_WAIT)

    async def _rematch(self) -> None:
        """Take turns of all shards until every item is matched, once there are shards."""
        work = RematchInShards(
            self.store, self.world.settings, SHORT_WAIT, self.clock, batch_items=BATCH_ITEMS
        )
        with suppress(UnassignedError):
            await work.to_the_end(begins_again=False)

    async def _backfill(self) -> None:
        """Take turns until the past is read, once the community has a shard."""
        states = await read_states(self.store, [BACKFILLED])
        shard = states[BACKFILLED]["shard"] if BACKFILLED in states else ""
        if not shard:
            return
        seconds = self.world.settings.lease_seconds
        beside = OneCommunity(self.store, shard, "discourse", seconds, self.clock, SHORT_WAIT)
        turn = BackfillTurn(
            self.store,
            self._forum(),
            self.method,
            self.world.settings,
            lambda: True,
            self.clock,
            batch_items=BATCH_ITEMS,
            beside=beside,
        )
        while not (await turn.run(BACKFILLED, ticket=TICKET, lease_wait=SHORT_WAIT))["complete"]:
            pass

    def _forum(self) -> Forum:
        world, rng = self.world, random.Random(self.world.seed)

        def fails(_: int) -> None:
            if rng.random() < world.sources.share:
                raise SourceUnavailable("connection", "planned")

        start, end = world.began - PAST, world.began
        return Forum(world.past_items, start=start, end=end, before=fails, slice_items=SLICE_ITEMS)

    async def _evaluate(self) -> list[Task]:
        await Evaluator(self.store, self.world.settings, found_in, clock=self.clock).run()
        return [Task("deliver", channel=channel_id(each)) for each in await self.outbox().due()]

    def outbox(self) -> Outbox:
        """Return what sends what alerts owe."""
        send = send_with(self.world.settings, {})
        return Outbox(self.store, send, SENDER, KEEP_DELIVERIES, clock=self.clock)


async def found_in(_: Store, __: Settings, rule: AlertRule, hour: str) -> Evaluation:
    """Return what a rule finds in an hour: the same each time, and in most hours something."""
    rng = random.Random(f"{rule['id']} {hour}")
    keys = [f"{rule['id']}:{hour}.{number}" for number in range(rng.randint(0, 2))]
    return found(*(a_finding(key, key, hour) for key in keys)) if keys else NOTHING
