"""The cut of a version: changelog, program and examples agree."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from release.cut import CHANGELOG, CLIENT, EXAMPLES, PROGRAM, CutError, cut, cut_changelog, notes_of
from shared import __version__
from tests.fixtures.host import ROOT

HEAD = "# Changelog\n\nIn the form of Keep a Changelog.\n\n"
FIRST = f"{HEAD}## [Unreleased]\n\n### Added\n\n- A thing,\n  in two lines.\n- Another.\n"
LATER = f"""{HEAD}## [Unreleased]

### Added

### Fixed

- A fault [here](docs/x.md).

## [0.9.0] - 2026-12-01

### Added

- A thing.
"""


def test_a_first_version_takes_all_that_is_unreleased() -> None:
    assert cut_changelog(FIRST, "0.1.0", "2026-12-02") == (
        f"{HEAD}## [Unreleased]\n\n## [0.1.0] - 2026-12-02\n\n"
        "### Added\n\n- A thing,\n  in two lines.\n- Another.\n"
    )


def test_a_later_version_stands_above_the_earlier_ones_without_empty_kinds() -> None:
    assert cut_changelog(LATER, "0.10.0", "2026-12-02") == (
        f"{HEAD}## [Unreleased]\n\n## [0.10.0] - 2026-12-02\n\n"
        "### Fixed\n\n- A fault [here](docs/x.md).\n\n"
        "## [0.9.0] - 2026-12-01\n\n### Added\n\n- A thing.\n"
    )


def test_the_notes_of_a_version_are_its_lines_alone() -> None:
    assert notes_of(LATER, "0.9.0") == "### Added\n\n- A thing.\n"
    with pytest.raises(CutError, match=r"no version 1\.0\.0"):
        notes_of(LATER, "1.0.0")


@pytest.mark.parametrize("version", ["", "1", "0.1", "v0.1.0", "0.1.0-rc1", "01.0.0", "0.1.0\n"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(CutError, match=r"X\.Y\.Z"):
        cut_changelog(FIRST, version, "2026-12-02")


@pytest.mark.parametrize("version", ["0.9.0", "0.8.9", "0.1.0"])
def test_a_version_that_is_not_above_the_last_is_refused(version: str) -> None:
    with pytest.raises(CutError, match=r"isn't above 0\.9\.0"):
        cut_changelog(LATER, version, "2026-12-02")


@pytest.mark.parametrize("kind", ["Changed", "Deprecated", "Removed", "Fixed"])
def test_a_first_version_mends_nothing_that_was_never_released(kind: str) -> None:
    text = f"{FIRST}\n### {kind}\n\n- A fault.\n"
    with pytest.raises(CutError, match=f"nothing under {kind}"):
        cut_changelog(text, "0.1.0", "2026-12-02")


def test_nothing_unreleased_is_no_version() -> None:
    cut_once = cut_changelog(FIRST, "0.1.0", "2026-12-02")
    with pytest.raises(CutError, match="nothing is unreleased"):
        cut_changelog(cut_once, "0.2.0", "2026-12-03")
    with pytest.raises(CutError, match="doesn't begin"):
        cut_changelog(HEAD, "0.2.0", "2026-12-03")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    for name in (PROGRAM, CLIENT, *EXAMPLES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / CHANGELOG).write_text(FIRST)
    return tmp_path


def texts_of(folder: Path) -> dict[str, str]:
    return {name: (folder / name).read_text() for name in (CHANGELOG, PROGRAM, CLIENT, *EXAMPLES)}


def test_the_program_and_the_client_are_of_one_version() -> None:
    versions = [(ROOT / name).read_text() for name in (PROGRAM, CLIENT)]
    assert all(f'__version__ = "{__version__}"\n' in text for text in versions)


def test_the_program_and_the_examples_name_the_version(repository: Path) -> None:
    before = texts_of(repository)
    assert all(f"undertone:{__version__} (by" in before[name] for name in EXAMPLES)
    notes = cut(repository, "12.3.45", "2026-12-02")
    after = texts_of(repository)
    assert '__version__ = "12.3.45"\n' in after[PROGRAM]
    assert '__version__ = "12.3.45"\n' in after[CLIENT]
    for name in EXAMPLES:
        assert f"undertone:{__version__} " not in after[name]
        assert "undertone:12.3.45 (by" in after[name]
    assert notes == notes_of(after[CHANGELOG], "12.3.45")


def test_a_changelog_with_odd_versions_is_refused() -> None:
    with pytest.raises(CutError, match=r"'0\.9', which is not X\.Y\.Z"):
        cut_changelog(LATER.replace("0.9.0", "0.9"), "1.0.0", "2026-12-02")


@pytest.mark.parametrize("name", [PROGRAM, CLIENT])
def test_a_program_without_a_version_is_refused_and_nothing_is_written(
    repository: Path, name: str
) -> None:
    (repository / name).write_text("")
    before = texts_of(repository)
    with pytest.raises(CutError, match="no line __version__"):
        cut(repository, "0.1.0", "2026-12-02")
    assert texts_of(repository) == before


def test_a_refused_cut_leaves_everything_as_it_was(repository: Path) -> None:
    before = texts_of(repository)
    with pytest.raises(CutError):
        cut(repository, "one", "2026-12-02")
    assert texts_of(repository) == before


def test_the_command_prints_the_notes_or_one_line(repository: Path) -> None:
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "release", *arguments, "--root", str(repository)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    made = run("cut", "7.0.0")
    assert made.returncode == 0
    assert made.stdout.startswith("### Added\n\n- A thing,")
    assert run("notes", "7.0.0").stdout == made.stdout
    again = run("cut", "7.0.0")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == "error: 7.0.0 isn't above 7.0.0, the last version\n"
