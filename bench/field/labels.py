"""The stored form of the set: sentences of our own, and the labels of all items.

Recorded items stand in labels.jsonl by their ids alone; their text is read from ../shared.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.labelled import LABELS

FOLDER = Path(__file__).parent
WRITTEN = FOLDER / "written.jsonl"
LABELLED = FOLDER / "labels.jsonl"

# How readers write labels, and how they are stored.
SHORT = {"neg": "negative", "neu": "neutral", "pos": "positive"}
NUMBER = len(("a", "b", "settled"))
# The beginning of an id, and the source that it stands for.
SOURCES = {
    "w1": "written",
    "w2": "written",
    "w3": "written",
    "w4": "written",
    "reddit": "reddit",
    "hn": "hn",
    "github": "github",
}
# Neither pass of the first group is its writer's; one pass of the second is.
WRITERS = {
    "w1": "written (w1, w2)",
    "w2": "written (w1, w2)",
    "w3": "written (w3, w4)",
    "w4": "written (w3, w4)",
}


@dataclass(frozen=True)
class Passes:
    """The labels of two readers who didn't see each other's, and the settled one."""

    a: str
    b: str
    settled: str


@dataclass(frozen=True)
class Labelled:
    """An item's labels: of its text, and of each product, by its words in the text.

    bare: a reply that says nothing without its parent, such as "same here".
    """

    id: str
    text: Passes
    targets: Mapping[str, Passes]
    bare: bool

    @property
    def source(self) -> str:
        """Return "written", "reddit", "hn" or "github"."""
        return source_of(self.id)

    @property
    def group(self) -> str:
        """Return the source, or for a written item the group of its writers."""
        return WRITERS.get(_prefix(self.id), self.source)


def source_of(item_id: str) -> str:
    """Return the source of an item with this id."""
    return SOURCES[_prefix(item_id)]


def read_labels(path: Path = LABELLED) -> list[Labelled]:
    """Return the labels of all items."""
    return [
        Labelled(
            row["id"],
            _passes(row["text"]),
            {target: _passes(labels) for target, labels in row["targets"].items()},
            row.get("bare", False),
        )
        for row in read_rows(path)
    ]


def read_written(path: Path = WRITTEN) -> dict[str, str]:
    """Return the sentences that were written for the set, by their ids."""
    return {row["id"]: row["text"] for row in read_rows(path)}


def read_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the objects of a file, one on a line."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def write_rows(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """Write objects, one on a line."""
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _prefix(item_id: str) -> str:
    return re.split("[-:]", item_id, maxsplit=1)[0]


def _passes(labels: Sequence[str]) -> Passes:
    unknown = set(labels) - set(LABELS)
    if unknown or len(labels) != NUMBER:
        raise ValueError(f"labels are two passes and the settled one, of {LABELS}: {labels}")
    return Passes(*labels)
