"""Makes what serves a package as Azure does: `python -m tests.runtime.environment FOLDER`.

FOLDER/app is an environment of Azure's Python without packages, since the package brings them.
FOLDER/worker has Microsoft's library, which on Azure is beside the app and serves Python 3.13 and
later.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from release.packages import PYTHON, azure_python

LOCKED_WORKER = Path(__file__).with_name("requirements.txt")
NONE_FOUND = f"the package is for Python {PYTHON}, and this machine has none"


def make(folder: Path, python: str) -> None:
    """Replace the folder. Raises CalledProcessError with pip's reason."""
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([python, "-m", "venv", "--without-pip", str(folder / "app")], check=True)
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    # Its lock has everything it needs except azure-functions, which the app brings.
    aside = ["--no-deps", "--target", str(folder / "worker"), "-r", str(LOCKED_WORKER)]
    subprocess.run([*pip, *aside], check=True)


def main() -> None:
    """Make the environment, or print why there is none."""
    folder = Path(sys.argv[1])
    python = azure_python()
    if python is None:
        print(f"{NONE_FOUND}: its tests will be skipped")
        return
    make(folder, python)
    (folder / ".installed").touch()


if __name__ == "__main__":
    main()
