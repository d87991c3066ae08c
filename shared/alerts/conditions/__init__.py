"""The conditions of rules: a file for each type, with a pure function `evaluate`."""

from collections.abc import Callable, Mapping

from shared.alerts.conditions import (
    collection,
    coverage,
    mention,
    mood,
    negative_share,
    search,
    share_of_voice,
    topic,
    volume,
)
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import no_data
from shared.alerts.young import left_out, why_too_young, with_note
from shared.models import Condition, ConditionType

Evaluate = Callable[[Condition, Evidence, str], Evaluation]

CONDITIONS: Mapping[ConditionType, Evaluate] = {
    "mood": mood.evaluate,
    "volume": volume.evaluate,
    "topic": topic.evaluate,
    "negative_share": negative_share.evaluate,
    "mention": mention.evaluate,
    "share_of_voice": share_of_voice.evaluate,
    "search": search.evaluate,
    "coverage": coverage.evaluate,
    "collection": collection.evaluate,
}


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return what a condition finds in a full hour (YYYY-MM-DDTHH), up to the last collected one.

    It is broken where its scope can't be looked at any more, and has no data where nothing can be
    said of its scope now.
    """
    if evidence.broken is not None:
        return Evaluation("broken", reason=evidence.broken)
    if evidence.no_data is not None:
        return no_data(evidence.no_data)
    if reason := why_too_young(evidence, hour):
        return no_data(reason)
    return with_note(
        CONDITIONS[condition["type"]](condition, evidence, hour), left_out(evidence, hour)
    )
