"""Kinds of talk: the graph has them, and each holds from the bound that is right most often."""

import pytest

pytest.importorskip("torch", reason="PyTorch is only in the environment of `make train`")

import numpy as np
import onnxruntime
import torch

from bench.encoder.batches import batch_of
from bench.encoder.kinds import bounds_of, figures_of, probabilities_by, with_kinds
from bench.encoder.network import Network
from bench.encoder.ranges import ranges_of
from bench.encoder.rounded import Rounded
from bench.encoder.training import train
from bench.encoder.writing import write_graph
from shared.kinds import PREDICTED, TALK
from tests.bench.encoder.small import PIECES, RECIPE, items, network

ITEMS = items(24)
LABELLED_ITEMS = with_kinds(ITEMS)


def probabilities(rows: dict[int, float]) -> torch.Tensor:
    """Return probabilities: 0, but for the first kind in these rows."""
    found = torch.zeros(len(LABELLED_ITEMS), len(PREDICTED))
    for row, value in rows.items():
        found[row, 0] = value
    return found


def test_only_texts_have_kinds() -> None:
    assert len(LABELLED_ITEMS) == 12
    assert all(item.source == "text" for item in LABELLED_ITEMS)


def test_a_kind_holds_from_the_bound_with_the_best_f1() -> None:
    having = [row for row, item in enumerate(LABELLED_ITEMS) if item.kinds[0]]
    others = [row for row in range(len(LABELLED_ITEMS)) if row not in having]
    found = probabilities(
        {**dict.fromkeys(having, 0.4), **dict.fromkeys(others, 0.1), others[0]: 0.3}
    )
    bounds = bounds_of(found, LABELLED_ITEMS)
    assert 0.3 < bounds["problem"] <= 0.4
    assert bounds["price"] == 0.5
    figures = figures_of(found, bounds, LABELLED_ITEMS)
    assert figures["problem"] == 1
    assert list(figures) == list(TALK)
    assert figures["other"] == 0


def test_an_item_counts_by_its_weight_when_bounds_are_chosen() -> None:
    having = [row for row, item in enumerate(LABELLED_ITEMS) if item.kinds[0]]
    others = [row for row in range(len(LABELLED_ITEMS)) if row not in having]
    found = probabilities({having[0]: 0.3, **dict.fromkeys(others, 0.4), having[1]: 0.6})
    heavy = [10.0 if row == having[0] else 0.1 for row in range(len(LABELLED_ITEMS))]
    light = [0.1 if row == having[0] else 10.0 for row in range(len(LABELLED_ITEMS))]
    assert bounds_of(found, LABELLED_ITEMS, heavy)["problem"] <= 0.3
    assert 0.4 < bounds_of(found, LABELLED_ITEMS, light)["problem"] <= 0.6


def test_without_labelled_kinds_bounds_are_in_the_middle() -> None:
    bounds = bounds_of(torch.zeros(0, len(PREDICTED)), [])
    assert set(bounds.values()) == {0.5}


def test_training_learns_kinds(tmp_path) -> None:
    def loss(each: Network) -> float:
        batch = batch_of(LABELLED_ITEMS)
        logits = each.eval()(batch.ids, batch.marked).kinds
        return float(
            torch.nn.functional.binary_cross_entropy_with_logits(logits, batch.kinds).detach()
        )

    trained = train(network, ITEMS, RECIPE, tmp_path / "run.pt")
    assert loss(trained) < loss(network())


def test_the_graph_has_the_kinds_of_the_network_with_its_roundings(tmp_path) -> None:
    torch.manual_seed(3)
    plain = Network(PIECES, layers=2)
    rounded = Rounded(plain, ranges_of(plain, ITEMS))
    write_graph(plain, rounded.ranges, ITEMS, tmp_path / "encoder.onnx")
    session = onnxruntime.InferenceSession(
        tmp_path / "encoder.onnx", providers=["CPUExecutionProvider"]
    )
    batch = batch_of(LABELLED_ITEMS)
    [logits] = session.run(["kinds"], {"ids": batch.ids.numpy(), "marked": batch.marked.numpy()})
    found = 1 / (1 + np.exp(-logits))
    assert np.abs(found - probabilities_by(rounded, LABELLED_ITEMS).numpy()).max() < 0.02
