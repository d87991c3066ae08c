"""The network in PyTorch: all-MiniLM-L6-v2 with heads for the text, the target and the kinds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from bench.encoder.vocabulary import Vocabulary
from bench.encoder.whole import STEEP
from bench.labelled import LABELS
from collector.sentiment.encoder.pieces import LONGEST, PAD
from shared.kinds import PREDICTED

LAYERS = 6
WIDTH = 384
HEADS = 12
INNER = 1_536
SMALL = 1e-12
PARTS = ("query", "key", "value")
RARE = -2.0
"""The bias that the head of kinds begins with: most texts don't have most kinds."""


class OtherModelError(Exception):
    """The pre-trained weights aren't those of all-MiniLM-L6-v2."""


class Logits(NamedTuple):
    """Of each passage: by its text, by its target, and of each kind of talk (PREDICTED)."""

    text: Tensor
    target: Tensor
    kinds: Tensor


class Layer(nn.Module):
    """A layer: attention, then two linear maps, each added to what came in and normalised."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.dropout = dropout
        self.qkv = nn.Linear(WIDTH, len(PARTS) * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=SMALL)
        self.up = nn.Linear(WIDTH, INNER)
        self.down = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=SMALL)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return the layer's output; mask is added to the scores of attention."""
        texts, length, _ = x.shape
        shape = (texts, length, len(PARTS), HEADS, WIDTH // HEADS)
        query, key, value = self.qkv(x).view(shape).permute(2, 0, 3, 1, 4)
        scale = (WIDTH // HEADS) ** -0.5
        shares = functional.softmax((query * scale) @ key.transpose(-1, -2) + mask, -1)
        seen = self._drop(shares) @ value
        x = self.norm1(x + self._drop(self.out(seen.transpose(1, 2).reshape(x.shape))))
        inner = gelu(self.up(x))
        return self.norm2(x + self._drop(self.down(inner)))

    def _drop(self, x: Tensor) -> Tensor:
        return functional.dropout(x, self.dropout, self.training)


class Network(nn.Module):
    """The whole encoder. Each head reads the first piece, the mean of all, and the target's."""

    def __init__(self, pieces: int, dropout: float = 0.1, layers: int = LAYERS) -> None:
        super().__init__()
        self.dropout = dropout
        self.pieces = nn.Embedding(pieces, WIDTH)
        self.places = nn.Embedding(LONGEST, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=SMALL)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.text = nn.Linear(2 * WIDTH, len(LABELS))
        self.target = nn.Linear(3 * WIDTH, len(LABELS))
        self.kinds = nn.Linear(2 * WIDTH, len(PREDICTED))

    def forward(self, ids: Tensor, marked: Tensor) -> Logits:
        """Return the logits; pieces of targets are marked by 1."""
        x = self.norm(self.pieces(ids) + self.places.weight[: ids.shape[1]])
        x = functional.dropout(x, self.dropout, self.training)
        keep = (ids != PAD).float()
        mask = ((keep - 1) * 1e9)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, mask)
        return heads_of(self, x, ids, marked)

    def set_kinds(self, head: Tensor) -> None:
        """Set the head of kinds: rows are the weights of each input, then the bias."""
        with torch.no_grad():
            self.kinds.weight.copy_(head[:-1].T)
            self.kinds.bias.copy_(head[-1])


def heads_of(network: Network, x: Tensor, ids: Tensor, marked: Tensor) -> Logits:
    """Return the logits for the output of the last layer."""
    x = x.float()
    seen = torch.cat([x[:, 0], _mean(x, (ids != PAD).float())], 1)
    both = torch.cat([seen, _mean(x, marked)], 1)
    drop, training = network.dropout, network.training
    return Logits(
        network.text(functional.dropout(seen, drop, training)),
        network.target(functional.dropout(both, drop, training)),
        network.kinds(functional.dropout(seen, drop, training)),
    )


def gelu(x: Tensor) -> Tensor:
    """Return nearly GELU of x, in the form that the graph of whole numbers has."""
    return x * torch.sigmoid(STEEP * x)


def _mean(x: Tensor, of: Tensor) -> Tensor:
    return (x * of[..., None]).sum(1) / of.sum(1, keepdim=True).clamp(min=1)


def pretrained(path: Path, vocabulary: Vocabulary, dropout: float = 0.1) -> Network:
    """Return the pre-trained encoder with the rows of these pieces, and new heads."""
    network = Network(len(vocabulary), dropout)
    given = {name.removeprefix("bert."): tensor for name, tensor in load_file(str(path)).items()}
    try:
        state = {**_embeddings(given, vocabulary), **_layers(given)}
        network.load_state_dict({**network.state_dict(), **state})
    except (KeyError, RuntimeError) as error:
        raise OtherModelError(f"{path} isn't all-MiniLM-L6-v2: {error}") from error
    for head in (network.text, network.target, network.kinds):
        nn.init.normal_(head.weight, std=0.02)
        nn.init.zeros_(head.bias)
    nn.init.constant_(network.kinds.bias, RARE)
    return network


def _embeddings(given: Mapping[str, Tensor], vocabulary: Vocabulary) -> dict[str, Tensor]:
    words = given["embeddings.word_embeddings.weight"]
    means = [words[list(rows)].mean(0, keepdim=True) for rows in vocabulary.emoji.values()]
    # Every piece is of the first segment, so that its row is a part of the places.
    places = given["embeddings.position_embeddings.weight"][:LONGEST]
    segment = given["embeddings.token_type_embeddings.weight"][:1]
    return {
        "pieces.weight": torch.cat([words[list(vocabulary.rows)], *means]),
        "places.weight": places + segment,
        "norm.weight": given["embeddings.LayerNorm.weight"],
        "norm.bias": given["embeddings.LayerNorm.bias"],
    }


def _layers(given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    names = {
        "out": "attention.output.dense",
        "norm1": "attention.output.LayerNorm",
        "up": "intermediate.dense",
        "down": "output.dense",
        "norm2": "output.LayerNorm",
    }
    state: dict[str, Tensor] = {}
    for number in range(LAYERS):
        old, new = f"encoder.layer.{number}", f"layers.{number}"
        for kind in ("weight", "bias"):
            parts = [given[f"{old}.attention.self.{part}.{kind}"] for part in PARTS]
            state[f"{new}.qkv.{kind}"] = torch.cat(parts)
            for ours, theirs in names.items():
                state[f"{new}.{ours}.{kind}"] = given[f"{old}.{theirs}.{kind}"]
    return state


def between(
    one: Mapping[str, Tensor], other: Mapping[str, Tensor], share: float
) -> dict[str, Tensor]:
    """Return weights between those of two networks; share (0..1) is that of the other."""
    return {name: (1 - share) * tensor + share * other[name] for name, tensor in one.items()}


def groups(network: Network, rate: float, decay: float) -> list[dict[str, Any]]:
    """Return parameters with their rates: lower for lower layers, three times for the heads."""
    heads = [
        *network.text.parameters(),
        *network.target.parameters(),
        *network.kinds.parameters(),
    ]
    below = [network.pieces, network.places, network.norm]
    found: list[dict[str, Any]] = [{"params": heads, "rate": 3 * rate}]
    for number, layer in enumerate(network.layers):
        share = decay ** (len(network.layers) - 1 - number)
        found.append({"params": [*layer.parameters()], "rate": rate * share})
    parameters = [each for module in below for each in module.parameters()]
    return [*found, {"params": parameters, "rate": rate * decay ** len(network.layers)}]
