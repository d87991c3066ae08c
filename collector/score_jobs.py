"""The jobs that score stored items outside the lease: after a message, and by hand."""

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from random import SystemRandom
from typing import Any, Final

from collector.jobs import trends_in
from collector.maintenance.backlog import Backlog, TakenOver
from collector.maintenance.rescore import Plan, RescoreEnd, Rescorer, ShowProgress, no_progress
from collector.rounds.rescore import ShardRescorer
from collector.rounds.worker import workers_of_round
from collector.runs import (
    RESCORE_WAIT_SECONDS,
    asked_method,
    chosen_method,
    opened,
    reported,
    skipped_if_busy,
)
from collector.sentiment.base import Method
from collector.sentiment.llm.judge import Judge
from collector.sentiment.llm.method import ModelMethod
from collector.sentiment.llm.questions import MAX_TEXTS
from collector.shard_runs import is_sharded
from collector.trending.finder import Trends
from collector.turns import (
    MESSAGE_WAIT_SECONDS,
    RUN_SECONDS,
    Messages,
    RunTime,
    send,
    send_due_messages,
)
from collector.writers.lease import LeaseWait
from collector.writers.shutdown import run_until_stopped
from shared.errors import DeadlineReached, SettingsError
from shared.llm.budget import Budget, BudgetedChat
from shared.llm.chat import chat_of, is_configured
from shared.scoring import ScoreMessage, read_message
from shared.settings import Settings
from shared.shards import has_shards
from shared.store import CURRENT, TOPICS, Store
from shared.text.forms import FORMS
from shared.times import utc_now

Load = Callable[[Settings], Method]
"""Loads the method that the settings choose."""
LoadModel = Callable[[Settings], ModelMethod]
"""Returns the method of the settings' language model."""

MODEL_STATE: Final = "model_scoring"
# After a run in shards; what is left then waits for the next one.
TOTALS_SECONDS = 60.0
# Items whose hours are read at a time: a run asks about a few hundred texts.
MODEL_BATCH_ITEMS = 200


@dataclass(frozen=True)
class _Done:
    """The work after a message, and the tickets of the messages to send next.

    end is None where a round of shards was begun, whose workers the messages are for.
    """

    end: RescoreEnd | None
    tickets: Sequence[str]


def send_due_scoring(settings: Settings, output: Messages, *, load: Load = chosen_method) -> None:
    """Put a message on the queue if stored items wait for the method, and none is on its way.

    The state of scoring then says which method is in force, and how many items wait.
    """
    send_due_messages("score", _due(settings, load), output)


async def _due(settings: Settings, load: Load) -> list[str]:
    method = load(settings)
    async with opened(settings) as (store, _):
        ticket = await Backlog(store, method, settings.default_method, utc_now).ask()
        return [] if ticket is None else [ScoreMessage(ticket=ticket).model_dump_json()]


def score_on_message(
    settings: Settings, body: bytes, output: Messages, *, load: Load = chosen_method
) -> None:
    """Score stored items for less than a minute, and put the next message on the queue.

    Raises BadMessage, and what ends a run early, so that the message returns to the queue.
    """
    _on_message("score", settings, body, output, partial(_run, settings, load=load))


def send_due_model_scoring(
    settings: Settings, output: Messages, *, load: LoadModel = asked_method
) -> None:
    """Put a message on the queue if stored items wait for the language model, and none is there.

    It does nothing unless SENTIMENT_METHOD is llm. The state of scoring by the model then says how
    many items wait, or why the model isn't asked.
    """
    if settings.sentiment_method == "llm":
        send_due_messages("score_by_model", _due_for_model(settings, load), output)


async def _due_for_model(settings: Settings, load: LoadModel) -> list[str]:
    async with opened(settings) as (store, _):
        backlog = Backlog(store, load(settings), settings.sentiment_method, utc_now, MODEL_STATE)
        ticket = await backlog.ask()
        return [] if ticket is None else [ScoreMessage(ticket=ticket).model_dump_json()]


def score_by_model_on_message(
    settings: Settings, body: bytes, output: Messages, *, load: LoadModel = asked_method
) -> None:
    """Have the language model score stored items for about a minute, and send the next message.

    Raises BadMessage, and what ends a run early, so that the message returns to the queue.
    """
    if is_configured(settings):
        run = partial(_run_by_model, settings, load=load)
        _on_message("score_by_model", settings, body, output, run)


def _on_message(
    function: str,
    settings: Settings,
    body: bytes,
    output: Messages,
    run: Callable[[str], Coroutine[Any, Any, _Done]],
) -> None:
    with reported(function, settings) as report:
        message = read_message(body)
        # A busy lease sends the same message again.
        tickets: Sequence[str] = [message.ticket]
        with skipped_if_busy(report):
            done = run_until_stopped(run(message.ticket), seconds=settings.cycle_seconds)
            report.update(_report(done.end) if done.end else {"outcome": "begun"})
            tickets = done.tickets
        send(output, [ScoreMessage(ticket=each).model_dump_json() for each in tickets])


async def _run_by_model(settings: Settings, ticket: str, *, load: LoadModel) -> _Done:
    """Score by the language model until the run's time is used up, or it is to be asked later."""
    run_time = RunTime.of(RUN_SECONDS)
    async with _model_rescorer(settings, load, run_time) as rescorer:
        # It has one budget and one pace.
        return await _after_message(rescorer, ticket, run_time, workers=1)


async def _run(settings: Settings, ticket: str, load: Load) -> _Done:
    """Score until the run's time is used up."""
    run_time = RunTime.of(RUN_SECONDS)
    method = load(settings)
    async with opened(settings) as (store, watched):
        rescorer = Rescorer(store, method, watched, is_over=run_time.is_over)
        return await _after_message(rescorer, ticket, run_time, workers_of_round(settings))


async def _after_message(rescorer: Rescorer, ticket: str, run_time: RunTime, workers: int) -> _Done:
    """Work after a message. In shards, the first one begins a round, and sends for its workers."""
    wait = LeaseWait(MESSAGE_WAIT_SECONDS)
    if not await _has_shards(rescorer):
        end = await rescorer.run(ticket, lease_wait=wait)
        return _Done(end, [ticket] if end.goes_on else [])
    in_shards = ShardRescorer(rescorer, wait, has_time=partial(_check_totals_time, run_time))
    try:
        if await in_shards.begin(ticket):
            return _Done(None, [ticket] * workers)
    except TakenOver:
        pass  # The run says so.
    end = await in_shards.run(ticket)
    return _Done(end, [end.ticket] if end.ticket else [])


async def _by_hand(rescorer: Rescorer, ticket: str | None = None) -> RescoreEnd:
    """Work to the end, alone. Without a ticket it takes over from any other run."""
    wait = LeaseWait(RESCORE_WAIT_SECONDS)
    if not await _has_shards(rescorer):
        return await rescorer.run(ticket, lease_wait=wait)
    in_shards = ShardRescorer(rescorer, wait)
    return await (in_shards.to_its_end() if ticket is None else in_shards.finish(ticket))


async def _has_shards(rescorer: Rescorer) -> bool:
    """Return whether communities are collected in shards, and the next cycle goes on so."""
    return is_sharded(rescorer.settings) and await has_shards(rescorer.store)


def _check_totals_time(run_time: RunTime) -> None:
    """Raise DeadlineReached once totals have taken too long after a run."""
    if time.monotonic() >= run_time.ends + TOTALS_SECONDS:
        raise DeadlineReached("the time for totals is used up")


@asynccontextmanager
async def _model_rescorer(
    settings: Settings,
    load: LoadModel,
    run_time: RunTime,
    progress: ShowProgress = no_progress,
) -> AsyncIterator[Rescorer]:
    """Open what scores items by the language model."""
    method = load(settings)
    async with opened(settings) as (store, watched), chat_of(settings) as chat:
        budget = Budget(store, "scoring", settings.llm_daily_tokens, utc_now)
        judge = Judge(store, BudgetedChat(chat, budget), method, utc_now, SystemRandom())
        yield Rescorer(
            store,
            method,
            watched,
            progress=progress,
            is_over=run_time.is_over,
            batch_items=MODEL_BATCH_ITEMS,
            slice_items=MAX_TEXTS,
            state=MODEL_STATE,
            prepare=judge.prepare,
        )


def _report(done: RescoreEnd) -> dict[str, object]:
    if done.is_taken_over:
        return {
            "outcome": "skipped",
            "reason": "nothing waits, or another run goes on",
            "items": done.rescored,
        }
    return {
        "outcome": "goes_on" if done.goes_on else "completed",
        **({"paused": done.paused} if done.paused else {}),
        "items": done.rescored,
        "waiting": done.waiting,
        "unscored": done.failed,
    }


async def rescore_by_hand(
    settings: Settings, *, progress: ShowProgress = no_progress, load: Load = chosen_method
) -> RescoreEnd:
    """Rescore stored items by the current method, and then find the trending topics again.

    A language model that is chosen scores them afterwards, while the day has tokens.

    It takes over from the queue's messages. Raises SettingsError if another method stands in for
    the chosen one here, and what `Rescorer.run` raises. Finished batches stay rescored, and the
    next run continues.
    """
    method = _wanted(settings, load)
    async with opened(settings) as (store, watched):
        rescorer = Rescorer(store, method, watched, progress=progress)
        done = await _by_hand(rescorer)
        if await _topics_differ(store, done.method):
            if is_sharded(watched):
                await trends_in(store, watched)
            else:
                trends = Trends(store, watched, forms=FORMS)
                await trends.find(lease_wait=LeaseWait(RESCORE_WAIT_SECONDS))
    if not (settings.sentiment_method == "llm" and is_configured(settings)):
        return done
    async with _model_rescorer(settings, asked_method, RunTime.of(None), progress) as rescorer:
        return await _by_hand(rescorer)


async def score_waiting(
    settings: Settings, *, progress: ShowProgress = no_progress, load: Load = chosen_method
) -> RescoreEnd | None:
    """Score what other work by hand has left to a slow method, to its end.

    None if the method isn't slow, nothing waits, or a message is on its way. Raises what
    `Rescorer.run` raises.
    """
    method = load(settings)
    if not method.is_slow:
        return None
    async with opened(settings) as (store, watched):
        rescorer = Rescorer(store, method, watched, progress=progress)
        ticket = await rescorer.backlog.ask()
        if ticket is None:
            return None
        return await _by_hand(rescorer, ticket)


async def plan_rescore(settings: Settings, *, load: Load = chosen_method) -> Plan:
    """Return what a rescore would do now. Raises SettingsError like `rescore_by_hand`."""
    method = _wanted(settings, load)
    async with opened(settings) as (store, watched):
        return await Rescorer(store, method, watched).plan()


def _wanted(settings: Settings, load: Load) -> Method:
    method = load(settings)
    if method.stands_in_because:
        raise SettingsError(
            f"SENTIMENT_METHOD: {settings.default_method} can't run here"
            f" ({method.stands_in_because}), and {method.name} stands in: nothing is scored again"
        )
    return method


async def _topics_differ(store: Store, method: str) -> bool:
    """Return whether another method scored items of the current topics."""
    current = await store.read(TOPICS, CURRENT, CURRENT)
    topics = current["topics"] if current else []
    return any(topic.get("methods", {}).keys() != {method} for topic in topics)
