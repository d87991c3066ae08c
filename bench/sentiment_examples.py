"""The texts that the linear method learns from: GoEmotions, developers' texts, and the own set."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bench.field.joining import joined
from bench.labelled import LABELS, read_comments
from bench.labelled_files import Labelled, read_texts
from bench.sentiment_scores import READ_AS
from shared.communities import SourceName

Origin = Literal["comments", "developers", "own"]


@dataclass(frozen=True)
class Example:
    """A text, the share of each of LABELS, and the set that it is of."""

    text: str
    read_as: SourceName
    shares: tuple[float, ...]
    origin: Origin


def read_examples(folder: Path) -> list[Example]:
    """Return the training texts of a folder, and of the own set.

    The own set is the folder's own_train.jsonl. Where that is missing, it is joined, with the
    recorded items that stand beside the folder. Exits if another file is missing, or a row of it
    can't be read.
    """
    return [
        *_comments(folder),
        *_of(read_texts(folder / "field_train.jsonl"), "developers"),
        *_of(_own(folder), "own"),
    ]


def _comments(folder: Path) -> Iterator[Example]:
    for comment in read_comments(folder / "goemotions_train.tsv"):
        chosen = [label for label in comment.labels if label]
        if chosen:
            shares = tuple((label in chosen) / len(chosen) for label in range(1, len(LABELS) + 1))
            yield Example(comment.text, "reddit", shares, "comments")


def _of(texts: list[Labelled], origin: Origin) -> Iterator[Example]:
    for each in texts:
        shares = tuple(float(place == each.label) for place in range(len(LABELS)))
        yield Example(each.text, READ_AS.get(each.source, "push"), shares, origin)


def _own(folder: Path) -> list[Labelled]:
    path = folder / "own_train.jsonl"
    if path.exists():
        return read_texts(path)
    return [
        Labelled(str(row["text"]), LABELS.index(str(row["label"])), str(row["source"]))
        for row in joined(folder.parent)["train"]
        if "target" not in row
    ]
