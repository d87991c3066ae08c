"""Joins the labels with the texts, and splits them into training, development and test.

The parts have both kinds of rows: of texts (text, label, source, id), as field_*.jsonl, and of
targets (text, target, from, to, label, source, id), as targets_*.jsonl of ../shared/sentiment.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

from bench.field.labels import Labelled, read_labels, read_written
from bench.field.recorded import SHARED, read_recorded
from shared.text.places import place_of

Part = Literal["train", "dev", "test"]
PARTS: Sequence[Part] = ("train", "dev", "test")
# Twelfths of the items.
TEST = 4
DEV = 2
TWELVE = 12


def part_of(item_id: str) -> Part:
    """Return the part of an item: fixed by its id, the test a third, the development a sixth."""
    twelfth = int(hashlib.sha256(item_id.encode()).hexdigest(), 16) % TWELVE
    if twelfth < TEST:
        return "test"
    return "dev" if twelfth < TEST + DEV else "train"


def joined(shared: Path = SHARED) -> dict[Part, list[Mapping[str, object]]]:
    """Return the rows of each part; recorded items only where the folder has their text."""
    texts = {**read_written(), **{item.id: item.text for item in read_recorded(shared)}}
    parts: dict[Part, list[Mapping[str, object]]] = {part: [] for part in PARTS}
    for item in read_labels():
        if item.id in texts:
            parts[part_of(item.id)].extend(_rows(item, texts[item.id]))
    return parts


def rows_of(
    text: str, label: str, targets: Mapping[str, str], common: Mapping[str, object]
) -> Iterator[Mapping[str, object]]:
    """Yield the row of a text, then one of each target, with what they have in common.

    targets are the labels by name. Raises ValueError if the text doesn't name one of them.
    """
    yield {"text": text, "label": label, **common}
    for target, of_target in targets.items():
        place = place_of(text, target, targets)
        if place is None:
            raise ValueError(f"{common['id']} doesn't name {target}: its label is of another text")
        start, end = place
        yield {
            "text": text,
            "target": target,
            "from": start,
            "to": end,
            "label": of_target,
            **common,
        }


def _rows(item: Labelled, text: str) -> Iterator[Mapping[str, object]]:
    targets = {target: passes.settled for target, passes in item.targets.items()}
    return rows_of(text, item.text.settled, targets, {"source": item.source, "id": item.id})
