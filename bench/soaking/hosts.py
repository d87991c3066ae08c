"""Hosts that work on one queue, each piece of work in a process that may be killed."""

import random
import signal
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

from bench.soaking.tasks import Conditions, Outcome, Task, World, run_in_process
from tests.fixtures.forked import CONTEXT

# A queue tries a message five times. The next plan makes up for one that it gives up.
TRIES = 5
DOUBLED, LOST = 0.1, 0.05
KILLED_AT_A_WRITE, KILLED_AT_A_MOMENT, DISK_FULL, CLOCK_JUMPS = 0.2, 0.1, 0.05, 0.1
STEPS, MOMENT_SECONDS, PAGES = 120, 1.0, 12
JUMP = timedelta(hours=5)
# A process that takes longer hangs: each wait of a piece of work ends long before.
HANGS_SECONDS = 180.0
LOOK_SECONDS = 0.05


@dataclass
class Running:
    """A process at work."""

    task: Task
    process: BaseProcess
    answers: Connection
    killed_at: float
    """The moment of `time.monotonic` at which it is killed."""
    hangs_at: float


@dataclass
class Hosts:
    """Works on a queue with this number of processes side by side.

    share is the share of the processes that have faults of the store, and store_rate that of its
    operations which then fail. Without a disk of their own it is never full.
    """

    rng: random.Random
    share: float
    store_rate: float
    has_disk: bool
    number: int = 2
    log: str = ""
    queue: deque[Task] = field(default_factory=deque)
    counts: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def work_through(self, world: Callable[[], World], later: timedelta) -> None:
        """Work until the queue is empty; later is how far the hosts' clocks are ahead."""
        running: list[Running] = []
        while self.queue or running:
            while self.queue and len(running) < self.number:
                running.append(self._start(self.queue.popleft(), world(), later))
            wait([each.process.sentinel for each in running], timeout=LOOK_SECONDS)
            now = time.monotonic()
            for each in running:
                if now >= min(each.killed_at, each.hangs_at):
                    each.process.kill()
                    each.process.join()
            for each in [each for each in running if not each.process.is_alive()]:
                running.remove(each)
                self._ended(each, now)

    def _start(self, task: Task, world: World, later: timedelta) -> Running:
        conditions = self._conditions(later)
        if task.kind == "shard" and self.rng.random() < DOUBLED:
            self.counts["messages doubled"] += 1
            self.queue.append(replace(task))
        world = replace(world, seed=self.rng.randrange(1 << 30))
        world.sources.seed = world.seed
        answers, sending = CONTEXT.Pipe(duplex=False)
        process = CONTEXT.Process(
            target=run_in_process, args=(task, conditions, world, sending, self.log)
        )
        process.start()
        sending.close()
        now = time.monotonic()
        is_killed = self.rng.random() < KILLED_AT_A_MOMENT * self._is_faulty
        killed_at = now + self.rng.uniform(0, MOMENT_SECONDS) if is_killed else float("inf")
        self.counts[f"work: {task.kind}"] += 1
        return Running(task, process, answers, killed_at, now + HANGS_SECONDS)

    @property
    def _is_faulty(self) -> bool:
        return self.share > 0

    def _conditions(self, later: timedelta) -> Conditions:
        """Draw the faults that a process meets."""
        if not self._is_faulty:
            return Conditions(clock_off=later)
        rng = self.rng
        is_off = rng.random() < CLOCK_JUMPS
        is_full = self.has_disk and rng.random() < DISK_FULL
        self.counts["clocks five hours off"] += is_off
        self.counts["disks full"] += is_full
        return Conditions(
            clock_off=later + (rng.choice((-JUMP, JUMP)) if is_off else timedelta(0)),
            store_rate=self.store_rate if rng.random() < self.share else 0.0,
            dies_at=rng.randrange(STEPS) if rng.random() < KILLED_AT_A_WRITE else None,
            disk_pages=rng.randrange(PAGES) if is_full else None,
        )

    def _ended(self, one: Running, now: float) -> None:
        """Put what follows into the queue, or the same again after a kill or an error."""
        code, outcome = one.process.exitcode, Outcome(error="killed")
        if one.answers.poll() and code == 0:
            outcome = one.answers.recv()
        elif code == -signal.SIGKILL:
            self.counts["kills"] += 1
        else:
            self.violations.append(f"{one.task.kind}: its process ended with {code}")
        if now >= one.hangs_at:
            self.violations.append(f"{one.task.kind} hangs")
        one.answers.close()
        one.process.close()
        for task in outcome.following:
            self._put(task)
        if outcome.error:
            self._failed(one.task, outcome)

    def _put(self, task: Task) -> None:
        if task.kind == "shard" and self._is_faulty and self.rng.random() < LOST:
            self.counts["messages lost"] += 1
        else:
            self.queue.append(task)

    def _failed(self, task: Task, outcome: Outcome) -> None:
        self.errors[outcome.error.partition(":")[0]] += 1
        if not outcome.is_expected:
            self.violations.append(outcome.error)
        if task.attempt + 1 < TRIES:
            self.queue.append(replace(task, attempt=task.attempt + 1))
        else:
            self.counts["given up after five attempts"] += 1
