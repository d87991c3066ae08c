"""Kinds of talk by the network: the bounds from which each holds, and how often that is right."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from bench.encoder.batches import Item, batch_of, sorted_batches
from bench.encoder.training import Forward
from shared.kinds import PREDICTED, TALK, Talk

TOGETHER = 64
BOUNDS = [step / 100 for step in range(20, 81)]
MIDDLE = 0.5

Bounds = Mapping[Talk, float]
RARE: Bounds = {"outage": 0.2, "request": 0.2, "news": 0.28}
"""The bounds of kinds that people state less plainly than the sentences written for training.

They were chosen on the recorded items of the set's train part, and its development part.
"""


def with_kinds(items: Sequence[Item]) -> list[Item]:
    """Return the items that a reader labelled with kinds."""
    return [item for item in items if item.kinds]


def probabilities_by(forward: Forward, items: Sequence[Item]) -> Tensor:
    """Return the probability of each kind (columns, PREDICTED) of each item (rows)."""
    found = torch.zeros(len(items), len(PREDICTED))
    with torch.inference_mode():
        for places in sorted_batches(items, TOGETHER):
            batch = batch_of([items[place] for place in places])
            found[places] = forward(batch.ids, batch.marked).kinds.sigmoid().float()
    return found


def bounds_of(probabilities: Tensor, items: Sequence[Item]) -> Bounds:
    """Return of each kind the bound with the best F1, or that of RARE.

    Of equally good ones it is that nearest to 0.5.
    """
    marks = _marks(items)

    def best(column: int) -> float:
        def rank(bound: float) -> tuple[float, float]:
            chosen = probabilities[:, column] >= bound
            return (f1_of(chosen, marks[:, column]), -abs(bound - MIDDLE))

        return max(BOUNDS, key=rank)

    return {kind: RARE.get(kind) or best(column) for column, kind in enumerate(PREDICTED)}


def figures_of(
    probabilities: Tensor, bounds: Bounds, items: Sequence[Item]
) -> Mapping[Talk, float]:
    """Return the F1 of each kind, other among them."""
    chosen = probabilities >= torch.tensor([bounds[kind] for kind in PREDICTED])
    marks = _marks(items)
    pairs = [*zip(chosen.T, marks.T, strict=True), (~chosen.any(1), ~marks.any(1))]
    return {kind: f1_of(*pair) for kind, pair in zip(TALK, pairs, strict=True)}


def _marks(items: Sequence[Item]) -> Tensor:
    return torch.tensor([item.kinds for item in items]).view(-1, len(PREDICTED)) > 0


def f1_of(chosen: Tensor, marks: Tensor) -> float:
    """Return F1: 0 if nothing is chosen."""
    both = int((chosen & marks).sum())
    return 2 * both / max(1, int(chosen.sum()) + int(marks.sum()))
