"""Volume above, or below, its baseline: the same hours of the same weekdays of four weeks.

Spans of 1 to 24 hours are looked at. Each is compared with those of the same place in each of four
weeks, and with those that begin up to half a span (an hour at least) before or after: twelve in
all. So a change of the clock, or talk that comes an hour late, is within the baseline. The spread
is the largest of what the spans show (the median absolute deviation), and of what threads that come
by chance give (their design effect). One viral thread has a large one.

The floors are those of PostHog's published method: a robust z of 3.5, a change of half of the
median, 20 items, six spans (docs/alert_conditions.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from shared.alerts.conditions.falling import MIN_SHARE, MIN_USUAL, all_fell, without_fallen
from shared.alerts.evaluation import Evaluation
from shared.alerts.evidence import Evidence
from shared.alerts.hourly import HourlyFigures, Span
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
from shared.models import Condition, Finding
from shared.stats.volumes import chance_of_number, design_effect

WEEK = 7 * 24
WEEKS = 4
LENGTHS = (1, 3, 6, 12, 24)
MIN_Z = 3.5
MIN_CHANGE = 0.5
MIN_ITEMS = 20
MIN_SPANS = 6
CHANCE = 5e-4
"""The probability of a number of threads by chance: a rule looks 720 times in 30 days at five spans
that share most of their hours. In simulations one rule in a hundred then has a false alert."""
LASTING_Z = 2.0
LASTING_CHANCE = 1e-2
"""A change that was found lasts until its z is smaller, or its probability by chance is larger."""
# The standard deviation of normal values over their median absolute deviation.
MAD_TO_DEVIATION = 1.4826


@dataclass(frozen=True)
class _Look:
    """A span, and its baseline: its spans and the median of their items."""

    span: Span
    items: int
    usual: float
    earlier: Sequence[Span]
    counts: Sequence[int]

    @property
    def moved(self) -> float:
        """Return how many items more than usual there are."""
        return self.items - self.usual


@dataclass(frozen=True)
class _Clear:
    """A look whose items moved beyond chance, clearly enough to last if it was found."""

    look: _Look
    z: float
    chance: float

    @property
    def is_found(self) -> bool:
        """Return whether it moved beyond all floors."""
        return self.z >= MIN_Z and self.chance <= CHANCE

    @property
    def cause(self) -> str:
        """Return "more" or "fewer"."""
        return "more" if self.look.moved > 0 else "fewer"


def evaluate(condition: Condition, evidence: Evidence, hour: str) -> Evaluation:
    """Return whether a span that ends with a full hour has more, or fewer, items than usual."""
    figures = evidence.figures
    span = figures.span(hour, 1)
    if span is None or not figures.is_known(span):
        return no_data(UNOBSERVED)
    if reason := all_fell(evidence, hour):
        return no_data(reason)
    evidence = without_fallen(evidence, hour)
    figures = evidence.figures
    looks = [look for length in LENGTHS if (look := _look(figures, hour, length)) is not None]
    if not looks:
        return no_data(
            f"Fewer than {MIN_SPANS} comparable spans of the last four weeks were observed."
        )
    wanted = condition.get("direction", "up")
    signs = {"up": (1,), "down": (-1,)}.get(wanted, (1, -1))
    clear = [each for look in looks for sign in signs if (each := _clear(figures, look, sign))]
    clear = [each for each in clear if each.look.moved > 0 or not _others_fell(evidence, each.look)]
    # A cause has one finding: of the span that chance gives least.
    ordered = sorted(clear, key=lambda each: -each.chance)
    best = {each.cause: each for each in ordered if each.is_found}
    findings = [_finding(evidence, hour, each) for each in best.values()]
    return found(findings, lasting=(each.cause for each in clear))


def _look(figures: HourlyFigures, hour: str, length: int) -> _Look | None:
    """Return a span with its baseline; None where either isn't known."""
    span = figures.span(hour, length)
    if span is None or not figures.is_known(span):
        return None
    beside = max(1, length // 2)
    earlier = [
        each
        for week in range(1, WEEKS + 1)
        for shift in (-beside, 0, beside)
        if figures.is_known(each := span.moved(shift - week * WEEK))
    ]
    if len(earlier) < MIN_SPANS:
        return None
    counts = list(map(figures.items, earlier))
    return _Look(span, figures.items(span), median(counts), earlier, counts)


def _clear(figures: HourlyFigures, look: _Look, sign: int) -> _Clear | None:
    """Return a look whose items moved to this side beyond chance; None where they didn't."""
    moved = look.moved * sign
    if moved < MIN_ITEMS or moved < MIN_CHANGE * look.usual:
        return None
    spread = MAD_TO_DEVIATION * median(abs(count - look.usual) for count in look.counts)
    if moved < LASTING_Z * spread:
        return None
    now, before = figures.amount([look.span]), figures.amount(_apart(look))
    effect = design_effect((now,) if sign > 0 else (now, before))
    spread = max(spread, sqrt(max(1.0, look.usual) * effect))
    chance = chance_of_number(now, before, 1 / (1 + len(_apart(look))), effect=effect)
    clear = _Clear(look, moved / spread, chance)
    return clear if clear.z >= LASTING_Z and chance <= LASTING_CHANCE else None


def _others_fell(evidence: Evidence, look: _Look) -> bool:
    """Return whether there are fewer items outside of the scope, too: lost ones, perhaps."""
    figures, of_all = evidence.figures, evidence.of_all
    earlier = [each for each in look.earlier if of_all.is_known(each)]
    now, *before = (of_all.items(each) - figures.items(each) for each in (look.span, *earlier))
    usual = median(before) if before else 0
    return usual >= MIN_USUAL and now < MIN_SHARE * usual


def _apart(look: _Look) -> Sequence[Span]:
    """Return the spans of the baseline that don't overlap: those of the same place."""
    return [each for each in look.earlier if (look.span.first - each.first) % WEEK == 0]


def _finding(evidence: Evidence, hour: str, clear: _Clear) -> Finding:
    look = clear.look
    is_rise = look.moved > 0
    there_are = "There is" if look.items == 1 else "There are"
    share = f" ({percent(abs(look.moved) / look.usual)})" if look.usual else ""
    sentence = (
        f"{there_are} {counted(look.items, 'item')} {about(evidence)} in"
        f" {length_of(look.span.length)}: {abs(look.moved):,.0f}{share}"
        f" {'more' if is_rise else 'fewer'} than the usual {look.usual:,.0f} at this time of the"
        " week."
    )
    sample = evidence.figures.sample(range(*look.span))
    if sample.giant is not None:
        sentence += f" One thread has {percent(sample.giant.share)} of them."
    figures = {
        "value": look.items,
        "baseline": look.usual,
        "change": look.moved,
        "z": clear.z if is_rise else -clear.z,
        "chance": clear.chance,
        "n": look.items,
        "hours": look.span.length,
        "largest_thread": sample.giant.share if sample.giant else None,
    }
    return finding(clear.cause, sentence, hour, figures)
