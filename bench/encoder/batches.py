"""Batches for training and for measuring: passages of about equal length together."""

import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from bench.encoder.examples import Example
from collector.sentiment.encoder.pieces import PAD, Pieces, Read
from shared.kinds import PREDICTED

POOL = 64
"""So many batches are drawn together and sorted by length."""


class Item(NamedTuple):
    """An example as pieces."""

    read: Read
    shares: tuple[float, float, float]
    label: int
    source: str
    kinds: tuple[float, ...] = ()
    """Of each kind of talk 1 if the text has it, 0 if not; empty if not labelled."""


class Batch(NamedTuple):
    """Pieces, marks of targets, shares of labels, and whether each is of a target.

    kinds are the rows of items with labelled kinds of talk, and labelled has their places.
    """

    ids: Tensor
    marked: Tensor
    shares: Tensor
    of_target: Tensor
    kinds: Tensor
    labelled: Tensor


def items_of(examples: Sequence[Example], pieces: Pieces) -> list[Item]:
    """Return the examples as pieces."""
    reads = pieces.read([example.passage for example in examples])
    return [
        Item(read, example.shares, example.label, example.source, example.kinds)
        for read, example in zip(reads, examples, strict=True)
    ]


def orders(lengths: Sequence[int], size: int, seed: int) -> list[list[int]]:
    """Return the batches of one pass, as places: drawn by the seed, and each of like length."""
    drawn = random.Random(seed)
    places = list(range(len(lengths)))
    drawn.shuffle(places)
    found: list[list[int]] = []
    for first in range(0, len(places), size * POOL):
        pool = sorted(places[first : first + size * POOL], key=lengths.__getitem__)
        found += [pool[start : start + size] for start in range(0, len(pool), size)]
    drawn.shuffle(found)
    return found


def sorted_batches(items: Sequence[Item], size: int) -> Iterator[list[int]]:
    """Yield batches of places by length."""
    order = sorted(range(len(items)), key=lambda place: len(items[place].read.ids))
    for first in range(0, len(order), size):
        yield order[first : first + size]


def batch_of(items: Sequence[Item]) -> Batch:
    """Return the items as tensors, padded to the longest."""
    length = max(len(item.read.ids) for item in items)
    ids = torch.full((len(items), length), PAD)
    marked = torch.zeros(len(items), length)
    for row, item in enumerate(items):
        ids[row, : len(item.read.ids)] = torch.tensor(item.read.ids)
        marked[row, item.read.start : item.read.stop] = 1
    shares = torch.tensor([item.shares for item in items])
    of_target = torch.tensor([item.read.stop > 0 for item in items])
    kinds = torch.tensor([item.kinds for item in items if item.kinds]).view(-1, len(PREDICTED))
    labelled = [place for place, item in enumerate(items) if item.kinds]
    places = torch.tensor(labelled, dtype=torch.long)
    return Batch(ids, marked, shares, of_target, kinds, places)
