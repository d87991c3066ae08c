"""Keys and tokens don't get into the repository unnoticed."""

import base64
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from release.__main__ import cli
from release.secret_scan import (
    ALLOWED,
    allowed_digests,
    digest_of,
    find_secrets,
    secrets_in,
    tracked,
)
from tests.fixtures.host import ROOT

# Joined here, so that this file has none.
PLANTED = {
    "github": "ghp" + "_" + "a1B2" * 9,
    "azure storage": base64.b64encode(bytes(range(64))).decode(),
    "aws": "AKIA" + "ABCDEFGHIJKLMNOP",
    "functions": "x" * 44 + "AzFu" + "abcd" + "==",
    "entra": "abc" + "8Q~" + "d" * 34,
    "signature": "https://a.blob.core.windows.net/b?sv=1&" + "sig=" + "k" * 43,
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "slack": "xox" + "b-123456789012-abcdefghijkl",
    "address": "https://me:" + "word@host.test/",
}


def repository(folder: Path, text: str) -> Path:
    """Make a repository with one tracked file, and one that git ignores."""
    (folder / "kept.py").write_text(text)
    (folder / "ignored.py").write_text(PLANTED["github"])
    for command in (["init", "-q"], ["add", "kept.py"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_this_repository_has_no_secret_and_allows_none_that_is_gone() -> None:
    allowed = allowed_digests(ROOT)
    found = [each for name in tracked(ROOT) for each in secrets_in(ROOT, name)]
    assert [each for each in found if each.digest not in allowed] == []
    assert allowed.keys() == {each.digest for each in found}


@pytest.mark.parametrize("kind", PLANTED)
def test_a_planted_secret_is_found_by_file_and_line_and_not_shown(
    tmp_path: Path, kind: str
) -> None:
    root = repository(tmp_path, f"a = 1\nb = '{PLANTED[kind]}'\n")
    found = find_secrets(root)
    assert {(each.path, each.line) for each in found} == {("kept.py", 2)}
    assert PLANTED[kind] not in str(found)
    (root / "release").mkdir()
    lines = [f'{each.digest} = "invented"\n' for each in found]
    (root / ALLOWED).write_text("".join(sorted(set(lines))))
    assert find_secrets(root) == []


def test_hashes_ids_and_locks_are_none(tmp_path: Path) -> None:
    lock = "sha512-" + base64.b64encode(bytes(64)).decode()
    text = f'"integrity": "{lock}", commit {digest_of("a") * 4}, https://host/a@b, a:b@c'
    assert find_secrets(repository(tmp_path, text)) == []


def test_the_command_names_the_place_and_fails(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text(PLANTED["github"])
    ended = CliRunner().invoke(cli, ["secrets", str(planted)])
    assert ended.exit_code == 1
    assert f"{planted}:1: GitHub Token?" in ended.output
    assert PLANTED["github"] not in ended.output
    clean = tmp_path / "clean.py"
    clean.write_text("a = 1")
    assert CliRunner().invoke(cli, ["secrets", str(clean)]).exit_code == 0
