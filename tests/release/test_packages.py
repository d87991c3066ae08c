"""The packages that a deployment brings along are those of the lock, with their notices."""

import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from release.bom import installed_on_azure
from release.notices import NOTICES, NoticeError, notices_of
from release.packages import FOLDER, PYTHON, SITE_PACKAGES, azure_python, install_packages
from tests.fixtures.host import ROOT
from tests.infra.conftest import Deployed

PACKAGES = ROOT / SITE_PACKAGES
WHEEL = "Metadata-Version: 2.4\nName: some-package\nVersion: 1.0\n"


def installed() -> dict[str, str]:
    found = distributions(path=[str(PACKAGES)])
    return {canonicalize_name(each.name): each.version for each in found}


def some_package(folder: Path, *fields: str, **files: str) -> Path:
    """Make a folder with one installed package of these fields of metadata and these files."""
    info = folder / "some_package-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(WHEEL + "".join(f"{field}\n" for field in fields))
    for name, text in files.items():
        (info / name).write_text(text)
    names = ["METADATA", *files]
    (info / "RECORD").write_text("".join(f"{info.name}/{name},,\n" for name in names))
    return folder


def test_the_package_has_each_package_of_the_lock_and_no_other() -> None:
    locked = {
        each.name: str(each.specifier)[2:] for each in installed_on_azure(ROOT / "requirements.txt")
    }
    assert len(locked) > 70
    assert installed() == locked


def test_its_code_is_for_azures_system_and_python_alone() -> None:
    (site,) = (each for each in Deployed().resources if each.type == "Microsoft.Web/sites")
    assert site.properties["functionAppConfig"]["runtime"]["version"] == PYTHON
    built = [each.name for each in PACKAGES.rglob("*.so*")]
    tags = {
        found[1] for name in built if (found := re.search(r"\.cpython-(\w+)-x86_64-linux", name))
    }
    assert tags == {PYTHON.replace(".", "")}
    assert not [name for name in built if "aarch64" in name or "darwin" in name]
    assert not list(PACKAGES.rglob("*.pyd"))
    # Commands of packages name the Python of the machine that installed them.
    assert not (PACKAGES / "bin").exists()


@pytest.mark.skipif(azure_python() is None, reason="no Python of Azure's version compiles them")
def test_the_packages_are_compiled_since_azures_copy_is_read_only() -> None:
    for name in ("pydantic/main", "azure/cosmos/aio/_cosmos_client", "aiohttp/client"):
        folder, _, module = name.rpartition("/")
        compiled = PACKAGES / folder / "__pycache__" / f"{module}.cpython-313.pyc"
        # PEP 552: compiled by hash, and without a check of it.
        assert compiled.read_bytes()[4:8] == b"\x01\0\0\0", compiled


def test_the_notices_name_each_package_and_have_the_text_of_its_licence() -> None:
    said = (ROOT / FOLDER / NOTICES).read_text()
    for name, version in installed().items():
        heading = re.compile(
            rf"^{re.sub('-', '[-_.]', name)} {re.escape(version)}$", re.MULTILINE | re.IGNORECASE
        )
        assert heading.search(said), name
    assert (PACKAGES / "onnxruntime/ThirdPartyNotices.txt").read_text().strip() in said
    for folder in ("api/static/page", "api/static/swagger", "collector/sentiment/NOTICE.txt"):
        assert folder in said


def test_a_package_without_a_licence_text_needs_one_that_is_known(tmp_path: Path) -> None:
    silent = some_package(tmp_path / "silent", "License-Expression: MIT")
    with pytest.raises(NoticeError, match=r"some-package brings no licence text.*MIT"):
        notices_of(silent, ROOT)
    apache = some_package(tmp_path / "apache", "License: Apache 2.0")
    assert "http://www.apache.org/licenses/" in notices_of(apache, ROOT)
    own = some_package(tmp_path / "own", "License: MIT", LICENSE="Copyright Some One")
    assert "Copyright Some One" in notices_of(own, ROOT)


def test_a_wheel_of_another_hash_is_refused_and_the_packages_before_stay(tmp_path: Path) -> None:
    lock = (ROOT / "requirements.txt").read_text()
    pin = re.search(r"^six==.*(?:\n .*)*|^idna==.*(?:\n .*)*", lock, re.MULTILINE)
    assert pin is not None
    forged = re.sub(r"sha256:[0-9a-f]{64}", f"sha256:{0:064x}", pin[0]).rstrip("\\\n ")
    (tmp_path / "requirements.txt").write_text(forged + "\n")
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "before").touch()
    with pytest.raises(subprocess.CalledProcessError):
        install_packages(tmp_path)
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == [FOLDER.name]
    assert (tmp_path / FOLDER / "before").exists()
