"""The training loop: fixed seeds, checkpoints, and resuming to the same bytes."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from bench.encoder.batches import Batch, Item, batch_of, orders
from bench.encoder.network import Logits, Network, groups

LINE = 100
"""The number of steps between two lines of progress."""


@dataclass(frozen=True)
class Recipe:
    """The settings of training. The same recipe, data and machine give the same weights."""

    passes: float = 1.0
    rate: float = 1e-4
    batch: int = 32
    warm: float = 0.06
    decay: float = 0.9
    smoothing: float = 0.05
    dropout: float = 0.1
    seed: int = 20261126
    threads: int = 2
    bfloat16: bool = True
    every: int = 500
    """Steps between checkpoints."""


Forward = Callable[[Tensor, Tensor], Logits]
"""Returns the logits of passages, given as pieces and marks of targets."""
KINDS_WEIGHT = 0.5
"""The weight of the loss of the kinds of talk; that of the labels has 1."""


class OtherRunError(Exception):
    """A checkpoint is of another recipe, other examples or another network to begin with."""


@dataclass
class Run:
    """A training run: what a checkpoint holds beside the recipe.

    origin is a hash of the weights that it began with and of the examples.
    """

    network: Network
    optimiser: Any
    origin: str
    step: int = 0
    loss: float = 0.0


def train(
    start: Callable[[], Network],
    items: Sequence[Item],
    recipe: Recipe,
    checkpoint: Path,
    *,
    stop: int | None = None,
) -> Network:
    """Train to the end, from the checkpoint if there is one, or up to the step stop.

    Raises OtherRunError if the checkpoint isn't of this recipe, these examples and this network.
    """
    _settle(recipe)
    run = _begin(start, items, recipe)
    if checkpoint.exists():
        _resume(run, recipe, checkpoint)
    steps = _steps(items, recipe)
    began, first = time.monotonic(), run.step
    for batch in _batches(items, recipe, run.step, steps if stop is None else min(stop, steps)):
        _set_rate(run, recipe, steps)
        loss = _step(run, batch, recipe)
        run.step += 1
        run.loss = loss if run.step == 1 else 0.98 * run.loss + 0.02 * loss
        if run.step % LINE == 0:
            spent = time.monotonic() - began
            left = (steps - run.step) * spent / (run.step - first)
            print(f"{run.step}/{steps} loss {run.loss:.4f}, {left / 60:.0f} min left", flush=True)
        if run.step % recipe.every == 0 or run.step == steps:
            _save(run, recipe, checkpoint)
    run.network.eval()
    return run.network


def _settle(recipe: Recipe) -> None:
    """Fix what the results depend on beside the data: seeds, threads, order of additions."""
    torch.set_num_threads(recipe.threads)
    torch.use_deterministic_algorithms(mode=True)
    # Deterministic without it: nothing is read before it is written. It costs time.
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.manual_seed(recipe.seed)


def _begin(start: Callable[[], Network], items: Sequence[Item], recipe: Recipe) -> Run:
    network = start()
    network.train()
    origin = _origin(network, items)
    optimiser = torch.optim.AdamW(
        groups(network, recipe.rate, recipe.decay), lr=recipe.rate, weight_decay=0.01, foreach=True
    )
    return Run(network, optimiser, origin)


def _origin(network: Network, items: Sequence[Item]) -> str:
    found = hashlib.sha256()
    for tensor in network.state_dict().values():
        found.update(tensor.numpy().tobytes())
    for item in items:
        read = item.read
        found.update(
            repr((list(read.ids), read.start, read.stop, item.shares, item.kinds)).encode()
        )
    return found.hexdigest()


def _steps(items: Sequence[Item], recipe: Recipe) -> int:
    return int(len(_pass(items, recipe, 0)) * recipe.passes)


def _pass(items: Sequence[Item], recipe: Recipe, number: int) -> list[list[int]]:
    lengths = [len(item.read.ids) for item in items]
    return orders(lengths, recipe.batch, recipe.seed + number)


def _batches(items: Sequence[Item], recipe: Recipe, step: int, stop: int) -> Iterator[Batch]:
    """Yield the batches from a step on, whose order depends on the recipe's seed alone."""
    number, before = 0, 0
    while before < stop:
        order = _pass(items, recipe, number)
        for places in order[max(0, step - before) : stop - before]:
            yield batch_of([items[place] for place in places])
        number, before = number + 1, before + len(order)


def _set_rate(run: Run, recipe: Recipe, steps: int) -> None:
    warm = (run.step + 1) / max(1.0, recipe.warm * steps)
    share = min(1.0, warm) * (steps - run.step) / steps
    for group in run.optimiser.param_groups:
        group["lr"] = group["rate"] * share


def _step(run: Run, batch: Batch, recipe: Recipe) -> float:
    with torch.autocast("cpu", torch.bfloat16, enabled=recipe.bfloat16):
        logits = run.network(batch.ids, batch.marked)
    loss = loss_of(logits, batch, recipe.smoothing)
    run.optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    run.optimiser.step()
    return float(loss.detach())


def loss_of(logits: Logits, batch: Batch, smoothing: float = 0.0) -> Tensor:
    """Return the mean cross-entropy of each passage's own head, and of its kinds if labelled."""
    text, target, kinds = (each.float() for each in logits)
    own = torch.where(batch.of_target[:, None], target, text)
    loss = functional.cross_entropy(own, batch.shares, label_smoothing=smoothing)
    of_kinds = functional.binary_cross_entropy_with_logits(
        kinds[batch.labelled], batch.kinds, reduction="sum"
    )
    return loss + KINDS_WEIGHT * of_kinds / len(batch.ids)


def _save(run: Run, recipe: Recipe, path: Path) -> None:
    state = {
        "recipe": asdict(recipe),
        "origin": run.origin,
        "network": run.network.state_dict(),
        "optimiser": run.optimiser.state_dict(),
        "random": torch.get_rng_state(),
        "step": run.step,
        "loss": run.loss,
    }
    # A kill during the write leaves the checkpoint before.
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    beside.replace(path)


def _differences(state: Mapping[str, Any], run: Run, recipe: Recipe) -> str:
    """Return in what the run of a checkpoint differs from this one; "" if it is the same."""
    found = [
        f"{name} {state['recipe'].get(name)}, not {value}"
        for name, value in asdict(recipe).items()
        if state["recipe"].get(name) != value
    ]
    if state.get("origin") != run.origin:
        found.append("other examples, or other weights to begin with")
    return "; ".join(found)


def _resume(run: Run, recipe: Recipe, path: Path) -> None:
    state = torch.load(path, weights_only=True)
    if differs := _differences(state, run, recipe):
        raise OtherRunError(
            f"{path} is of another training run ({differs}). Give what it was begun with to go on,"
            " or remove the file to begin again."
        )
    run.network.load_state_dict(state["network"])
    run.optimiser.load_state_dict(state["optimiser"])
    torch.set_rng_state(state["random"])
    run.step, run.loss = state["step"], state["loss"]
