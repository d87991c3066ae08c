"""The jobs that score stored items outside the lease: after a message, and by hand."""

from collections.abc import Callable, Coroutine
from functools import partial
from random import SystemRandom
from typing import Any, Final

from collector.jobs import trends_in
from collector.maintenance.backlog import Backlog
from collector.maintenance.rescore import Plan, RescoreEnd, Rescorer, ShowProgress, no_progress
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
from shared.errors import SettingsError
from shared.llm.budget import Budget, BudgetedChat
from shared.llm.chat import chat_of, is_configured
from shared.scoring import ScoreMessage, read_message
from shared.settings import Settings
from shared.store import CURRENT, TOPICS, Store
from shared.text.forms import FORMS
from shared.times import utc_now

Load = Callable[[Settings], Method]
"""Loads the method that the settings choose."""
LoadModel = Callable[[Settings], ModelMethod]
"""Returns the method of the settings' language model."""

MODEL_STATE: Final = "model_scoring"
# Items whose hours are read at a time: a run asks about a few hundred texts.
MODEL_BATCH_ITEMS = 200


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
        run = partial(_run_by_model, settings, load=load, run_seconds=RUN_SECONDS)
        _on_message("score_by_model", settings, body, output, run)


def _on_message(
    function: str,
    settings: Settings,
    body: bytes,
    output: Messages,
    run: Callable[[str], Coroutine[Any, Any, RescoreEnd]],
) -> None:
    with reported(function, settings) as report:
        message = read_message(body)
        goes_on = False
        with skipped_if_busy(report):
            done = run_until_stopped(run(message.ticket), seconds=settings.cycle_seconds)
            report.update(_report(done))
            goes_on = done.goes_on
        if goes_on or "holder" in report:
            send(output, [message.model_dump_json()])


async def _run_by_model(
    settings: Settings,
    ticket: str | None,
    *,
    load: LoadModel,
    run_seconds: float | None = None,
    lease_seconds: float = MESSAGE_WAIT_SECONDS,
    progress: ShowProgress = no_progress,
) -> RescoreEnd:
    """Score by the language model until the run's time is used up, or it is to be asked later."""
    run_time, method = RunTime.of(run_seconds), load(settings)
    async with opened(settings) as (store, watched), chat_of(settings) as chat:
        budget = Budget(store, "scoring", settings.llm_daily_tokens, utc_now)
        judge = Judge(store, BudgetedChat(chat, budget), method, utc_now, SystemRandom())
        rescorer = Rescorer(
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
        return await rescorer.run(ticket, lease_wait=LeaseWait(lease_seconds))


async def _run(settings: Settings, ticket: str, load: Load) -> RescoreEnd:
    """Score until the run's time is used up."""
    run_time = RunTime.of(RUN_SECONDS)
    method = load(settings)
    async with opened(settings) as (store, watched):
        rescorer = Rescorer(store, method, watched, is_over=run_time.is_over)
        return await rescorer.run(ticket, lease_wait=LeaseWait(MESSAGE_WAIT_SECONDS))


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
        done = await rescorer.run(lease_wait=LeaseWait(RESCORE_WAIT_SECONDS))
        if await _topics_differ(store, done.method):
            if is_sharded(watched):
                await trends_in(store, watched)
            else:
                trends = Trends(store, watched, forms=FORMS)
                await trends.find(lease_wait=LeaseWait(RESCORE_WAIT_SECONDS))
    if not (settings.sentiment_method == "llm" and is_configured(settings)):
        return done
    return await _run_by_model(
        settings,
        None,
        load=asked_method,
        lease_seconds=RESCORE_WAIT_SECONDS,
        progress=progress,
    )


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
        return await rescorer.run(ticket, lease_wait=LeaseWait(RESCORE_WAIT_SECONDS))


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
