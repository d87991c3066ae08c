"""Installs the locked packages into the folder that a deployment brings along.

Azure's worker imports from `.python_packages/lib/site-packages` of a package whose build isn't left
to Azure: https://learn.microsoft.com/azure/azure-functions/python-build-options. The remote build
would install the same lock within 60 seconds or fail, and what it installs can't be tested before.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from release.notices import NOTICES, notices_of

# The app's runtime in infra/main.bicep.
PYTHON = "3.13"
# The oldest system that the wheels may need; Azure's image for Python 3.13 has glibc 2.36.
PLATFORM = "x86_64-manylinux_2_28"
FOLDER = Path(".python_packages")
SITE_PACKAGES = FOLDER / "lib/site-packages"
# Commands of packages, which name the Python of this machine, and uv's lock file.
LEFT_OUT = ("bin", ".lock")


def install_packages(root: Path) -> bool:
    """Replace the folder of packages with those of requirements.txt, and the notices of them.

    Only wheels for Azure's system and Python are installed, each of a hash in the lock. Returns
    whether they are compiled, too, which needs a Python 3.13 on this machine. A killed installation
    leaves the folder as it was, or none. Raises CalledProcessError with uv's reason on stderr.
    """
    target = root / FOLDER
    with tempfile.TemporaryDirectory(dir=root, prefix=".python_packages-") as aside:
        made = Path(aside) / FOLDER
        packages = Path(aside) / SITE_PACKAGES
        subprocess.run(_command(root / "requirements.txt", packages), check=True)  # noqa: S603 - our own arguments
        for name in LEFT_OUT:
            _remove(packages / name)
        python = azure_python()
        if python is not None:
            _compile(python, packages)
        (made / NOTICES).write_text(notices_of(packages, root), encoding="utf-8")
        _remove(target)
        made.rename(target)
    return python is not None


def azure_python() -> str | None:
    """Return a Python of Azure's version: this one, one on the PATH, or one of pyenv."""
    return next((each for each in _candidates() if _is_azures(each)), None)


def _command(requirements: Path, target: Path) -> list[str]:
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--target", str(target)]
    command += ["--python-platform", PLATFORM, "--python-version", PYTHON]
    # Nothing is built here, since code that a source distribution runs has no place in a release.
    command += ["--no-build", "--require-hashes", "--no-deps", "--link-mode", "copy"]
    return [*command, "-r", str(requirements)]


def _compile(python: str, packages: Path) -> None:
    """Compile the packages, since Azure's copy of them is read-only.

    Otherwise each process would compile what it imports: 1.4 s at the first import (2026-11-27).
    The compiled files don't name the time of their source, so that equal packages are equal files.
    """
    command = [python, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode", "unchecked-hash"]
    # Some packages have templates of code, which don't compile; the source is there anyway.
    subprocess.run([*command, "-s", str(packages), str(packages)], check=False)  # noqa: S603 - as above


def _candidates() -> Iterator[str]:
    yield sys.executable
    if found := shutil.which(f"python{PYTHON}"):
        yield found
    yield from map(str, sorted((Path.home() / ".pyenv/versions").glob(f"{PYTHON}*/bin/python")))


def _is_azures(python: str) -> bool:
    # There may be a shim without its Python.
    code = f"import sys; sys.exit('%d.%d' % sys.version_info[:2] != '{PYTHON}')"
    ended = subprocess.run([python, "-c", code], capture_output=True, check=False)  # noqa: S603 - as above
    return ended.returncode == 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
