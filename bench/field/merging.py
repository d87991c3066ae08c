"""Merges two readers' labels and the settled disagreements into the stored form."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.field.labels import SHORT, read_rows

TEXT = ""


@dataclass(frozen=True)
class Read:
    """One reader's labels of an item: of TEXT and of each target; bare is None if not given."""

    labels: Mapping[str, str]
    bare: bool | None


@dataclass(frozen=True)
class Disagreement:
    """An item's text, as TEXT, or a target, that two readers labelled differently."""

    id: str
    target: str
    a: str
    b: str


def read_pass(path: Path) -> dict[str, Read]:
    """Return a reader's labels by items' ids. The later of two lines for one item counts.

    A line is {"id", "text": "neg", "targets": {"Cursor": "pos"}, "bare": true}.
    """
    found: dict[str, Read] = {}
    for row in read_rows(path):
        given = {**row.get("targets", {}), **({TEXT: row["text"]} if "text" in row else {})}
        try:
            labels = {target: SHORT[label] for target, label in given.items()}
        except KeyError as unknown:
            raise ValueError(f"{path}, {row['id']}: {unknown} isn't one of neg, neu, pos") from None
        found[row["id"]] = Read(labels, row.get("bare"))
    return found


def disagreements(first: Mapping[str, Read], second: Mapping[str, Read]) -> Iterator[Disagreement]:
    """Yield what two readers labelled differently."""
    for item_id, a in first.items():
        for target, label in a.labels.items():
            other = second[item_id].labels[target]
            if label != other:
                yield Disagreement(item_id, target, label, other)


def merged(
    first: Mapping[str, Read], second: Mapping[str, Read], settled: Mapping[str, Read]
) -> list[dict[str, object]]:
    """Return rows of labels.jsonl. settled has at least what the two readers disagree on.

    An item is bare if both say so, unless settled says otherwise.
    """
    rows: list[dict[str, object]] = []
    for item_id, a in first.items():
        b = second[item_id]
        decided = settled.get(item_id, Read({}, None))
        passes = {
            target: _passes(item_id, target, (label, b.labels[target]), decided)
            for target, label in a.labels.items()
        }
        text = passes.pop(TEXT)
        row: dict[str, object] = {"id": item_id, "text": text, "targets": passes}
        bare = bool(a.bare and b.bare) if decided.bare is None else decided.bare
        rows.append({**row, "bare": True} if bare else row)
    return rows


def _passes(item_id: str, target: str, labels: Sequence[str], decided: Read) -> list[str]:
    a, b = labels
    if target in decided.labels:
        return [a, b, decided.labels[target]]
    if a != b:
        raise ValueError(f"{item_id}: {target or 'its text'} is {a} or {b}, and not settled")
    return [a, b, a]
