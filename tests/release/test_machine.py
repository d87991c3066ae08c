"""The archive for one machine has what runs there, and is the same each time."""

import tarfile
from pathlib import Path

from release.machine import FOR_AZURE, TOP, build_archive, names_of
from release.package import files_of
from tests.fixtures.host import ROOT


def test_it_has_what_is_deployed_and_what_one_machine_needs(tmp_path: Path) -> None:
    names = set(names_of(ROOT))
    # A machine installs its own packages.
    assert {name for name in files_of(ROOT) if not name.startswith(FOR_AZURE)} < names
    assert not [name for name in names if name.startswith(FOR_AZURE)]
    needed = {
        "local/__main__.py", "deploy/Dockerfile", "deploy/undertone.service", "LICENSE",
        "requirements-machine.txt", "local.settings.json", "function_app.py",
    }  # fmt: skip
    assert needed <= names
    assert not [name for name in names if name.startswith(("tests/", "bench/", "infra/", ".git"))]
    assert not [name for name in names if name.endswith((".pyc", ".env.local", ".db"))]
    one, other = tmp_path / "one.tar.gz", tmp_path / "other.tar.gz"
    assert build_archive(ROOT, one) == build_archive(ROOT, other) == sorted(names)
    assert one.read_bytes() == other.read_bytes()
    with tarfile.open(one) as opened:
        assert {each.name for each in opened} == {f"{TOP}/{name}" for name in names}
        assert {(each.uid, each.mtime) for each in opened} == {(0, 0)}


def test_its_lock_has_the_versions_that_are_tested() -> None:
    def pins(name: str) -> set[str]:
        lines = (ROOT / name).read_text().splitlines()
        return {line.split(" ")[0] for line in lines if "==" in line}

    assert pins("requirements.txt") < pins("requirements-machine.txt")
    assert pins("requirements-machine.txt") < pins("requirements-dev.txt")
