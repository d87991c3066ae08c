"""A cycle that is killed at any point and run again leaves the same as an undisturbed one."""

import json
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from local.reddit.limits import RateLimit
from shared.errors import CycleEnded
from shared.settings import Settings
from shared.store import CYCLES, LEASES, Query
from shared.times import iso, utc_now
from tests.collector.crashing import (
    LATER,
    Killed,
    KilledStore,
    copied,
    die_at,
    finish,
    opened,
    steps_of,
)
from tests.collector.harness import (
    METHOD,
    check_statistics,
    final_data,
    run_cycle,
    settings_for,
    things,
)
from tests.fixtures.forked import CONTEXT, Forked
from tests.watchlists import a_subject, watch

SUBREDDITS_HERE = ("aws", "claude", "OpenAI")
# What the texts of `things` name, so that edits and removals change what threads are about.
SUBJECTS = (
    a_subject("praise", "great work", home=["aws"]),
    a_subject("anger", "hate it"),
    a_subject("table", home=["claude"]),
)


@pytest.fixture
def reddit(stand_in):
    # Otherwise the limit of Reddit's requests would slow so many cycles down.
    unlimited = RateLimit(requests=1_000_000)
    return stand_in(things(SUBREDDITS_HERE, 60, newest=time.time()), rate_limit=unlimited)


def in_a_process(target: Callable[..., object], *args: object) -> int | None:
    process = CONTEXT.Process(target=target, args=args)
    process.start()
    process.join()
    return process.exitcode


async def begin(settings: Settings) -> None:
    """Store a watchlist in an empty database."""
    async with opened(settings) as store:
        await watch(store, 1, *SUBJECTS)


async def result(settings: Settings) -> dict[str, Any]:
    """Return the contents of the store, after checking that they are consistent."""
    async with opened(settings) as store:
        await check_statistics(store, settings.watched)
        unreconciled = Query(CYCLES, "cycle", 10, order_by="id", equals={"reconciled": "no"})
        assert await store.query(unreconciled) == []
        return await final_data(store, settings.watched)


async def counted(settings: Settings) -> dict[str, int]:
    """Return the sum of what all cycles report."""
    async with opened(settings) as store:
        cycles = await store.query(Query(CYCLES, "cycle", 100, order_by="id"))
    for cycle in cycles:
        assert cycle["new"] == sum(each["new"] for each in cycle["communities"].values())
        assert cycle["new"] == cycle["posts_collected"] + cycle["comments_collected"]
    names = ("new", "posts_collected", "comments_collected")
    return {name: sum(int(cycle[name]) for cycle in cycles) for name in names}  # type: ignore[literal-required]


def change_something_of_each_kind(reddit) -> None:
    control = reddit.control
    control.edit("t3_p0", "Awful, I hate it")
    control.edit("t1_c7", "Lovely, great work")
    control.set_score("t3_p3", 999)
    control.delete("t1_c4")
    control.remove("t3_p6")
    fresh = things(SUBREDDITS_HERE, 6, newest=time.time(), seed=3)
    for number, thing in enumerate(fresh):
        thing["data"] |= {"id": f"n{number}", "name": f"{thing['kind']}_n{number}"}
    control.add(fresh)


@pytest.mark.parametrize("already_collected", [False, True])
async def test_killed_at_any_write_and_run_again_the_data_is_the_same(
    reddit, sqlite_settings: Settings, *, already_collected: bool
) -> None:
    before = settings_for(sqlite_settings, reddit.base_url, SUBREDDITS_HERE)
    await begin(before)
    if already_collected:
        await finish(before)
        change_something_of_each_kind(reddit)
    undisturbed = copied(before, "undisturbed")
    with CONTEXT.Pool(2) as pool:
        steps = pool.apply(steps_of, (undisturbed,))
    expected, collected = await result(undisturbed), await counted(undisturbed)
    for step in steps:
        settings = copied(before, f"step{step}")
        assert in_a_process(die_at, settings, step) == -signal.SIGKILL, step
        await finish(settings)
        assert await result(settings) == expected, step
        assert await counted(settings) == collected, step


async def test_killed_twice_in_a_row_nothing_is_lost(
    reddit, sqlite_settings: Settings, tmp_path: Path
) -> None:
    base = settings_for(sqlite_settings, reddit.base_url, SUBREDDITS_HERE)
    whole = base.model_copy(update={"sqlite_path": tmp_path / "whole.db"})
    await finish(whole)
    rng = random.Random(7)
    for number in range(4):
        settings = base.model_copy(update={"sqlite_path": tmp_path / f"{number}.db"})
        first, second = rng.sample(range(10, 40), 2)
        assert in_a_process(die_at, settings, first) == -signal.SIGKILL
        assert in_a_process(die_at, settings, second, LATER) == -signal.SIGKILL
        await finish(settings)
        assert await result(settings) == await result(whole)
        assert await counted(settings) == await counted(whole)


@pytest.mark.parametrize("is_edited", [False, True])
async def test_a_cycle_that_is_begun_again_counts_what_it_wrote_before(
    reddit, sqlite_settings: Settings, *, is_edited: bool
) -> None:
    before = settings_for(sqlite_settings, reddit.base_url, SUBREDDITS_HERE)
    await begin(before)
    if is_edited:
        async with opened(before) as store:
            await run_cycle(store, before)
        change_something_of_each_kind(reddit)

    async def run(settings: Settings, step: int, later: timedelta) -> None:
        async with opened(settings) as store:
            deadly: Any = KilledStore(store, step)
            source = RedditSource(settings, wait=wait_until(time.monotonic() + 120))
            clock = lambda: utc_now() + later  # noqa: E731
            collector = Collector(deadly, {"reddit": source}, METHOD, settings, clock=clock)
            with suppress(Killed, CycleEnded):
                await collector.run("request", cycle_id="cycle_20261123_130507")
            source.close()

    whole = copied(before, "whole")
    await run(whole, -2, timedelta(0))
    for step in range(5, 45, 3):
        settings = copied(before, str(step))
        await run(settings, step, LATER)
        await run(settings, step + 9, 2 * LATER)
        await run(settings, -2, 3 * LATER)
        assert await result(settings) == await result(whole), step
        assert await counted(settings) == await counted(whole), step


async def test_the_same_over_cosmos_db(reddit, cosmos_settings_factory) -> None:
    def fresh() -> Settings:
        return settings_for(cosmos_settings_factory(), reddit.base_url, SUBREDDITS_HERE)

    undisturbed = fresh()
    await begin(undisturbed)
    await finish(undisturbed)
    expected = await result(undisturbed)
    for step in random.Random(11).sample(range(3, 50), 6):
        settings = fresh()
        await begin(settings)
        assert in_a_process(die_at, settings, step) == -signal.SIGKILL, step
        await finish(settings)
        assert await result(settings) == expected, step


def collecting(settings: Settings) -> Forked:
    """Start the command that collects."""
    environ = {
        "REDDIT_BASE_URL": settings.reddit_base_url or "",
        "SUBREDDITS": ",".join(settings.watched),
        "SQLITE_PATH": str(settings.sqlite_path),
        "ORIGIN": "recorded",
    }
    return Forked("collect", "--json", **environ)


async def end_lease(settings: Settings) -> None:
    """Let the lease of a killed process have ended, as after some seconds."""
    async with opened(settings) as store:
        if found := await store.read(LEASES, "lease", "lease"):
            await store.upsert(LEASES, [{**found, "expires_at": iso(utc_now())}])


async def test_killed_at_random_times_over_recorded_data_nothing_is_lost(
    recorded_data: Path, stand_in, sqlite_settings: Settings, tmp_path: Path
) -> None:
    subreddits = ("AskReddit", "funny", "IAmA", "programming", "videos")
    reddit = stand_in(recorded_data)
    base = settings_for(sqlite_settings, reddit.base_url, subreddits)
    whole = base.model_copy(update={"sqlite_path": tmp_path / "whole.db"})
    started = time.monotonic()
    assert collecting(whole).end().returncode == 0
    took = time.monotonic() - started
    expected = await result(whole)
    killed = base.model_copy(update={"sqlite_path": tmp_path / "killed.db"})
    rng = random.Random(13)
    for _ in range(3):
        collecting(killed).end(rng.uniform(0.3, 0.9) * took)
        await end_lease(killed)
    ended = collecting(killed).end()
    assert ended.returncode == 0
    assert json.loads(ended.stdout)["status"] == "completed"
    assert await result(killed) == expected
