"""Figures of logits against labels: accuracy, macro-F1, calibration; and the temperatures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from bench.encoder.batches import Item, batch_of, sorted_batches
from bench.encoder.training import Forward
from bench.labelled import LABELS

BINS = 10
TOGETHER = 64
BOUNDS = [step / 100 for step in range(34, 61)]
ENOUGH = 30
"""Fewer labels don't tell how often they are right."""
TEMPERATURES = [step / 100 for step in range(30, 301)]


@dataclass(frozen=True)
class Figures:
    """Of one source. error is the expected calibration error in bins of equal width."""

    n: int
    accuracy: float
    macro_f1: float
    error: float

    def __str__(self) -> str:
        """Return the figures in one line."""
        rates = f"accuracy {self.accuracy:.3f} F1 {self.macro_f1:.3f} ECE {self.error:.3f}"
        return f"n {self.n:6,} {rates}"


def logits_by(forward: Forward, items: Sequence[Item]) -> Tensor:
    """Return the logits of each item by its own head. The network is in evaluation mode."""
    found = torch.zeros(len(items), len(LABELS))
    with torch.inference_mode():
        for places in sorted_batches(items, TOGETHER):
            batch = batch_of([items[place] for place in places])
            text, target, _ = forward(batch.ids, batch.marked)
            found[places] = torch.where(batch.of_target[:, None], target, text).float()
    return found


def figures_by_source(logits: Tensor, items: Sequence[Item]) -> Mapping[str, Figures]:
    """Return the figures of each source."""
    places: dict[str, list[int]] = defaultdict(list)
    for place, item in enumerate(items):
        places[item.source].append(place)
    labels = torch.tensor([item.label for item in items])
    return {
        source: figures_of(logits[found], labels[found]) for source, found in sorted(places.items())
    }


def figures_of(logits: Tensor, labels: Tensor) -> Figures:
    """Return the figures of logits."""
    shares = logits.softmax(1)
    sure, chosen = shares.max(1)
    right = chosen == labels
    scores = []
    for label in range(len(LABELS)):
        both = ((chosen == label) & (labels == label)).sum().item()
        either = (chosen == label).sum().item() + (labels == label).sum().item()
        scores.append(2 * both / max(1, either))
    error = 0.0
    for bin_ in range(BINS):
        within = (sure > bin_ / BINS) & (sure <= (bin_ + 1) / BINS)
        if within.any():
            gap = right[within].float().mean() - sure[within].mean()
            error += abs(float(gap)) * int(within.sum()) / len(labels)
    return Figures(len(labels), float(right.float().mean()), sum(scores) / len(scores), error)


@dataclass(frozen=True)
class Calibration:
    """The divisors of the logits of texts and of targets, and the bound of guesses.

    Below the share `unsure` of its label, a label is right no more often than the commonest one.
    """

    temperatures: tuple[float, float]
    unsure: float


def calibration(logits: Tensor, items: Sequence[Item]) -> Calibration:
    """Return what makes the shares of these items the likeliest, and the bound of guesses."""
    shares = torch.tensor([item.shares for item in items])
    of_target = torch.tensor([item.read.stop > 0 for item in items])
    text, target = (
        _temperature(logits[of_target == kind], shares[of_target == kind]) for kind in (False, True)
    )
    divided = logits / torch.where(of_target, target, text)[:, None]
    return Calibration((text, target), _unsure(divided, torch.tensor([i.label for i in items])))


def _unsure(logits: Tensor, labels: Tensor) -> float:
    """Return the bound up to which labels are no better than the commonest one below it."""
    sure, chosen = logits.softmax(1).max(1)
    found = 0.0
    for bound in BOUNDS:
        below = sure < bound
        if int(below.sum()) < ENOUGH:
            continue
        right = int((chosen[below] == labels[below]).sum())
        if right > int(labels[below].bincount(minlength=len(LABELS)).max()):
            break
        found = bound
    return found


def _temperature(logits: Tensor, shares: Tensor) -> float:
    def loss(temperature: float) -> float:
        return float(-(shares * (logits.double() / temperature).log_softmax(1)).sum())

    return min(TEMPERATURES, key=loss)
