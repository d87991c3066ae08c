"""The build that runs: the commit that its package was made of."""

from functools import cache
from pathlib import Path
from typing import Final

# Only packages have it (release/package.py): a working copy would keep that of an earlier commit.
FILE: Final = Path(__file__).with_name("build.txt")


@cache
def build_id() -> str | None:
    """Return the commit of the package, or None where no package was made, as in a working copy."""
    return read_build(FILE)


def read_build(file: Path) -> str | None:
    """Return the id in the file, or None if there is no file."""
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        return None
