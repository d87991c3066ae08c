"""Training that was stopped goes on to the same bytes."""

import signal
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="PyTorch is only in the environment of `make train`")

import torch

from bench.encoder.measuring import figures_of, logits_by
from bench.encoder.training import OtherRunError, Recipe, train
from tests.bench.encoder.small import RECIPE, STEPS, items, network
from tests.fixtures.host import ROOT

ITEMS = items(16)


def run(folder: Path, recipe: Recipe = RECIPE, stop: int | None = None):
    folder.mkdir(exist_ok=True)
    path = folder / "checkpoint.pt"
    return train(network, ITEMS, recipe, path, stop=stop)


def checkpoint(folder: Path) -> object:
    """Return all that a checkpoint holds, with its tensors as bytes."""
    return as_bytes(torch.load(folder / "checkpoint.pt", weights_only=True))


def as_bytes(value: object) -> object:
    if isinstance(value, torch.Tensor):
        return (value.dtype, value.shape, value.numpy().tobytes())
    if isinstance(value, dict):
        return {key: as_bytes(each) for key, each in value.items()}
    if isinstance(value, list):
        return [as_bytes(each) for each in value]
    return value


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The last checkpoint of a run without a stop."""
    folder = tmp_path_factory.mktemp("whole")
    trained = run(folder)
    found = checkpoint(folder)
    assert as_bytes(dict(trained.state_dict())) == found["network"]
    return found


@pytest.mark.parametrize("stop", range(1, STEPS))
def test_a_run_that_was_stopped_at_any_step_ends_the_same(whole, tmp_path, stop) -> None:
    run(tmp_path, stop=stop)
    saved = checkpoint(tmp_path)["step"] if stop >= RECIPE.every else None
    assert saved == (stop // RECIPE.every * RECIPE.every or None)
    run(tmp_path)
    assert checkpoint(tmp_path) == whole


def test_a_run_that_is_stopped_after_each_step_ends_the_same(whole, tmp_path) -> None:
    recipe = replace(RECIPE, every=1)
    for stop in range(1, STEPS + 1):
        run(tmp_path, recipe, stop)
    # How often a checkpoint is written is a part of the recipe, but changes nothing else.
    assert checkpoint(tmp_path) == {**whole, "recipe": asdict(recipe)}


def test_training_learns_and_what_has_ended_is_not_trained_again(tmp_path) -> None:
    longer = replace(RECIPE, passes=10.0, rate=1e-3, dropout=0.0, every=1_000)
    trained = run(tmp_path, recipe=longer)
    labels = torch.tensor([item.label for item in ITEMS])
    before, after = (
        figures_of(logits_by(each.eval(), ITEMS), labels) for each in (network(), trained)
    )
    assert before.accuracy < 0.7 < after.accuracy
    at_end = checkpoint(tmp_path)
    assert as_bytes(dict(run(tmp_path, recipe=longer).state_dict())) == at_end["network"]
    assert checkpoint(tmp_path) == at_end


def test_a_checkpoint_of_another_recipe_is_refused(tmp_path) -> None:
    run(tmp_path, stop=3)
    before = checkpoint(tmp_path)
    with pytest.raises(OtherRunError) as refused:
        run(tmp_path, recipe=replace(RECIPE, batch=8))
    for part in (str(tmp_path / "checkpoint.pt"), "batch 4, not 8", "remove the file"):
        assert part in str(refused.value)
    assert checkpoint(tmp_path) == before


def test_a_checkpoint_of_other_examples_or_of_another_network_is_refused(tmp_path) -> None:
    run(tmp_path, stop=3)
    path = tmp_path / "checkpoint.pt"
    other = network()
    other.text.bias.data += 1
    for start, examples in ((network, ITEMS[:-1]), (lambda: other, ITEMS)):
        with pytest.raises(OtherRunError, match="other examples, or other weights"):
            train(start, examples, RECIPE, path)


def test_a_kill_during_the_write_leaves_the_checkpoint_before(tmp_path) -> None:
    run(tmp_path / "whole")
    run(tmp_path, stop=4)
    before = (tmp_path / "checkpoint.pt").read_bytes()
    # The system kills the process as soon as it has written half of the next checkpoint.
    program = (
        "import resource, signal, sys; from pathlib import Path;"
        " from tests.bench.encoder.test_training import run;"
        " signal.signal(signal.SIGXFSZ, signal.SIG_DFL);"
        f" resource.setrlimit(resource.RLIMIT_FSIZE, ({len(before) // 2},) * 2);"
        " run(Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    killed = subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGXFSZ, killed.stderr
    assert (tmp_path / "checkpoint.part").stat().st_size > 0
    assert (tmp_path / "checkpoint.pt").read_bytes() == before
    run(tmp_path)
    assert checkpoint(tmp_path) == checkpoint(tmp_path / "whole")
