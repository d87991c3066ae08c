"""A cycle that is killed anywhere and run again leaves what an undisturbed one leaves."""

import json
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from local.reddit.limits import RateLimit
from shared.settings import Settings
from shared.store import CYCLES, Query
from tests.collector.crashing import LATER, count_writes, die_at, finish, opened
from tests.collector.harness import check_statistics, final_data, settings_for, things

SUBREDDITS_HERE = ("aws", "claude", "OpenAI")
# A server that has everything imported: each process that dies here starts in a moment.
CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.collector.crashing"])


@pytest.fixture
def reddit(stand_in):
    # So many cycles would otherwise be paced as one client of Reddit's is.
    unlimited = RateLimit(requests=1_000_000)
    return stand_in(things(SUBREDDITS_HERE, 60, newest=time.time()), rate_limit=unlimited)


def in_a_process(target: Callable[..., object], *args: object) -> int | None:
    process = CONTEXT.Process(target=target, args=args)
    process.start()
    process.join()
    return process.exitcode


async def result(settings: Settings) -> str:
    """Give what the store holds, once its own rules are found to hold."""
    async with opened(settings) as store:
        await check_statistics(store, settings.subreddits)
        unsettled = Query(CYCLES, "cycle", 10, order_by="id", equals={"settled": "no"})
        assert await store.query(unsettled) == []
        return await final_data(store, settings.subreddits)


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
    reddit, sqlite_settings: Settings, tmp_path: Path, *, already_collected: bool
) -> None:
    before = tmp_path / "before.db"
    base = settings_for(sqlite_settings, reddit.base_url, SUBREDDITS_HERE)
    if already_collected:
        assert in_a_process(finish, base.model_copy(update={"sqlite_path": before})) == 0
        change_something_of_each_kind(reddit)

    def beginning(name: str) -> Settings:
        path = tmp_path / f"{name}.db"
        if already_collected:
            shutil.copy(before, path)
        return base.model_copy(update={"sqlite_path": path})

    undisturbed = beginning("undisturbed")
    with CONTEXT.Pool(2) as pool:
        writes = pool.apply(count_writes, (undisturbed,))
    expected = await result(undisturbed)
    for step in range(2 * writes):
        settings = beginning(f"step{step}")
        assert in_a_process(die_at, settings, step) == -signal.SIGKILL, step
        assert in_a_process(finish, settings) == 0, step
        assert await result(settings) == expected, step


async def test_killed_twice_in_a_row_nothing_is_lost(
    reddit, sqlite_settings: Settings, tmp_path: Path
) -> None:
    base = settings_for(sqlite_settings, reddit.base_url, SUBREDDITS_HERE)
    whole = base.model_copy(update={"sqlite_path": tmp_path / "whole.db"})
    assert in_a_process(finish, whole) == 0
    rng = random.Random(7)
    for number in range(4):
        settings = base.model_copy(update={"sqlite_path": tmp_path / f"{number}.db"})
        first, second = rng.sample(range(10, 40), 2)
        assert in_a_process(die_at, settings, first) == -signal.SIGKILL
        assert in_a_process(die_at, settings, second, LATER) == -signal.SIGKILL
        assert in_a_process(finish, settings) == 0
        assert await result(settings) == await result(whole)


async def test_the_same_over_cosmos_db(reddit, cosmos_settings_factory) -> None:
    def fresh() -> Settings:
        return settings_for(cosmos_settings_factory(), reddit.base_url, SUBREDDITS_HERE)

    undisturbed = fresh()
    assert in_a_process(finish, undisturbed) == 0
    expected = await result(undisturbed)
    for step in random.Random(11).sample(range(3, 50), 6):
        settings = fresh()
        assert in_a_process(die_at, settings, step) == -signal.SIGKILL, step
        assert in_a_process(finish, settings) == 0, step
        assert await result(settings) == expected, step


def collect_command(settings: Settings) -> subprocess.Popen[str]:
    environ = {
        **os.environ,
        "REDDIT_BASE_URL": settings.reddit_base_url or "",
        "SUBREDDITS": ",".join(settings.subreddits),
        "SQLITE_PATH": str(settings.sqlite_path),
        "LEASE_SECONDS": "6",
        "FEED": "recorded",
    }
    command = [sys.executable, "-m", "local", "collect", "--json"]
    return subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)


async def test_killed_at_random_times_over_recorded_data_nothing_is_lost(
    recorded_data: Path, stand_in, sqlite_settings: Settings, tmp_path: Path
) -> None:
    subreddits = ("announcements", "AskReddit", "funny", "IAmA", "programming", "videos")
    reddit = stand_in(recorded_data)
    base = settings_for(sqlite_settings, reddit.base_url, subreddits)
    whole = base.model_copy(update={"sqlite_path": tmp_path / "whole.db"})
    started = time.monotonic()
    with collect_command(whole) as process:
        assert process.wait() == 0
    took = time.monotonic() - started
    expected = await result(whole)
    killed = base.model_copy(update={"sqlite_path": tmp_path / "killed.db"})
    rng = random.Random(13)
    for _ in range(5):
        with collect_command(killed) as process:
            try:
                process.wait(rng.uniform(0.3, 0.9) * took)
            except subprocess.TimeoutExpired:
                process.kill()
    status = 3
    while status == 3:
        # The dead one's lease runs out after some seconds.
        with collect_command(killed) as process:
            report, _ = process.communicate()
            status = process.returncode
    assert status == 0
    assert json.loads(report)["status"] == "completed"
    assert await result(killed) == expected
