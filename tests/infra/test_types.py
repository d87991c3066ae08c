"""Every property that the template sets is one that the service takes, by types.json."""

import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infra.bicep import Placeholder
from tests.infra.conftest import Deployed
from tests.infra.variants import EVERYTHING, VARIANTS

TYPES: dict[str, Any] = json.loads(Path(__file__).with_name("types.json").read_text())["types"]
# They have a name, a location and tags, and nothing else.
WITHOUT_PROPERTIES = {"Microsoft.Resources/resourceGroups"}
OF_BICEP = {"name", "parent", "scope", "dependsOn"}
SCALARS: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "bool": bool,
    "number": (int, float),
    "array": list,
    "object": dict,
}


def faults(kind: str, body: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Return a line for each property that is unknown, read-only, missing or of another type."""
    known = TYPES[kind].get(path)
    if known is None:
        yield f"{kind}: {path} isn't in types.json: run read_types.py"
        return
    takes = known.get("takes", {})
    for name in set(known.get("needs", [])) - body.keys():
        yield f"{kind}: {path} needs {name}"
    for name, value in body.items():
        inner = f"{path}.{'*' if 'each' in known else name}".lstrip(".")
        expected = known.get("each", takes.get(name))
        if expected is None:
            yield f"{kind}: {path} doesn't take {name}"
        elif value is not None:
            yield from _faults_of_value(kind, inner, expected, value)


def _faults_of_value(kind: str, path: str, expected: Any, value: Any) -> Iterator[str]:
    if isinstance(expected, list):
        if value not in expected and not isinstance(value, Placeholder):
            yield f"{kind}: {path} is {value!r}, not one of {expected}"
    elif expected != "any" and not isinstance(value, SCALARS[expected]):
        yield f"{kind}: {path} is {value!r}, not {expected}"
    elif isinstance(value, dict):
        yield from faults(kind, value, path)
    elif isinstance(value, list):
        for each in value:
            if isinstance(each, dict):
                yield from faults(kind, each, f"{path}[]")


def resources(given: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return each resource's type and body; the type of a site's configuration has its name."""
    for each in Deployed(**given).resources:
        is_config = each.type == "Microsoft.Web/sites/config"
        kind = f"{each.type}/{each.name.rpartition('/')[2]}" if is_config else each.type
        yield kind, {key: value for key, value in each.body.items() if key not in OF_BICEP}


@pytest.mark.parametrize("name", VARIANTS)
def test_services_take_every_property_of_every_variant(name: str) -> None:
    found = list(resources(VARIANTS[name]))
    assert {kind for kind, _ in found} - WITHOUT_PROPERTIES <= TYPES.keys()
    assert [
        fault
        for kind, body in found
        if kind not in WITHOUT_PROPERTIES
        for fault in faults(kind, body)
    ] == []


def strings(value: Any) -> Iterator[str]:
    """Return all strings inside a value, names of properties included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from (*strings(key), *strings(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)


def dangling(deployed: Deployed) -> set[str]:
    """Return references to resources of Azure that this deployment doesn't have."""
    ids = {f"{each.type}/{each.name}" for each in deployed.resources}
    # Roles are Azure's own, and these resources are somebody else's.
    ids |= {"Microsoft.Authorization/roleDefinitions/"}
    ids |= {"Microsoft.Communication/communicationServices/acs-ours"}
    ids |= {"Microsoft.CognitiveServices/accounts/oai-ours"}
    # A subnet is part of its network.
    ids |= {
        f"{each.type}/subnets/{each.name}/{part['name']}"
        for each in deployed.all("Microsoft.Network/virtualNetworks")
        for part in each.properties["subnets"]
    }
    named = {
        found[1]
        for each in deployed.resources
        for text in strings({key: v for key, v in each.body.items() if key not in OF_BICEP})
        for found in re.finditer(r"[</](Microsoft\.\w+/[\w/.-]+)", text)
        if not text.startswith("/subscriptions/")
    }
    return {name for name in named if not any(name.startswith(each) for each in ids)}


CHOICES: dict[str, tuple[Any, ...]] = {
    **{name: (None, value) for name, value in EVERYTHING.items()},
    "cosmosMode": (None, "serverless", "autoscale"),
    "diagnostics": (None, "audit", "all"),
    "natGateway": (None, False),
    "moreAlerts": (None, False),
    "storageZoneRedundant": (None, True),
}


@pytest.mark.parametrize("seed", range(16))
def test_any_options_go_together(seed: int) -> None:
    chosen = random.Random(seed)
    picked = {name: chosen.choice(values) for name, values in CHOICES.items()}
    given = {name: value for name, value in picked.items() if value is not None}
    deployed = Deployed(**given)
    assert dangling(deployed) == set(), given
    bodies = [(kind, body) for kind, body in resources(given) if kind not in WITHOUT_PROPERTIES]
    assert [fault for kind, body in bodies for fault in faults(kind, body)] == [], given


def test_a_resource_that_is_missing_is_named() -> None:
    deployed = Deployed(**EVERYTHING)
    network = deployed.one("Microsoft.Network/virtualNetworks")
    deployed.resources.remove(network)
    assert f"{network.type}/{network.name}" in dangling(deployed)


VAULT: dict[str, Any] = {
    "location": "swedencentral",
    "properties": {"tenantId": "t", "sku": {"family": "A", "name": "standard"}},
}


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, None),
        ({"enablePurgeProtection": None}, None),
        ({"purgeProtection": True}, "properties doesn't take purgeProtection"),
        ({"hsmPoolResourceId": "x"}, "properties doesn't take hsmPoolResourceId"),
        ({"sku": {"family": "A"}}, "properties.sku needs name"),
        ({"sku": {"family": "A", "name": "basic"}}, "properties.sku.name is 'basic', not one of"),
        ({"softDeleteRetentionInDays": "7"}, "is '7', not number"),
        ({"accessPolicies": [{}]}, "properties.accessPolicies[] isn't in types.json"),
    ],
)
def test_what_a_service_refuses_is_named(changed: dict[str, Any], fault: str | None) -> None:
    body = {**VAULT, "properties": {**VAULT["properties"], **changed}}
    found = list(faults("Microsoft.KeyVault/vaults", body))
    assert len(found) == (fault is not None)
    assert all(fault in line for line in found if fault)
