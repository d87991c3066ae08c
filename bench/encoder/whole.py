"""Weights and activations as whole numbers of 8 bits, so that no processor sums them differently.

Activations are unsigned with the zero at ZERO, weights signed with a scale for each output. Some
x86 processors add two products of neighbours in 16 bits: neighbours whose sum could overflow there
are made smaller, so that every processor gets the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any  # numpy isn't installed where mypy runs

ZERO = 128
LARGEST = 127
LEVELS = 255
# 255 times two neighbours of one sign must stay below 2 ** 15.
NEIGHBOURS = 128
# x times the sigmoid of STEEP x is nearly GELU (Hendrycks and Gimpel, 2016).
STEEP = 1.702
LOWEST = -6.0
"""GELU of less is nothing."""


@dataclass(frozen=True)
class Linear:
    """A linear map: weights (inputs, outputs), bias and the scale of each output."""

    weights: Array
    bias: Array
    scales: Array


def linear(weights: Array, bias: Array, step: float) -> Linear:
    """Return a map as whole numbers. weights is (outputs, inputs); inputs come in this step."""
    largest = np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1e-12)
    scales = (largest / LARGEST).astype(np.float32)
    rounded = np.rint(weights / scales).astype(np.int64)
    fitted = _fit(rounded).astype(np.int8)
    scales = scales[:, 0]
    whole = np.rint(bias / (step * scales.astype(np.float64))).astype(np.int64)
    limit = 2**30
    return Linear(
        np.ascontiguousarray(fitted.T), np.clip(whole, -limit, limit).astype(np.int32), scales
    )


def _fit(rounded: Array) -> Array:
    """Return the weights with neighbouring inputs made small enough for sums in 16 bits."""
    pairs = rounded.reshape(rounded.shape[0], -1, 2)
    for sign in (1, -1):
        above = np.maximum(sign * pairs, 0)
        excess = np.maximum(above.sum(axis=2) - NEIGHBOURS, 0)
        halves = np.stack([excess // 2, excess - excess // 2], axis=2)
        pairs = pairs - sign * np.where(above > 0, halves, 0)
    return pairs.reshape(rounded.shape)


def rows(table: Array) -> tuple[Array, Array]:
    """Return a table of embeddings as whole numbers, and the scale of each row."""
    scales = np.maximum(np.abs(table).max(axis=1, keepdims=True), 1e-12) / LARGEST
    scales = scales.astype(np.float32)
    return np.rint(table / scales).astype(np.int8), scales


def balance(largest: Array, weights: Array) -> Array:
    """Return what to divide each input by, so that inputs and weights lose about the same.

    largest is the largest absolute value of each input (Xiao et al., SmoothQuant, 2023).
    """
    of_weights = np.maximum(np.abs(weights).max(axis=0), 1e-5)
    return np.sqrt(np.maximum(largest, 1e-5) / of_weights)


def gelu_range(low: float, high: float) -> tuple[float, int]:
    """Return the step and the zero of x times the sigmoid of STEEP x, for x from low to high."""
    inputs = np.linspace(low, high, 4 * LEVELS)
    found = inputs / (1 + np.exp(-STEEP * inputs))
    step = float(found.max() - found.min()) / LEVELS
    return step, int(np.rint(-found.min() / step))


def columns(parts: Sequence[Array]) -> Array:
    """Return vectors one after the other."""
    return np.concatenate(parts)
