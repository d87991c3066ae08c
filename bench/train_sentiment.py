"""Train the linear method's weights: `make train`, or `python -m bench.train_sentiment [FOLDER]`.

Reads the training texts of bench/sentiment_examples.py, and writes
collector/sentiment/linear/linear.weights: the same file, byte for byte, in each run. Needs
bench/requirements-train.txt.
"""

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.labelled import DEFAULT_FOLDER
from bench.sentiment_design import WORDS_SCALE, Reader, Text, design, vocabulary
from bench.sentiment_examples import Example, Origin, read_examples
from bench.sentiment_fit import GRADIENT, fit, logits_of, temperature
from collector.sentiment.linear.features import NUMBERS, TOKEN
from collector.sentiment.linear.weights import (
    FILE,
    Part,
    Steps,
    Weight,
    Weights,
    table_of,
    write_weights,
)
from shared.text.forms import FORMS

Matrix = Any  # scipy publishes no types

VERSION = "2"
PENALTY = 10.0
# How often a text of each set counts: for the part for any text, for the part for texts of this
# field, and for telling them apart.
IN_GENERAL: Mapping[Origin, float] = {"comments": 1.0, "developers": 1.0, "own": 1.0}
IN_FIELD: Mapping[Origin, float] = {"comments": 0.2, "developers": 1.0, "own": 5.0}
APART: Mapping[Origin, float] = {"comments": 1.0, "developers": 1.0, "own": 3.0}
APART_PENALTY = 60.0
# Added to the evidence for positive and for negative in texts of this field, so that opinions
# without a word of feeling aren't swallowed by neutral. Found on the development files.
OPINION = 0.2
# The columns beside words, which don't tell texts of this field from others.
BESIDE_WORDS = 1 + len(NUMBERS)
# The part of the texts that is held out for the temperature. That has two digits and so needs no
# closer fit.
HELD_OUT = 1 / 3
HELD_OUT_GRADIENT = 0.05
SEED = 20261125
# A weight is a whole number of steps, at most LARGEST. Except for words, weights of up to SMALLEST
# steps are left out.
LARGEST = 127
SMALLEST = 3

ABOUT = {
    "name": "undertone linear sentiment",
    "licence": "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "attribution": "Trained on GoEmotions (Demszky, Movshovitz-Attias, Ko, Cowen, Nemade, Ravi: "
    "GoEmotions: A Dataset of Fine-Grained Emotions, ACL 2020; Google, CC BY 4.0), grouped into "
    "sentiment; on Senti4SD (Calefato, Lanubile, Maiorano, Novielli: Sentiment Polarity Detection "
    "for Software Development, EMSE 2018; MIT); on the gold standards of GitHub and Jira as "
    "published by disa-lab/DeepSentimentSECrossPlatform (CC0); on Undertone's own set of this "
    "field; all reduced to weights. Valences by VADER (Hutto and Gilbert, ICWSM 2014; MIT).",
    "card": "collector/sentiment/linear/MODEL_CARD.md",
}


@dataclass(frozen=True)
class Fitted:
    """The weights of both parts (features and a bias, by classes), and those that tell them apart.

    The last are of one column.
    """

    general: Matrix
    field: Matrix
    apart: Matrix

    def logits(self, x: Matrix) -> Matrix:
        """Return each row's logits: those of both parts, by how much it is of this field."""
        share = 1 / (1 + np.exp(-logits_of(x, self.apart)))
        return (1 - share) * logits_of(x, self.general) + share * logits_of(x, self.field)


def train(examples: Sequence[Example]) -> Weights:
    """Fit the model to texts, calibrate it on a part held out, and return it rounded."""
    reader = Reader()
    texts = [reader.read(each.text, FORMS[each.read_as]) for each in examples]
    columns = vocabulary(texts, reader)
    x = design(texts, columns, reader)
    y = np.array([each.shares for each in examples])
    origins = [each.origin for each in examples]
    held = np.random.default_rng(SEED).random(len(examples)) < HELD_OUT
    kept = [origin for origin, out in zip(origins, held, strict=True) if not out]
    trial = _fitted(x[~held], y[~held], kept, gradient=HELD_OUT_GRADIENT)
    factor = temperature(trial.logits(x[held]), y[held])
    found = _fitted(x, y, origins)
    field = found.field * factor
    field[-1] += [OPINION, 0.0, OPINION]
    return _rounded(Fitted(found.general * factor, field, found.apart), columns, texts, reader)


def _fitted(
    x: Matrix, y: Matrix, origins: Sequence[Origin], *, gradient: float = GRADIENT
) -> Fitted:
    def counts(weights: Mapping[Origin, float]) -> Matrix:
        return np.array([weights[origin] for origin in origins])

    own = np.array([[float(origin != "own"), float(origin == "own")] for origin in origins])
    words = fit(x[:, :-BESIDE_WORDS], own, counts(APART), APART_PENALTY, gradient=gradient)
    apart = np.insert(words, [len(words) - 1] * BESIDE_WORDS, 0.0, axis=0)
    return Fitted(
        general=fit(x, y, counts(IN_GENERAL), PENALTY, gradient=gradient),
        field=fit(x, y, counts(IN_FIELD), PENALTY, gradient=gradient),
        apart=apart[:, [1]] - apart[:, [0]],
    )


def _rounded(
    fitted: Fitted, columns: Mapping[str, int], texts: Sequence[Text], reader: Reader
) -> Weights:
    """Return rounded weights of positive and negative against neutral, with kin added to words."""
    against = np.hstack([_against(fitted.general), _against(fitted.field), fitted.apart])
    words = {word for text in texts for word in text.words}
    words |= {word for word in reader.valences.lexicon if TOKEN.fullmatch(word)}
    table = {name: against[column] for name, column in columns.items() if not _is_valence(name)}
    for word in words:
        known = [columns[kin] for kin in reader.kin(word) if kin in columns]
        # A word that has only a prefix needs no row: scoring uses the prefix's weight.
        if known and (word in columns or word in reader.valences.lexicon):
            table[word] = table.get(word, np.zeros(against.shape[1])) + against[known].sum(axis=0)
    rows = np.array(list(table.values()))
    step, field_step = (_step(part) for part in (rows[:, :-1], rows[:, -1]))
    rounded = np.rint(rows / [*[step] * (rows.shape[1] - 1), field_step]).astype(int)
    steps = {name: Steps(*row) for name, row in zip(table, rounded.tolist(), strict=True)}
    return Weights(
        version=VERSION,
        step=float(f"{step * WORDS_SCALE:.6g}"),
        general=_part(against[:, 0:2], len(columns)),
        field=_part(against[:, 2:4], len(columns)),
        field_step=float(f"{field_step * WORDS_SCALE:.6g}"),
        field_bias=round(float(against[-1, -1]), 5),
        table=table_of(
            {
                name: row
                for name, row in steps.items()
                if name in words or max(map(abs, row)) > SMALLEST
            }
        ),
    )


def _against(weights: Matrix) -> Matrix:
    """Return the weights of positive and negative less those of neutral."""
    return weights[:, [2, 0]] - weights[:, [1]]


def _step(weights: Matrix) -> float:
    return float(f"{float(np.abs(weights).max()) / LARGEST:.6g}")


def _part(against: Matrix, width: int) -> Part:
    none, *numbers, bias = (Weight(*np.round(pair, 5).tolist()) for pair in against[width:])
    return Part(bias=bias, no_valence=none, numbers=tuple(numbers))


def _is_valence(name: str) -> bool:
    return name.startswith("valence ") and name.removeprefix("valence ").lstrip("-").isdigit()


def main() -> None:
    """Train the weights, and write them to a file."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--to", type=Path, default=FILE, help="where to write the weights")
    given = parser.parse_args()
    began = time.monotonic()
    weights = train(read_examples(given.folder))
    write_weights(given.to, weights, ABOUT)
    print(
        f"{given.to}: {len(weights.table.rows)} features, {given.to.stat().st_size} bytes, "
        f"{time.monotonic() - began:.0f} s",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
