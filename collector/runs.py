"""A run of a job: its log lines, its metrics, and the store that it opens."""

import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import cache
from typing import Any

from collector.sentiment.base import Method
from collector.sentiment.llm.method import ModelMethod, model_method, names_of
from collector.sentiment.registry import method_named
from shared.errors import CycleRunning
from shared.logs import event, set_levels
from shared.models import Cycle
from shared.settings import Settings, schedule_warnings
from shared.store import Store, open_store
from shared.subjects.roster import watched_settings as watched_settings_of
from shared.subjects.watchlist import read_watchlist
from shared.telemetry import CYCLE_DURATION, CYCLE_ITEMS, measure
from shared.text.forms import FORMS
from shared.times import parse_iso

log = logging.getLogger(__name__)

# A throttled cycle slows down rather than fails.
RETRY_SECONDS = 120.0
COLLECTING = ("collect", "collect_now")
# A cycle in shards that was planned is measured when it ends.
NOT_MEASURED = ("skipped", "planned")
# Maximum wait for a different kind of job; a third of a function's default time limit.
LEASE_WAIT_SECONDS = 600.0
# The last part of CYCLE_SECONDS is reserved for writing and closing, after the last request.
CLOSING_SHARE = 0.1
CLOSING_SECONDS = 120.0
# A rescore is run by hand and has no deadline, so it waits for the longest cycle.
RESCORE_WAIT_SECONDS = 3600.0


def working_seconds(settings: Settings) -> float:
    """Return the seconds that collection or cleanup may go on before it closes."""
    return settings.cycle_seconds - min(CLOSING_SECONDS, CLOSING_SHARE * settings.cycle_seconds)


@contextmanager
def reported(function: str, settings: Settings, **fields: object) -> Iterator[dict[str, object]]:
    """Log a line at the start of a function's run, and one with the report at its end."""
    set_levels(settings.log_level)
    for warning in schedule_warnings(settings):
        _warn_once(warning)
    event(log, f"{function}.started", function=function, **fields)
    began = time.monotonic()
    report: dict[str, object] = {"outcome": "completed"}
    try:
        yield report
    except Exception as error:
        report.update(outcome="failed", reason=f"{type(error).__name__}: {error}")
        raise
    finally:
        level = logging.ERROR if report["outcome"] == "failed" else logging.INFO
        seconds = time.monotonic() - began
        event(log, f"{function}.ended", level, function=function, **report, seconds=seconds)
        if function in COLLECTING and report["outcome"] not in NOT_MEASURED:
            _measure(report, seconds)


@contextmanager
def skipped_if_busy(report: dict[str, object]) -> Iterator[None]:
    """Note in a run's report that another writer held the lease; `holder` says which."""
    try:
        yield
    except CycleRunning as error:
        report.update(outcome="skipped", reason="another writer runs", holder=error.holder)


@cache
def _warn_once(reason: str) -> None:
    """Log a warning once in this process."""
    event(log, "settings.warning", logging.WARNING, reason=reason)


def measure_cycle(cycle: Cycle) -> None:
    """Measure a cycle in shards that has ended."""
    ended = parse_iso(cycle["end_time"] or cycle["start_time"])
    seconds = (ended - parse_iso(cycle["start_time"])).total_seconds()
    _measure({**cycle, "outcome": cycle["status"]}, seconds)


def _measure(report: dict[str, Any], seconds: float) -> None:
    measure(CYCLE_DURATION, seconds, {"outcome": report["outcome"]})
    if "new" in report:
        report = {**report, "seen": report["posts_seen"] + report["comments_seen"]}
        for change in ("seen", "new", "edited", "moved", "removed"):
            measure(CYCLE_ITEMS, report[change], {"change": change})


def chosen_method(settings: Settings) -> Method:
    """Return the method of sentiment that the settings choose; it is loaded once in a process.

    It is the default one where a language model is chosen: that scores after it.
    """
    method = _method(settings.default_method)
    if settings.sentiment_method != "llm":
        return method
    return replace(method, keeps=names_of(settings))


def asked_method(settings: Settings) -> ModelMethod:
    """Return the method of the settings' language model, which knows no answer yet."""
    return model_method(settings, _method(settings.default_method))


@cache
def _method(name: str) -> Method:
    return method_named(name, FORMS)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Store, Settings]]:
    """Open the store of the settings, with the retries of background work, and close it.

    It comes with the settings as the stored watchlist has them: its communities count instead of
    those that are configured. Raises StoreError.
    """
    store = await open_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        yield store, await watched_settings_of(store, settings, await read_watchlist(store))
    finally:
        await store.close()


async def watched_settings(settings: Settings) -> Settings:
    """Return the settings with what the stored watchlist watches. Raises StoreError."""
    async with opened(settings) as (_, watched):
        return watched
