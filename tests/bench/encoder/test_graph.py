"""The graph computes what the network with its roundings computes, for each text alone."""

import pytest

pytest.importorskip("torch", reason="PyTorch is only in the environment of `make train`")

import numpy as np
import onnxruntime
import torch

from bench.encoder.batches import batch_of
from bench.encoder.measuring import logits_by
from bench.encoder.network import Network
from bench.encoder.ranges import ranges_of
from bench.encoder.rounded import Rounded
from bench.encoder.writing import write_graph
from collector.sentiment.encoder.runtime import OUTPUTS
from tests.bench.encoder.small import PIECES, items

ITEMS = items(24)
TEXT, TARGET = 0, 2


@pytest.fixture(scope="module")
def rounded():
    torch.manual_seed(3)
    network = Network(PIECES, layers=2)
    return Rounded(network, ranges_of(network, ITEMS))


@pytest.fixture(scope="module")
def written(rounded, tmp_path_factory):
    """The graph's file, and the temperatures of texts and of targets in it."""
    path = tmp_path_factory.mktemp("graph") / "encoder.onnx"
    return path, write_graph(rounded.network, rounded.ranges, ITEMS, path).temperatures


@pytest.fixture(scope="module")
def session(written):
    return onnxruntime.InferenceSession(written[0], providers=["CPUExecutionProvider"])


def outputs(session, chosen):
    batch = batch_of(chosen)
    return session.run(OUTPUTS, {"ids": batch.ids.numpy(), "marked": batch.marked.numpy()})


def test_the_graph_agrees_with_the_network_with_its_roundings(rounded, written, session) -> None:
    found = outputs(session, ITEMS)
    logits = np.stack(
        [found[TARGET if item.read.stop else TEXT][row] for row, item in enumerate(ITEMS)]
    )
    expected = logits_by(rounded, ITEMS).numpy()
    expected /= np.array([[written[1][item.read.stop > 0]] for item in ITEMS])
    spread = expected.std(axis=0).mean()
    assert np.abs(logits - expected).mean() < 0.02 * spread
    plain = logits_by(rounded.network, ITEMS).numpy()
    assert np.corrcoef(plain.ravel(), expected.ravel())[0, 1] > 0.9


def test_logits_do_not_depend_on_what_a_text_is_scored_with(session) -> None:
    together = outputs(session, ITEMS)
    for row, item in enumerate(ITEMS):
        alone = outputs(session, [item])
        for name, all_rows, [only] in zip(OUTPUTS, together, alone, strict=True):
            # All up to the heads is the same to the bit; the heads' last sum is one of floats.
            within = 0 if name.endswith("_parts") else 1e-6
            assert np.abs(all_rows[row][: len(only)] - only).max() <= within


def test_a_graph_has_the_same_bytes_when_it_is_written_again(rounded, written, tmp_path) -> None:
    again = tmp_path / "again.onnx"
    write_graph(rounded.network, rounded.ranges, ITEMS, again)
    assert again.read_bytes() == written[0].read_bytes()
