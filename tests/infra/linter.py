"""Finds what Bicep's linter and formatter would report, in a template and its modules.

Rules that need Microsoft's types (use-safe-access, use-recent-api-versions) are left to the
compiler itself, which .github/workflows/test.yml runs.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from tree_sitter import Node

from tests.infra.bicep import Declaration, Template, body_of, load, members, text, walk

# https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-no-hardcoded-environment-urls
CLOUD_HOSTS = (
    "api.loganalytics.io",
    "azuredatalakeanalytics.net",
    "azuredatalakestore.net",
    "core.windows.net",
    "database.windows.net",
    "datalake.azure.net",
    "gallery.azure.com",
    "graph.windows.net",
    "login.microsoftonline.com",
    "management.azure.com",
    "region.asazure.windows.net",
    "trafficmanager.net",
    "vault.azure.net",
)
CLOUD_HOST = re.compile(rf"(?<![a-z0-9])({'|'.join(map(re.escape, CLOUD_HOSTS))})(?![a-z0-9])")
# https://learn.microsoft.com/azure/azure-resource-manager/bicep/linter-rule-use-resource-id-functions
ID_FUNCTIONS = {
    "extensionResourceId", "guid", "reference", "resourceId", "subscription",
    "subscriptionResourceId", "tenantResourceId",
}  # fmt: skip
NO_RESOURCE_ID = {
    "clientid", "groupid", "locations", "metadata", "principalid", "resource", "subscriptionid",
    "syntheticmonitorid", "tags", "tenantid",
}  # fmt: skip
# The name decides the other properties: a name that isn't literal leaves them unchecked (BCP225).
NAME_DECIDES = (
    "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
    "Microsoft.Web/sites/config",
)
FORMATTED_WIDTH = 120


def complaints(path: Path) -> list[str]:
    """Return a line for each violation, with the file and the rule."""
    template = load(path)
    checks = (_existing, _hosts, _outputs, _deployments, _waits, _ids, _names, _layout)
    found = [f"{path.name}: {line}" for check in checks for line in check(template)]
    return found + [
        line for module in template.modules.values() for line in complaints(module.path)
    ]


def _line(node: Node) -> str:
    return f"line {node.start_point[0] + 1}"


def _symbols(node: Node) -> set[str]:
    return {text(each) for each in walk(node) if each.type == "identifier" and not _is_key(each)}


def _is_key(node: Node) -> bool:
    owner = node.parent
    return owner is not None and owner.type == "object_property" and owner.children[0] == node


def _values(template: Template) -> Iterator[Node]:
    for each in (*template.declared.values(), *template.outputs.values()):
        if each.value is not None:
            yield each.value


def _existing(template: Template) -> Iterator[str]:
    used = {name for value in _values(template) for name in _symbols(value)}
    for name, each in template.of("resource").items():
        if each.existing and name not in used:
            yield f"no-unused-existing-resources: {name}"


def _hosts(template: Template) -> Iterator[str]:
    for value in _values(template):
        for node in walk(value):
            if node.type == "string" and (host := CLOUD_HOST.search(text(node).lower())):
                yield f"no-hardcoded-env-urls: {_line(node)} names {host[1]}"


def _outputs(template: Template) -> Iterator[str]:
    secure = {n for n, each in template.of("parameter").items() if "secure" in each.decorators}
    for name, output in template.outputs.items():
        assert output.value is not None
        called = (each.children[0] for each in walk(output.value) if each.type == "call_expression")
        lists = any(text(each).rpartition(".")[2].startswith("list") for each in called)
        if "password" in name.lower() or _symbols(output.value) & secure or lists:
            yield f"outputs-should-not-contain-secrets: {name}"


def _deployments(template: Template) -> Iterator[str]:
    # Without nested deployments, secure-params-in-nested-deploy has nothing to check.
    for name, each in template.of("resource").items():
        if each.target.lower().startswith("microsoft.resources/deployments@"):
            yield f"no-deployments-resources: {name}"


def _waits(template: Template) -> Iterator[str]:
    for name, each in template.declared.items():
        if each.kind not in {"resource", "module"} or each.value is None:
            continue
        body = members(body_of(each.value))
        waits = _symbols(body["dependsOn"]) if "dependsOn" in body else set()
        used = {
            used for key, value in body.items() if key != "dependsOn" for used in _symbols(value)
        }
        for other in waits & used:
            yield f"no-unnecessary-dependson: {name} waits for {other}, which it names elsewhere"


def _ids(template: Template) -> Iterator[str]:
    for each in template.of("resource").values():
        if each.value is not None and not each.target.startswith("Microsoft.Web/sites/config@"):
            for node in _id_properties(each.value):
                if not _is_resource_id(template, node.named_children[-1]):
                    yield f"use-resource-id-functions: {_line(node)}"


def _id_properties(node: Node) -> Iterator[Node]:
    if node.type == "object_property":
        key = text(node.named_children[0]).strip("'")
        if key.lower() in NO_RESOURCE_ID:
            return
        if key.lower().endswith("id") and not key.endswith(("uid", "UID")):
            yield node
            return
    for child in node.named_children:
        yield from _id_properties(child)


def _is_resource_id(template: Template, value: Node) -> bool:
    declared = [template.declared[name] for name in _symbols(value) & template.declared.keys()]
    if any(each.kind in {"resource", "module"} for each in declared):
        return True
    if value.type == "identifier":
        return _leads_to_resource_id(template, declared)
    if value.type == "call_expression":
        return text(value.named_children[0]) in ID_FUNCTIONS
    is_literal = not any(child.type == "interpolation" for child in value.named_children)
    return value.type == "string" and is_literal and "/" not in text(value)


def _leads_to_resource_id(template: Template, declared: list[Declaration]) -> bool:
    return all(
        each.kind == "parameter" or (each.value and _is_resource_id(template, each.value))
        for each in declared
    )


def _names(template: Template) -> Iterator[str]:
    for name, each in template.of("resource").items():
        if each.target.partition("@")[0] in NAME_DECIDES:
            assert each.value is not None
            if not re.search(r"^  name: '[A-Za-z0-9]+'$", text(each.value), re.MULTILINE):
                yield f"BCP225: {name} has no literal name"


def _layout(template: Template) -> Iterator[str]:
    source = template.path.read_text()
    if not source.endswith("\n") or source.endswith("\n\n"):
        yield "format: one line end at the end"
    for number, line in enumerate(source.splitlines(), 1):
        if line != line.rstrip() or "\t" in line:
            yield f"format: line {number} has blanks at its end, or tabs"
    for node in walk(template.root):
        is_flat = node.start_point[0] == node.end_point[0]
        can_break = node.type in {"array", "object", "arguments"} and node.named_children
        if is_flat and can_break and node.end_point[1] > FORMATTED_WIDTH:
            yield f"format: {_line(node)} is over {FORMATTED_WIDTH} columns, and can be broken"
