"""The last stage of training: the head of kinds, fitted to what the finished graph computes.

The layers and the other heads stay as they are, and with them every score of sentiment. The head
learns from recorded items beside sentences, and stays near the one that the layers were trained
with: that one learnt from sentences alone for the most part, and finds little in recorded items.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import onnx
import torch
from onnx import numpy_helper
from onnxruntime import InferenceSession, SessionOptions
from torch import Tensor
from torch.nn import functional

from bench.encoder.batches import Item, batch_of, sorted_batches
from bench.encoder.kinds import Bounds, bounds_of, marks_of
from bench.encoder.kinds_examples import RECORDED_NAME, WEIGHTS, KindsData

TOGETHER = 64
NEAR = 1e-3
"""The weight of the squared distance from the head that the layers were trained with."""
STEPS = 30
"""The steps of the fit: further ones gain nothing on the items that choose the bounds."""
FOLDS = 2
"""Bounds are chosen on recorded items of one half by a head that learnt from the other half."""
DEV_TIMES, OTHER_TIMES = 3.0, 0.5
"""The weights of items when bounds are chosen: of the development part, and of others."""
OUTPUT = "kinds"


class Fitted(NamedTuple):
    """A head: rows are the features, then the bias; columns are PREDICTED. And its bounds."""

    head: Tensor
    bounds: Bounds


class Learnt(NamedTuple):
    """The examples of a head: a row for each item, its kinds, and its weight."""

    features: Tensor
    marks: Tensor
    weights: Tensor

    def rows(self, chosen: Tensor) -> "Learnt":
        """Return the chosen rows."""
        return Learnt(*(each[chosen] for each in self))


def fit_kinds(graph: Path, data: KindsData) -> Fitted:
    """Fit the head of kinds of a graph, write it there, and return it with its bounds.

    Without labelled items the graph stays, and bounds are in the middle. The same graph, data and
    machine give the same bytes.
    """
    model = onnx.load(graph)
    start = _head(model)
    if not data.items:
        return Fitted(start, bounds_of(torch.zeros(0, start.shape[1]), []))
    weights = [WEIGHTS.get(item.source, 1) for item in data.items]
    learnt = Learnt(
        pooled(model, data.items),
        marks_of(data.items).double(),
        torch.tensor(weights, dtype=torch.float64),
    )
    # The network keeps its weights in 32 bits.
    head = fitted(learnt, start).float()
    bounds = _bounds(model, data, learnt, head.double())
    _replace(model, head)
    graph.write_bytes(model.SerializeToString(deterministic=True))
    return Fitted(head, bounds)


def pooled(model: Any, items: Sequence[Item]) -> Tensor:
    """Return what the head of kinds reads: a row for each item, the last of whose columns is 1.

    It is in 32 bits: there the order of additions, which depends on the batch, doesn't show.
    """
    seen = onnx.ModelProto()
    seen.CopyFrom(model)
    name = _gemm(seen).input[0]
    del seen.graph.output[:]
    seen.graph.output.append(
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.DOUBLE, None)
    )
    options = SessionOptions()
    options.intra_op_num_threads = 1
    session = InferenceSession(
        seen.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found = torch.ones(len(items), len(_head(model)))
    for places in sorted_batches(items, TOGETHER):
        batch = batch_of([items[place] for place in places])
        [rows] = session.run([name], {"ids": batch.ids.numpy(), "marked": batch.marked.numpy()})
        found[places, :-1] = torch.from_numpy(rows).float()
    return found.double()


def fitted(learnt: Learnt, start: Tensor) -> Tensor:
    """Return the head with the least mean cross-entropy and distance from the one to start with."""
    threads = torch.get_num_threads()
    # The order of additions depends on the number of threads.
    torch.set_num_threads(1)
    head = start.clone().requires_grad_()
    optimiser = torch.optim.LBFGS([head], max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        each = functional.binary_cross_entropy_with_logits(
            learnt.features @ head, learnt.marks, reduction="none"
        )
        mean = (each.sum(1) * learnt.weights).sum() / learnt.weights.sum()
        found = mean + NEAR * (head - start)[:-1].square().sum()
        found.backward()
        return found

    optimiser.step(loss)
    torch.set_num_threads(threads)
    return head.detach()


def _bounds(model: Any, data: KindsData, learnt: Learnt, head: Tensor) -> Bounds:
    """Choose bounds on items that neither the layers nor the head learnt from."""
    items = [*data.dev, *data.held]
    weights = [*[DEV_TIMES] * len(data.dev), *[OTHER_TIMES] * len(data.held)]
    found = [(pooled(model, items) @ head).sigmoid()] if items else []
    start = _head(model)
    for inside in _folds(data):
        if not inside.any():
            continue
        other = fitted(learnt.rows(~inside), start)
        found.append((learnt.features[inside] @ other).sigmoid())
        chosen = inside.nonzero()[:, 0].tolist()
        items += [data.items[place] for place in chosen]
        weights += [OTHER_TIMES] * len(chosen)
    return bounds_of(torch.cat(found), items, weights)


def _folds(data: KindsData) -> Iterator[Tensor]:
    """Yield which of the items are recorded ones of each fold; an item's is fixed by its text."""
    for fold in range(FOLDS):
        yield torch.tensor(
            [item.source == RECORDED_NAME and _fold(item) == fold for item in data.items]
        )


def _fold(item: Item) -> int:
    return int(hashlib.sha256(item.read.text.encode()).hexdigest(), 16) % FOLDS


def _gemm(model: Any) -> Any:
    """Return the node that is the head of kinds: its output is cast to be the graph's."""
    made_by = {name: node for node in model.graph.node for name in node.output}
    return made_by[made_by[OUTPUT].input[0]]


def _head(model: Any) -> Tensor:
    constants = {each.name: each for each in model.graph.initializer}
    _, weights, bias = _gemm(model).input
    arrays = [numpy_helper.to_array(constants[name]) for name in (weights, bias)]
    rows, last = (torch.tensor(each, dtype=torch.float64) for each in arrays)
    return torch.cat([rows, last[None]])


def _replace(model: Any, head: Tensor) -> None:
    _, weights, bias = _gemm(model).input
    new = {weights: head[:-1], bias: head[-1]}
    for constant in model.graph.initializer:
        if constant.name in new:
            array = new[constant.name].double().numpy()
            constant.CopyFrom(numpy_helper.from_array(array, constant.name))
