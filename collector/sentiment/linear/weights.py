"""The weights file of the linear method: a line of JSON about it, then a line for each feature."""

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("linear.weights")


class Weight(NamedTuple):
    """The evidence for positive and for negative, against neutral."""

    positive: float
    negative: float


class Steps(NamedTuple):
    """The weights of a feature, or their sums, as whole steps, so that their order can't count.

    The first two are those of any text, the next two those of texts of this field, and field is the
    evidence that a text is of this field.
    """

    positive: int
    negative: int
    field_positive: int
    field_negative: int
    field: int


@dataclass(frozen=True)
class Table:
    """The weights of features: rows has the index of each feature in each of the columns."""

    rows: Mapping[str, int]
    columns: tuple["array[int]", ...]

    def total(self, features: Iterable[str]) -> Steps:
        """Return the sums of the weights of these features; unknown ones weigh 0."""
        found = [row for row in map(self.rows.get, features) if row is not None]
        return Steps(*[sum(map(column.__getitem__, found)) for column in self.columns])


def table_of(steps: Mapping[str, Steps]) -> Table:
    """Return the table of these steps by feature."""
    features = sorted(steps)
    return Table(
        {feature: row for row, feature in enumerate(features)},
        tuple(
            array("h", (steps[feature][place] for feature in features))
            for place in range(len(Steps._fields))
        ),
    )


class Part(NamedTuple):
    """The weights that a part of the model adds to its words.

    bias is the weight of a text without words, numbers are the weights of `features.NUMBERS`, and
    no_valence is added if no word has a valence.
    """

    bias: Weight
    no_valence: Weight
    numbers: tuple[Weight, ...]


class Weights(NamedTuple):
    """The learned parameters of the model: a part for any text, and one for texts of this field.

    step is the weight of one step of the table, field_step that of its last column, and field_bias
    the evidence that a text without words is of this field.
    """

    version: str
    step: float
    general: Part
    field: Part
    field_step: float
    field_bias: float
    table: Table


def read_weights(path: Path = FILE) -> Weights:
    """Read the file."""
    head, _, body = path.read_text(encoding="utf-8").partition("\n")
    about = json.loads(head)
    fields = body.replace("\n", "\t").split("\t")
    width = 1 + len(Steps._fields)
    return Weights(
        version=about["version"],
        step=about["step"],
        general=_part(about["general"]),
        field=_part(about["field"]),
        field_step=about["field_step"],
        field_bias=about["field_bias"],
        table=Table(
            {feature: row for row, feature in enumerate(islice(fields, 0, None, width))},
            tuple(
                array("h", map(int, islice(fields, place, None, width)))
                for place in range(1, width)
            ),
        ),
    )


def _part(found: Mapping[str, Any]) -> Part:
    return Part(
        bias=Weight(*found["bias"]),
        no_valence=Weight(*found["no_valence"]),
        numbers=tuple(Weight(*pair) for pair in found["numbers"]),
    )


def write_weights(path: Path, weights: Weights, about: Mapping[str, object]) -> None:
    """Write the file, the same byte for byte for the same weights."""
    head = {
        **about,
        "version": weights.version,
        "step": weights.step,
        "general": weights.general._asdict(),
        "field": weights.field._asdict(),
        "field_step": weights.field_step,
        "field_bias": weights.field_bias,
    }
    table = weights.table
    lines = [
        "\t".join([feature, *(str(column[row]) for column in table.columns)])
        for feature, row in sorted(table.rows.items())
    ]
    text = "\n".join([json.dumps(head, ensure_ascii=False, sort_keys=True), *lines])
    path.write_bytes(text.encode())
