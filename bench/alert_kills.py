"""Soak test of alerts whose process is killed between its writes: `python -m bench.alert_kills`.

It is the soak of `bench.alert_soak` without faults of the store: a process of its own evaluates the
rules and sends deliveries to failing web hooks. It is killed (SIGKILL) at a random write, before it
or right after it, and another one goes on with what is stored. Prints the results, and exits with 1
if anything is wrong.
"""

import asyncio
import random
import signal
import sys
from collections import Counter
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from typing import Any

from bench.alert_soak import TICKS, Soak, answers, run_command
from shared.settings import Settings
from tests.collector.alerts.http_receiver import WebhookReceiver, receiving
from tests.collector.alerts.world import World
from tests.collector.crashing import DeadlyStore, opened
from tests.fixtures.forked import CONTEXT

# A process lives for up to this number of writes.
MAX_WRITES = 30


@dataclass(frozen=True)
class Life:
    """What a process is given: port is the receiver's, and step the one at which it is killed."""

    settings: Settings
    port: int
    seed: int
    cycles: int
    step: int


def live(life: Life, place: "Synchronized[int]") -> None:
    """Go on from the tick at `place` to the last one, unless it is killed before."""
    asyncio.run(_live(life, place))


async def _live(life: Life, place: "Synchronized[int]") -> None:
    async with opened(life.settings) as store:
        deadly: Any = DeadlyStore(store, life.step)
        world = World(store, life.settings)
        run = Soak(world, WebhookReceiver(life.port), random.Random(life.seed))
        run.plan(life.cycles)
        for tick in range(place.value, life.cycles * len(TICKS)):
            place.value = tick
            await run.go_to(*divmod(tick, len(TICKS)))
            await run.work(deadly)
        place.value = life.cycles * len(TICKS)


async def soak_killed(cycles: int, seed: int, settings: Settings) -> tuple[list[str], Counter[str]]:
    """Run the cycles in processes that are killed, and return what is wrong and counts."""
    rng, answering = random.Random(seed + 1), random.Random(seed + 2)
    settings = settings.model_copy(update={"alerts_allow": ("127.0.0.1",)})
    place = CONTEXT.Value("i", 0)
    kills = 0

    def answer(path: str) -> int:
        return answers(answering, path, place.value // len(TICKS))

    with receiving(answer) as receiver:
        async with opened(settings) as store:
            run = Soak(World(store, settings), receiver, random.Random(seed))
            run.plan(cycles)
            await run.world.have(*run.rules())
        while place.value < cycles * len(TICKS):
            life = Life(settings, receiver.port, seed, cycles, rng.randrange(2 * MAX_WRITES))
            process = CONTEXT.Process(target=live, args=(life, place))
            process.start()
            await asyncio.to_thread(process.join)
            if process.exitcode not in {0, -signal.SIGKILL}:
                return [f"a process ended with {process.exitcode}"], Counter()
            kills += process.exitcode == -signal.SIGKILL
        async with opened(settings) as store:
            run.world.store = store
            await run.settle(cycles)
            problems = await run.problems(cycles)
    return problems, run.counts + Counter(kills=kills)


if __name__ == "__main__":
    sys.exit(run_command(soak_killed, __doc__))
