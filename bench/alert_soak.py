"""Soak test that alerts lose nothing and repeat nothing under faults: `python -m bench.alert_soak`.

Each cycle is an hour. Rules are evaluated and deliveries sent over a store that fails and whose
process is killed at random writes, to web hooks that fail, ask for time, hang up or are revoked. At
the end the faults stop, the clock goes on for two days, and everything is compared with what the
rules' states say without faults. Prints the results, and exits with 1 if anything is wrong.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench.soaking.deliveries import delivery_problems, repeated
from bench.soaking.faulty_store import FaultyStore
from collector.alerts.outbox import Outbox
from collector.alerts.sending import send_with
from shared.alerts.channels import channel_id
from shared.alerts.composing import Sender
from shared.alerts.states import first_state, step
from shared.errors import StoreUnavailable
from shared.models import AlertRule, Incident
from shared.settings import Settings, load_settings
from shared.times import iso
from tests.collector.alerts.http_receiver import WebhookReceiver, receiving
from tests.collector.alerts.world import World, hour_after
from tests.collector.crashing import DeadStore, Killed, opened
from tests.shared.alerts.evaluations import (
    HOUR,
    NO_DATA,
    NOTHING,
    START,
    a_finding,
    a_rule,
    found,
)

CYCLES = 200
FAULTS, KILLS = 0.02, 0.3
MAX_WRITES = 6
# The queue tries a message five times. The timer then asks again.
TRIES = 5
TICKS = range(1, 60, 5)
TAKEN, REVOKED = 200, 404
SENDER = Sender("https://undertone.example.org", bytes(32))


@dataclass
class Soak:
    """A run of cycles, and what went wrong in it."""

    world: World
    receiver: WebhookReceiver
    rng: random.Random
    counts: Counter[str] = field(default_factory=Counter)

    def rules(self) -> list[AlertRule]:
        """Return rules whose web hooks are good, flaky and, later, revoked."""

        def to(*paths: str, **more: object) -> AlertRule:
            urls = [self.receiver.url(path) for path in paths]
            channels = [{"type": "webhook", "to": url, "secret": None} for url in urls]
            changed: Any = {"channels": channels, **more}
            return a_rule(**changed)

        return [
            to("good", "flaky", id="mood"),
            to("good", "revoked", id="search", cooldown=15),
            to("flaky", id="topic", quiet_hours={"from": "22:00", "to": "07:00"}),
            to("busy", id="mention", time_zone="Asia/Kolkata", quiet_hours=None),
        ]

    def plan(self, cycles: int) -> None:
        """Plan what the rules find in each hour."""
        for rule in self.rules():
            name = rule["id"]
            for hour in range(1, cycles):
                chance = self.rng.random()
                if chance < 0.1:
                    self.world.plan.finds(name, hour, NO_DATA)
                elif chance < 0.45:
                    self.world.plan.finds(name, hour, self._found(name, hour))

    def _found(self, name: str, hour: int) -> Any:
        if name == "mood":
            finding = a_finding(self.rng.choice(["worse", "better"]), hour=hour_after(hour))
            return found({**finding, "figures": {"value": self.rng.random()}})
        keys = [f"{name}:{hour}.{n}" for n in range(self.rng.randint(1, 3))]
        causes = [name if name == "search" else key for key in keys]
        return found(
            *(a_finding(*each, hour_after(hour)) for each in zip(causes, keys, strict=True))
        )

    async def run(self, cycles: int) -> None:
        """Run the cycles with faults, and then two days without."""
        await self.world.have(*self.rules())
        self.plan(cycles)
        for hour in range(cycles):
            for number in range(len(TICKS)):
                await self.go_to(hour, number)
                await self._tick(is_faulty=True)
        await self.settle(cycles)

    async def go_to(self, hour: int, number: int) -> None:
        """Let the clock be at a tick of the hour after a collected one."""
        await self.world.collected(hour)
        self.world.now = START + (hour + 1) * HOUR + timedelta(minutes=TICKS[number])

    async def settle(self, cycles: int) -> None:
        """Let two days pass without faults after the last cycle."""
        await self.go_to(cycles - 1, len(TICKS) - 1)
        end = self.world.now
        for tick in range(2 * 24 * 12):
            self.world.now = end + timedelta(minutes=5 * tick)
            await self._tick(is_faulty=False)

    async def work(self, store: Any) -> None:
        """Evaluate the rules over a store, and send what is due to each channel."""
        await self.world.evaluator(store).run()
        for channel in await self._outbox(store).due():
            await self._outbox(store).deliver(channel_id(channel))

    async def _tick(self, *, is_faulty: bool) -> None:
        """Do what the timer asks for."""
        await self._tried(lambda store: self.world.evaluator(store).run(), is_faulty=is_faulty)
        for channel in await self._outbox(self.world.store).due():
            name = channel_id(channel)
            await self._tried(
                lambda store, name=name: self._outbox(store).deliver(name),  # type: ignore[misc]
                is_faulty=is_faulty,
            )

    def _outbox(self, store: Any) -> Outbox:
        keep = timedelta(days=90)
        send = send_with(self.world.settings, {})
        return Outbox(store, send, SENDER, keep, clock=lambda: self.world.now)

    async def _tried(self, work: Callable[[Any], Awaitable[object]], *, is_faulty: bool) -> None:
        """Do work as the queue does: again after a fault or a kill, a few times."""
        for _ in range(TRIES):
            store: Any = self.world.store
            if is_faulty:
                store = FaultyStore(store, self.rng, FAULTS)
                if self.rng.random() < KILLS:
                    store = DeadStore(store, self.rng.randrange(2 * MAX_WRITES))
            try:
                await work(store)
            except (StoreUnavailable, Killed) as error:
                self.counts[type(error).__name__] += 1
            else:
                return
        self.counts["poisoned"] += 1

    async def problems(self, cycles: int) -> list[str]:
        """Return what differs from what should be."""
        incidents = {each["id"]: each for each in await self.world.incidents()}
        found = self._differences(incidents, cycles)
        for incident in incidents.values():
            for delivery in incident["deliveries"]:
                self.counts[f"{delivery['event']} {delivery['status']}"] += 1
                found += delivery_problems(self.receiver, incident, delivery)
        found += repeated(self.receiver, ("good", "flaky", "revoked", "busy"))
        self.counts["incidents"] = len(incidents)
        self.counts["requests"] = self.receiver.requests
        self.counts["repeats"] = self.receiver.repeats.total()
        return found

    def _differences(self, incidents: dict[str, Incident], cycles: int) -> list[str]:
        """Compare the incidents with those of the states without faults."""
        expected: dict[str, tuple[str, str, str | None]] = {}
        for rule in self.rules():
            state = first_state(rule["id"])
            for hour in range(cycles):
                found = self.world.plan.found.get((rule["id"], hour_after(hour)), NOTHING)
                end = START + (hour + 1) * HOUR
                done = step(rule, state, found, end)
                state = done.state
                for change in done.changes:
                    name = f"{rule['id']}.{change.number:06}"
                    if change.event == "opened":
                        expected[name] = (change.cause, iso(end), None)
                    if change.event == "closed":
                        expected[name] = (*expected[name][:2], iso(end))
        stored = {
            n: (each["cause"], each["opened"], each["closed"]) for n, each in incidents.items()
        }
        return [
            f"{name}: expected {expected.get(name)}, stored {stored.get(name)}"
            for name in sorted(expected.keys() | stored.keys())
            if expected.get(name) != stored.get(name)
        ]


def answers(rng: random.Random, path: str, hours: int) -> int:
    """Return the status of an answer: flaky hooks fail half of the time, and some are revoked."""
    chance = rng.random()
    if path == "/revoked" and hours > 10:
        return REVOKED
    if path == "/busy":
        return 429 if chance < 0.2 else TAKEN
    limit = 0.5 if path == "/flaky" else 0.05
    return rng.choice([500, 503, 429, -1]) if chance < limit else TAKEN


async def soak(cycles: int, seed: int, settings: Settings) -> tuple[list[str], Counter[str]]:
    """Run the cycles, and return what is wrong and counts."""
    rng = random.Random(seed)
    answering = random.Random(seed + 1)
    settings = settings.model_copy(update={"alerts_allow": ("127.0.0.1",)})
    async with opened(settings) as store:
        worlds: list[World] = []

        def answer(path: str) -> int:
            hours = int((worlds[0].now - START) / HOUR)
            return answers(answering, path, hours)

        with receiving(answer) as receiver:
            worlds.append(World(store, settings))
            run = Soak(worlds[0], receiver, rng)
            await run.run(cycles)
            return await run.problems(cycles), run.counts


Results = tuple[list[str], Counter[str]]
"""What is wrong, and what was done how often."""
RunSoak = Callable[[int, int, Settings], Coroutine[None, None, Results]]
"""A soak by its number of cycles, its seed, and the settings of its store."""


def run_command(run: RunSoak, description: str | None) -> int:
    """Run a soak of the command line, print its results, and return the exit code."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--cycles", type=int, default=CYCLES)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings({"SQLITE_PATH": str(Path(folder) / "soak.db")})
        problems, counts = asyncio.run(run(given.cycles, given.seed, settings))
    for name, count in sorted(counts.items()):
        print(f"{name:>24} {count}")
    for problem in problems:
        print(f"WRONG: {problem}")
    print("alerts: nothing lost, nothing twice" if not problems else f"{len(problems)} are wrong")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(run_command(soak, __doc__))
