"""Asks for the work that is due after a cycle."""

from dataclasses import dataclass

from collector.alert_jobs import send_due_evaluation
from collector.backfill_jobs import send_due
from collector.rematch_jobs import send_due_rematch
from collector.score_jobs import send_due_model_scoring, send_due_scoring
from collector.turns import Messages
from shared.alerts.evaluation_queue import After
from shared.settings import Settings


@dataclass(frozen=True)
class Outputs:
    """The outputs of a function, one for the queue of each kind of work."""

    backfill: Messages
    rematch: Messages
    score: Messages
    model: Messages
    evaluate: Messages


def send_due_work(settings: Settings, outputs: Outputs, after: After) -> None:
    """Put the messages of all due work on the queues."""
    send_due(settings, outputs.backfill)
    send_due_rematch(settings, outputs.rematch)
    send_due_scoring(settings, outputs.score)
    send_due_model_scoring(settings, outputs.model)
    send_due_evaluation(settings, outputs.evaluate, after)
