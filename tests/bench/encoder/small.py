"""A small network with random weights, and examples of random pieces."""

import random
from collections.abc import Sequence

import torch

from bench.encoder.batches import Item
from bench.encoder.network import Network
from bench.encoder.training import Recipe
from collector.sentiment.encoder.pieces import CLOSE, END, OPEN, START, Read
from shared.kinds import PREDICTED

PIECES = 60
RECIPE = Recipe(passes=2.0, batch=4, threads=1, every=3)
STEPS = 8


def network() -> Network:
    torch.manual_seed(1)
    return Network(PIECES, dropout=0.1, layers=1)


def items(count: int = 24) -> Sequence[Item]:
    drawn = random.Random(2)
    found = []
    for number in range(count):
        inner = [drawn.randrange(6, PIECES) for _ in range(drawn.randrange(1, 30))]
        label = number % 3
        shares = (float(label == 0), float(label == 1), float(label == 2))
        marked = [OPEN, *inner[:1], CLOSE] if number % 2 else []
        ids = [START, *marked, *inner, END]
        read = Read(
            ids, "", [(0, 0)] * len(ids), 1 if marked else 0, 1 + len(marked) if marked else 0
        )
        kinds = (
            ()
            if marked
            else tuple(float(kind == number % len(PREDICTED)) for kind in range(len(PREDICTED)))
        )
        found.append(Item(read, shares, label, "target" if marked else "text", kinds))
    return found
