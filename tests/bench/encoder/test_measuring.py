"""Calibration on logits of which the answer is known."""

import math

import pytest

pytest.importorskip("torch", reason="PyTorch is only in the environment of `make train`")

import torch

from bench.encoder.batches import Item
from bench.encoder.measuring import BOUNDS, calibration, figures_of
from collector.sentiment.encoder.pieces import Read

TEXT = Read([2, 3], "", [])
TARGET = Read([2, 4, 9, 5, 3], "", [], 1, 4)


def logits_of(sure: float, label: int) -> list[float]:
    """Logits whose softmax gives the label this share, and the others the rest in halves."""
    found = [0.0, 0.0, 0.0]
    found[label] = math.log(2 * sure / (1 - sure))
    return found


def items(read: Read, sure: float, right: int, wrong: int, times: float = 1.0):
    """Logits for positive, and the items: so many are positive, the others negative or neutral."""
    labels = [2] * right + [number % 2 for number in range(wrong)]
    logits = [[times * each for each in logits_of(sure, 2)] for _ in labels]
    found = []
    for label in labels:
        shares = (float(label == 0), float(label == 1), float(label == 2))
        found.append(Item(read, shares, label, ""))
    return logits, found


def calibrated(*groups):
    logits = torch.tensor([row for rows, _ in groups for row in rows])
    return calibration(logits, [item for _, found in groups for item in found])


def test_texts_and_targets_each_get_the_temperature_that_mends_their_sureness() -> None:
    found = calibrated(items(TEXT, 0.8, 80, 20, times=1.5), items(TARGET, 0.8, 80, 20, times=0.75))
    assert found.temperatures == (1.5, 0.75)
    assert found.unsure == 0


def test_below_the_bound_a_label_is_no_better_than_the_commonest_one() -> None:
    sure = items(TEXT, 0.8, 160, 40)
    guesses = items(TEXT, 0.4, 20, 0)
    guesses = ([logits_of(0.4, 2)] * 40, [Item(TEXT, (0.0, 1.0, 0.0), 1, "")] * 40)
    found = calibrated(sure, guesses, items(TARGET, 0.8, 80, 20))
    assert 0.4 < found.unsure <= BOUNDS[-1]


def test_too_few_labels_give_no_bound() -> None:
    guesses = ([logits_of(0.4, 2)] * 20, [Item(TEXT, (0.0, 1.0, 0.0), 1, "")] * 20)
    assert calibrated(items(TEXT, 0.8, 160, 40), guesses, items(TARGET, 0.8, 80, 20)).unsure == 0


@pytest.mark.parametrize(("right", "error"), [(75, 0.0), (50, 0.25), (100, 0.25)])
def test_calibration_error_is_the_gap_between_sureness_and_accuracy(right, error) -> None:
    logits, found = items(TEXT, 0.75, right, 100 - right)
    figures = figures_of(torch.tensor(logits), torch.tensor([item.label for item in found]))
    assert figures.n == 100
    assert figures.accuracy == pytest.approx(right / 100)
    assert figures.error == pytest.approx(error, abs=1e-6)


def test_macro_f1_is_the_mean_over_all_labels() -> None:
    logits = torch.tensor([logits_of(0.6, label) for label in (0, 1, 1, 2)])
    assert figures_of(logits, torch.tensor([0, 0, 1, 2])).macro_f1 == pytest.approx(7 / 9)
