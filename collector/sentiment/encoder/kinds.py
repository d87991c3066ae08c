"""The kinds of talk of a text, by the logits of its passages and by rules of its words."""

import math
from collections.abc import Mapping, Sequence

from collector.text.talk_rules import kinds_by_rules
from shared.kinds import OTHER, PREDICTED, TALK, Talk

Bounds = Mapping[Talk, float]
"""The probability from which each kind holds."""


def kinds_of(
    passages: Sequence[Sequence[float]], bounds: Bounds, words: str = ""
) -> tuple[Talk, ...]:
    """Return the kinds that hold, in the order of TALK, or OTHER alone.

    passages are the logits of each, in the order of PREDICTED; words are the text's own, in which
    rules find kinds beside the model. An outage is a problem, too.
    """
    by_kind = zip(PREDICTED, zip(*passages, strict=True), strict=True)
    probabilities = {kind: of_text(logits) for kind, logits in by_kind}
    found = {kind for kind, probability in probabilities.items() if probability >= bounds[kind]}
    found.update(kinds_by_rules(words, probabilities))
    if "outage" in found:
        found.add("problem")
    return tuple(kind for kind in TALK if kind in found) or (OTHER,)


def of_text(logits: Sequence[float]) -> float:
    """Return the probability of a kind in a text: the one of the passage that has most of it."""
    return 1 / (1 + math.exp(-max(logits)))
