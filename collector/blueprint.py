"""The timer and queue functions.

They import their jobs when they run, because an HTTP function's cold start also imports this file
and must stay fast.
"""

import os
import typing
from collections.abc import Callable

import azure.functions as func

from shared import backfills, cleanups, rematches, scoring
from shared.alerts.evaluation_queue import QUEUE as EVALUATION_QUEUE
from shared.alerts.queue import QUEUE as DELIVERY_QUEUE
from shared.batches import QUEUE as INGEST_QUEUE
from shared.corrections.queue import QUEUE as CORRECTION_QUEUE
from shared.digests.queue import QUEUE as DIGEST_QUEUE
from shared.on_demand import QUEUE
from shared.settings import settings
from shared.shards import QUEUE as SHARD_QUEUE
from shared.telemetry import invocation
from shared.trending import QUEUE as TRENDING_QUEUE

# The real worker takes func.Out[typing.List[str]] alone, and gives bindings by their names.
# ruff: noqa: UP006, PLR0917

blueprint = func.Blueprint()
STORAGE = "AzureWebJobsStorage"
Decorator = Callable[..., typing.Any]


def on_message(queue: str) -> Decorator:
    """Run a function for each message of a queue."""
    return blueprint.queue_trigger(arg_name="message", queue_name=queue, connection=STORAGE)


def sends(name: str, queue: str) -> Decorator:
    """Send the messages of an output to a queue. name is the function's parameter."""
    return blueprint.queue_output(arg_name=name, queue_name=queue, connection=STORAGE)


@blueprint.timer_trigger(
    arg_name="timer",
    schedule="%COLLECT_SCHEDULE%",
    run_on_startup=os.environ.get("COLLECT_ON_STARTUP", "").strip().lower() == "true",
)
@sends("messages", backfills.QUEUE)
@sends("rematch", rematches.QUEUE)
@sends("score", scoring.QUEUE)
@sends("model", scoring.MODEL_QUEUE)
@sends("evaluate", EVALUATION_QUEUE)
@sends("shards", SHARD_QUEUE)
def collect(
    timer: func.TimerRequest,
    messages: func.Out[typing.List[str]],
    rematch: func.Out[typing.List[str]],
    score: func.Out[typing.List[str]],
    model: func.Out[typing.List[str]],
    evaluate: func.Out[typing.List[str]],
    shards: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Run one collection cycle over all communities, and ask for what is due after it."""
    from collector.due_work import Outputs, send_due_work  # noqa: PLC0415
    from collector.jobs import collect_on_timer  # noqa: PLC0415

    with invocation("collect", "timer", context):
        collect_on_timer(settings(), past_due=timer.past_due, output=shards)
        outputs = Outputs(messages, rematch, score, model, evaluate)
        send_due_work(settings(), outputs, "collect")


@on_message(QUEUE)
@sends("messages", backfills.QUEUE)
@sends("rematch", rematches.QUEUE)
@sends("score", scoring.QUEUE)
@sends("model", scoring.MODEL_QUEUE)
@sends("evaluate", EVALUATION_QUEUE)
@sends("shards", SHARD_QUEUE)
def collect_now(
    message: func.QueueMessage,
    messages: func.Out[typing.List[str]],
    rematch: func.Out[typing.List[str]],
    score: func.Out[typing.List[str]],
    model: func.Out[typing.List[str]],
    evaluate: func.Out[typing.List[str]],
    shards: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Run a requested collection cycle, and ask for what is due after it."""
    from collector.due_work import Outputs, send_due_work  # noqa: PLC0415
    from collector.jobs import collect_on_request  # noqa: PLC0415

    with invocation("collect_now", "pubsub", context):
        collect_on_request(settings(), message.get_body(), shards)
        outputs = Outputs(messages, rematch, score, model, evaluate)
        send_due_work(settings(), outputs, "collect_now")


@on_message(SHARD_QUEUE)
@sends("messages", backfills.QUEUE)
@sends("rematch", rematches.QUEUE)
@sends("score", scoring.QUEUE)
@sends("model", scoring.MODEL_QUEUE)
@sends("evaluate", EVALUATION_QUEUE)
@sends("cleanup", cleanups.QUEUE)
@sends("trending", TRENDING_QUEUE)
@sends("shards", SHARD_QUEUE)
def collect_shard(
    message: func.QueueMessage,
    messages: func.Out[typing.List[str]],
    rematch: func.Out[typing.List[str]],
    score: func.Out[typing.List[str]],
    model: func.Out[typing.List[str]],
    evaluate: func.Out[typing.List[str]],
    cleanup: func.Out[typing.List[str]],
    trending: func.Out[typing.List[str]],
    shards: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Collect one shard of a cycle, or end the cycle and ask for what is due after it."""
    from collector.cleanup_jobs import send_due_cleanup  # noqa: PLC0415
    from collector.due_work import Outputs, send_due_work  # noqa: PLC0415
    from collector.jobs import send_late_trends  # noqa: PLC0415
    from collector.shard_jobs import collect_shard_on_message  # noqa: PLC0415

    with invocation("collect_shard", "pubsub", context):
        if collect_shard_on_message(settings(), message.get_body(), shards):
            outputs = Outputs(messages, rematch, score, model, evaluate)
            send_due_work(settings(), outputs, "collect")
            send_due_cleanup(settings(), cleanup)
            send_late_trends(settings(), trending)


@on_message(backfills.QUEUE)
@sends("messages", backfills.QUEUE)
@sends("score", scoring.QUEUE)
def backfill(
    message: func.QueueMessage,
    messages: func.Out[typing.List[str]],
    score: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Read on in a community's past for less than a minute, and ask to go on."""
    from collector.backfill_jobs import backfill_on_message  # noqa: PLC0415
    from collector.score_jobs import send_due_scoring  # noqa: PLC0415

    with invocation("backfill", "pubsub", context):
        backfill_on_message(settings(), message.get_body(), messages)
        send_due_scoring(settings(), score)


@on_message(rematches.QUEUE)
@sends("messages", rematches.QUEUE)
@sends("score", scoring.QUEUE)
def rematch(
    message: func.QueueMessage,
    messages: func.Out[typing.List[str]],
    score: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Match stored items by a changed watchlist for less than a minute, and ask to go on."""
    from collector.rematch_jobs import rematch_on_message  # noqa: PLC0415
    from collector.score_jobs import send_due_scoring  # noqa: PLC0415

    with invocation("rematch", "pubsub", context):
        rematch_on_message(settings(), message.get_body(), messages)
        send_due_scoring(settings(), score)


@on_message(INGEST_QUEUE)
@sends("score", scoring.QUEUE)
def ingest(
    message: func.QueueMessage, score: func.Out[typing.List[str]], context: func.Context
) -> None:
    """Write the pushed items that wait."""
    from collector.ingest_jobs import write_pushed_on_request  # noqa: PLC0415
    from collector.score_jobs import send_due_scoring  # noqa: PLC0415

    with invocation("ingest", "pubsub", context):
        write_pushed_on_request(settings(), message.get_body())
        send_due_scoring(settings(), score)


@on_message(CORRECTION_QUEUE)
def correct(message: func.QueueMessage, context: func.Context) -> None:
    """Write people's corrections into their items."""
    from collector.correct_jobs import correct_on_request  # noqa: PLC0415

    with invocation("correct", "pubsub", context):
        correct_on_request(settings(), message.get_body())


@on_message(scoring.QUEUE)
@sends("messages", scoring.QUEUE)
def score(
    message: func.QueueMessage, messages: func.Out[typing.List[str]], context: func.Context
) -> None:
    """Score stored items that wait for it, for less than a minute, and ask to go on."""
    from collector.score_jobs import score_on_message  # noqa: PLC0415

    with invocation("score", "pubsub", context):
        score_on_message(settings(), message.get_body(), messages)


@on_message(scoring.MODEL_QUEUE)
@sends("messages", scoring.MODEL_QUEUE)
def score_by_model(
    message: func.QueueMessage, messages: func.Out[typing.List[str]], context: func.Context
) -> None:
    """Have a language model score stored items for about a minute, and ask to go on."""
    from collector.score_jobs import score_by_model_on_message  # noqa: PLC0415

    with invocation("score_by_model", "pubsub", context):
        score_by_model_on_message(settings(), message.get_body(), messages)


@blueprint.timer_trigger(arg_name="timer", schedule="%TRENDING_SCHEDULE%")
@sends("messages", TRENDING_QUEUE)
@sends("evaluate", EVALUATION_QUEUE)
def trending(
    timer: func.TimerRequest,
    messages: func.Out[typing.List[str]],
    evaluate: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Recompute the trending topics and ask for alerts about them, or ask workers to do it."""
    from collector.alert_jobs import send_due_evaluation  # noqa: PLC0415
    from collector.jobs import find_trends_on_timer  # noqa: PLC0415

    with invocation("trending", "timer", context):
        if find_trends_on_timer(settings(), past_due=timer.past_due, output=messages):
            send_due_evaluation(settings(), evaluate, "trending")


@on_message(TRENDING_QUEUE)
@sends("messages", TRENDING_QUEUE)
@sends("evaluate", EVALUATION_QUEUE)
def find_topics_of_shards(
    message: func.QueueMessage,
    messages: func.Out[typing.List[str]],
    evaluate: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Work on the topics of many communities for less than a minute, and ask to go on."""
    from collector.alert_jobs import send_due_evaluation  # noqa: PLC0415
    from collector.jobs import find_topics_on_message  # noqa: PLC0415

    with invocation("find_topics_of_shards", "pubsub", context):
        if find_topics_on_message(settings(), message.get_body(), messages):
            send_due_evaluation(settings(), evaluate, "trending")


@on_message(EVALUATION_QUEUE)
@sends("deliver", DELIVERY_QUEUE)
def evaluate_alerts(
    message: func.QueueMessage, deliver: func.Out[typing.List[str]], context: func.Context
) -> None:
    """Evaluate the alert rules for the hours that were collected."""
    from collector.alert_jobs import evaluate_on_message  # noqa: PLC0415

    with invocation("evaluate_alerts", "pubsub", context):
        evaluate_on_message(settings(), message.get_body(), deliver)


@on_message(DELIVERY_QUEUE)
def deliver_alerts(message: func.QueueMessage, context: func.Context) -> None:
    """Send the alerts that are due to a channel."""
    from collector.alert_jobs import deliver_on_message  # noqa: PLC0415

    with invocation("deliver_alerts", "pubsub", context):
        deliver_on_message(settings(), message.get_body())


@blueprint.timer_trigger(arg_name="timer", schedule="%ALERTS_SCHEDULE%")
@sends("evaluate", EVALUATION_QUEUE)
@sends("deliver", DELIVERY_QUEUE)
@sends("digests", DIGEST_QUEUE)
def alerts(
    timer: func.TimerRequest,
    evaluate: func.Out[typing.List[str]],
    deliver: func.Out[typing.List[str]],
    digests: func.Out[typing.List[str]],
    context: func.Context,
) -> None:
    """Ask for the alerts that waited until now, and for the digests that are due."""
    from collector.alert_jobs import send_due_alerts  # noqa: PLC0415
    from collector.digest_jobs import send_due_digests  # noqa: PLC0415

    del timer
    with invocation("alerts", "timer", context):
        send_due_alerts(settings(), evaluate, deliver)
        send_due_digests(settings(), digests)


@blueprint.timer_trigger(arg_name="timer", schedule="%CLEANUP_SCHEDULE%")
@sends("messages", cleanups.QUEUE)
def cleanup(
    timer: func.TimerRequest, messages: func.Out[typing.List[str]], context: func.Context
) -> None:
    """Remove data older than RETENTION_DAYS, or begin to in shards, and close orphaned work."""
    from collector.jobs import clean_up_on_timer  # noqa: PLC0415

    with invocation("cleanup", "timer", context):
        clean_up_on_timer(settings(), past_due=timer.past_due, output=messages)


@on_message(cleanups.QUEUE)
@sends("messages", cleanups.QUEUE)
def clean_up_shards(
    message: func.QueueMessage, messages: func.Out[typing.List[str]], context: func.Context
) -> None:
    """Remove expired data of shards for less than a minute, and ask to go on."""
    from collector.cleanup_jobs import clean_up_on_message  # noqa: PLC0415

    with invocation("clean_up_shards", "pubsub", context):
        clean_up_on_message(settings(), message.get_body(), messages)


# Between collections, which begin at the full and the half hour by default.
@blueprint.timer_trigger(arg_name="timer", schedule="0 20 * * * *")
def releases(timer: func.TimerRequest, context: func.Context) -> None:
    """Turn new releases of watched GitHub repositories into markers."""
    from collector.release_jobs import mark_releases_on_timer  # noqa: PLC0415

    with invocation("releases", "timer", context):
        mark_releases_on_timer(settings(), past_due=timer.past_due)
