"""Everything falling together: the pipeline's alarm, never a mood or a volume of a scope.

Hours in which everything fell are unknown, now and later, on either side of a comparison.
"""

from dataclasses import replace
from statistics import median

from shared.alerts.evidence import Evidence
from shared.alerts.wording import percent
from shared.stats.volumes import chance_of_number

DAY = 24
WEEK = 7 * DAY
WEEKS = (1, 2, 3, 4)
MIN_USUAL = 20
"""Fewer items of all communities in a day say nothing about collection."""
MIN_SHARE = 2 / 3
"""All communities together have fallen where they have a smaller share of their usual items."""
CHANCE = 1e-2
"""The probability of as few threads by chance. A rule that waits for a day for nothing does less
harm than one that takes lost items for a change."""


def all_fell(evidence: Evidence, hour: str) -> str | None:
    """Return why the last 24 hours of all communities can't be looked at; None where they can."""
    if hour not in evidence.fell:
        evidence.fell[hour] = _all_fell(evidence, hour)
    return evidence.fell[hour]


def without_fallen(evidence: Evidence, hour: str) -> Evidence:
    """Return evidence in which the hours of everything falling are unknown, as seen by an hour."""
    hours = evidence.figures.hours
    span = evidence.figures.span(hour, 1)
    ends = range(span.end) if span is not None else ()
    fallen = [end for end in ends if all_fell(evidence, hours[end])]
    if not fallen:
        return evidence
    lost = {each for end in fallen for each in hours[max(0, end + 1 - DAY) : end + 1]}
    return replace(evidence, figures=evidence.figures.without(lost))


def _all_fell(evidence: Evidence, hour: str) -> str | None:
    of_all = evidence.of_all
    span = of_all.span(hour, DAY)
    if span is None:
        return None
    lacking = sum(each in evidence.falling for each in of_all.hours[span.first : span.end])
    if hour in evidence.falling or 2 * lacking > DAY:
        return "Most communities weren't observed, so that nothing can be said of one scope."
    earlier = [each for week in WEEKS if of_all.is_known(each := span.moved(-week * WEEK))]
    usual = median(map(of_all.items, earlier)) if earlier else 0
    if usual < MIN_USUAL or of_all.items(span) >= MIN_SHARE * usual:
        return None
    now, before = of_all.amount([span]), of_all.amount(earlier)
    if chance_of_number(now, before, 1 / (1 + len(earlier))) > CHANCE:
        return None
    return (
        f"All communities together have less than {percent(MIN_SHARE)} of their usual items in 24"
        " hours: everything fell, which is a matter of collection."
    )
