"""A deployment contains everything except what .funcignore names."""

import json
import re
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from release.__main__ import cli
from release.bom import COPIED, npm_components
from release.machine import FILES, TOP
from release.package import BUILD_FILE, build_of, build_package, files_of, ignored_by
from shared.build import FILE, build_id, read_build
from tests.fixtures.host import ROOT


@pytest.fixture(scope="module")
def packed() -> list[str]:
    return files_of(ROOT)


def test_the_pages_are_part_of_the_deployed_package(packed: list[str]) -> None:
    pages = {
        file.relative_to(ROOT).as_posix()
        for folder in ("page", "swagger")
        for file in (ROOT / "api" / "static" / folder).rglob("*")
        if file.is_file()
    }
    assert {"api/static/page/index.html", "api/static/swagger/swagger-ui-bundle.js"} <= pages
    assert pages <= set(packed)


def test_the_licence_of_each_script_and_font_ships_with_it(packed: list[str]) -> None:
    modules = ROOT / "dashboard" / "node_modules"
    lock = json.loads((ROOT / "dashboard" / "package-lock.json").read_text())
    (page,) = (name for name in packed if re.search(r"page/assets/licences-.*\.txt$", name))
    said = (ROOT / page).read_text()
    shipped = {"/".join(filter(None, (c.get("group"), c["name"]))) for c in npm_components(lock)}
    assert "preact" in shipped
    for name in shipped - COPIED:
        assert (modules / name / "LICENSE").read_text() in said
        assert f"{name} {lock['packages'][f'node_modules/{name}']['version']}\n" in said
    (script,) = (ROOT / "api" / "static" / "page" / "assets").glob("index-*.js")
    notice = script.read_text().partition("\n")[0]
    assert f" /{page.removeprefix('api/static/page/')} " in notice
    folder = "api/static/swagger/"
    for theirs, ours in {
        "LICENSE": "swagger-ui-LICENSE.txt",
        "NOTICE": "swagger-ui-NOTICE.txt",
        # The script's first line names the file with the licences of its packages.
        "swagger-ui-bundle.js.LICENSE.txt": "swagger-ui-bundle.js.LICENSE.txt",
    }.items():
        assert folder + ours in packed
        theirs_text = (modules / "swagger-ui-dist" / theirs).read_text()
        assert (ROOT / folder / ours).read_text() == theirs_text


def test_the_package_has_the_app_and_nothing_else(packed: list[str]) -> None:
    tops = {name.split("/")[0] for name in packed}
    assert tops == {
        ".funcignore", ".python_packages", "LICENSE", "api", "collector", "function_app.py",
        "host.json", "requirements.txt", "shared",
    }  # fmt: skip
    own = [name for name in packed if not name.startswith(".python_packages/")]
    assert not [name for name in own if "__pycache__" in name or name.endswith((".pyc", ".md"))]


def test_what_methods_load_is_part_of_the_package_with_its_licences(packed: list[str]) -> None:
    folder = "collector/sentiment/"
    files = ("encoder.onnx", "encoder.json", "pieces.json")
    assert {folder + f"encoder/{name}" for name in files} <= set(packed)
    assert {folder + "linear/linear.weights", folder + "linear/terms.tsv"} <= set(packed)
    assert {folder + "NOTICE.txt", folder + "encoder/LICENSE-MiniLM.txt"} <= set(packed)
    notice = (ROOT / folder / "NOTICE.txt").read_text()
    assert all(name in notice for name in ("GoEmotions", "CC BY 4.0", "all-MiniLM-L6-v2", "VADER"))


@pytest.mark.parametrize(
    "path",
    [
        "tests/conftest.py", "docs/api.md", "bench/dashboard.py", "local/commands/up.py",
        "README.md", "client/src/undertone_client/client.py", "client/README.md",
        "dashboard/src/app.tsx", "dashboard/node_modules/preact/package.json", "Makefile",
        "local.settings.json", ".venv/bin/python", ".data/undertone.db", ".pictures/x.png",
        ".venv-train/work/weights.pt",
        "requirements-dev.txt", ".ci/run", ".github/workflows/test.yml", "compose.yaml",
        ".release/undertone.zip", ".deployed/app/bin/python", "infra/main.bicep", ".env",
        "azure.yaml", ".azure/prod/.env", ".pre-commit-config.yaml", ".vscode/tasks.json",
        "CONTRIBUTING.md",
    ],
)  # fmt: skip
def test_what_only_developers_need_stays_behind(path: str) -> None:
    assert ignored_by(ROOT).match_file(path)


def test_what_git_ignores_stays_behind_but_for_what_a_deployment_builds() -> None:
    ignored = (ROOT / ".gitignore").read_text().split()
    assert len(ignored) > 5
    for pattern in ignored:
        path = pattern.replace("*", "x")
        is_made = pattern.startswith(("api/static/", ".python_packages/"))
        assert ignored_by(ROOT).match_file(path) != is_made, pattern


def test_equal_files_make_an_equal_package(tmp_path: Path) -> None:
    made = []
    for name in ("one", "two"):
        folder = tmp_path / name
        shutil.copytree(ROOT / "shared", folder / "shared")
        shutil.copy(ROOT / ".funcignore", folder)
        build_package(folder, tmp_path / f"{name}.zip")
        made.append((tmp_path / f"{name}.zip").read_bytes())
    assert made[0] == made[1]


@pytest.fixture
def committed(tmp_path: Path) -> Path:
    """Return a folder of git with one commit and the files that packages need."""
    folder = tmp_path / "app"
    for name in ("shared/code.py", "local/code.py", "deploy/a.service", ".funcignore", *FILES):
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("/local\n/deploy\n" if name == ".funcignore" else "")
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for command in (("init", "-q"), ("add", "."), (*identity, "commit", "-q", "-m", "One")):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def test_a_package_says_its_commit(
    committed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("release.__main__.ROOT", committed)
    package, archive = tmp_path / "a.zip", tmp_path / "a.tar.gz"
    for command in (["package", str(package)], ["machine", str(archive)]):
        assert CliRunner().invoke(cli, command).exit_code == 0
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=committed, check=True, capture_output=True, text=True
    ).stdout
    with zipfile.ZipFile(package) as zipped, tarfile.open(archive) as packed:
        member = packed.extractfile(f"{TOP}/{BUILD_FILE}")
        assert member is not None
        assert zipped.read(BUILD_FILE).decode() == member.read().decode() == head
    assert not (committed / BUILD_FILE).exists()


def test_a_package_of_changed_files_says_so_and_one_of_no_commit_says_nothing(
    committed: Path, tmp_path: Path
) -> None:
    before = build_of(committed)
    (committed / "shared/code.py").write_text("changed = True\n")
    assert build_of(committed) == f"{before}-dirty"
    shutil.rmtree(committed / ".git")
    assert build_of(committed) is None
    assert BUILD_FILE not in build_package(committed, tmp_path / "a.zip", build=None)


def test_the_app_reads_the_build_where_the_package_has_it(tmp_path: Path) -> None:
    assert FILE.relative_to(ROOT).as_posix() == BUILD_FILE
    assert build_id() is None, "a working copy would keep that of an earlier commit"
    (tmp_path / "build.txt").write_text("a-commit\n")
    assert read_build(tmp_path / "build.txt") == "a-commit"


def test_what_is_left_behind_never_comes_back_from_inside_it(tmp_path: Path) -> None:
    (tmp_path / ".funcignore").write_text("left\n!left/kept.py\n*.md\n")
    for name in ("left/kept.py", "app/notes.md", "app/code.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    package = tmp_path.parent / "package.zip"
    assert build_package(tmp_path, package) == [".funcignore", "app/code.py"]
    with zipfile.ZipFile(package) as opened:
        assert opened.namelist() == [".funcignore", "app/code.py"]
