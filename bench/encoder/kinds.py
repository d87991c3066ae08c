"""Kinds of talk by the network: the bounds from which each holds, and how often that is right."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from bench.encoder.batches import Item, batch_of, sorted_batches
from bench.encoder.training import Forward
from collector.text.talk_rules import kinds_by_rules
from shared.kinds import PREDICTED, TALK, Talk

TOGETHER = 64
BOUNDS = [step / 100 for step in range(5, 81)]
MIDDLE = 0.5

Bounds = Mapping[Talk, float]


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


def bounds_of(
    probabilities: Tensor, items: Sequence[Item], weights: Sequence[float] | None = None
) -> Bounds:
    """Return of each kind the bound with the best F1; weights are what each item counts, or 1.

    Rules find kinds beside the bounds, as they do in the product. Of equally good bounds it is that
    nearest to 0.5.
    """
    marks = marks_of(items) > 0
    by_rules = _by_rules(probabilities, items)
    counts = torch.ones(len(items)) if weights is None else torch.tensor(weights)

    def best(column: int) -> float:
        def rank(bound: float) -> tuple[float, float]:
            chosen = (probabilities[:, column] >= bound) | by_rules[:, column]
            return (f1_of(chosen, marks[:, column], counts), -abs(bound - MIDDLE))

        return max(BOUNDS, key=rank)

    return {kind: best(column) for column, kind in enumerate(PREDICTED)}


def figures_of(
    probabilities: Tensor, bounds: Bounds, items: Sequence[Item]
) -> Mapping[Talk, float]:
    """Return the F1 of each kind, other among them."""
    chosen = probabilities >= torch.tensor([bounds[kind] for kind in PREDICTED])
    marks = marks_of(items) > 0
    pairs = [*zip(chosen.T, marks.T, strict=True), (~chosen.any(1), ~marks.any(1))]
    return {kind: f1_of(*pair) for kind, pair in zip(TALK, pairs, strict=True)}


def _by_rules(probabilities: Tensor, items: Sequence[Item]) -> Tensor:
    found = torch.zeros(len(items), len(PREDICTED), dtype=torch.bool)
    for row, item in enumerate(items):
        of_item = dict(zip(PREDICTED, probabilities[row].tolist(), strict=True))
        for kind in kinds_by_rules(item.read.text, of_item):
            found[row, PREDICTED.index(kind)] = True
    return found


def marks_of(items: Sequence[Item]) -> Tensor:
    """Return the labelled kinds: a row for each item, 1 where it has the kind (PREDICTED)."""
    return torch.tensor([item.kinds for item in items]).view(-1, len(PREDICTED))


def f1_of(chosen: Tensor, marks: Tensor, counts: Tensor | None = None) -> float:
    """Return F1: 0 if nothing is chosen. counts are what each item counts, or 1."""
    of = torch.ones(len(marks)) if counts is None else counts
    both = float(of[chosen & marks].sum())
    either = float(of[chosen].sum()) + float(of[marks].sum())
    return 2 * both / either if either else 0.0
