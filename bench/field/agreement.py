"""Agreement of two readers beyond chance: Cohen's kappa, for texts and for targets.

Cohen, "A coefficient of agreement for nominal scales", 1960.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from bench.field.labels import Labelled, Passes

ALL = "all"


@dataclass(frozen=True)
class Agreement:
    """The share of equal labels of both passes, and kappa; labels counts the settled ones."""

    n: int
    same: float
    kappa: float
    labels: Counter[str]


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa of two readers' labels; 1 if both gave all things one label."""
    n = len(pairs)
    same = sum(a == b for a, b in pairs) / n
    first = Counter(a for a, _ in pairs)
    second = Counter(b for _, b in pairs)
    by_chance = sum(first[label] * second[label] for label in first) / n**2
    return 1.0 if by_chance == 1 else (same - by_chance) / (1 - by_chance)


def agreements(items: Iterable[Labelled]) -> dict[tuple[str, str], Agreement]:
    """Return the agreement for (source, "text" or "target"), by group of writers, and for ALL."""
    found: dict[tuple[str, str], list[Passes]] = defaultdict(list)
    for item in items:
        for source in {item.source, item.group, ALL}:
            found[source, "text"].append(item.text)
            found[source, "target"].extend(item.targets.values())
    return {key: agreement_of(passes) for key, passes in found.items() if passes}


def agreement_of(passes: Sequence[Passes]) -> Agreement:
    """Return the agreement of both passes of the same things."""
    pairs = [(each.a, each.b) for each in passes]
    return Agreement(
        n=len(pairs),
        same=sum(a == b for a, b in pairs) / len(pairs),
        kappa=kappa(pairs),
        labels=Counter(each.settled for each in passes),
    )


def table_of(found: dict[tuple[str, str], Agreement]) -> str:
    """Return the agreements as a table of Markdown."""
    head = "| source | of | n | negative, neutral, positive | same label | kappa |"
    rows = [
        f"| {source} | {thing} | {each.n:,} | {_counts(each.labels)}"
        f" | {100 * each.same:.0f}% | {each.kappa:.2f} |"
        for (source, thing), each in sorted(found.items(), key=_order)
    ]
    return "\n".join([head, "| --- | --- | --- | --- | --- | --- |", *rows])


def counts_of(items: Sequence[Labelled]) -> str:
    """Return how many items, targets and bare replies there are, in one line."""
    naming = sum(bool(item.targets) for item in items)
    several = sum(len(item.targets) > 1 for item in items)
    targets = len(list(chain.from_iterable(item.targets for item in items)))
    bare = sum(item.bare for item in items)
    return (
        f"{len(items):,} items: {naming:,} name a product, {several:,} more than one;"
        f" {targets:,} targets; {bare:,} bare replies"
    )


def _order(found: tuple[tuple[str, str], Agreement]) -> tuple[str, bool, int, str]:
    (source, thing), each = found
    return thing, source == ALL, -each.n, source


def _counts(labels: Counter[str]) -> str:
    return ", ".join(f"{labels[label]:,}" for label in ("negative", "neutral", "positive"))
