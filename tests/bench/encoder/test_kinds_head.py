"""The last stage of training: it fits the head of kinds of a finished graph, and nothing else."""

import pytest

pytest.importorskip("torch", reason="PyTorch is only in the environment of `make train`")

import numpy as np
import onnx
import onnxruntime
import torch

from bench.encoder.batches import batch_of
from bench.encoder.kinds import marks_of, with_kinds
from bench.encoder.kinds_examples import RECORDED_NAME, KindsData
from bench.encoder.kinds_head import fit_kinds, pooled
from bench.encoder.ranges import ranges_of
from bench.encoder.writing import write_graph
from shared.kinds import PREDICTED
from tests.bench.encoder.small import items, network

ITEMS = items(48)
LEARNT = [
    item._replace(source=RECORDED_NAME) if number % 3 == 0 else item
    for number, item in enumerate(with_kinds(ITEMS))
]
DATA = KindsData(LEARNT[:18], LEARNT[18:21], LEARNT[21:])
SENTIMENT = ["text", "text_parts", "target", "target_parts"]


@pytest.fixture
def graph(tmp_path):
    plain = network().eval()
    path = tmp_path / "encoder.onnx"
    write_graph(plain, ranges_of(plain, ITEMS), ITEMS, path)
    return path


def outputs(path, names: list[str]) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    batch = batch_of(ITEMS)
    return session.run(names, {"ids": batch.ids.numpy(), "marked": batch.marked.numpy()})


def loss(logits: torch.Tensor) -> float:
    marks = marks_of(DATA.items)
    return float(torch.nn.functional.binary_cross_entropy_with_logits(logits, marks))


def test_the_head_learns_kinds_and_sentiment_stays(graph) -> None:
    before = outputs(graph, SENTIMENT)
    features = pooled(onnx.load(graph), DATA.items)
    [old] = outputs(graph, ["kinds"])
    places = [place for place, item in enumerate(ITEMS) if item.kinds][:18]
    fitted = fit_kinds(graph, DATA)
    [new] = outputs(graph, ["kinds"])
    assert loss(torch.tensor(new[places])) < loss(torch.tensor(old[places]))
    assert np.allclose(new[places], (features @ fitted.head.double()).numpy(), atol=1e-4)
    for was, found in zip(before, outputs(graph, SENTIMENT), strict=True):
        assert np.array_equal(was, found)
    assert set(fitted.bounds) == set(PREDICTED)


def test_it_gives_the_same_bytes_and_those_of_a_network_with_this_head(graph, tmp_path) -> None:
    again = tmp_path / "again.onnx"
    again.write_bytes(graph.read_bytes())
    head = fit_kinds(graph, DATA).head
    fit_kinds(again, DATA)
    assert graph.read_bytes() == again.read_bytes()

    with_head = network().eval()
    with_head.set_kinds(head)
    write_graph(with_head, ranges_of(with_head, ITEMS), ITEMS, again)
    assert graph.read_bytes() == again.read_bytes()


def test_recorded_items_choose_bounds_by_a_head_that_has_not_seen_them(graph, tmp_path) -> None:
    alone = KindsData(LEARNT, [], [])
    again = tmp_path / "again.onnx"
    again.write_bytes(graph.read_bytes())
    turned = [
        item._replace(kinds=tuple(1 - each for each in item.kinds))
        if item.source == RECORDED_NAME
        else item
        for item in LEARNT
    ]
    assert fit_kinds(graph, alone).bounds != fit_kinds(again, KindsData(turned, [], [])).bounds


def test_without_labelled_items_the_graph_stays(graph) -> None:
    before = graph.read_bytes()
    fitted = fit_kinds(graph, KindsData([], [], []))
    assert set(fitted.bounds.values()) == {0.5}
    assert graph.read_bytes() == before
