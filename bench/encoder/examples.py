"""All labelled text that the encoder learns from, in one form.

A text of GoEmotions with several labels counts for each in part. A comparison is two targets: the
better is positive, the other negative. Our own set (docs/labelling.md) is joined from its parts.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from bench.field.joining import joined
from bench.field.labels import read_rows
from bench.labelled import LABELS, read_comments
from bench.sentiment_scores import READ_AS
from collector.sentiment.base import Target
from collector.sentiment.encoder.passages import passage_of, target_passage
from collector.sentiment.encoder.pieces import Passage
from shared.text.forms import FORMS
from shared.text.places import place_of

Shares = tuple[float, float, float]
Part = Literal["train", "dev"]

OWN = 2
"""So often the examples of this field count in training."""
REDDIT = FORMS["reddit"]
HELD = 20
"""One in so many texts of the training parts is held out for calibration."""


@dataclass(frozen=True, slots=True)
class Example:
    """A passage, the shares of negative, neutral and positive, and where it comes from."""

    passage: Passage
    shares: Shares
    source: str

    @property
    def label(self) -> int:
        """Return the place of the largest share in LABELS."""
        return max(range(len(LABELS)), key=self.shares.__getitem__)


def read_examples(shared: Path, part: Part) -> list[Example]:
    """Return all examples of a part; shared has sentiment and the recorded items."""
    folder = shared / "sentiment"
    public = chain(
        _comments(folder / f"goemotions_{part}.tsv", part),
        _rows(read_rows(folder / f"field_{part}.jsonl"), ""),
        _rows(read_rows(folder / f"targets_{part}.jsonl"), ""),
        _comparisons(folder / f"comparisons_{part}.jsonl"),
    )
    own = list(_rows(joined(shared)[part], "own "))
    # The set of this field counts twice: it is small beside the others.
    found = [*public, *own * (OWN if part == "train" else 1)]
    return [example for example in found if example.passage.text]


def is_held(example: Example) -> bool:
    """Return whether the text is held out of training, by its hash, with all of its targets."""
    return int(hashlib.sha256(example.passage.text.encode()).hexdigest(), 16) % HELD == 0


def read_more(path: Path) -> list[Example]:
    """Return further examples from a file in the form of targets_*.jsonl, such as corrections."""
    return list(_rows(read_rows(path), "more "))


def _comments(path: Path, part: Part) -> Iterator[Example]:
    for comment in read_comments(path):
        labels = [label - 1 for label in comment.labels if label]
        # Development figures are of comments with one label, as docs/sentiment.md counts them.
        if labels and (part == "train" or len(comment.labels) == 1):
            yield Example(passage_of(comment.text, REDDIT), _shares(labels), "goemotions")


def _rows(
    rows: Iterator[dict[str, Any]] | Sequence[Mapping[str, Any]], name: str
) -> Iterator[Example]:
    for row in rows:
        source, text = row.get("source"), row["text"]
        form = FORMS[READ_AS.get(source, "push")]
        if "from" in row:
            passage = target_passage(Target(text, row["from"], row["to"], form))
        else:
            passage = passage_of(text, form)
        kind = ("target" if "from" in row else "text") if name else source or ""
        yield Example(passage, _shares([LABELS.index(row["label"])]), f"{name}{kind}")


def _comparisons(path: Path) -> Iterator[Example]:
    for row in read_rows(path):
        if row["label"] == "none":
            continue
        for name, other, better in (("a", "b", "better"), ("b", "a", "worse")):
            place = place_of(row["text"], row[name], [row[other]])
            if place:
                label = 2 if row["label"] == better else 0
                passage = target_passage(Target(row["text"], *place, FORMS["push"]))
                yield Example(passage, _shares([label]), "comparisons")


def _shares(labels: Sequence[int]) -> Shares:
    negative, neutral, positive = (
        (label in labels) / len(set(labels)) for label in range(len(LABELS))
    )
    return negative, neutral, positive
