"""Feature matrices of texts, made by the code that scores texts."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from collector.sentiment.linear.features import (
    NUMBERS,
    numbers,
    pairs,
    prefix,
    tokens,
    weight_of_length,
)
from collector.sentiment.linear.scorer import load_plain_reader
from collector.sentiment.linear.valences import Valences
from collector.text.cleaning import clean
from shared.text.form import Form

Matrix = Any  # scipy publishes no types

# Factor of all word features, which weakens the penalty on their weights.
WORDS_SCALE = 3.0
MIN_TEXTS = 2


@dataclass(frozen=True)
class Text:
    """One text's features: distinct words and pairs, and VADER's numbers."""

    words: tuple[str, ...]
    pairs: tuple[str, ...]
    length: float
    numbers: tuple[float, ...]


class Reader:
    """Extracts the features of texts."""

    def __init__(self, *, with_terms: bool = True) -> None:
        self.valences = Valences()
        self._read_plainly = load_plain_reader() if with_terms else None

    def read(self, markdown: str, form: Form) -> Text:
        """Return the features of a text in Markdown, cleaned as one of its source."""
        text = clean(markdown, form)
        words = tokens(text)
        if self._read_plainly:
            text = self._read_plainly(text, words)
            words = tokens(text)
        named = self.valences.named_emojis(text)
        found = numbers(self.valences.of(named), named)
        distinct = tuple(dict.fromkeys(words))
        return Text(
            words=distinct,
            pairs=tuple(dict.fromkeys(pairs(words))),
            length=weight_of_length(len(distinct)),
            numbers=(0.0, *found) if found else (1.0, *(0.0 for _ in NUMBERS)),
        )

    def kin(self, word: str) -> Iterator[str]:
        """Yield the features that share a word's weight: its prefix and its lexicon valence."""
        if start := prefix(word):
            yield start
        if word in self.valences.lexicon:
            yield f"valence {round(self.valences.lexicon[word])}"


def vocabulary(texts: Iterable[Text], reader: Reader) -> dict[str, int]:
    """Return a column number for each feature that at least MIN_TEXTS texts have."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.words)
        counts.update(text.pairs)
        counts.update({kin for word in text.words for kin in reader.kin(word)})
    names = sorted(name for name, count in counts.items() if count >= MIN_TEXTS)
    return {name: column for column, name in enumerate(names)}


def design(texts: Sequence[Text], columns: Mapping[str, int], reader: Reader) -> Matrix:
    """Return a row for each text: its words, pairs and kin, weighted by length, and its numbers."""
    rows: list[int] = []
    places: list[int] = []
    values: list[float] = []
    for row, text in enumerate(texts):
        kin = (name for word in text.words for name in reader.kin(word))
        for name in (*text.words, *text.pairs, *kin):
            if (column := columns.get(name)) is not None:
                rows.append(row)
                places.append(column)
                values.append(WORDS_SCALE * text.length)
    shape = (len(texts), len(columns))
    words = sparse.csr_matrix((values, (rows, places)), shape=shape)
    return sparse.hstack([words, np.array([text.numbers for text in texts])]).tocsr()
