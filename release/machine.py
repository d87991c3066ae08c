"""Builds the archive for one machine: what is deployed, the local host, and deploy/."""

import gzip
import tarfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from release.package import contents_of, files_of

# What only one machine needs; docs/one_machine.md installs it.
FOLDERS = ("local", "deploy")
FILES = ("LICENSE", "local.settings.json", "requirements-machine.txt")
TOP = "undertone"
# Packages of Azure's own Python; a machine installs its own.
FOR_AZURE = ".python_packages/"
LEFT_OUT = {"__pycache__"}
# The time of all files, so that equal files give an equal archive.
WHEN = 0
# The weights of sentiment hardly shrink further.
GZIP_LEVEL = 6


def names_of(root: Path) -> list[str]:
    """Return the files of the archive, as paths inside the folder."""
    more = (file for folder in FOLDERS for file in _walk(root / folder))
    own = [file.relative_to(root).as_posix() for file in more]
    app = [name for name in files_of(root) if not name.startswith(FOR_AZURE)]
    return sorted({*app, *own, *FILES})


def build_archive(root: Path, target: Path, build: str | None = None) -> list[str]:
    """Write the archive, and return the names of its files. Equal files give an equal archive.

    build is the id that health says.
    """
    names = []
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        target.open("wb") as file,
        gzip.GzipFile("", "wb", GZIP_LEVEL, file, mtime=WHEN) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name, content in contents_of(root, names_of(root), build):
            entry = tarfile.TarInfo(f"{TOP}/{name}")
            entry.size, entry.mtime, entry.mode = len(content), WHEN, 0o644
            archive.addfile(entry, BytesIO(content))
            names.append(name)
    return names


def _walk(folder: Path) -> Iterator[Path]:
    for entry in folder.iterdir():
        if entry.name in LEFT_OUT:
            continue
        if entry.is_dir():
            yield from _walk(entry)
        else:
            yield entry
