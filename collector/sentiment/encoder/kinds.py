"""The kinds of talk of a text, by the logits of its passages."""

import math
from collections.abc import Mapping, Sequence

from shared.kinds import OTHER, TALK, Talk

TOLD: Sequence[Talk] = [kind for kind in TALK if kind != OTHER]
"""The kinds in the order of their logits."""

Bounds = Mapping[Talk, float]
"""The probability from which each kind holds."""


def kinds_of(passages: Sequence[Sequence[float]], bounds: Bounds) -> tuple[Talk, ...]:
    """Return the kinds that hold, in the order of TALK, or OTHER alone.

    passages are the logits of each, in the order of TOLD. An outage is a problem, too.
    """
    by_kind = zip(TOLD, zip(*passages, strict=True), strict=True)
    found = {kind for kind, logits in by_kind if of_text(logits) >= bounds[kind]}
    if "outage" in found:
        found.add("problem")
    return tuple(kind for kind in TALK if kind in found) or (OTHER,)


def of_text(logits: Sequence[float]) -> float:
    """Return the probability of a kind in a text: the one of the passage that has most of it."""
    return 1 / (1 + math.exp(-max(logits)))
