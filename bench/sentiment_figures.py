"""Figures of a classification: accuracy, precision, recall, F1, calibration."""

from collections.abc import Sequence
from statistics import mean
from typing import Any

from bench.labelled import LABELS
from collector.sentiment.base import Score

BINS = 10


def confusion(labels: Sequence[int], chosen: Sequence[int]) -> list[list[int]]:
    """Return the confusion table: rows by the people's label, columns by the method's."""
    table = [[0] * len(LABELS) for _ in LABELS]
    for label, choice in zip(labels, chosen, strict=True):
        table[label][choice] += 1
    return table


def rates(table: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Return accuracy, macro-F1, and for each label precision, recall and F1, in 0..1."""
    each: dict[str, dict[str, float]] = {}
    for place, label in enumerate(LABELS):
        right = table[place][place]
        predicted = sum(row[place] for row in table)
        precision, recall = _share(right, predicted), _share(right, sum(table[place]))
        f1 = _share(2 * precision * recall, precision + recall)
        each[label] = {"precision": precision, "recall": recall, "f1": f1}
    right = sum(table[place][place] for place in range(len(LABELS)))
    return {
        "accuracy": _share(right, sum(map(sum, table))),
        "macro_f1": mean(rates["f1"] for rates in each.values()),
        "labels": each,
    }


def calibration(scores: Sequence[Score], labels: Sequence[int]) -> dict[str, Any]:
    """Return how sure a method is of its labels against how often it is right, in ten bins.

    `ece` is the expected calibration error (Guo et al., ICML 2017): the mean difference of the two,
    weighted by the number of texts in a bin.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for score, label in zip(scores, labels, strict=True):
        sure = (score.negative, score.neutral, score.positive)[LABELS.index(score.label)]
        place = min(int(sure * BINS), BINS - 1)
        bins[place].append((sure, score.label == LABELS[label]))
    rows = [
        {
            "from": place / BINS,
            "texts": len(found),
            "sure": mean(sure for sure, _ in found),
            "right": mean(right for _, right in found),
        }
        for place, found in enumerate(bins)
        if found
    ]
    error = sum(row["texts"] * abs(row["sure"] - row["right"]) for row in rows) / len(scores)
    return {"ece": error, "bins": rows}


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
