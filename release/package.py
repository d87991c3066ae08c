"""Builds the deployment package: the zip that azd makes of the app's folder.

azd zips the folder of a function app's service without what .funcignore names, by the rules of
.gitignore. The packages of Python are in it (release/packages.py), so that Azure installs nothing.
See https://learn.microsoft.com/azure/developer/azure-developer-cli/configure-ignore-files.
"""

import subprocess
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".funcignore"
# The earliest time that a zip can hold. It is fixed, so that equal files give an equal package.
WHEN = (1980, 1, 1, 0, 0, 0)
NORMAL = 6
# What the health of a deployed app reads (shared/build.py).
BUILD_FILE = "shared/build.txt"


def ignored_by(root: Path) -> GitIgnoreSpec:
    """Return the patterns of .funcignore. Raises FileNotFoundError if it is missing."""
    return GitIgnoreSpec.from_lines((root / IGNORE_FILE).read_text().splitlines())


def files_of(root: Path) -> list[str]:
    """Return the files that a deployment includes, as paths inside the folder."""
    return sorted(_walk(root, root, ignored_by(root)))


def build_of(root: Path) -> str | None:
    """Return the commit of the folder, ending in -dirty if files differ, or None outside git."""
    command = ["git", "describe", "--always", "--abbrev=40", "--exclude=*", "--dirty"]
    try:
        described = subprocess.run(command, cwd=root, check=True, capture_output=True, text=True)  # noqa: S603 - git is on the PATH
    except (FileNotFoundError, subprocess.CalledProcessError):
        return None
    return described.stdout.strip()


def contents_of(root: Path, names: Iterable[str], build: str | None) -> Iterator[tuple[str, bytes]]:
    """Yield the names and contents of the files, sorted, with that of the build if it has an id."""
    made = {} if build is None else {BUILD_FILE: f"{build}\n".encode()}
    for name in sorted({*names, *made}):
        yield name, made[name] if name in made else (root / name).read_bytes()


def build_package(
    root: Path, target: Path, level: int = NORMAL, build: str | None = None
) -> list[str]:
    """Write the package, and return the names of its files. Equal files give an equal package.

    level is zlib's, from 0 (not compressed) to 9 (small). build is the id that health says.
    """
    names = []
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents_of(root, files_of(root), build):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, content, compresslevel=level)
            names.append(name)
    return names


def _walk(root: Path, folder: Path, ignored: GitIgnoreSpec) -> Iterator[str]:
    for entry in folder.iterdir():
        name = entry.relative_to(root).as_posix()
        # As in git, a file in an ignored folder can't be included again.
        if ignored.match_file(f"{name}/" if entry.is_dir() else name):
            continue
        if entry.is_dir():
            yield from _walk(root, entry, ignored)
        else:
            yield name
