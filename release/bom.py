"""Writes the bill of materials of the deployed app, from the locked requirements of both languages.

Python's packages are those of requirements.txt that the deployment package contains. JavaScript's
packages are those whose code ships: the imports of the dashboard, and the bundle that is copied as
its makers built it, with the packages inside it. Build tools are left out. The weights of sentiment
come with the models and data that they are derived from.
"""

import base64
import json
import subprocess
import sys
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from cyclonedx.spdx import is_expression, is_supported_id
from packaging.requirements import Requirement

from release.bundled import BUNDLE, LICENCE_OF, bundled_components
from release.packages import PYTHON
from release.weights import weights_components

# The Makefile copies the built files of these packages. Their npm dependencies don't ship.
COPIED = frozenset({BUNDLE})
REGISTRY = "https://registry.npmjs.org"
# Trove classifiers that name one licence; "BSD License" names several.
CLASSIFIERS = {
    "License :: OSI Approved :: Apache Software License": "Apache-2.0",
    "License :: OSI Approved :: ISC License (ISCL)": "ISC",
    "License :: OSI Approved :: MIT License": "MIT",
    "License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "License :: OSI Approved :: Python Software Foundation License": "PSF-2.0",
}
Json = dict[str, Any]
# Where the app runs. The lock also has packages for Windows, browsers and other Pythons.
AZURE = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": f"{PYTHON}.0",
    "python_version": PYTHON,
    "sys_platform": "linux",
}


def write_bom(requirements: Path, project: Path, npm_lock: Path, target: Path) -> list[str]:
    """Write CycloneDX 1.6 as JSON, and return the names of the packages without a known licence.

    Each package has its version, purl, hashes and the licences that it declares. Equal locks give
    an equal file. Raises CalledProcessError with what went wrong.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements"]
    command += [str(requirements), "--pyproject", str(project), "--output-reproducible"]
    command += ["--spec-version", "1.6", "--output-format", "JSON", "--output-file", str(target)]
    subprocess.run(command, check=True)  # noqa: S603 - our own arguments
    bom = _without_other_systems(json.loads(target.read_text()), requirements)
    for component in bom["components"]:
        component.update(_licensed(declared_licences(component["name"])))
    scripts = npm_components(json.loads(npm_lock.read_text()))
    weights = weights_components(project.parent)
    bom["components"] += [*scripts, *weights]
    bom["dependencies"] += [{"ref": each["bom-ref"]} for each in [*scripts, *weights]]
    inside = _add_bundled(scripts, npm_lock.parent / "node_modules" / BUNDLE)
    # Only the packages that the bundle's makers list are known, so the list may be incomplete.
    bom["compositions"] = [{"aggregate": "unknown", "assemblies": [_bundle(scripts)["bom-ref"]]}]
    target.write_text(json.dumps(bom, indent=2, sort_keys=True) + "\n")
    return [each["name"] for each in [*bom["components"], *inside] if "licenses" not in each]


def _without_other_systems(bom: Json, requirements: Path) -> Json:
    """Return the bill without the packages that the deployment package doesn't contain."""
    here = {(each.name, str(each.specifier)) for each in installed_on_azure(requirements)}
    kept = [each for each in bom["components"] if (each["name"], f"=={each['version']}") in here]
    refs = {each["bom-ref"] for each in bom["components"]} - {each["bom-ref"] for each in kept}
    dependencies = [each for each in bom["dependencies"] if each["ref"] not in refs]
    return {**bom, "components": kept, "dependencies": dependencies}


def installed_on_azure(requirements: Path) -> list[Requirement]:
    """Return the pinned requirements of a lock that the deployment package contains."""
    lines = requirements.read_text().splitlines()
    pins = [
        Requirement(line.removesuffix("\\").partition(" --hash")[0])
        for line in lines
        if line and line[0].isalnum()
    ]
    return [pin for pin in pins if pin.marker is None or pin.marker.evaluate(AZURE)]


def _add_bundled(scripts: list[Json], folder: Path) -> list[Json]:
    """Put the packages inside the bundle into its component, and return them."""
    bundle = _bundle(scripts)
    inside = bundled_components(folder, bundle["version"])
    for each in inside:
        name = "/".join(filter(None, (each.get("group"), each["name"])))
        each.update(_licensed(_npm_licences(LICENCE_OF.get(name, ""))))
    bundle["components"] = inside
    return inside


def _bundle(scripts: list[Json]) -> Json:
    return next(each for each in scripts if each["name"] == BUNDLE)


def declared_licences(package: str) -> list[Json]:
    """Return the licences that an installed package declares, whichever version is installed."""
    try:
        found = metadata(package)
    except PackageNotFoundError:
        return []
    text = _first(found, "License-Expression") or _first(found, "License")
    if is_supported_id(text):
        return [{"license": {"id": text}}]
    if is_expression(text):
        return [{"expression": text}]
    kinds = [
        each for each in found.get_all("Classifier") or [] if each.startswith("License :: OSI")
    ]
    known = sorted({CLASSIFIERS[kind] for kind in kinds if kind in CLASSIFIERS})
    if known:
        return [{"license": {"id": each}} for each in known]
    names = [kind.rpartition(" :: ")[2] for kind in kinds]
    # Some packages declare the whole text of a licence, which is no name.
    names = names or ([text] if text and "\n" not in text else [])
    return [{"license": {"name": each}} for each in names]


def _first(found: PackageMetadata, field: str) -> str:
    return next(iter(found.get_all(field) or []), "").strip()


def npm_components(lock: Json) -> list[Json]:
    """Return as components the packages of a package-lock.json (version 3) whose code ships."""
    packages: dict[str, Json] = lock["packages"]
    waiting = [("", name) for name in packages[""]["dependencies"]]
    found: set[str] = set()
    while waiting:
        path = _resolved(packages, *waiting.pop())
        if path in found:
            continue
        found.add(path)
        if _name(path) not in COPIED:
            waiting += [(path, name) for name in packages[path].get("dependencies", {})]
    return [_component(_name(path), packages[path]) for path in sorted(found)]


def _resolved(packages: dict[str, Json], parent: str, name: str) -> str:
    """Return the path at which Node finds a package: in the nearest node_modules that has it."""
    while (path := f"{parent}/node_modules/{name}".lstrip("/")) not in packages:
        if not parent:
            raise KeyError(name)
        parent = parent.rpartition("node_modules/")[0].rstrip("/")
    return path


def _name(path: str) -> str:
    return path.rpartition("node_modules/")[2]


def _component(name: str, package: Json) -> Json:
    scope, _, base = name.rpartition("/")
    version = package["version"]
    purl = f"pkg:npm/{quote(name, safe='/')}@{version}"
    digest = base64.b64decode(package["integrity"].removeprefix("sha512-")).hex()
    return {
        "bom-ref": purl,
        "type": "library",
        **({"group": scope} if scope else {}),
        "name": base,
        "version": version,
        "purl": purl,
        "externalReferences": [
            {
                "type": "distribution",
                "url": f"{REGISTRY}/{name}/-/{base}-{version}.tgz",
                "hashes": [{"alg": "SHA-512", "content": digest}],
            }
        ],
        **_licensed(_npm_licences(package.get("license", ""))),
    }


def _npm_licences(declared: str) -> list[Json]:
    if is_supported_id(declared):
        return [{"license": {"id": declared}}]
    return [{"expression": declared}] if is_expression(declared) else []


def _licensed(licences: list[Json]) -> Json:
    return {"licenses": licences} if licences else {}
