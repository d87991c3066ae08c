"""The encoder's graph in ONNX, of whole numbers of 8 bits where sums are taken.

Results must be the same on every processor, to four digits. Rounding to 8 bits makes a difference
in the seventh digit one in the second, as soon as a number lies at an edge. So all that comes
before a rounding is exact: sums of products are of whole numbers (QGemm, MatMulInteger), sums for
norms and shares are taken in 64 bits, and the rest is one operation for each number.
Each number's step is fixed: a text's logits don't depend on what it is scored with.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper

from bench.encoder import whole
from bench.encoder.network import HEADS, PARTS, SMALL, WIDTH
from bench.encoder.ranges import LayerRanges
from bench.encoder.rounded import EACH, column_steps
from bench.encoder.whole import LEVELS, LOWEST, ZERO, Array
from shared.kinds import PREDICTED

OPSET = 17
OURS = "com.microsoft"


class Builder:
    """Collects nodes and constants; each node's output is named by its number."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def node(self, kind: str, *inputs: str, domain: str = "", **attributes: object) -> str:
        """Add a node with one output, and return its name."""
        name = f"n{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [name], domain=domain, **attributes))
        return name

    def constant(self, value: Any, kind: Any = np.float32) -> str:
        """Add a constant, and return its name."""
        name = f"c{len(self.constants)}"
        array = np.asarray(value, dtype=kind, order="C")
        self.constants.append(numpy_helper.from_array(array, name))
        return name

    def cast(self, of: str, kind: int) -> str:
        """Add a cast."""
        return self.node("Cast", of, to=kind)

    def quantised(self, x: str, factors: Array, step: float) -> str:
        """Return x times factors in whole steps from ZERO."""
        scaled = self.node("Mul", x, self.constant(factors))
        zero = self.constant(ZERO, np.uint8)
        return self.node("QuantizeLinear", scaled, self.constant(step), zero)

    def norm(self, x: str, weight: Array, bias: Array) -> str:
        """Return x normalised; mean and spread are summed in 64 bits."""
        double = self.cast(x, TensorProto.DOUBLE)
        share = self.constant(1 / WIDTH, np.float64)
        last = self.constant([-1], np.int64)
        mean = self.node("Mul", self.node("ReduceSum", double, last), share)
        squares = self.node("Mul", self.node("ReduceSumSquare", double, axes=[-1]), share)
        spread = self.node("Sub", squares, self.node("Mul", mean, mean))
        spread = self.node("Sqrt", self.node("Add", spread, self.constant(SMALL, np.float64)))
        x = self.node("Sub", x, self.cast(mean, TensorProto.FLOAT))
        x = self.node("Div", x, self.cast(spread, TensorProto.FLOAT))
        return self.node("Add", self.node("Mul", x, self.constant(weight)), self.constant(bias))


class Graph:
    """The graph of a trained network, given as arrays by the names of its state."""

    def __init__(self, state: Mapping[str, Array], ranges: Sequence[LayerRanges]) -> None:
        self.state = state
        self.ranges = ranges
        self.b = Builder()

    def model(self, temperatures: tuple[float, float]) -> Any:
        """Return the model. The logits of texts and of targets are divided by the temperatures."""
        x, keep = self._beginning()
        for number in range(len(self.ranges)):
            x = self._layer(number, x)
        self._heads(x, keep, temperatures)
        float_, whole_ = TensorProto.FLOAT, TensorProto.INT64
        value = helper.make_tensor_value_info
        graph = helper.make_graph(
            self.b.nodes,
            "encoder",
            [value("ids", whole_, ["n", "t"]), value("marked", float_, ["n", "t"])],
            [
                *(value(name, float_, ["n", 3]) for name in ("text", "target")),
                *(value(f"{name}_parts", float_, ["n", "t", 3]) for name in ("text", "target")),
                value("kinds", float_, ["n", len(PREDICTED)]),
            ],
            self.b.constants,
        )
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(OURS, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="undertone")
        model.ir_version = 8
        checker.check_model(model)
        return model

    def _beginning(self) -> tuple[str, str]:
        """Return the embeddings, a row for each piece, and 1 for each piece that isn't padding."""
        b, state = self.b, self.state
        table, scales = whole.rows(state["pieces.weight"])
        words = b.cast(b.node("Gather", b.constant(table, np.int8), "ids"), TensorProto.FLOAT)
        words = b.node("Mul", words, b.node("Gather", b.constant(scales), "ids"))
        shape = b.node("Shape", "ids")
        one, two = b.constant([1], np.int64), b.constant([2], np.int64)
        length = b.node("Slice", shape, one, two)
        places = b.constant(state["places.weight"])
        places = b.node("Slice", places, b.constant([0], np.int64), length)
        x = b.norm(b.node("Add", words, places), state["norm.weight"], state["norm.bias"])
        padding = b.node("Equal", "ids", b.constant(0, np.int64))
        keep = b.cast(b.node("Not", padding), TensorProto.FLOAT)
        self._shapes(shape, keep)
        return b.node("Reshape", x, b.constant([-1, WIDTH], np.int64)), keep

    def _shapes(self, shape: str, keep: str) -> None:
        b = self.b
        heads = b.constant([HEADS, EACH], np.int64)
        self.by_head = b.node("Concat", shape, heads, axis=0)
        self.by_text = b.node("Concat", shape, b.constant([WIDTH], np.int64), axis=0)
        away = b.node("Mul", b.node("Sub", keep, b.constant(1.0)), b.constant(1e9))
        away = b.node("Unsqueeze", away, b.constant([1, 2], np.int64))
        self.mask = b.cast(away, TensorProto.DOUBLE)

    def _layer(self, number: int, x: str) -> str:
        b, state, name = self.b, self.state, f"layers.{number}"
        seen = self._attention(number, x)
        x = b.norm(
            b.node("Add", x, seen), state[f"{name}.norm1.weight"], state[f"{name}.norm1.bias"]
        )
        inner = self._inner(number, x)
        return b.norm(
            b.node("Add", x, inner), state[f"{name}.norm2.weight"], state[f"{name}.norm2.bias"]
        )

    def _entering(self, x: str, largest: Array, weights: Array) -> tuple[str, Array, float]:
        """Return x in whole steps, the weights for it, and the step."""
        factors = whole.balance(largest, weights)
        step = float((largest / factors).max()) / (LEVELS // 2)
        return self.b.quantised(x, 1 / factors, step), weights * factors, step

    def _gemm(self, x: str, step: float, zero: int, map_: whole.Linear, out: Sequence[str]) -> str:
        b = self.b
        inputs = (
            *(x, b.constant(step), b.constant(zero, np.uint8)),
            *(b.constant(map_.weights, np.int8), b.constant(map_.scales)),
            *(b.constant(np.zeros_like(map_.scales), np.int8), b.constant(map_.bias, np.int32)),
        )
        return b.node("QGemm", *inputs, *out, domain=OURS)

    def _attention(self, number: int, x: str) -> str:
        b, state, name = self.b, self.state, f"layers.{number}"
        ranges = self.ranges[number]
        weights, bias = state[f"{name}.qkv.weight"], state[f"{name}.qkv.bias"]
        entering, weights, step = self._entering(x, ranges.entering.largest.numpy(), weights)
        sizes = column_steps(ranges.qkv.largest).numpy()
        map_ = whole.linear(weights / sizes[:, None], bias / sizes, step)
        zero = b.constant(ZERO, np.uint8)
        qkv = self._gemm(entering, step, ZERO, map_, (b.constant(1.0), zero))
        query, key, value = self._parts(qkv)
        scores = b.node("MatMulInteger", query, key, zero, zero)
        by_head = sizes[:WIDTH:EACH] * sizes[WIDTH : 2 * WIDTH : EACH] * EACH**-0.5
        scale = b.constant(by_head.reshape(1, HEADS, 1, 1), np.float64)
        scores = b.node("Mul", b.cast(scores, TensorProto.DOUBLE), scale)
        shares = b.node("Softmax", b.node("Add", scores, self.mask), axis=-1)
        share, none, one = 1 / LEVELS, b.constant(0, np.uint8), b.constant(1.0)
        step_ = b.constant(share)
        shares = b.node("QuantizeLinear", b.cast(shares, TensorProto.FLOAT), step_, none)
        seen = b.node("QLinearMatMul", shares, step_, none, value, one, zero, one, zero)
        seen = b.node("Transpose", seen, perm=[0, 2, 1, 3])
        seen = b.node("Reshape", seen, b.constant([-1, WIDTH], np.int64))
        out = state[f"{name}.out.weight"] * sizes[2 * WIDTH :]
        return self._gemm(seen, 1.0, ZERO, whole.linear(out, state[f"{name}.out.bias"], 1.0), ())

    def _parts(self, qkv: str) -> list[str]:
        """Return query, key and value by text and head; the key's pieces are its columns."""
        b = self.b
        names = [f"n{len(b.nodes)}_{part}" for part in PARTS]
        b.nodes.append(helper.make_node("Split", [qkv], names, axis=1))
        orders = ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        return [
            b.node("Transpose", b.node("Reshape", name, self.by_head), perm=order)
            for name, order in zip(names, orders, strict=True)
        ]

    def _inner(self, number: int, x: str) -> str:
        b, state, name = self.b, self.state, f"layers.{number}"
        ranges = self.ranges[number]
        up, down = state[f"{name}.up.weight"], state[f"{name}.down.weight"]
        entering, up, step = self._entering(x, ranges.between.largest.numpy(), up)
        low = max(LOWEST, ranges.inner.least)
        step_up = (ranges.inner.most - low) / LEVELS
        zero_up = int(np.clip(np.rint(-low / step_up), 0, LEVELS))
        map_ = whole.linear(up, state[f"{name}.up.bias"], step)
        out = (b.constant(step_up), b.constant(zero_up, np.uint8))
        inner = self._gemm(entering, step, ZERO, map_, out)
        found, step_out, zero_out = self._gelu(inner, step_up, zero_up)
        map_ = whole.linear(down, state[f"{name}.down.bias"], step_out)
        return self._gemm(found, step_out, zero_out, map_, ())

    def _gelu(self, x: str, step: float, zero: int) -> tuple[str, float, int]:
        """Return x times the sigmoid of 1.702 x, its step and its zero."""
        b = self.b
        at, share, none = (
            b.constant(zero, np.uint8),
            b.constant(1 / LEVELS),
            b.constant(0, np.uint8),
        )
        steep = b.constant(whole.STEEP * step)
        open_ = b.node("QLinearSigmoid", x, steep, at, share, none, domain=OURS)
        step_out, zero_out = whole.gelu_range(-zero * step, (LEVELS - zero) * step)
        inputs = (x, b.constant(step), at, open_, share, none)
        out = (b.constant(step_out), b.constant(zero_out, np.uint8))
        return b.node("QLinearMul", *inputs, *out, domain=OURS), step_out, zero_out

    def _heads(self, x: str, keep: str, temperatures: tuple[float, float]) -> None:
        """Add the logits, and what each piece adds to them by its part in a mean.

        They are summed up as doubles: in another batch the order is another, and must not show.
        """
        b = self.b
        x = b.cast(b.node("Reshape", x, self.by_text), TensorProto.DOUBLE)
        first = b.node("Gather", x, b.constant(0, np.int64), axis=1)
        of = [b.cast(each, TensorProto.DOUBLE) for each in (keep, "marked")]
        means = [(each, self._count(each)) for each in of]
        parts = [first, *(self._mean(x, *mean) for mean in means)]
        text, target = (b.node("Concat", *parts[:count], axis=1) for count in (2, 3))
        for name, seen, temperature in zip(
            ("text", "target"), (text, target), temperatures, strict=True
        ):
            weights = self.state[f"{name}.weight"].T / temperature
            self._logits(name, seen, weights, self.state[f"{name}.bias"] / temperature)
            self._pieces(name, x, weights, means if name == "target" else means[:1])
        self._logits("kinds", text, self.state["kinds.weight"].T, self.state["kinds.bias"])

    def _logits(self, name: str, seen: str, weights: Array, bias: Array) -> None:
        b = self.b
        inputs = (b.constant(weights, np.float64), b.constant(bias, np.float64))
        self._output(name, b.node("Gemm", seen, *inputs))

    def _pieces(self, name: str, x: str, weights: Array, means: Sequence[tuple[str, str]]) -> None:
        b = self.b
        found = ""
        for number, (of, count) in enumerate(means, start=1):
            rows = weights[number * WIDTH : (number + 1) * WIDTH]
            share = b.node("Unsqueeze", b.node("Div", of, count), b.constant([2], np.int64))
            part = b.node("Mul", b.node("MatMul", x, b.constant(rows, np.float64)), share)
            found = b.node("Add", found, part) if found else part
        self._output(f"{name}_parts", found)

    def _output(self, name: str, of: str) -> None:
        self.b.nodes.append(helper.make_node("Cast", [of], [name], to=TensorProto.FLOAT))

    def _count(self, of: str) -> str:
        b = self.b
        count = b.node("ReduceSum", of, b.constant([1], np.int64), keepdims=1)
        return b.node("Max", count, b.constant(1.0, np.float64))

    def _mean(self, x: str, of: str, count: str) -> str:
        b = self.b
        last, middle = b.constant([2], np.int64), b.constant([1], np.int64)
        of_each = b.node("Mul", x, b.node("Unsqueeze", of, last))
        return b.node("Div", b.node("ReduceSum", of_each, middle, keepdims=0), count)
