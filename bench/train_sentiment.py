"""Train the linear method's weights: `make train`, or `python -m bench.train_sentiment [FOLDER]`.

Reads only goemotions_train.tsv, and writes collector/sentiment/linear/linear.weights: the same
file, byte for byte, in each run. Needs bench/requirements-train.txt.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bench.labelled import DEFAULT_FOLDER, LABELS, Comment, read_comments
from bench.sentiment_design import WORDS_SCALE, Reader, Text, design, vocabulary
from bench.sentiment_fit import fit, logits_of, temperature
from collector.sentiment.linear.features import TOKEN
from collector.sentiment.linear.weights import FILE, Weight, Weights, table_of, write_weights

Matrix = Any  # scipy publishes no types

VERSION = "2"
PENALTY = 10.0
FOLDS = 3
SEED = 20261125
# A weight is a whole number of steps, at most LARGEST. Except for words, weights of up to SMALLEST
# steps are left out.
LARGEST = 127
SMALLEST = 2

ABOUT = {
    "name": "undertone linear sentiment",
    "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "attribution": "Trained on GoEmotions (Demszky, Movshovitz-Attias, Ko, Cowen, Nemade, Ravi: "
    "GoEmotions: A Dataset of Fine-Grained Emotions, ACL 2020; Google, CC BY 4.0), grouped into "
    "sentiment and reduced to weights. Valences by VADER (Hutto and Gilbert, ICWSM 2014; MIT).",
    "card": "collector/sentiment/linear/MODEL_CARD.md",
}


def train(comments: Sequence[Comment], *, folds: int = FOLDS) -> Weights:
    """Fit the model to comments, calibrate it on folds held out in turn, and return it rounded."""
    labelled = [c for c in comments if any(c.labels)]
    reader = Reader()
    texts = [reader.read(c.text) for c in labelled]
    columns = vocabulary(texts, reader)
    x = design(texts, columns, reader)
    y = np.array([_shares(c) for c in labelled])
    factor = _calibrate(x, y, folds)
    weights = fit(x, y, PENALTY) * factor
    return _rounded(weights, columns, texts, reader)


def _shares(comment: Comment) -> list[float]:
    chosen = [label for label in comment.labels if label]
    return [(label in chosen) / len(chosen) for label in range(1, len(LABELS) + 1)]


def _calibrate(x: Matrix, y: Matrix, folds: int) -> float:
    fold = np.random.default_rng(SEED).integers(0, folds, len(y))
    logits = np.zeros_like(y)
    for left_out in range(folds):
        weights = fit(x[fold != left_out], y[fold != left_out], PENALTY)
        logits[fold == left_out] = logits_of(x[fold == left_out], weights)
    return temperature(logits, y)


def _rounded(
    weights: Matrix, columns: Mapping[str, int], texts: Sequence[Text], reader: Reader
) -> Weights:
    """Return rounded weights of positive and negative against neutral, with kin added to words."""
    against = weights[:, [2, 0]] - weights[:, [1]]
    width = len(columns)
    words = {word for text in texts for word in text.words}
    words |= {word for word in reader.valences.lexicon if TOKEN.fullmatch(word)}
    table = {name: against[column] for name, column in columns.items() if not _is_valence(name)}
    for word in words:
        known = [columns[kin] for kin in reader.kin(word) if kin in columns]
        # A word that has only a prefix needs no row: scoring uses the prefix's weight.
        if known and (word in columns or word in reader.valences.lexicon):
            table[word] = table.get(word, np.zeros(2)) + against[known].sum(axis=0)
    largest = max(float(np.abs(pair).max()) for pair in table.values())
    step = float(f"{largest / LARGEST:.6g}")
    rounded = {
        name: (round(float(pair[0] / step)), round(float(pair[1] / step)))
        for name, pair in table.items()
    }
    none, *numbers = (Weight(*np.round(pair, 5).tolist()) for pair in against[width:-1])
    return Weights(
        version=VERSION,
        step=float(f"{step * WORDS_SCALE:.6g}"),
        bias=Weight(*np.round(against[-1], 5).tolist()),
        no_valence=none,
        numbers=tuple(numbers),
        table=table_of(
            {
                name: steps
                for name, steps in rounded.items()
                if name in words or max(map(abs, steps)) > SMALLEST
            }
        ),
    )


def _is_valence(name: str) -> bool:
    return name.startswith("valence ") and name.removeprefix("valence ").lstrip("-").isdigit()


def main() -> None:
    """Train the weights, and write them to a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--to", type=Path, default=FILE, help="where to write the weights")
    given = parser.parse_args()
    began = time.monotonic()
    weights = train(read_comments(given.folder / "goemotions_train.tsv"))
    write_weights(given.to, weights, ABOUT)
    print(
        f"{given.to}: {len(weights.table.rows)} features, {given.to.stat().st_size} bytes, "
        f"{time.monotonic() - began:.0f} s",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
