"""The dashboard's own unit tests, in Vitest: dashboard/tests."""

import os
import shutil
import subprocess

from tests.fixtures.host import ROOT

PATH = f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"


def test_figures_addresses_and_requests_keep_their_rules() -> None:
    npm = shutil.which("npm", path=PATH)
    assert npm, "make test installs Node where there is none"
    done = subprocess.run(
        [npm, "run", "--silent", "test"],
        cwd=ROOT / "dashboard",
        env={**os.environ, "PATH": PATH, "NO_COLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
