"""The ranges of the network's activations on a sample, which give its 8-bit steps.

The few largest are left out: a step that holds them all is too wide for the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from bench.encoder.batches import Item, batch_of, sorted_batches
from bench.encoder.network import HEADS, PARTS, WIDTH, Layer, Network, gelu
from collector.sentiment.encoder.pieces import PAD

TOGETHER = 64
KEPT = 256
"""So many of the largest are kept, of each column."""
BEYOND = 1e-4
"""This share of a column's activations may lie beyond its range."""
BEYOND_ALL = 1e-6
"""The same for the range of all columns."""


@dataclass
class Highest:
    """The highest values of each column."""

    kept: Tensor = field(default_factory=lambda: torch.empty(0))
    count: int = 0

    def take(self, seen: Tensor) -> None:
        """Take rows of values."""
        rows = torch.cat([self.kept, seen]) if self.count else seen
        self.kept = rows.topk(min(KEPT, len(rows)), dim=0).values
        self.count += len(seen)

    def but(self, share: float) -> Tensor:
        """Return what this share of each column's values lies above."""
        return self.kept[min(int(share * self.count), len(self.kept) - 1)]


@dataclass
class Range:
    """The range of activations."""

    sizes: Highest = field(default_factory=Highest)
    above: Highest = field(default_factory=Highest)
    below: Highest = field(default_factory=Highest)

    def take(self, seen: Tensor) -> None:
        """Widen the range by rows of activations."""
        self.sizes.take(seen.abs())
        self.above.take(seen.reshape(-1, 1))
        self.below.take(-seen.reshape(-1, 1))

    @property
    def largest(self) -> Tensor:
        """Return the largest absolute value of each column."""
        return self.sizes.but(BEYOND)

    @property
    def most(self) -> float:
        """Return the largest value of all columns."""
        return float(self.above.but(BEYOND_ALL))

    @property
    def least(self) -> float:
        """Return the smallest value of all columns."""
        return -float(self.below.but(BEYOND_ALL))


@dataclass
class LayerRanges:
    """The ranges within a layer."""

    entering: Range = field(default_factory=Range)
    qkv: Range = field(default_factory=Range)
    between: Range = field(default_factory=Range)
    inner: Range = field(default_factory=Range)


def ranges_of(network: Network, items: Sequence[Item]) -> list[LayerRanges]:
    """Return the ranges of each layer for these items."""
    network.eval()
    found = [LayerRanges() for _ in network.layers]
    with torch.inference_mode():
        for places in sorted_batches(items, TOGETHER):
            batch = batch_of([items[place] for place in places])
            keep = batch.ids != PAD
            mask = ((keep.float() - 1) * 1e9)[:, None, None, :]
            x: Any = network.norm(
                network.pieces(batch.ids) + network.places.weight[: batch.ids.shape[1]]
            )
            for layer, ranges in zip(network.layers, found, strict=True):
                x = _through(layer, x, mask, keep, ranges)
    return found


def _through(layer: Layer, x: Tensor, mask: Tensor, keep: Tensor, ranges: LayerRanges) -> Tensor:
    """Return the layer's output, as Layer.forward does, noting the ranges of what isn't padding."""
    ranges.entering.take(x[keep])
    qkv = layer.qkv(x)
    ranges.qkv.take(qkv[keep])
    shape = (*x.shape[:2], len(PARTS), HEADS, WIDTH // HEADS)
    query, key, value = qkv.view(shape).permute(2, 0, 3, 1, 4)
    scores = query @ key.transpose(-1, -2) * (WIDTH // HEADS) ** -0.5 + mask
    seen = functional.softmax(scores, -1) @ value
    x = layer.norm1(x + layer.out(seen.transpose(1, 2).reshape(x.shape)))
    ranges.between.take(x[keep])
    inner = layer.up(x)
    ranges.inner.take(inner[keep])
    return layer.norm2(x + layer.down(gelu(inner)))
