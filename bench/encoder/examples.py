"""All labelled text that the encoder learns from, in one form.

A text of GoEmotions with several labels counts for each in part. A comparison is two targets: the
better is positive, the other negative. Our own set (docs/labelling.md) is joined from its parts,
and the sentences for training alone come last.
"""

import hashlib
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from bench.field.joining import joined
from bench.field.labels import read_rows
from bench.field.training import training_rows
from bench.kinds.labels import Kinds, read_labels, read_training
from bench.labelled import LABELS, read_comments
from bench.labelled_files import Labelled, read_labelled
from bench.sentiment_scores import READ_AS
from collector.sentiment.base import Target
from collector.sentiment.encoder.passages import passage_of, target_passage
from collector.sentiment.encoder.pieces import Passage
from shared.kinds import PREDICTED
from shared.text.forms import FORMS
from shared.text.places import place_of

Shares = tuple[float, float, float]
Part = Literal["train", "dev"]

OWN = "own"
SENTENCES = "sentences"
OWN_TIMES = 2
"""The number of times that the examples of our own set count in the first part of training."""
REDDIT = FORMS["reddit"]
HELD = 20
"""The training parts hold out one text of this many for calibration."""

WHERE_THEY_ARE = """{path} isn't there.

--shared is a folder with sentiment/, in which goemotions, field, targets and comparisons have a
_train and a _dev file each. docs/sentiment.md ("Reproduce the figures") tells their rows, and
collector/sentiment/encoder/MODEL_CARD.md where they come from. --without NAME leaves a set out."""


@dataclass(frozen=True, slots=True)
class Example:
    """A passage, the shares of negative, neutral and positive, and where it comes from."""

    passage: Passage
    shares: Shares
    source: str
    kinds: tuple[float, ...] = ()
    """Of each kind of talk (PREDICTED) 1 if the text has it, 0 if not; empty if not labelled."""

    @property
    def label(self) -> int:
        """Return the place of the largest share in LABELS."""
        return max(range(len(LABELS)), key=self.shares.__getitem__)


def read_examples(shared: Path, part: Part, without: Collection[str] = ()) -> list[Example]:
    """Return the examples of a part; shared has sentiment and the recorded items.

    without names the sets that are left out, of SETS. Exits if a file is missing or can't be read.
    """
    found: list[Example] = []
    for name, (ending, read) in FILES.items():
        if name not in without:
            found += read(_existing(shared / "sentiment" / f"{name}_{part}.{ending}"), part)
    if OWN not in without:
        kinds = {item.id: item.settled for item in read_labels()}
        own = list(_of_own_rows(joined(shared)[part], "own ", kinds))
        # The set of this field counts twice: it is small beside the others.
        found += own * (OWN_TIMES if part == "train" else 1)
    return _with_words(found)


def read_sentences(without: Collection[str] = ()) -> list[Example]:
    """Return the examples of the sentences of this field that are for training alone."""
    if SENTENCES in without:
        return []
    return _with_words(_of_own_rows(training_rows(), "training ", read_training()))


def of_own(examples: Iterable[Example]) -> list[Example]:
    """Return those of our own set, as often as they are there."""
    return [example for example in examples if example.source.startswith(f"{OWN} ")]


def doubted(example: Example, doubt: float) -> Example:
    """Return an example of this field with a share of its label given to all labels alike."""
    if not example.source.startswith((f"{OWN} ", "training ")):
        return example
    negative, neutral, positive = (
        (1 - doubt) * share + doubt / len(LABELS) for share in example.shares
    )
    return replace(example, shares=(negative, neutral, positive))


def is_held(example: Example) -> bool:
    """Return whether the text is held out of training, by its hash, with all of its targets."""
    return int(hashlib.sha256(example.passage.text.encode()).hexdigest(), 16) % HELD == 0


def read_more(path: Path) -> list[Example]:
    """Return further examples from a file, such as corrections.

    Its rows are those of field_*.jsonl or of targets_*.jsonl. Exits if it is missing, or with the
    line of a row that can't be read.
    """
    return _with_words(_of_labelled(read_labelled(path), "more "))


def _with_words(examples: Iterable[Example]) -> list[Example]:
    """Return the examples whose author wrote words of their own, and names the target in them."""
    return [example for example in examples if example.passage.text]


def _existing(path: Path) -> Path:
    if not path.is_file():
        sys.exit(WHERE_THEY_ARE.format(path=path))
    return path


def _comments(path: Path, part: Part) -> Iterator[Example]:
    for comment in read_comments(path):
        labels = [label - 1 for label in comment.labels if label]
        # Development figures are of comments with one label, as docs/sentiment.md counts them.
        if labels and (part == "train" or len(comment.labels) == 1):
            yield Example(passage_of(comment.text, REDDIT), _shares(labels), "goemotions")


def _public(path: Path, _: Part) -> Iterator[Example]:
    return _of_labelled(read_labelled(path), "")


def _of_own_rows(
    rows: Iterable[Mapping[str, Any]], name: str, kinds: Mapping[str, Kinds]
) -> Iterator[Example]:
    """Yield the examples of texts and targets; a text's has the labelled kinds of its id."""
    for row in rows:
        place = (row["from"], row["to"]) if "target" in row else None
        label = LABELS.index(row["label"])
        (example,) = _of_labelled([Labelled(row["text"], label, row["source"], place)], name)
        labels = kinds.get(row["id"]) if place is None else None
        yield replace(example, kinds=marks_of(labels)) if labels else example


def marks_of(kinds: Kinds) -> tuple[float, ...]:
    """Return 1 for each kind of PREDICTED that is among these, 0 for each other."""
    return tuple(float(kind in kinds) for kind in PREDICTED)


def _of_labelled(items: Iterable[Labelled], name: str) -> Iterator[Example]:
    """Yield the examples. Without a name, each has the name of its item's source."""
    for item in items:
        form, place = FORMS[READ_AS.get(item.source, "push")], item.place
        if place:
            passage = target_passage(Target(item.text, *place, form))
        else:
            passage = passage_of(item.text, form)
        kind = ("target" if place else "text") if name else item.source or ""
        yield Example(passage, _shares([item.label]), f"{name}{kind}")


def _comparisons(path: Path, _: Part) -> Iterator[Example]:
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


FILES: Mapping[str, tuple[str, Callable[[Path, Part], Iterator[Example]]]] = {
    "goemotions": ("tsv", _comments),
    "field": ("jsonl", _public),
    "targets": ("jsonl", _public),
    "comparisons": ("jsonl", _comparisons),
}
"""The public sets, in the order in which they are read: what their files end in, and the reader."""
SETS: Sequence[str] = (*FILES, OWN, SENTENCES)
"""The names of all sets."""
