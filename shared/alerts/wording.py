"""Findings in plain English: their sentences, numbers and items."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from shared.alerts.evaluation import Evaluation, EvaluationStatus
from shared.alerts.evidence import Evidence
from shared.models import ALL, CitedItem, Finding, Item
from shared.stats.cell_threads import thread_of

HOURS_OF_DAY = 24
MAX_EXCERPT = 280
MAX_ITEMS = 5
DIGITS = 4
# The hour is no part of it, so that a replay can count the hours of each reason.
UNOBSERVED = "The hour wasn't observed in full."


def no_data(reason: str) -> Evaluation:
    """Return an evaluation that found nothing to judge by."""
    return Evaluation("no_data", reason=reason)


def found(findings: Sequence[Finding], lasting: Iterable[str] = ()) -> Evaluation:
    """Return an evaluation of these findings: ok if there are none; lasting causes are there."""
    status: EvaluationStatus = "firing" if findings else "ok"
    return Evaluation(status, tuple(findings), lasting=frozenset(lasting))


def finding(
    cause: str,
    sentence: str,
    hour: str,
    figures: Mapping[str, float | None],
    *,
    items: Sequence[Item] = (),
    key: str | None = None,
) -> Finding:
    """Return a finding; items are cited."""
    return Finding(
        cause=cause,
        sentence=sentence,
        hour=hour,
        figures={
            name: None if value is None else float(f"{value:.{DIGITS}g}")
            for name, value in figures.items()
        },
        items=[cited(item) for item in items[:MAX_ITEMS]],
        key=key,
    )


def rounded(value: float | None) -> float | None:
    """Return a number with four significant digits; those of whole numbers stay."""
    if value is None or float(value).is_integer():
        return value
    return float(f"{value:.{DIGITS}g}")


def cited(item: Item) -> CitedItem:
    """Return an item as findings cite it."""
    title = str(cast("Mapping[str, Any]", item).get("title") or "")
    return CitedItem(
        id=item["id"],
        post=thread_of(item),
        community=item["community"],
        title=title,
        excerpt=shortened(item["content"] or title),
        permalink=item["permalink"],
    )


def shortened(text: str, most: int = MAX_EXCERPT) -> str:
    """Return a text in one line, cut at a word with … where it is longer than `most`."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    cut = line[: most - 1]
    return f"{cut[: cut.rfind(' ')] if ' ' in cut else cut}…"


def about(evidence: Evidence) -> str:
    """Return where a scope is, in a sentence: "about Cursor", "in r/cursor"."""
    if evidence.scope == ALL:
        return "in all communities"
    return f"{'about' if evidence.scope.startswith('subject:') else 'in'} {evidence.name}"


def length_of(hours: int) -> str:
    """Return a length of time in words: "1 hour", "24 hours", "3 days"."""
    if hours > HOURS_OF_DAY and hours % HOURS_OF_DAY == 0:
        return f"{hours // HOURS_OF_DAY} days"
    return counted(hours, "hour")


def counted(number: int, noun: str) -> str:
    """Return a number with its noun: "1 item", "1,234 items"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def signed(value: float) -> str:
    """Return a mean compound with two digits and a sign: "+0.12", "-0.09"."""
    return f"{value:+.2f}"


def percent(share: float) -> str:
    """Return a share (0..1) as a percentage without digits."""
    return f"{100 * share:.0f}%"
