"""Counts, means and changes of cells, as answers have them."""

from collections.abc import Iterable
from typing import Any

from api.reads.scopes import Scope
from api.schema.sentiment import GiantThread, LabelShares, ThreadChange, Totals
from shared.models import Cell, OtherLanguages
from shared.stats import cells as statistics
from shared.stats.cells import COMPOUND_DIGITS, LABELS
from shared.stats.compare import Change, Side
from shared.stats.means import (
    LIMITS_OF_CHANGE,
    Sample,
    error_of,
    interval_of,
    part_of,
    sample_of,
    spread_of,
)
from shared.stats.means import Giant as Largest
from shared.stats.shares import label_shares
from shared.stats.subject_tables import Figures
from shared.stats.subjects import SentimentIsOf, sentiment_is_of
from shared.stats.uncertainty import Mean


def totals_of_cells(
    cells: Iterable[Cell],
    other_languages: OtherLanguages,
    *,
    coverage: float | None = None,
    shares: bool = False,
    whole: Sample | None = None,
) -> Totals:
    """Return the sum of cells; coverage is the part of their time that was observed.

    With `shares` it has those of the labels: windows do, steps don't. whole are the items that they
    are a part of, if they don't know their threads.
    """
    listed = list(cells)
    sample = sample_of(listed, other_languages)
    return counted_totals(
        statistics.totals(listed, other_languages),
        sample if whole is None else part_of(whole, sample),
        coverage=coverage,
        shares=shares,
    )


def counted_totals(
    counted: statistics.Totals, sample: Sample, *, coverage: float | None = None, shares: bool
) -> Totals:
    """Return counts with what is uncertain about the mean, and about the shares of labels."""
    return Totals(
        **counted,
        **spread_of(sample),
        coverage=coverage,
        shares=shares_of(sample, counted) if shares else None,
    )


def shares_of(sample: Sample, counted: statistics.Totals | Figures) -> LabelShares | None:
    """Return the shares of the labels of counts; None without items."""
    if isinstance(counted, Figures):
        counts = (counted.positive, counted.negative, counted.neutral)
    else:
        counts = (counted["positive"], counted["negative"], counted["neutral"])
    found = label_shares(sample, dict(zip(LABELS, counts, strict=True)))
    if found is None:
        return None
    return {
        "positive": {**found["positive"]},
        "negative": {**found["negative"]},
        "neutral": {**found["neutral"]},
    }


def change_fields(change: Change, community: str | None = None) -> dict[str, Any]:
    """Return the fields that answers have of a change, but for the counts of both sides.

    community is the only one that counts, if there is but one.
    """
    return {
        "verdict": change.verdict,
        "reason": change.reason,
        "hours": change.hours,
        "avg_sentiment": change.avg_sentiment,
        "stderr": error_of(change.plain),
        "interval": interval_of(change.plain, LIMITS_OF_CHANGE),
        "by_thread": _thread_change(change.by_thread),
        "giant": None if change.giant is None else _giant(*change.giant, community),
        "behind": change.behind,
        "span_needed": change.span_needed,
    }


def sentiment_of(totals: Iterable[tuple[Scope, Totals]]) -> SentimentIsOf:
    """Return what the sentiments of scopes are of: those of communities are of whole texts."""
    methods = {
        method if scope.subject is not None else ""
        for scope, own in totals
        for method in own.methods
    }
    return sentiment_is_of(methods)


def _thread_change(mean: Mean | None) -> ThreadChange | None:
    if mean is None:
        return None
    return ThreadChange(
        avg_sentiment=round(mean.value, COMPOUND_DIGITS),
        stderr=error_of(mean),
        interval=interval_of(mean, LIMITS_OF_CHANGE),
    )


def _giant(side: Side, giant: Largest, community: str | None) -> GiantThread:
    return GiantThread(
        id=giant.id, community=community or giant.community, share=giant.share, side=side
    )
