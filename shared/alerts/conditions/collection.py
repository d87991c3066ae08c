"""Collection that has stopped: no cycle completed for some hours."""

from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import finding, found, length_of, no_data
from shared.models import Condition
from shared.stats.coverage import hours_of
from shared.times import next_hour

DEFAULT_HOURS = 3


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return whether no collection had completed for the condition's hours when this one ended."""
    collected, now = evidence.collected_at, f"{next_hour(hour)}:00:00Z"
    if collected is None:
        return no_data("Nothing has been collected yet.")
    hours = hours_of(collected, now)
    if hours < condition.get("hours", DEFAULT_HOURS):
        return found([])
    time = length_of(int(hours))
    sentence = f"No collection has completed for {time}: the last one at {collected}."
    return found([finding("collection", sentence, hour, {"value": hours, "hours": hours})])
