"""The package of the client: its metadata, its files, and what mypy sees of it."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.metadata import Metadata
from packaging.specifiers import SpecifierSet

from shared import __version__
from tests.client.installed import built_in, environment_with
from tests.fixtures.host import ROOT
from tests.fixtures.once import folder_of_run

CLIENT = ROOT / "client"
WRONG = """
from undertone_client import Client, models

with Client("https://undertone.example.com") as client:
    client.stats(hours="48")
    client.stats(subreddit="claude")
    client.stats().frame()
    client.stats().data.statistics.avg_sentimnt
    client.items(kind="thread")
    client.put_subject("a", models.SubjectBody(name="A"), if_match="*")
    client.put_subject("a", models.SubjectBody(name="A", terms=[]))
    client.stats().data.statistics.total = 3
    total: str = client.stats().data.statistics.total
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built_in(folder_of_run(tmp_path_factory))


def test_the_metadata_is_what_pypi_takes(built) -> None:
    wheel, source = built
    with zipfile.ZipFile(wheel) as opened:
        (name,) = [each for each in opened.namelist() if each.endswith("METADATA")]
        in_wheel = opened.read(name)
    with tarfile.open(source) as archive:
        read = archive.extractfile(f"undertone_client-{__version__}/PKG-INFO")
        assert read is not None
        in_source = read.read()
    assert in_wheel == in_source
    found = Metadata.from_email(in_wheel, validate=True)
    assert (found.name, str(found.version)) == ("undertone-client", __version__)
    assert (found.license_expression, found.license_files) == ("MIT", ["LICENSE"])
    assert found.description_content_type == "text/markdown"
    assert found.description == (CLIENT / "README.md").read_text()
    assert found.metadata_version == "2.4"
    assert sorted(map(str, found.requires_dist or [])) == [
        "httpx>=0.27", 'pandas>=2.2; extra == "pandas"', "pydantic>=2.7",
    ]  # fmt: skip


def test_it_takes_the_pythons_that_the_app_takes() -> None:
    own = tomllib.loads((CLIENT / "pyproject.toml").read_text())["project"]
    app = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert SpecifierSet(own["requires-python"]) == SpecifierSet(app["requires-python"])


def test_the_wheel_and_the_source_have_the_package_and_nothing_else(built) -> None:
    wheel, source = built
    modules = {each.name for each in (CLIENT / "src" / "undertone_client").glob("*.py")}
    expected = {f"undertone_client/{name}" for name in modules | {"py.typed"}}
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
        (licence,) = [name for name in opened.namelist() if name.endswith("/LICENSE")]
        assert opened.read(licence) == (ROOT / "LICENSE").read_bytes()
    assert names == expected
    with tarfile.open(source) as archive:
        inside = {name.partition("/")[2] for name in archive.getnames()}
    beside = {"LICENSE", "README.md", "pyproject.toml", "PKG-INFO"}
    assert inside - {".gitignore"} == {f"src/{name}" for name in expected} | beside


def test_equal_sources_make_equal_packages_also_from_the_archive(built, tmp_path) -> None:
    wheel, source = built
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path, filter="data")
    (folder,) = tmp_path.iterdir()
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(tmp_path / "again")]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    for each in (wheel, source):
        assert (tmp_path / "again" / each.name).read_bytes() == each.read_bytes()


def test_make_client_builds_where_the_release_looks() -> None:
    made = subprocess.run(
        ["make", "client", "--dry-run", "--no-print-directory", "--assume-old=.venv/.installed"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert re.search(r"hatchling build -d \S+/\.release/client$", made, re.MULTILINE)
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    assert workflow.count(".release/client/") == 2


def test_mypy_sees_the_types_of_the_installed_package(built, tmp_path) -> None:
    python = environment_with(built[0], tmp_path / "typed", extras=("pandas",))
    blocks = re.findall(r"```python\n(.*?)```", (CLIENT / "README.md").read_text(), re.DOTALL)
    (tmp_path / "readme.py").write_text("\n".join(['key = ""', *blocks]))
    (tmp_path / "wrong.py").write_text(WRONG)
    ended = subprocess.run(
        [
            sys.executable, "-m", "mypy", "--strict", "--config-file=",
            f"--python-executable={python}",
            f"--cache-dir={tmp_path / 'cache'}", "--no-error-summary", "--show-error-codes",
            ROOT / "tests" / "client" / "user_program.py", "readme.py", "wrong.py",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [line for line in ended.stdout.splitlines() if ": note:" not in line]
    assert [line for line in found if not line.startswith("wrong.py:")] == []
    first = WRONG.splitlines().index('    client.stats(hours="48")') + 1
    assert {int(line.split(":")[1]) for line in found} == set(range(first, first + 9))
    assert ended.stderr == ""
