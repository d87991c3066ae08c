"""The bill of materials lists the packages of the deployed app."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion

from release.bom import COPIED, installed_on_azure, npm_components, write_bom
from release.bundled import BUNDLE, SCRIPT_VERSIONS, STATED, STYLE_VERSIONS
from tests.fixtures.host import ROOT

PIN = re.compile(r"^(?P<name>[a-z0-9-]+)==(?P<version>[^ ;\\]+).*(?:\n .*)*", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
REQUIREMENTS = ROOT / "requirements.txt"
OTHER_SYSTEMS = re.compile("sys_platform == '(?:win32|emscripten)'|python_full_version < '3.1[23]'")
PINNED = [pin for pin in PIN.finditer(REQUIREMENTS.read_text()) if not OTHER_SYSTEMS.search(pin[0])]
LOCK = ROOT / "dashboard" / "package-lock.json"
FOLDER = LOCK.parent / "node_modules" / BUNDLE
IMPORT = re.compile(r"""(?:from\s+|import\s+|url\()["'](@[\w-]+/[\w-]+|[\w-]+)""")


def written(target: Path, requirements: Path = REQUIREMENTS) -> str:
    write_bom(requirements, ROOT / "pyproject.toml", LOCK, target)
    return target.read_text()


@pytest.fixture(scope="module")
def bom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(tmp_path_factory.mktemp("bom") / "bom.json"))
    return found


def test_it_names_the_weights_and_what_they_are_derived_from(bom: dict[str, Any]) -> None:
    weights = {
        each["name"].rpartition("/")[2]: each
        for each in bom["components"]
        if each["type"] == "machine-learning-model"
    }
    assert weights.keys() == {"encoder.onnx", "pieces.json", "linear.weights"}
    for each in weights.values():
        content = (ROOT / each["name"]).read_bytes()
        assert each["hashes"][0]["content"] == hashlib.sha256(content).hexdigest()
        assert each["licenses"] == [{"license": {"id": "CC-BY-4.0"}}]
    ancestors = weights["encoder.onnx"]["pedigree"]["ancestors"]
    assert {each["name"]: each["licenses"][0]["license"]["id"] for each in ancestors} == {
        "all-MiniLM-L6-v2": "Apache-2.0", "GoEmotions": "CC-BY-4.0",
    }  # fmt: skip


def of(bom: dict[str, Any], language: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = bom["components"]
    return [each for each in found if each.get("purl", "").startswith(f"pkg:{language}/")]


def test_it_names_each_pinned_package_by_version_and_purl(bom: dict[str, Any]) -> None:
    pinned = {(pin["name"], pin["version"]) for pin in PINNED}
    assert len(pinned) > 30
    assert {(each["name"], each["version"]) for each in of(bom, "pypi")} == pinned
    for each in of(bom, "pypi"):
        assert each["purl"] == f"pkg:pypi/{each['name']}@{each['version']}"


def test_what_other_systems_install_is_left_out(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.txt"
    markers = ["", "sys_platform == 'win32'", "platform_machine == 'aarch64'",
        "python_full_version < '3.14'", "python_full_version >= '3.14'",
        "python_full_version >= '3.12' and sys_platform == 'emscripten'",
        "platform_python_implementation != 'PyPy'"]  # fmt: skip
    lock.write_text(
        "".join(
            f"a{n}==1.{n}{' ; ' * bool(each)}{each} \\\n    --hash=sha256:{n:064x}\n"
            for n, each in enumerate(markers)
        )
    )
    assert [each.name for each in installed_on_azure(lock)] == ["a0", "a3", "a6"]


def test_it_has_every_hash_of_the_lock(bom: dict[str, Any]) -> None:
    hashes = [
        found["content"]
        for each in of(bom, "pypi")
        for reference in each["externalReferences"]
        for found in reference["hashes"]
    ]
    assert sorted(hashes) == sorted(found for pin in PINNED for found in HASH.findall(pin[0]))


def test_it_names_the_javascript_that_ships_and_nothing_that_only_builds_it(
    bom: dict[str, Any],
) -> None:
    packages = json.loads(LOCK.read_text())["packages"]
    names = {
        "/".join(filter(None, (each.get("group"), each["name"]))): each["version"]
        for each in of(bom, "npm")
    }
    sources = (ROOT / "dashboard" / "src").rglob("*")
    imported = {
        name
        for source in sources
        if source.suffix in {".ts", ".tsx", ".js", ".css"} and not source.name.endswith(".d.ts")
        for name in IMPORT.findall(source.read_text())
    }
    copied = set(re.findall(r"cp dashboard/node_modules/([\w-]+)", (ROOT / "Makefile").read_text()))
    assert copied == COPIED
    assert imported | copied <= names.keys()
    # The imports of the imported packages.
    assert names.keys() - imported - copied == {"@preact/signals-core"}
    for name, version in names.items():
        assert version == packages[f"node_modules/{name}"]["version"]
        assert "dev" not in packages[f"node_modules/{name}"]


def test_scripts_have_the_purl_and_the_hash_of_the_lock(bom: dict[str, Any]) -> None:
    (signals,) = (each for each in of(bom, "npm") if each["name"] == "signals")
    locked = json.loads(LOCK.read_text())["packages"]["node_modules/@preact/signals"]
    assert signals["purl"] == f"pkg:npm/%40preact/signals@{locked['version']}"
    (digest,) = signals["externalReferences"][0]["hashes"]
    assert digest["alg"] == "SHA-512"
    assert base64.b64encode(bytes.fromhex(digest["content"])).decode() in locked["integrity"]


def test_every_package_says_its_licence(bom: dict[str, Any]) -> None:
    assert [each["name"] for each in bom["components"] if not each.get("licenses")] == []
    packages = [*of(bom, "pypi"), *of(bom, "npm")]
    licences = {each["purl"].partition("@")[0]: each["licenses"] for each in packages}
    assert licences["pkg:pypi/aiohttp"] == [{"expression": "Apache-2.0 AND MIT"}]
    assert licences["pkg:pypi/pydantic"] == [{"license": {"id": "MIT"}}]
    assert licences["pkg:pypi/praw"] == [{"license": {"name": "BSD License"}}]
    assert licences["pkg:npm/swagger-ui-dist"] == [{"license": {"id": "Apache-2.0"}}]


def inside_swagger_ui(bom: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (bundle,) = (each for each in of(bom, "npm") if each["name"] == BUNDLE)
    inside: list[dict[str, Any]] = bundle["components"]
    return {"/".join(filter(None, (each.get("group"), each["name"]))): each for each in inside}


def test_it_names_the_packages_inside_swagger_uis_files(bom: dict[str, Any]) -> None:
    inside = inside_swagger_ui(bom)
    assert {
        "react", "react-dom", "immutable", "dompurify", "@babel/runtime", "swagger-client",
        "tachyons-sass", "normalize.css",
    } <= inside.keys()  # fmt: skip
    assert len(inside) > 100
    assert all(each["licenses"] for each in inside.values())
    assert inside["dompurify"]["licenses"] == [{"expression": "(MPL-2.0 OR Apache-2.0)"}]
    assert inside["react"]["licenses"] == [{"license": {"id": "MIT"}}]


def test_a_version_inside_swagger_uis_files_is_stated_or_said_to_be_unknown(
    bom: dict[str, Any],
) -> None:
    inside = inside_swagger_ui(bom)
    notices = (FOLDER / "swagger-ui-bundle.js.LICENSE.txt").read_text()
    assert f"DOMPurify {inside['dompurify']['version']} " in notices
    for name, each in inside.items():
        said = {fact["name"]: fact["value"] for fact in each["properties"]}
        assert said["undertone:bundled_in"].startswith(BUNDLE)
        assert ("version" in each) == (said["undertone:version"] == STATED), name
        assert each["purl"].endswith(f"@{each['version']}" if "version" in each else each["name"])
    assert {name for name, each in inside.items() if "version" in each} == {
        *SCRIPT_VERSIONS, *STYLE_VERSIONS,
    }  # fmt: skip


def test_it_does_not_claim_to_know_all_of_swagger_uis_files(bom: dict[str, Any]) -> None:
    (bundle,) = (each for each in of(bom, "npm") if each["name"] == BUNDLE)
    assert bom["compositions"] == [{"aggregate": "unknown", "assemblies": [bundle["bom-ref"]]}]


def test_each_part_is_named_once(bom: dict[str, Any]) -> None:
    inside = inside_swagger_ui(bom)
    refs = [each["bom-ref"] for each in [*bom["components"], *inside.values()]]
    assert len(set(refs)) == len(refs)


def test_each_component_has_its_dependencies(bom: dict[str, Any]) -> None:
    refs = [each["bom-ref"] for each in bom["components"]]
    assert len(set(refs)) == len(refs)
    assert {each["ref"] for each in bom["dependencies"]} >= set(refs)


def test_a_package_that_two_need_in_two_versions_is_found_as_node_finds_it() -> None:
    def locked(version: str, **needs: str) -> dict[str, Any]:
        integrity = "sha512-" + base64.b64encode(version.encode()).decode()
        made = {"version": version, "integrity": integrity, "license": "(MIT OR Apache-2.0)"}
        return {**made, "dependencies": needs}

    packages = {
        "": {"dependencies": {"a": "1", "c": "2"}},
        "node_modules/a": locked("1.0", c="1", d="1"),
        "node_modules/a/node_modules/c": locked("1.1", d="1"),
        "node_modules/c": locked("2.0"),
        "node_modules/d": locked("3.0", a="1"),
        "node_modules/e": locked("4.0"),
    }
    found = npm_components({"packages": packages})
    assert {each["purl"] for each in found} == {
        "pkg:npm/a@1.0", "pkg:npm/c@1.1", "pkg:npm/c@2.0", "pkg:npm/d@3.0"
    }  # fmt: skip
    assert found[0]["licenses"] == [{"expression": "(MIT OR Apache-2.0)"}]


def test_it_is_cyclonedx(bom: dict[str, Any]) -> None:
    from cyclonedx.validation.json import JsonStrictValidator  # noqa: PLC0415 - it loads for seconds

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bom)) is None
    assert bom["metadata"]["component"]["name"] == "undertone"


def test_equal_requirements_give_an_equal_file(tmp_path: Path) -> None:
    few = tmp_path / "requirements.txt"
    few.write_text("".join(REQUIREMENTS.read_text().partition("aiosignal")[0]))
    assert written(tmp_path / "one.json", few) == written(tmp_path / "two.json", few)
