"""Builds the deployment package: the zip that azd makes of the app's folder.

azd zips the folder of a function app's service without what .funcignore names, by the rules of
.gitignore; requirements.txt is installed on Azure (`azd package`, remote build). See
https://learn.microsoft.com/azure/developer/azure-developer-cli/configure-ignore-files.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path

from pathspec import GitIgnoreSpec

IGNORE_FILE = ".funcignore"
# The earliest time that a zip can tell: the same files make the same package.
WHEN = (1980, 1, 1, 0, 0, 0)


def ignored_by(root: Path) -> GitIgnoreSpec:
    """Read what a deployment leaves behind. Raises FileNotFoundError without .funcignore."""
    return GitIgnoreSpec.from_lines((root / IGNORE_FILE).read_text().splitlines())


def files_of(root: Path) -> list[str]:
    """List the files that a deployment takes along, as paths inside the folder."""
    return sorted(_walk(root, root, ignored_by(root)))


def build_package(root: Path, target: Path) -> list[str]:
    """Write the package, and list what is in it. Equal files give an equal package."""
    names = files_of(root)
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in names:
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            package.writestr(entry, (root / name).read_bytes())
    return names


def _walk(root: Path, folder: Path, ignored: GitIgnoreSpec) -> Iterator[str]:
    for entry in folder.iterdir():
        name = entry.relative_to(root).as_posix()
        # As git does: what lies in a folder that is left behind can't be taken back.
        if ignored.match_file(f"{name}/" if entry.is_dir() else name):
            continue
        if entry.is_dir():
            yield from _walk(root, entry, ignored)
        else:
            yield name
