"""The generated modules as they are written: formatted by ruff."""

import subprocess
import sys
from pathlib import Path

from api.http.openapi import openapi_document
from local.client_code.models import models_source
from local.client_code.operations import operations_source

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "client" / "src" / "undertone_client"


def sources() -> dict[str, str]:
    """Return the source of each generated module of client/, by its name."""
    document = openapi_document()
    made = {"models.py": models_source(document), "operations.py": operations_source(document)}
    return {name: formatted(source) for name, source in made.items()}


def formatted(source: str) -> str:
    """Return a source as ruff formats it. Raises CalledProcessError if it isn't Python."""
    command = [
        sys.executable,
        "-m",
        "ruff",
        "format",
        "--stdin-filename",
        "client/generated.py",
        "-",
    ]
    done = subprocess.run(  # noqa: S603 - our own formatter
        command, cwd=ROOT, input=source, capture_output=True, text=True, check=True
    )
    return done.stdout
