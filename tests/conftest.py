"""Set-up of every test: clean settings, and the shared fixtures."""

import gc
import importlib
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import hypothesis
import pytest

from shared.logs import RETRYING, process_repeats
from shared.settings import settings

pytest_plugins = [
    "tests.fixtures.hackernews",
    "tests.fixtures.discourse",
    "tests.fixtures.github",
    "tests.fixtures.host",
    "tests.fixtures.reddit",
    "tests.fixtures.storage",
    "tests.fixtures.stores",
]

# Hundreds of processes that tests start would compile the product again, each for itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# What is imported and collected stays: to look for garbage in it takes seconds.
gc.disable()

# No test goes out: what would ask a site finds a closed port.
CLOSED = "http://127.0.0.1:9"
os.environ.update(
    HN_BASE_URL=CLOSED,
    GITHUB_BASE_URL=CLOSED,
    ARCTIC_SHIFT_BASE_URL=CLOSED,
    FORUMS=f"cursor={CLOSED},openai={CLOSED}",
)

# On a busy machine an example takes as long as it takes.
hypothesis.settings.register_profile(
    "busy", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("busy")


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Import this process's share of the test modules before it collects all of them.

    pytest compiles a test module once and keeps the result beside it. Processes that begin with
    the same module compile it each for itself, and then all others, too.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes == 1 or session.config.args != session.config.getini("testpaths"):
        return
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw"))
    folder = Path(__file__).parent
    for path in sorted(folder.rglob("test_*.py"))[number::processes]:
        # What can't be imported, or is skipped, is reported when it is collected.
        with suppress(Exception, pytest.skip.Exception):
            importlib.import_module(".".join(path.relative_to(folder.parent).with_suffix("").parts))


# Each takes up to a minute. If one began last, all other processes would wait for it.
LONG = (
    "tests/bench/",
    "tests/client/test_host.py",
    "tests/collector/backfill/test_turn.py::test_a_kill",
    "tests/collector/collection/test_crashes.py",
    "tests/collector/collection/test_hackernews.py::test_killed",
    "tests/collector/collection/test_recorded_cycle.py",
    "tests/collector/sources/github/test_limits.py::test_cycles",
    "tests/e2e/",
    "tests/local/importing/test_import.py::test_a_killed",
    "tests/security/",
)


# The tests of each share hosts, so one process has all of them.
TOGETHER = (
    "tests/client/test_host.py",
    "tests/e2e/test_ends_of_cycles.py",
    "tests/e2e/test_on_demand.py",
    "tests/security/",
)
# They share a product and a browser, so two of five processes have them all.
PAGES = "tests/dashboard/"
# What those two have beside, and last: it is soon done, and costs another process nothing to take.
QUICK = ("tests/contracts/", "tests/shared/", "tests/infra/", "tests/test_")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of pytest-xdist begin with its share of the long tests.

    Each gets a run of the list at first, as many tests as any other, and takes from others' runs
    once it has done its own: https://pytest-xdist.readthedocs.io/en/stable/distribution.html
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    long, pages, quick, rest = _by_kind(items)
    with_pages = max(1, processes * 2 // 5)
    others = iter([*quick, *rest])
    left = len(items)
    items[:] = []
    for number, first in enumerate(_dealt(long, processes)):
        run = [*first, *(_share(pages, number, with_pages) if number < with_pages else [])]
        size = left // (processes - number)
        left -= size
        items += [*run, *islice(others, max(0, size - len(run)))]
    items += others


def _by_kind(items: Iterable[pytest.Item]) -> list[list[pytest.Item]]:
    kinds: list[list[pytest.Item]] = [[], [], [], []]
    for item in items:
        fits = (item.nodeid.startswith(kind) for kind in (LONG, PAGES, QUICK, ""))
        kinds[list(fits).index(True)].append(item)
    return kinds


def _dealt(items: Iterable[pytest.Item], processes: int) -> list[list[pytest.Item]]:
    """Deal the items out evenly; those that share hosts stay together."""
    runs: list[list[pytest.Item]] = [[] for _ in range(processes)]
    homes: dict[str, list[pytest.Item]] = {}
    for item in items:
        shortest = min(runs, key=len)
        home = next((each for each in TOGETHER if item.nodeid.startswith(each)), None)
        run = shortest if home is None else homes.setdefault(home, shortest)
        run.append(item)
    return runs


def _share(items: list[pytest.Item], number: int, of: int) -> list[pytest.Item]:
    """Return one of so many runs that the items make up together; a file's tests stay together."""
    first, end = (
        _begin_of_file(items, len(items) * border // of) for border in (number, number + 1)
    )
    return items[first:end]


def _begin_of_file(items: list[pytest.Item], place: int) -> int:
    while 0 < place < len(items) and items[place].path == items[place - 1].path:
        place -= 1
    return place


def pytest_collection_finish() -> None:
    """Look for garbage from now on, now and then, in what tests make."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


@pytest.fixture(autouse=True)
def environment() -> Iterator[None]:
    """Run each test without this machine's settings, and restore the environment after it."""
    before = dict(os.environ)
    settings.cache_clear()
    yield
    os.environ.clear()
    os.environ.update(before)
    settings.cache_clear()
    process_repeats.forget()
    # For a logger that doesn't propagate, pytest adds its own handler beside the app's.
    for name in RETRYING:
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
