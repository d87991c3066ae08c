"""The jobs of alerts: rules are evaluated, and deliveries sent, after messages and by a timer."""

import os
import secrets
from datetime import timedelta

from collector.alerts.digest_outbox import DigestOutbox
from collector.alerts.evaluation import Evaluated, Evaluator, ReadEvaluation
from collector.alerts.outbox import Delivered, Outbox, Send
from collector.alerts.sending import send_with
from collector.runs import opened, reported
from collector.turns import Messages, send, send_due_messages
from collector.writers.shutdown import run_until_stopped
from shared.alerts import queue
from shared.alerts.composing import Sender
from shared.alerts.evaluation import Evaluation
from shared.alerts.evaluation_queue import After, EvaluationMessage, read_message
from shared.alerts.links import read_key
from shared.alerts.reading import EvidenceReader
from shared.models import AlertRule
from shared.settings import Settings, dashboard_address
from shared.store import COLLECTION, Store
from shared.subjects.watchlist import read_watchlist
from shared.times import Clock, utc_now


def send_due_evaluation(
    settings: Settings, output: Messages, after: After, *, clock: Clock = utc_now
) -> None:
    """Put a message on the queue if a rule is to be evaluated.

    If the store can't be read, the timer does it.
    """
    send_due_messages("evaluate_alerts", _due_evaluation(settings, after, clock), output)


def evaluate_on_message(
    settings: Settings,
    body: bytes,
    deliveries: Messages,
    *,
    read_evaluation: ReadEvaluation | None = None,
    clock: Clock = utc_now,
) -> None:
    """Evaluate the rules that are due, and ask for what is to be sent now.

    A message that comes twice does nothing. Raises BadMessage and StoreError, so that the message
    returns to the queue.
    """
    with reported("evaluate_alerts", settings) as report:
        report.update(after=read_message(body).after)
        work = _evaluate(settings, read_evaluation, clock)
        done, messages = run_until_stopped(work, seconds=settings.cycle_seconds)
        report.update(
            evaluations=done.evaluations,
            opened=done.opened,
            updated=done.updated,
            closed=done.closed,
        )
        send(deliveries, messages)


def deliver_on_message(
    settings: Settings, body: bytes, *, sending: Send | None = None, clock: Clock = utc_now
) -> None:
    """Send what is due to the channel that a message names.

    A message that comes twice does nothing. Raises BadMessage and StoreError, so that the message
    returns to the queue.
    """
    with reported("deliver_alerts", settings) as report:
        channel = queue.read_message(body).channel
        report.update(channel=channel)
        work = _deliver(settings, channel, sending, clock)
        done = run_until_stopped(work, seconds=settings.cycle_seconds)
        report.update(
            sent=done.sent,
            retried=done.retried,
            failed=done.failed,
            folded=done.folded,
            dropped=done.dropped,
        )


def send_due_alerts(
    settings: Settings, evaluations: Messages, deliveries: Messages, *, clock: Clock = utc_now
) -> None:
    """Ask for what is due by now: evaluations whose message was lost, retries, ends of waits.

    If the store can't be read, the next tick does it.
    """
    send_due_evaluation(settings, evaluations, "alerts", clock=clock)
    send_due_messages("deliver_alerts", _due_deliveries(settings, clock), deliveries)


async def _due_evaluation(settings: Settings, after: After, clock: Clock) -> list[str]:
    async with opened(settings) as (store, watched):
        evaluator = Evaluator(store, watched, _nothing, clock)
        is_due = await evaluator.is_due()
        return [EvaluationMessage(after=after).model_dump_json()] if is_due else []


async def _due_deliveries(settings: Settings, clock: Clock) -> list[str]:
    async with opened(settings) as (store, _):
        outbox = await _outbox(store, settings, None, clock)
        digests = _digests(outbox)
        return queue.messages_of([*await outbox.due(), *await digests.due()])


async def _evaluate(
    settings: Settings, read_evaluation: ReadEvaluation | None, clock: Clock
) -> tuple[Evaluated, list[str]]:
    async with opened(settings) as (store, watched):
        read = read_evaluation or await _reader(store, watched)
        done = await Evaluator(store, watched, read, clock).run()
        outbox = await _outbox(store, watched, None, clock)
        return done, queue.messages_of(await outbox.due())


async def _deliver(
    settings: Settings, channel: str, sending: Send | None, clock: Clock
) -> Delivered:
    async with opened(settings) as (store, watched):
        outbox = await _outbox(store, watched, sending, clock)
        return await outbox.deliver(channel) + await _digests(outbox).deliver(channel)


async def _reader(store: Store, settings: Settings) -> ReadEvaluation:
    """Return what evaluates conditions, and reads what several rules look at once."""
    reader = EvidenceReader(store, settings, await read_watchlist(store))

    async def read(_: Store, __: Settings, rule: AlertRule, hour: str) -> Evaluation:
        return await reader.evaluation(rule, hour)

    return read


async def _nothing(_: Store, __: Settings, ___: AlertRule, ____: str) -> Evaluation:
    return Evaluation("ok")


async def _outbox(store: Store, settings: Settings, sending: Send | None, clock: Clock) -> Outbox:
    state = await store.read(COLLECTION, "collection", "collection")
    sender = Sender(
        instance=dashboard_address(settings),
        signing_key=await read_key(store, secrets.token_bytes),
        is_sample=(state["origin"] if state else settings.origin) == "sample",
    )
    keep = timedelta(days=settings.retention_days)
    return Outbox(store, sending or send_with(settings, os.environ), sender, keep, clock)


def _digests(outbox: Outbox) -> DigestOutbox:
    """Return the outbox of digests that sends as an outbox of alerts does."""
    return DigestOutbox(outbox.store, outbox.send, outbox.sender, outbox.keep, outbox.clock)
