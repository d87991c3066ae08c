"""Everything falling together: the pipeline's alarm, never a mood or a volume of a scope.

Hours in which everything fell are unknown, now and later, on either side of a comparison.
"""

from dataclasses import replace
from statistics import median

from shared.alerts.evidence import Evidence
from shared.alerts.hourly import HourlyFigures
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
    span = evidence.of_all.span(hour, DAY)
    if span is None:
        return None
    lacking = sum(each in evidence.falling for each in evidence.of_all.hours[span.first : span.end])
    if hour in evidence.falling or 2 * lacking > DAY:
        return "Most communities weren't observed, so that nothing can be said of one scope."
    if hour not in evidence.fell:
        return None
    return (
        f"All communities together have less than {percent(MIN_SHARE)} of their usual items in 24"
        " hours: everything fell, which is a matter of collection."
    )


def without_fallen(evidence: Evidence, hour: str) -> Evidence:
    """Return evidence in which the hours of everything falling are unknown, as seen by an hour."""
    figures = evidence.figures
    spans = (figures.span(end, DAY) for end in evidence.fell if end <= hour)
    lost = {figures.hours[place] for span in spans if span is not None for place in range(*span)}
    return replace(evidence, figures=figures.without(lost)) if lost else evidence


def fallen_days(of_all: HourlyFigures) -> frozenset[str]:
    """Return the last hours of the days, any 24 hours, in which all communities had too little."""
    return frozenset(hour for hour in of_all.hours if _has_fallen(of_all, hour))


def _has_fallen(of_all: HourlyFigures, hour: str) -> bool:
    span = of_all.span(hour, DAY)
    if span is None:
        return False
    earlier = [each for week in WEEKS if of_all.is_known(each := span.moved(-week * WEEK))]
    usual = median(map(of_all.items, earlier)) if earlier else 0
    if usual < MIN_USUAL or of_all.items(span) >= MIN_SHARE * usual:
        return False
    now, before = of_all.amount([span]), of_all.amount(earlier)
    return chance_of_number(now, before, 1 / (1 + len(earlier))) <= CHANCE
