"""The weights file of the linear method: a line of JSON about it, then a line for each feature."""

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).with_name("linear.weights")


class Weight(NamedTuple):
    """The evidence for positive and for negative, against neutral."""

    positive: float
    negative: float


@dataclass(frozen=True)
class Table:
    """The weights of features as whole steps, so that the order of addition doesn't change a sum.

    rows has the index of each feature in positive and negative.
    """

    rows: Mapping[str, int]
    positive: "array[int]"
    negative: "array[int]"

    def total(self, features: Iterable[str]) -> Weight:
        """Return the sum of the weights of these features; unknown ones weigh 0."""
        found = [row for row in map(self.rows.get, features) if row is not None]
        return Weight(
            sum(map(self.positive.__getitem__, found)), sum(map(self.negative.__getitem__, found))
        )


def table_of(steps: Mapping[str, tuple[int, int]]) -> Table:
    """Return the table of these steps by feature, for positive and for negative."""
    features = sorted(steps)
    return Table(
        {feature: row for row, feature in enumerate(features)},
        array("h", (steps[feature][0] for feature in features)),
        array("h", (steps[feature][1] for feature in features)),
    )


class Weights(NamedTuple):
    """The learned parameters of the model.

    step is the weight of one step of the table. numbers are the weights of `features.NUMBERS`. bias
    is the weight of a text without words. no_valence is added if no word has a valence.
    """

    version: str
    step: float
    bias: Weight
    no_valence: Weight
    numbers: tuple[Weight, ...]
    table: Table


def read_weights(path: Path = FILE) -> Weights:
    """Read the file."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n")
    about = json.loads(head)
    fields = body.replace("\n", "\t").split("\t")
    features = islice(fields, 0, None, 3)
    return Weights(
        version=about["version"],
        step=about["step"],
        bias=Weight(*about["bias"]),
        no_valence=Weight(*about["no_valence"]),
        numbers=tuple(Weight(*pair) for pair in about["numbers"]),
        table=Table(
            {feature: row for row, feature in enumerate(features)},
            array("h", map(int, islice(fields, 1, None, 3))),
            array("h", map(int, islice(fields, 2, None, 3))),
        ),
    )


def write_weights(path: Path, weights: Weights, about: Mapping[str, object]) -> None:
    """Write the file, the same byte for byte for the same weights."""
    table = weights.table
    head = {
        **about,
        "version": weights.version,
        "step": weights.step,
        "bias": weights.bias,
        "no_valence": weights.no_valence,
        "numbers": weights.numbers,
    }
    lines = [
        f"{feature}\t{table.positive[row]}\t{table.negative[row]}"
        for feature, row in sorted(table.rows.items())
    ]
    text = "\n".join([json.dumps(head, ensure_ascii=False, sort_keys=True), *lines])
    path.write_bytes(text.encode())
