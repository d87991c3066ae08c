"""The client's package as a user gets it: built, and installed into an environment of its own."""

import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from importlib.metadata import distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.fixtures.host import ROOT
from tests.fixtures.once import locked


def built_in(folder: Path) -> tuple[Path, Path]:
    """Build the wheel and the archive of the source once for a run, and return both."""
    target = folder / "client-package"
    with locked(folder / "client-package.lock"):
        if not target.exists():
            command = [sys.executable, "-m", "hatchling", "build", "-d", str(target)]
            subprocess.run(command, cwd=ROOT / "client", check=True, capture_output=True)
    (wheel,), (source,) = target.glob("*.whl"), target.glob("*.tar.gz")
    return wheel, source


def wheel_in(folder: Path) -> Path:
    return built_in(folder)[0]


def environment_with(wheel: Path, folder: Path, *, extras: Sequence[str]) -> Path:
    """Install the wheel with what it needs, and return the Python of that environment.

    What it needs is linked from this environment, so that no registry is asked.
    """
    venv.create(folder, with_pip=False)
    python = folder / "bin" / "python"
    install = ["-m", "uv", "pip", "install", "--quiet", "--offline", "--no-deps"]
    subprocess.run([sys.executable, *install, "--python", str(python), str(wheel)], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    (needs,) = packages.glob("*.dist-info")
    declared = [
        line.removeprefix("Requires-Dist: ")
        for line in (needs / "METADATA").read_text().splitlines()
        if line.startswith("Requires-Dist: ")
    ]
    for name in sorted(set(closure(declared, extras))):
        link(name, packages)
    return python


def closure(declared: Sequence[str], extras: Sequence[str]) -> Iterator[str]:
    """Yield the names of the packages that requirements need, with those that these need."""
    for each in map(Requirement, declared):
        wanted = [{"extra": extra} for extra in ("", *extras)]
        if each.marker is None or any(each.marker.evaluate(extra) for extra in wanted):
            yield canonicalize_name(each.name)
            yield from closure(distribution(each.name).requires or [], sorted(each.extras))


def link(name: str, packages: Path) -> None:
    """Link the files of a package of this environment into another one."""
    found = distribution(name)
    tops = {Path(str(file)).parts[0] for file in found.files or []} - {"..", "__pycache__"}
    for top in tops:
        own = Path(str(found.locate_file(top)))
        if own.exists() and not (packages / top).exists():
            (packages / top).symlink_to(own)
