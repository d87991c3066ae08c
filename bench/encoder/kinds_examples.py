"""The examples that the head of kinds learns from in the last stage of training.

These are all texts with labelled kinds that no figure is of: those of the second part, and beside
them what the layers have mostly not seen: recorded items, and sentences written for this stage.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.encoder.batches import Item, items_of
from bench.encoder.examples import OWN, SENTENCES, Example, is_held, marks_of
from bench.field.joining import Part
from bench.field.labels import source_of
from bench.field.recorded import read_recorded
from bench.kinds.figures import read_items
from bench.kinds.labels import RECORDED, Kinds, read_sentences, read_training
from bench.sentiment_scores import READ_AS
from collector.sentiment.encoder.passages import passage_of
from collector.sentiment.encoder.pieces import Passage, Pieces
from shared.text.forms import FORMS

OWN_NAME, RECORDED_NAME, PLAIN_NAME = "own kinds", "recorded kinds", "plain kinds"
WEIGHTS: Mapping[str, float] = {OWN_NAME: 2, RECORDED_NAME: 6, PLAIN_NAME: 10}
"""The weight of an example of these sources; one of another has 1.

The plain sentences are few, and of rare kinds.
"""
NEUTRAL = (0.0, 1.0, 0.0)
"""This stage reads no labels of mood."""


class KindsData(NamedTuple):
    """Labelled items to learn from, those held out of all training, and the development part."""

    items: Sequence[Item]
    held: Sequence[Item]
    dev: Sequence[Item]


def read_kinds(
    shared: Path, sentences: Iterable[Example], pieces: Pieces, without: Collection[str] = ()
) -> KindsData:
    """Return the data of this stage; recorded items where the folder has their text.

    sentences are the examples for training alone, of which only texts have kinds. without leaves
    out the labelled set with all recorded items (own), and the plain sentences (sentences).
    """
    seen = [each for each in sentences if each.kinds]
    learnt = [each for each in seen if not is_held(each)]
    dev: list[Example] = []
    if SENTENCES not in without:
        learnt += [
            _example(passage_of(text, FORMS["push"]), kinds, PLAIN_NAME)
            for text, kinds in read_sentences()
        ]
    if OWN not in without:
        learnt += [*_own(shared, "train"), *_recorded(shared, read_training(RECORDED))]
        dev += _own(shared, "dev")
    held = [each for each in seen if is_held(each)]
    return KindsData(*(items_of(_with_words(each), pieces) for each in (learnt, held, dev)))


def _own(shared: Path, part: Part) -> Iterator[Example]:
    for item in read_items([part], shared):
        yield _example(item.passage, item.kinds, OWN_NAME)


def _recorded(shared: Path, labels: Mapping[str, Kinds]) -> Iterator[Example]:
    for item in read_recorded(shared):
        if item.id in labels:
            passage = passage_of(item.text, FORMS[READ_AS[source_of(item.id)]])
            yield _example(passage, labels[item.id], RECORDED_NAME)


def _example(passage: Passage, kinds: Kinds, name: str) -> Example:
    return Example(passage, NEUTRAL, name, marks_of(kinds))


def _with_words(examples: Iterable[Example]) -> list[Example]:
    return [example for example in examples if example.passage.text]
