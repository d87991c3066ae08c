"""Soak test of all writers of shards under faults: `python -m bench.soak_shards`.

Two hosts with a process for each piece of work collect changing communities in shards into one
store: cycles by the timer and by hand, rescores, rematches, a backfill, cleanups, alerts and their
deliveries. The sources, the store and the web hook fail, processes are killed, messages are doubled
and lost, clocks jump by hours, and the disk is full. At the end the faults stop, and everything is
compared with the truth. Prints the results, and exits with 1 if anything is wrong.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.soak import Database, database
from bench.soaking.communities import NAMES, Changes, FaultySources
from bench.soaking.deliveries import delivery_problems, repeated
from bench.soaking.end import problems_of, recounted, run_to_the_end
from bench.soaking.hosts import Hosts
from bench.soaking.tasks import BACKFILLED, METHODS, PAST, TICKET, Task, World
from collector.backfill.journal import new_backfill
from shared.alerts.rules import read_rules, write_rules
from shared.models import Subject
from shared.settings import load_settings
from shared.store import BACKFILLS, INCIDENTS, Query
from tests.collector.alerts.http_receiver import WebhookReceiver, receiving
from tests.collector.crashing import opened
from tests.collector.shards.world import settings_of
from tests.fixtures.forked import CONTEXT
from tests.shared.alerts.evaluations import a_rule
from tests.watchlists import a_subject, watch

STEP = timedelta(minutes=30)
"""The time between two rounds, by the hosts' clocks."""
RECOUNT_EVERY = 3
"""The number of rounds after which every cell is compared with a recount."""
# Of the operations of a process with faults: it then seldom ends its work.
SQLITE_RATE = 0.02
SETTINGS = {
    "ORIGIN": "sample",
    "LEASE_SECONDS": "2",
    "SWEEP_REQUESTS": "20",
}
SUBJECTS: Sequence[Sequence[Subject]] = (
    (a_subject("praise", "great work", home=["reddit1"]), a_subject("anger", "hate it")),
    (a_subject("praise", "love it"), a_subject("table", "on the table")),
    (a_subject("anger", "terrible", "hate it"), a_subject("copies", "very same words")),
)
# A round with faults takes seconds with SQLite, and a minute with a Cosmos DB server.
ROUNDS = {"sqlite": 60, "cosmos": 15}
HOOKS = ("good", "flaky")


@dataclass(frozen=True)
class Options:
    """The options of the command line."""

    rounds: int
    faults: float = 0.3
    seed: int = 1
    past_items: int = 200
    log: str = ""


@dataclass
class Soak:
    """A soak over one database."""

    options: Options
    data: Database
    receiver: WebhookReceiver
    rng: random.Random
    began: datetime
    sources: FaultySources = field(init=False)
    changes: Changes = field(init=False)
    hosts: Hosts = field(init=False)
    revision: int = 1
    method: str = "first"

    def __post_init__(self) -> None:
        """Make the sources and the hosts."""
        self.sources = FaultySources({name: [] for name in NAMES})
        self.changes = Changes(self.sources, self.rng)
        # The faults of a Cosmos DB server are those of the proxy in front of it.
        has_disk = self.data.proxy is None
        rate = SQLITE_RATE if has_disk else 0.0
        self.hosts = Hosts(
            self.rng, self.options.faults, rate, has_disk=has_disk, log=self.options.log
        )

    @property
    def first(self) -> datetime:
        """Return the hosts' time before the first round: what is over a day ahead isn't taken."""
        return self.began - self.options.rounds * STEP

    def world(self, directly: Mapping[str, str] | None = None) -> World:
        """Return what the processes share; directly: the settings that lead past the faults."""
        settings = load_settings({**SETTINGS, **self.data.environ, **(directly or {})})
        settings = settings_of(settings, NAMES).model_copy(update={"alerts_allow": ("127.0.0.1",)})
        return World(
            settings, self.sources, self.method, self.first, self.options.past_items, seed=0
        )

    def run(self) -> list[str]:
        """Run all rounds with faults, then to the end without, and return what is wrong."""
        rounds = self.options.rounds
        self.changes.first(self.first)
        asyncio.run(self._prepare())
        self._fail(self.options.faults)
        for number in range(rounds):
            self._round(number, (number + 1 - rounds) * STEP)
        self._fail(0.0)
        direct = self.world(self.data.directly)
        problems = asyncio.run(self._end(direct))
        return [*self.hosts.violations, *problems]

    def _fail(self, share: float) -> None:
        self.sources.share = self.hosts.share = share
        self.data.set_faults(share, self.options.seed)

    async def _prepare(self) -> None:
        """Store the watchlist, the rules of alerts, and a backfill that is asked for."""
        async with opened(self.world(self.data.directly).settings) as store:
            await watch(store, self.revision, *SUBJECTS[0])
            start, now = self.first - PAST, self.first
            made = new_backfill(BACKFILLED, "discourse", start=start, now=now, ticket=TICKET)
            await store.create(BACKFILLS, made)
            rules = [
                a_rule(
                    name,
                    channels=[{"type": "webhook", "to": self.receiver.url(name), "secret": None}],
                )
                for name in HOOKS
            ]
            before = await read_rules(store)
            made_at = self.first - 12 * STEP
            await write_rules(store, before, rules=rules, change="the soak", now=made_at)

    async def _change_watchlist(self) -> None:
        self.revision += 1
        subjects = SUBJECTS[self.revision % len(SUBJECTS)]
        async with opened(self.world(self.data.directly).settings) as store:
            await watch(store, self.revision, *subjects)

    def _round(self, number: int, later: timedelta) -> None:
        """Change what there is, and let the hosts do the work of every kind."""
        self.changes.go_on(self.began + later)
        if number % 4 == 2:
            asyncio.run(self._change_watchlist())
        if number % 5 == 3:
            self.method = next(name for name in METHODS if name != self.method)
        trigger = "cli" if number % 2 else "timer"
        tasks = [
            Task("plan", trigger=trigger),  # type: ignore[arg-type]
            Task("rescore" if number % 3 == 0 else "score"),
            Task("rematch"),
            Task("backfill"),
            Task("evaluate"),
            *([Task("cleanup")] if number % 3 == 0 else []),
        ]
        self.rng.shuffle(tasks)
        self.hosts.queue.extend(tasks)
        self.hosts.work_through(self.world, later)
        if number % RECOUNT_EVERY == RECOUNT_EVERY - 1:
            self._fail(0.0)
            asyncio.run(self._recount(later))
            self._fail(self.options.faults)
        if number % 10 == 9:
            print(f"{number + 1} rounds", dict(self.hosts.counts), file=sys.stderr, flush=True)

    async def _recount(self, later: timedelta) -> None:
        world = self.world(self.data.directly)
        async with opened(world.settings) as store:
            self.hosts.violations += await recounted(store, world, later)

    async def _end(self, world: World) -> list[str]:
        async with opened(world.settings) as store:
            problems = await run_to_the_end(store, world)
            problems += await problems_of(store, world, ever_shown=self.changes.added)
            incidents = await store.query(Query(INCIDENTS, "incident", 1000, order_by="id"))
        for incident in incidents:
            for delivery in incident["deliveries"]:
                self.hosts.counts[f"deliveries {delivery['status']}"] += 1
                problems += delivery_problems(self.receiver, incident, delivery)
        self.hosts.counts["incidents"] = len(incidents)
        return [*problems, *repeated(self.receiver, HOOKS)]


@contextmanager
def faulty_receiver(share: float, seed: int) -> Iterator[WebhookReceiver]:
    """Receive web hooks; all fail at this rate, and the flaky one half of the time."""
    rng = random.Random(seed)

    def answer(path: str) -> int:
        fails = rng.random() < (0.5 if path == "/flaky" and share else share)
        return rng.choice([500, 503, 429, -1]) if fails else 200

    with receiving(answer) as receiver:
        yield receiver


def soak(kind: str, options: Options) -> dict[str, Any]:
    """Run one soak, and return its report; the list `violations` should be empty."""
    began, clock = datetime.now(UTC).replace(microsecond=0), time.monotonic()
    with (
        tempfile.TemporaryDirectory() as name,
        database(kind, Path(name)) as data,
        faulty_receiver(options.faults, options.seed) as receiver,
    ):
        run = Soak(options, data, receiver, random.Random(options.seed), began)
        violations = run.run()
        proxy = data.proxy
        return {
            "store": kind,
            "date": began.date().isoformat(),
            "cores": os.cpu_count(),
            "seconds": round(time.monotonic() - clock),
            "faults": options.faults,
            "seed": options.seed,
            "rounds": options.rounds,
            "added": run.changes.added,
            "edited": run.changes.edited,
            "removed": run.changes.removed,
            "hosts": dict(sorted(run.hosts.counts.items())),
            "returned_to_the_queue": dict(run.hosts.errors.most_common()),
            "web_hooks": {"requests": receiver.requests, "taken": len(receiver.taken)},
            "cosmos": proxy and {"requests": proxy.requests, "faults": proxy.made},
            "violations": violations,
        }


def main() -> None:
    """Run the soak, print the report, and exit with 1 if anything was wrong."""
    # Each process is forked with everything imported.
    CONTEXT.set_forkserver_preload(["bench.soak", "bench.soaking.end", "bench.soaking.tasks"])
    parser = argparse.ArgumentParser(prog="bench.soak_shards", description=__doc__)
    parser.add_argument("--rounds", type=int, help=f"of each store; otherwise {ROUNDS}")
    parser.add_argument(
        "--faults", type=float, default=0.3, help="the share of faults on each side"
    )
    parser.add_argument("--store", choices=["sqlite", "cosmos", "both"], default="both")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", default="", help="write the processes' log to this file")
    given = parser.parse_args()
    kinds = list(ROUNDS) if given.store == "both" else [given.store]
    found = [
        soak(kind, Options(given.rounds or ROUNDS[kind], given.faults, given.seed, log=given.log))
        for kind in kinds
    ]
    print(json.dumps(found, indent=2))
    sys.exit(any(each["violations"] for each in found))


if __name__ == "__main__":
    main()
