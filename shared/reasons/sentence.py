"""The sentence that says what made a change, or that nothing stands out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.stats.compare import Change
from shared.stats.contributions import Contribution
from shared.stats.uncertainty import FEW

KindOf = Literal["community", "kind", "topic", "thread", "item"]

HOURS_OF_DAY = 24
MAX_TITLE_CHARS = 100
# The kinds of talk as causes, in words.
TALK = {
    "problem": "problems",
    "outage": "outages",
    "request": "requests",
    "question": "questions",
    "praise": "praise",
    "price": "talk of prices",
    "switch": "talk of switching",
    "showcase": "showcases",
    "news": "news",
    "other": "other talk",
}


@dataclass(frozen=True)
class Cause:
    """A contribution of a dimension; is_beyond_chance looks at all that were weighed."""

    kind_of: KindOf
    title: str
    contribution: Contribution
    is_beyond_chance: bool


def leading(change: Change, causes: Sequence[Cause]) -> Cause | None:
    """Return the largest cause that is beyond chance; of a clear change, one in its direction.

    Single items are no cause, and a change of unknown direction has none.
    """
    if change.verdict in {"incomplete", "too_few"}:
        return None
    found = [each for each in causes if each.is_beyond_chance and each.kind_of != "item"]
    if change.verdict in {"better", "worse"}:
        sign = 1 if change.verdict == "better" else -1
        found = [each for each in found if each.contribution.effect * sign > 0]
    return max(found, key=lambda each: abs(each.contribution.effect), default=None)


def sentence_of(scope: str, change: Change, causes: Sequence[Cause]) -> str:
    """Return the sentence; scope is what people call the community or subject."""
    if change.verdict == "incomplete":
        return _incomplete(scope, change)
    if change.verdict == "too_few":
        return _too_few(scope, change)
    giant = _giant(scope, change, causes)
    return giant if giant is not None else _of_cause(scope, change, leading(change, causes))


def _of_cause(scope: str, change: Change, cause: Cause | None) -> str:
    moved = change.plain.value if change.plain is not None else 0.0
    if cause is None and change.verdict == "no_clear_change":
        return (
            f"Nothing stands out: the change of {scope} ({_by(moved)}) and of each part of it is"
            " within chance."
        )
    claim = f"{scope} got {change.verdict}, {_by(moved)}"
    if cause is None:
        return f"{claim}. No single part of it stands out beyond chance."
    own = cause.contribution
    if change.verdict == "no_clear_change":
        return (
            f"{scope} has no clear change as a whole ({_by(moved)}), but {_named(cause)} moved it"
            f" {_by(own.effect)}, more than chance: {_because(own)}."
        )
    return f"{claim}. What stands out most is {_named(cause)}, {_by(own.effect)}: {_because(own)}."


def _incomplete(scope: str, change: Change) -> str:
    if change.reason == "mixed_methods":
        return (
            f"The change of {scope} can't be told: several methods scored the items. It can once"
            " one method has scored all of them."
        )
    if change.reason == "not_collected":
        return (
            f"The change of {scope} can't be told yet: {', '.join(change.behind)} must be collected"
            " up to the end of the span."
        )
    return (
        f"The change of {scope} can't be told: too little is known of the time before. It takes two"
        " equal spans of which at least half of the hours were collected."
    )


def _too_few(scope: str, change: Change) -> str:
    now, before = (sample.items for sample in change.samples)
    fewest = min(now, before)
    if fewest >= FEW:
        return (
            f"Too few threads to tell a change of {scope}: nearly all of its {now} items now and"
            f" {before} before are in one or two. It takes three threads of weight on either side."
        )
    needed = ""
    if fewest:
        hours = -(-change.hours * FEW // fewest)
        days = -(-hours // HOURS_OF_DAY)
        needed = f", at this rate a span of about {_counted(days, 'day')}"
    return (
        f"Too few items to tell a change of {scope}: {now} now and {before} before. It takes {FEW}"
        f" on either side{needed}."
    )


def _giant(scope: str, change: Change, causes: Sequence[Cause]) -> str | None:
    """Name the thread that holds more than half of a side, unless the change is clear without."""
    if change.giant is None or change.verdict != "no_clear_change":
        return None
    side, giant = change.giant
    own = next(
        (c for c in causes if c.kind_of == "thread" and c.contribution.name == giant.id), None
    )
    title = f" ({_quoted(own.title)})" if own is not None and own.title != giant.id else ""
    moved = f" and moved the mean {_by(own.contribution.effect)}" if own is not None else ""
    when = "now" if side == "statistics" else "before"
    return (
        f"One thread{title} has {giant.share:.0%} of the items {when}{moved}. Its mood isn't that"
        f" of {scope}, of which no change is clear."
    )


def _named(cause: Cause) -> str:
    if cause.kind_of == "kind":
        return TALK.get(cause.title, cause.title)
    if cause.kind_of == "community":
        return f"the community {cause.title}"
    return f"the {cause.kind_of} {_quoted(cause.title)}"


def _because(own: Contribution) -> str:
    """Say whether the part's mood changed, or its share of the items, and from how many to how."""
    counts = f"{_counted(round(own.n), 'item')} now, {round(own.n_before)} before"
    if not round(own.n_before):
        return f"it is new ({counts})"
    if abs(own.mood) >= abs(own.mix):
        return f"its mood got {'better' if own.mood > 0 else 'worse'} ({counts})"
    return f"its share of the talk changed ({counts})"


def _by(moved: float) -> str:
    """Return a change of a mean in words: up by 0.12."""
    size = f"{abs(moved):.2f}"
    if size == "0.00":
        return "by less than 0.01"
    return f"{'up' if moved > 0 else 'down'} by {size}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _quoted(title: str) -> str:
    line = " ".join(title.split())
    return f"“{line if len(line) <= MAX_TITLE_CHARS else line[:MAX_TITLE_CHARS].rstrip() + '…'}”"
