"""Writes types.json: what Azure's management libraries say about the properties that infra/ sets.

    python -m venv /tmp/types
    /tmp/types/bin/pip install -r tests/infra/libraries.txt
    /tmp/types/bin/python -m tests.infra.read_types

The libraries are made from the same descriptions of the services as Bicep's types. They are too
large to install for a test, so the file keeps the objects that some variant of the template has.
"""

import importlib
import json
import typing
from collections.abc import Iterator, Mapping
from enum import EnumMeta
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.infra.bicep import Deployment, load
from tests.infra.variants import REQUIRED, VARIANTS

ROOT = Path(__file__).parents[2]
TYPES = Path(__file__).with_name("types.json")
WEB, STORAGE, NETWORK = (
    "azure.mgmt.web.models",
    "azure.mgmt.storage.models",
    "azure.mgmt.network.models",
)
COSMOS, VAULT = "azure.mgmt.cosmosdb.models", "azure.mgmt.keyvault.models"
ZONES = "azure.mgmt.privatedns.models"
INSIGHTS = "azure.mgmt.applicationinsights"
MONITOR = "azure.mgmt.monitor"
MODELS = {
    "Microsoft.Authorization/locks": ("azure.mgmt.resource.locks.models", "ManagementLockObject"),
    "Microsoft.Authorization/roleAssignments": (
        "azure.mgmt.authorization.v2022_04_01.models",
        "RoleAssignmentCreateParameters",
    ),
    "Microsoft.Consumption/budgets": ("azure.mgmt.consumption.models", "Budget"),
    "Microsoft.DocumentDB/databaseAccounts": (COSMOS, "DatabaseAccountCreateUpdateParameters"),
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases": (
        COSMOS,
        "SqlDatabaseCreateUpdateParameters",
    ),
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers": (
        COSMOS,
        "SqlContainerCreateUpdateParameters",
    ),
    "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments": (
        COSMOS,
        "SqlRoleAssignmentCreateUpdateParameters",
    ),
    "Microsoft.Insights/actionGroups": (f"{MONITOR}.v2023_01_01.models", "ActionGroupResource"),
    "Microsoft.Insights/components": (
        f"{INSIGHTS}.v2020_02_02.models",
        "ApplicationInsightsComponent",
    ),
    "Microsoft.Insights/diagnosticSettings": (
        f"{MONITOR}.v2021_05_01_preview.models",
        "DiagnosticSettingsResource",
    ),
    "Microsoft.Insights/metricAlerts": (f"{MONITOR}.v2018_03_01.models", "MetricAlertResource"),
    "Microsoft.Insights/privateLinkScopes": (
        f"{MONITOR}.v2021_07_01_preview.models",
        "AzureMonitorPrivateLinkScope",
    ),
    "Microsoft.Insights/privateLinkScopes/scopedResources": (
        f"{MONITOR}.v2021_07_01_preview.models",
        "ScopedResource",
    ),
    "Microsoft.Insights/scheduledQueryRules": (
        f"{MONITOR}.v2022_08_01_preview.models",
        "ScheduledQueryRuleResource",
    ),
    "Microsoft.Insights/webtests": (f"{INSIGHTS}.v2022_06_15.models", "WebTest"),
    "Microsoft.Insights/workbooks": (f"{INSIGHTS}.v2023_06_01.models", "Workbook"),
    "Microsoft.KeyVault/vaults": (VAULT, "VaultCreateOrUpdateParameters"),
    "Microsoft.KeyVault/vaults/secrets": (VAULT, "SecretCreateOrUpdateParameters"),
    "Microsoft.ManagedIdentity/userAssignedIdentities": (
        "azure.mgmt.msi.v2024_11_30.models",
        "Identity",
    ),
    "Microsoft.Network/natGateways": (NETWORK, "NatGateway"),
    "Microsoft.Network/networkSecurityGroups": (NETWORK, "NetworkSecurityGroup"),
    "Microsoft.Network/privateDnsZones": (ZONES, "PrivateZone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": (ZONES, "VirtualNetworkLink"),
    "Microsoft.Network/privateEndpoints": (NETWORK, "PrivateEndpoint"),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups": (NETWORK, "PrivateDnsZoneGroup"),
    "Microsoft.Network/publicIPAddresses": (NETWORK, "PublicIPAddress"),
    "Microsoft.Network/virtualNetworks": (NETWORK, "VirtualNetwork"),
    "Microsoft.OperationalInsights/workspaces": ("azure.mgmt.loganalytics.models", "Workspace"),
    "Microsoft.Storage/storageAccounts": (STORAGE, "StorageAccountCreateParameters"),
    "Microsoft.Storage/storageAccounts/blobServices": (STORAGE, "BlobServiceProperties"),
    "Microsoft.Storage/storageAccounts/blobServices/containers": (STORAGE, "BlobContainer"),
    "Microsoft.Storage/storageAccounts/queueServices": (STORAGE, "QueueServiceProperties"),
    "Microsoft.Storage/storageAccounts/queueServices/queues": (STORAGE, "StorageQueue"),
    "Microsoft.Web/serverfarms": (WEB, "AppServicePlan"),
    "Microsoft.Web/sites": (WEB, "Site"),
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies": (
        WEB,
        "CsmPublishingCredentialsPoliciesEntity",
    ),
    "Microsoft.Web/sites/config/appsettings": (WEB, "StringDictionary"),
    "Microsoft.Web/sites/config/authsettingsV2": (WEB, "SiteAuthSettingsV2"),
}
SCALARS = {
    str: "string", bool: "bool", int: "number", float: "number",
    "str": "string", "bool": "bool", "int": "number", "float": "number", "iso-8601": "string",
    "duration": "string", "long": "number", "decimal": "number",
}  # fmt: skip

OF_BICEP = {"name", "parent", "scope", "dependsOn"}


# A type is the name of a scalar, the values of an enumeration, or a dictionary with one key: `list`
# or `map` with the type of the items, `model` with its module and name, `inline` with its fields.


def fields(module: ModuleType, name: str) -> dict[str, dict[str, Any]]:
    """Return the properties of a model by their names in JSON: `type`, `readonly`, `required`."""
    model = getattr(module, name)
    return _attribute_map(module, model) if hasattr(model, "_attribute_map") else _rest(model)


def _attribute_map(module: ModuleType, model: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for attribute, each in model._attribute_map.items():
        *outer, key = each["key"].replace("\\.", "\0").split(".")
        rules = model._validation.get(attribute, {})
        target = found
        for step in outer:
            target = target.setdefault(step, {"type": {"inline": {}}})["type"]["inline"]
        target[key.replace("\0", ".")] = {
            "type": _of_name(module, each["type"]),
            "readonly": rules.get("readonly", False),
            "required": rules.get("required", False),
        }
    return found


def _of_name(module: ModuleType, name: str) -> Any:
    if name.startswith("["):
        return {"list": _of_name(module, name[1:-1])}
    if name.startswith("{"):
        return {"map": _of_name(module, name[1:-1])}
    if name in SCALARS:
        return SCALARS[name]
    found = getattr(module, name, None)
    if found is None:
        return "any"
    return _enumeration(found) if isinstance(found, EnumMeta) else {"model": (module, name)}


def _rest(model: Any) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for each in reversed(model.__mro__):
        for attribute, kept in vars(each).items():
            if type(kept).__name__ == "_RestField":
                hint = _resolved(each, each.__annotations__[attribute])
                found[kept._rest_name_input or attribute] = {
                    "type": _of_hint(hint),
                    "readonly": kept._visibility == ["read"],
                    "required": type(None) not in typing.get_args(hint),
                }
    return found


def _resolved(model: Any, hint: Any) -> Any:
    """Return the hint of an attribute: the libraries name the models' package `_models` in it."""
    package = importlib.import_module(model.__module__.rpartition(".")[0])
    scope = {**vars(importlib.import_module(model.__module__)), "_models": package}
    holder = type("Holder", (), {"__annotations__": {"hint": hint}})
    return typing.get_type_hints(holder, scope)["hint"]


def _of_hint(hint: Any) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Union:
        kept = [each for each in inner if each is not type(None)]
        enumerations = [each for each in kept if isinstance(each, EnumMeta)]
        return _enumeration(enumerations[0]) if enumerations else _of_hint(kept[0])
    if origin in {list, dict}:
        return {"list" if origin is list else "map": _of_hint(inner[-1])}
    if isinstance(hint, EnumMeta):
        return _enumeration(hint)
    if isinstance(hint, type) and hint.__module__.endswith("._models"):
        package = importlib.import_module(hint.__module__.rpartition(".")[0])
        return {"model": (package, hint.__name__)}
    return "string" if "datetime" in str(hint) else SCALARS.get(hint, "any")


def _enumeration(found: Any) -> list[str]:
    return sorted(str(each.value) for each in found)


def _subtype(module: ModuleType, name: str, value: Mapping[str, Any]) -> str:
    """Return the model that the value's discriminator picks."""
    model = getattr(module, name)
    for key, kinds in vars(model).get("_subtype_map", {}).items():
        field = model._attribute_map[key]["key"].replace("\\.", ".")
        if value.get(field) in kinds:
            return _subtype(module, kinds[value[field]], value)
    for key, kind in vars(model).get("__mapping__", {}).items():
        if isinstance(key, str) and key in value.values():
            return str(kind.__name__)
    return name


def collect(found: dict[str, Any], path: str, kind: Any, value: Any) -> None:
    """Note every object of the value, by its path: what it takes and needs."""
    if isinstance(kind, dict) and "list" in kind and isinstance(value, list):
        for each in value:
            collect(found, f"{path}[]", kind["list"], each)
    elif isinstance(kind, dict) and "map" in kind and isinstance(value, dict):
        found[path] = {"each": summary(kind["map"])}
        for each in value.values():
            collect(found, f"{path}.*", kind["map"], each)
    elif isinstance(kind, dict) and isinstance(value, dict):
        inner = kind.get("inline")
        if inner is None:
            module, name = kind["model"]
            inner = fields(module, _subtype(module, name, value))
        note(found, path, inner)
        for key, each in value.items():
            if key in inner:
                collect(found, f"{path}.{key}".lstrip("."), inner[key]["type"], each)


def note(found: dict[str, Any], path: str, inner: Mapping[str, Any]) -> None:
    """Add what an object takes to what is known of its path, even of another subtype."""
    known = found.setdefault(path, {"takes": {}, "needs": None})
    known["takes"] |= {
        key: summary(each["type"]) for key, each in inner.items() if not each.get("readonly")
    }
    needs = {
        key for key, each in inner.items() if each.get("required") and not each.get("readonly")
    }
    known["needs"] = sorted(needs if known["needs"] is None else needs & set(known["needs"]))


def summary(kind: Any) -> Any:
    """Return a scalar, the values of an enumeration, `array` or `object`."""
    if isinstance(kind, dict):
        return "array" if "list" in kind else "object"
    return kind


def deployed() -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the type and body of each resource of each variant."""
    main = load(ROOT / "infra" / "main.bicep")
    for given in VARIANTS.values():
        for each in Deployment(main, {**REQUIRED, **given}).resources():
            is_config = each.type == "Microsoft.Web/sites/config"
            kind = f"{each.type}/{each.name.rpartition('/')[2]}" if is_config else each.type
            yield kind, {k: v for k, v in each.body.items() if k not in OF_BICEP}


def main() -> None:
    """Write the file."""
    types: dict[str, dict[str, Any]] = {}
    for kind, body in deployed():
        if kind in MODELS:
            module, name = MODELS[kind]
            model = {"model": (importlib.import_module(module), name)}
            collect(types.setdefault(kind, {}), "", model, body)
    packages = sorted(
        line.partition("==")[0]
        for line in (Path(__file__).with_name("libraries.txt")).read_text().splitlines()
        if line.startswith("azure-mgmt")
    )
    written = {"packages": {name: version(name) for name in packages}, "types": types}
    TYPES.write_text(json.dumps(written, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
