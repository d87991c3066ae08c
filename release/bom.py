"""Writes the bill of materials of the deployed app, from the locked requirements."""

import subprocess
import sys
from pathlib import Path


def write_bom(requirements: Path, project: Path, target: Path) -> None:
    """Write CycloneDX 1.6 as JSON: each pinned package with its version, purl and hashes.

    Equal requirements give an equal file. Raises CalledProcessError with what went wrong.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"]
    command += [str(requirements), "--pyproject", str(project), "--output-reproducible"]
    command += ["--spec-version", "1.6", "--output-format", "JSON", "--output-file", str(target)]
    subprocess.run(command, check=True)  # noqa: S603 - our own arguments
