"""Cuts a version: the unreleased lines of the changelog become its section."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

# https://semver.org without pre-releases, because a release is always the whole of main.
VERSION = re.compile(r"(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)")
SECTION = re.compile(r"^## \[(?P<name>[^\]]+)\](?: - (?P<day>\S+))?$", re.MULTILINE)
KIND = re.compile(r"^### (?P<kind>.+)$", re.MULTILINE)
UNRELEASED = "Unreleased"
# Kinds of https://keepachangelog.com/en/1.1.0/ that describe a difference to an earlier release.
AGAINST_EARLIER = ("Changed", "Deprecated", "Removed", "Fixed")
CHANGELOG = "CHANGELOG.md"
PROGRAM = "shared/__init__.py"
CLIENT = "client/src/undertone_client/version.py"
# Files whose example of a user agent contains the version.
EXAMPLES = ("README.md", "docs/azure.md", "infra/main.bicep")
OWN_VERSION = re.compile(r'^__version__ = "(?P<version>[^"]+)"$', re.MULTILINE)


class CutError(ValueError):
    """A version can't be cut, or isn't in the changelog; the message says why."""


@dataclass(frozen=True)
class Section:
    """A section of the changelog: its version or `Unreleased`, and the offsets of its text."""

    name: str
    start: int
    end: int


def cut(root: Path, version: str, day: str) -> str:
    """Write the version into changelog, program, client and examples; return its notes.

    Raises CutError before anything is written.
    """
    changelog = root / CHANGELOG
    cut_text = cut_changelog(changelog.read_text(), version, day)
    sources = {name: (root / name).read_text() for name in (PROGRAM, CLIENT)}
    own = {name: _own_version(name, source) for name, source in sources.items()}
    for name, source in sources.items():
        (root / name).write_text(OWN_VERSION.sub(f'__version__ = "{version}"', source))
    for name in EXAMPLES:
        text = (root / name).read_text()
        (root / name).write_text(
            text.replace(f"undertone:{own[PROGRAM]} ", f"undertone:{version} ")
        )
    changelog.write_text(cut_text)
    return notes_of(cut_text, version)


def cut_changelog(text: str, version: str, day: str) -> str:
    """Return the changelog with the unreleased lines as the section of a version.

    Kinds without lines are left out. Raises CutError if the version isn't X.Y.Z or isn't above the
    last one, and if nothing is unreleased. Raises it also if a first version has a kind of
    AGAINST_EARLIER.
    """
    sections = list(_sections(text))
    if not sections or sections[0].name != UNRELEASED:
        raise CutError(f"{CHANGELOG} doesn't begin with [{UNRELEASED}]")
    if not VERSION.fullmatch(version):
        raise CutError(f"{version!r} is no version: it takes X.Y.Z")
    if len(sections) > 1 and _parts(version) <= _parts(sections[1].name):
        raise CutError(f"{version} isn't above {sections[1].name}, the last version")
    kinds = _kinds(text[sections[0].start : sections[0].end])
    if not kinds:
        raise CutError(f"nothing is unreleased in {CHANGELOG}")
    if len(sections) == 1 and (early := [kind for kind in AGAINST_EARLIER if kind in kinds]):
        raise CutError(
            f"a first version has nothing under {' and '.join(early)}: nothing was released before"
        )
    body = "\n\n".join(f"### {kind}\n\n{lines}" for kind, lines in kinds.items())
    rest = text[sections[0].end :]
    made = f"{text[: sections[0].start]}\n\n## [{version}] - {day}\n\n{body}\n"
    return f"{made}\n{rest}" if rest else made


def notes_of(text: str, version: str) -> str:
    """Return the text of a version in the changelog, without its heading. Raises CutError."""
    for section in _sections(text):
        if section.name == version:
            return text[section.start : section.end].strip() + "\n"
    raise CutError(f"{CHANGELOG} has no version {version}")


def _own_version(name: str, source: str) -> str:
    found = OWN_VERSION.search(source)
    if found is None:
        raise CutError(f"{name} has no line __version__")
    return found["version"]


def _sections(text: str) -> Iterator[Section]:
    found = list(SECTION.finditer(text))
    for heading, following in zip_longest(found, found[1:]):
        yield Section(heading["name"], heading.end(), following.start() if following else len(text))


def _kinds(body: str) -> dict[str, str]:
    """Return the lines of each kind that has any, in the order of the section."""
    parts = KIND.split(body)
    kinds = dict(zip(parts[1::2], (lines.strip() for lines in parts[2::2]), strict=True))
    return {kind: lines for kind, lines in kinds.items() if lines}


def _parts(version: str) -> tuple[int, ...]:
    if not VERSION.fullmatch(version):
        raise CutError(f"{CHANGELOG} has a version {version!r}, which is not X.Y.Z")
    return tuple(int(part) for part in version.split("."))
