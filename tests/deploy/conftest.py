"""The archive for one machine, unpacked as docs/one_machine.md says."""

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from release.machine import build_archive
from tests.fixtures.host import ROOT


@pytest.fixture
def unpacked(tmp_path: Path) -> Iterator[Path]:
    """Return the folder of the archive, in which nothing can be written."""
    archive = tmp_path / "undertone-machine.tar.gz"
    build_archive(ROOT, archive)
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path / "opt", filter="data")
    folder = tmp_path / "opt" / "undertone"
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
    shutil.rmtree(folder)
