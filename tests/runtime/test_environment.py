"""Without Azure's version of Python, the command says so and leaves nothing unfinished."""

import subprocess
import sys
from pathlib import Path

import pytest

from release.packages import PYTHON, azure_python
from tests.fixtures.host import ROOT
from tests.runtime.environment import NONE_FOUND

IS_AZURES = "{}.{}".format(*sys.version_info) == PYTHON
OWN = sys.executable if IS_AZURES else None


@pytest.fixture
def only_a_shim(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Provide only a shim of a Python that isn't installed."""
    shim = tmp_path / "python3.13"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.usefixtures("only_a_shim")
def test_a_shim_without_its_python_is_passed_over() -> None:
    assert azure_python() == OWN


def test_a_python_of_pyenv_is_found(only_a_shim: Path) -> None:
    python = only_a_shim / ".pyenv/versions/3.13.7/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    assert azure_python() == (OWN or str(python))


@pytest.mark.skipif(OWN is not None, reason="this Python is of that version itself")
def test_without_one_the_reason_is_told_and_nothing_is_made(only_a_shim: Path) -> None:
    folder = only_a_shim / "deployed"
    ended = subprocess.run(
        [sys.executable, "-m", "tests.runtime.environment", str(folder)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert NONE_FOUND in ended.stdout
    assert not folder.exists()
