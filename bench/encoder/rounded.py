"""The network as it computes in whole numbers: the graph's roundings, in PyTorch.

Figures and calibration are of it, since they are what the product will have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from bench.encoder.network import HEADS, PARTS, WIDTH, Layer, Logits, Network, heads_of
from bench.encoder.ranges import LayerRanges
from bench.encoder.whole import LARGEST, LEVELS, LOWEST, NEIGHBOURS, STEEP, ZERO, gelu_range
from collector.sentiment.encoder.pieces import PAD

EACH = WIDTH // HEADS


@dataclass(frozen=True)
class Rounded:
    """A network with the ranges of its activations."""

    network: Network
    ranges: Sequence[LayerRanges]

    def __call__(self, ids: Tensor, marked: Tensor) -> Logits:
        """Return the logits, as Network does."""
        network = self.network
        table = _rows(network.pieces.weight)
        x = network.norm(table[ids] + network.places.weight[: ids.shape[1]])
        mask = (((ids != PAD).float() - 1) * 1e9)[:, None, None, :]
        for layer, ranges in zip(network.layers, self.ranges, strict=True):
            x = _attended(layer, x, mask, ranges)
            x = layer.norm2(x + _inner(layer, x, ranges))
        return heads_of(network, x, ids, marked)


def steps(x: Tensor, step: Tensor | float, low: int, high: int) -> Tensor:
    """Return x in whole steps from low to high."""
    return (x / step).clamp(low, high).round() * step


def _signed(x: Tensor, step: Tensor | float) -> Tensor:
    return steps(x, step, -ZERO, LEVELS - ZERO)


def _rows(table: Tensor) -> Tensor:
    scales = (table.abs().amax(1, keepdim=True) / LARGEST).clamp(min=1e-14)
    return steps(table, scales, -LARGEST, LARGEST)


def _weights(weights: Tensor) -> Tensor:
    """Return weights in whole steps, neighbours made small enough for sums in 16 bits."""
    scales = (weights.abs().amax(1, keepdim=True) / LARGEST).clamp(min=1e-14)
    rounded = (weights / scales).round()
    pairs = rounded.view(len(rounded), -1, 2)
    for sign in (1, -1):
        above = (sign * pairs).clamp(min=0)
        excess = (above.sum(2) - NEIGHBOURS).clamp(min=0)
        if bool(excess.any()):
            half = (excess / 2).floor()
            halves = torch.stack([half, excess - half], 2)
            pairs = pairs - sign * torch.where(above > 0, halves, 0)
    return pairs.reshape(rounded.shape) * scales


def _entering(x: Tensor, largest: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Return x in whole steps of balanced columns, and the weights for it."""
    of_weights = weights.abs().amax(0).clamp(min=1e-5)
    factors = (largest.clamp(min=1e-5) / of_weights).sqrt()
    step = (largest / factors).max() / (LEVELS // 2)
    return _signed(x / factors, step), weights * factors


def column_steps(largest: Tensor) -> Tensor:
    """Return the step of each column of query, key and value: one a head, but for values."""
    query, key, value = largest.view(len(PARTS), WIDTH)
    by_head = [part.view(HEADS, EACH).amax(1).repeat_interleave(EACH) for part in (query, key)]
    return torch.cat([*by_head, value]).clamp(min=1e-6) / (LEVELS // 2)


def _attended(layer: Layer, x: Tensor, mask: Tensor, ranges: LayerRanges) -> Tensor:
    entering, weights = _entering(x, ranges.entering.largest, layer.qkv.weight)
    sizes = column_steps(ranges.qkv.largest)
    # The graph rounds weights that are divided by the sizes of their outputs.
    weights = _weights(weights / sizes[:, None]) * sizes[:, None]
    qkv = _signed(functional.linear(entering, weights, layer.qkv.bias), sizes)
    shape = (*x.shape[:2], len(PARTS), HEADS, EACH)
    query, key, value = qkv.view(shape).permute(2, 0, 3, 1, 4)
    shares = functional.softmax(query @ key.transpose(-1, -2) * EACH**-0.5 + mask, -1)
    shares = steps(shares, 1 / LEVELS, 0, LEVELS)
    value_steps = sizes[2 * WIDTH :]
    seen = _signed((shares @ value).transpose(1, 2).reshape(x.shape), value_steps)
    out = _weights(layer.out.weight * value_steps) / value_steps
    return layer.norm1(x + functional.linear(seen, out, layer.out.bias))


def _inner(layer: Layer, x: Tensor, ranges: LayerRanges) -> Tensor:
    entering, weights = _entering(x, ranges.between.largest, layer.up.weight)
    low = max(LOWEST, ranges.inner.least)
    step = (ranges.inner.most - low) / LEVELS
    zero = min(max(round(-low / step), 0), LEVELS)
    inner = functional.linear(entering, _weights(weights), layer.up.bias)
    inner = steps(inner, step, -zero, LEVELS - zero)
    open_ = steps(torch.sigmoid(STEEP * inner), 1 / LEVELS, 0, LEVELS)
    step_out, zero_out = gelu_range(-zero * step, (LEVELS - zero) * step)
    found = steps(inner * open_, step_out, -zero_out, LEVELS - zero_out)
    return functional.linear(found, _weights(layer.down.weight), layer.down.bias)
