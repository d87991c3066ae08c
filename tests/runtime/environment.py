"""Installs a deployment as Azure does: `python -m tests.runtime.environment FOLDER`.

FOLDER/app is an environment with only requirements.txt. FOLDER/worker has Microsoft's library,
which on Azure is beside the app and serves Python 3.13 and later.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCKED_WORKER = Path(__file__).with_name("requirements.txt")
OLDEST = (3, 13)
NONE_FOUND = "Microsoft's runtime library needs Python 3.13 or later, and this machine has none"


def interpreter() -> str | None:
    """Return a Python that is new enough: this one, one on the PATH, or one of pyenv."""
    return next((each for each in _candidates() if _is_new_enough(each)), None)


def make(folder: Path, python: str) -> None:
    """Replace the folder. Raises CalledProcessError with pip's reason."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", str(folder / "app")], check=True)
    pip = [str(folder / "app/bin/python"), "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check"]
    # As in the remote build, which has no other lock than this file.
    subprocess.run([*pip, "-r", str(ROOT / "requirements.txt")], check=True)
    # Its lock has everything it needs except azure-functions, which the app brings.
    aside = ["--no-deps", "--target", str(folder / "worker"), "-r", str(LOCKED_WORKER)]
    subprocess.run([*pip, *aside], check=True)


def _candidates() -> Iterator[str]:
    yield sys.executable
    for minor in range(OLDEST[1], OLDEST[1] + 7):
        if found := shutil.which(f"python3.{minor}"):
            yield found
    yield from map(str, sorted((Path.home() / ".pyenv/versions").glob("3.1[3-9]*/bin/python")))


def _is_new_enough(python: str) -> bool:
    # There may be a shim without its Python.
    code = f"import sys; sys.exit(sys.version_info < {OLDEST})"
    return subprocess.run([python, "-c", code], capture_output=True, check=False).returncode == 0


def main() -> None:
    """Make the environment, or print why there is none."""
    folder = Path(sys.argv[1])
    python = interpreter()
    if python is None:
        print(f"{NONE_FOUND}: its tests will be skipped")
        return
    make(folder, python)
    (folder / ".installed").touch()


if __name__ == "__main__":
    main()
