"""Sentences of this field for training alone (docs/labelling.md): no figure is of them.

Each has the labels of its writer, where an item of the set has those of two readers.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.field.joining import rows_of
from bench.field.labels import read_rows

SENTENCES = Path(__file__).with_name("training.jsonl")
NEXT = Path(__file__).with_name("training_next.jsonl")
"""Sentences for the encoder's next version, with their kinds of talk: no training has them yet."""
SOURCE = "training"


def training_rows(path: Path = SENTENCES) -> Iterator[Mapping[str, object]]:
    """Yield rows of texts and of targets, in the form of the set's parts.

    Raises ValueError if a label is of a target that its text doesn't name.
    """
    for row in read_rows(path):
        common = {"source": SOURCE, "id": row["id"]}
        yield from rows_of(row["text"], row["label"], row["targets"], common)
