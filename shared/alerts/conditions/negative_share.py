"""The negative share of a span above a bound, beyond its interval."""

from shared.alerts.conditions.falling import DAY
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.wording import (
    UNOBSERVED,
    about,
    counted,
    finding,
    found,
    length_of,
    no_data,
    percent,
)
from shared.models import Condition
from shared.stats.shares import moderated_share_in
from shared.stats.uncertainty import FEW

CAUSE = "negative"
DEFAULT_ABOVE = 0.5
CONFIDENCE = 0.998
"""Of the interval: beyond its lower end in one case of a thousand, where the share is the bound."""
MIN_KNOWN = 0.75


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return whether the negative share of the hours up to a full hour is above the bound."""
    hours, above = condition.get("hours", DAY), condition.get("above", DEFAULT_ABOVE)
    figures = evidence.figures
    span = figures.span(hour, hours)
    if span is None or not figures.is_known_hour(span.end - 1):
        return no_data(UNOBSERVED)
    places = [place for place in range(*span) if figures.is_known_hour(place)]
    items = figures.counted_in(places)
    if len(places) < MIN_KNOWN * hours or items < FEW:
        return no_data(
            f"There are fewer than {FEW} items in {length_of(hours)}, or too many of these hours"
            " weren't observed."
        )
    if len(figures.methods_in(places)) > 1:
        return no_data(f"The items of {length_of(hours)} were scored by different methods.")
    if figures.negative_in(places) <= above * items:
        return found([])
    sample = figures.sample(places)
    share = moderated_share_in(sample, figures.negative_in(places))
    # All of one thread have no interval, and one with most of them isn't the scope.
    low, _ = share.interval(CONFIDENCE) or (0.0, 1.0)
    if low <= above or sample.giant is not None:
        # The share is above the bound, but perhaps by chance.
        return found([], lasting=[CAUSE])
    sentence = (
        f"{percent(share.value)} of what is said {about(evidence)} is negative, above"
        f" {percent(above)}: {counted(items, 'item')} in {length_of(hours)}."
    )
    values = {"value": share.value, "bound": above, "low": low, "n": items, "hours": hours}
    return found([finding(CAUSE, sentence, hour, values)], lasting=[CAUSE])
