"""The stored labels of the kind of talk.

labels.jsonl has those of two readers and the settled ones, by the ids of the set of this field
(docs/labelling.md). training.jsonl has those of one reader, for the sentences for training alone.
For the last stage of training, recorded.jsonl has those of further recorded items by their ids, and
sentences.jsonl has sentences with theirs.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.field.agreement import kappa
from bench.field.labels import read_rows
from shared.kinds import TALK, Talk

FOLDER = Path(__file__).parent
LABELLED = FOLDER / "labels.jsonl"
TRAINING = FOLDER / "training.jsonl"
RECORDED = FOLDER / "recorded.jsonl"
SENTENCES = FOLDER / "sentences.jsonl"

Kinds = frozenset[Talk]


@dataclass(frozen=True)
class Labelled:
    """The kinds of an item: of two readers who didn't see each other's, and the settled ones."""

    id: str
    a: Kinds
    b: Kinds
    settled: Kinds


def read_labels(path: Path = LABELLED) -> list[Labelled]:
    """Return the labels of all items. Raises ValueError for kinds that can't be."""
    return [
        Labelled(row["id"], *(kinds_of(row[name]) for name in ("a", "b", "settled")))
        for row in read_rows(path)
    ]


def read_training(path: Path = TRAINING) -> Mapping[str, Kinds]:
    """Return the kinds by ids that one reader gave. Raises ValueError for kinds that can't be."""
    return {row["id"]: kinds_of(row["kinds"]) for row in read_rows(path)}


def read_sentences(path: Path = SENTENCES) -> list[tuple[str, Kinds]]:
    """Return sentences and their kinds. Raises ValueError for kinds that can't be."""
    return [(row["text"], kinds_of(row["kinds"])) for row in read_rows(path)]


def kinds_of(names: Collection[str]) -> Kinds:
    """Return the kinds of these names. Raises ValueError: other stands alone, an outage doesn't."""
    found = frozenset(kind for kind in TALK if kind in names)
    if len(found) != len(names) or not found:
        raise ValueError(f"kinds are different ones of {', '.join(TALK)}: {names}")
    if "other" in found and len(found) > 1:
        raise ValueError(f"other stands alone: {names}")
    if "outage" in found and "problem" not in found:
        raise ValueError(f"an outage is a problem, too: {names}")
    return found


def agreement_of(items: Collection[Labelled]) -> Mapping[Talk, tuple[int, float]]:
    """Return of each kind how many items have it as settled, and the readers' kappa."""
    return {
        kind: (
            sum(kind in item.settled for item in items),
            kappa([(str(kind in item.a), str(kind in item.b)) for item in items]),
        )
        for kind in TALK
    }


def table_of(items: Collection[Labelled]) -> str:
    """Return the agreement as a table of Markdown."""
    rows = ["| kind | n | kappa |", "| --- | --- | --- |"]
    rows += _rows(agreement_of(items))
    return "\n".join(rows)


def _rows(found: Mapping[Talk, tuple[int, float]]) -> Iterable[str]:
    for kind, (n, agreed) in found.items():
        yield f"| {kind} | {n:,} | {agreed:.2f} |"
