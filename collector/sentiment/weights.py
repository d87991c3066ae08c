"""The weights file of the linear method: a line of JSON about it, then a line for each feature."""

import json
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("linear.weights")


class Weights(NamedTuple):
    """What the model has learnt.

    table gives for a feature how many steps it speaks for positive (real part) and for negative
    (imaginary part), against neutral; whole numbers, so that no order of adding changes a sum.
    numbers are the weights of `features.NUMBERS` likewise, bias where a text without words begins,
    no_valence what is added where no word has a valence.
    """

    version: str
    step: float
    bias: complex
    no_valence: complex
    numbers: tuple[complex, ...]
    table: Mapping[str, complex]


def read_weights(path: Path = FILE) -> Weights:
    """Read the file."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n")
    about = json.loads(head)
    fields = body.replace("\n", "\t").split("\t")
    ups = map(int, islice(fields, 1, None, 3))
    downs = map(int, islice(fields, 2, None, 3))
    return Weights(
        version=about["version"],
        step=about["step"],
        bias=complex(*about["bias"]),
        no_valence=complex(*about["no_valence"]),
        numbers=tuple(complex(*pair) for pair in about["numbers"]),
        table=dict(zip(islice(fields, 0, None, 3), map(complex, ups, downs), strict=False)),
    )


def write_weights(path: Path, weights: Weights, about: Mapping[str, object]) -> None:
    """Write the file, the same byte for byte for the same weights."""
    head = {
        **about,
        "version": weights.version,
        "step": weights.step,
        "bias": _pair(weights.bias),
        "no_valence": _pair(weights.no_valence),
        "numbers": [_pair(weight) for weight in weights.numbers],
    }
    lines = [
        f"{feature}\t{int(weight.real)}\t{int(weight.imag)}"
        for feature, weight in sorted(weights.table.items())
    ]
    text = "\n".join([json.dumps(head, ensure_ascii=False, sort_keys=True), *lines])
    path.write_bytes(text.encode())


def _pair(weight: complex) -> list[float]:
    return [weight.real, weight.imag]
