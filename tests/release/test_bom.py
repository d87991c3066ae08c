"""The bill of materials says what the deployed app is made of."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from release.bom import write_bom
from tests.host_fixtures import ROOT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
REQUIREMENTS = ROOT / "requirements.txt"


def written(target: Path, requirements: Path = REQUIREMENTS) -> str:
    write_bom(requirements, ROOT / "pyproject.toml", target)
    return target.read_text()


@pytest.fixture(scope="module")
def bom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(tmp_path_factory.mktemp("bom") / "bom.json"))
    return found


def test_it_names_each_pinned_package_by_version_and_purl(bom: dict[str, Any]) -> None:
    pinned = {(pin["name"], pin["version"]) for pin in PIN.finditer(REQUIREMENTS.read_text())}
    assert len(pinned) > 30
    assert {(each["name"], each["version"]) for each in bom["components"]} == pinned
    for each in bom["components"]:
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"


def test_it_has_every_hash_of_the_lock(bom: dict[str, Any]) -> None:
    hashes = [
        found["content"]
        for each in bom["components"]
        for reference in each["externalReferences"]
        for found in reference["hashes"]
    ]
    assert sorted(hashes) == sorted(HASH.findall(REQUIREMENTS.read_text()))


def test_it_is_cyclonedx(bom: dict[str, Any]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bom)) is None
    assert bom["metadata"]["component"]["name"] == "undertone"


def test_equal_requirements_give_an_equal_file(tmp_path: Path) -> None:
    few = tmp_path / "requirements.txt"
    few.write_text("".join(REQUIREMENTS.read_text().partition("aiosignal")[0]))
    assert written(tmp_path / "one.json", few) == written(tmp_path / "two.json", few)
