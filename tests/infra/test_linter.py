"""infra/ follows the rules of its bicepconfig.json, and GitHub's workflow runs the compiler."""

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.fixtures.host import ROOT
from tests.infra.bicep import load
from tests.infra.conftest import MAIN
from tests.infra.linter import complaints

ERRORS = {
    "no-deployments-resources",
    "no-hardcoded-env-urls",
    "no-unused-existing-resources",
    "no-unused-params",
    "no-unused-vars",
    "outputs-should-not-contain-secrets",
    "secure-params-in-nested-deploy",
    "use-resource-id-functions",
    "use-safe-access",
}
# The oldest that the linter accepts in November 2026, since sovereign clouds lack the newest.
VERSIONS = {
    "Microsoft.Authorization/locks": "2020-05-01",
    "Microsoft.Authorization/roleAssignments": "2022-04-01",
    "Microsoft.CognitiveServices": "2025-06-01",
    "Microsoft.Communication": "2025-05-01",
    "Microsoft.Consumption": "2024-08-01",
    "Microsoft.DocumentDB": "2025-04-15",
    "Microsoft.Insights/actionGroups": "2023-01-01",
    "Microsoft.Insights/components": "2020-02-02",
    "Microsoft.Insights/diagnosticSettings": "2021-05-01-preview",
    "Microsoft.Insights/metricAlerts": "2018-03-01",
    "Microsoft.Insights/privateLinkScopes": "2021-09-01",
    "Microsoft.Insights/privateLinkScopes/scopedResources": "2021-09-01",
    "Microsoft.Insights/scheduledQueryRules": "2026-03-01",
    "Microsoft.Insights/webtests": "2022-06-15",
    "Microsoft.Insights/workbooks": "2023-06-01",
    "Microsoft.KeyVault": "2025-05-01",
    "Microsoft.ManagedIdentity": "2024-11-30",
    "Microsoft.Network": "2025-01-01",
    "Microsoft.Network/privateDnsZones": "2024-06-01",
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks": "2024-06-01",
    "Microsoft.OperationalInsights": "2025-02-01",
    "Microsoft.Resources/resourceGroups": "2025-04-01",
    "Microsoft.Storage": "2025-01-01",
    "Microsoft.Web": "2025-03-01",
}
FILES = sorted(MAIN.parent.rglob("*.bicep"))
THINGS = "'Some.Kind/things@2024-01-01'"


def test_the_rules_that_matter_are_errors_and_old_versions_only_a_warning() -> None:
    config = json.loads((MAIN.parent / "bicepconfig.json").read_text())["analyzers"]["core"]
    assert (config["enabled"], config["verbose"]) == (True, False)
    levels = {name: rule["level"] for name, rule in config["rules"].items()}
    assert levels == {**dict.fromkeys(ERRORS, "error"), "use-recent-api-versions": "warning"}
    assert config["rules"]["use-recent-api-versions"]["maxAllowedAgeInDays"] == 730


def test_infra_keeps_the_rules() -> None:
    assert complaints(MAIN) == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_resource_is_of_its_agreed_version_where_it_is_only_referred_to_too(
    file: Path,
) -> None:
    for each in load(file).of("resource").values():
        kind, _, version = each.target.partition("@")
        assert version == (VERSIONS.get(kind) or VERSIONS[kind.partition("/")[0]]), kind


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        (
            "resource r 'Some.Kind/things@2024-01-01' existing = { name: 'r' }\n",
            "no-unused-existing-resources: r",
        ),
        (
            "output x string = 'https://r.blob.core.windows.net/${'a'}'\n",
            "no-hardcoded-env-urls: line 1 names core.windows.net",
        ),
        (
            "@secure()\nparam s string\noutput x string = 'is ${s}'\n",
            "outputs-should-not-contain-secrets: x",
        ),
        ("output apiPassword string = 'none'\n", "outputs-should-not-contain-secrets: apiPassword"),
        (
            f"resource r {THINGS} = {{ name: 'r' }}\noutput x string = r.listKeys().a\n",
            "outputs-should-not-contain-secrets: x",
        ),
        (
            "resource r 'Microsoft.Resources/deployments@2025-04-01' = { name: 'r' }\n",
            "no-deployments-resources: r",
        ),
        (
            f"resource r {THINGS} = {{ name: 'r', properties: {{ planId: '/a/plan' }} }}\n",
            "use-resource-id-functions: line 1",
        ),
        (
            f"var p = 'a/b'\nresource r {THINGS} = {{ name: 'r', properties: {{ planId: p }} }}\n",
            "use-resource-id-functions: line 2",
        ),
        (
            (
                "resource r 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = ["
                "\n  for way in ['ftp']: {\n    name: way\n  }\n]\n"
            ),
            "BCP225: r has no literal name",
        ),
        (
            (
                f"resource r {THINGS} = {{ name: 'r' }}\n"
                f"resource s {THINGS} = {{\n  name: r.name\n  dependsOn: [r]\n}}\n"
            ),
            "no-unnecessary-dependson: s waits for r",
        ),
        (f"var x = [{', '.join(['true'] * 20)}]\n", "format: line 1 is over 120 columns"),
        ("var x = 1 \n", "format: line 1 has blanks at its end"),
        ("var x = 1", "format: one line end at the end"),
    ],
)
def test_what_a_rule_forbids_is_named(tmp_path: Path, source: str, complaint: str) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(source)
    (found,) = complaints(path)
    assert found.startswith(f"main.bicep: {complaint}")


def test_ids_from_resources_parameters_and_functions_are_no_literal_ids(tmp_path: Path) -> None:
    path = tmp_path / "main.bicep"
    path.write_text(
        "param given string\n"
        f"resource r {THINGS} = {{ name: 'r' }}\n"
        f"resource s {THINGS} = {{\n  name: 's'\n  properties: {{\n"
        "    aId: r.id\n    bId: given\n    cId: '${r.id}/a/b'\n"
        "    dId: subscriptionResourceId('a/b', 'c')\n    eId: 'plain'\n"
        "    tenantId: 'a/b'\n    guid: 'a/b/uid'\n  }\n}\n"
    )
    assert complaints(path) == []


@pytest.fixture(scope="module")
def steps() -> list[dict[str, str]]:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "test.yml").read_text())
    found: list[dict[str, str]] = workflow["jobs"]["infra"]["steps"]
    return found


def test_the_workflow_compiles_lints_and_formats_with_one_version(steps) -> None:
    ran = "\n".join(step.get("run", "") for step in steps)
    assert "az bicep install --version v0.49.2" in ran
    for command in ("build", "lint", "format"):
        assert f"az bicep {command} --file" in ran
    assert "git diff --exit-code" in ran


@pytest.mark.parametrize(
    ("printed", "status", "passes"),
    [
        ("", 0, True),
        ("WARNING: A new Bicep release is available: v0.50.1.", 0, True),
        ("WARNING: infra/a.bicep(1,2) : Warning use-recent-api-versions: old [https://x]", 0, True),
        ("WARNING: infra/a.bicep(1,2) : Warning BCP225: a discriminator [https://x]", 0, False),
        ("ERROR: infra/a.bicep(1,2) : Error no-unused-vars: x [https://x]", 1, False),
    ],
)
def test_the_lint_step_fails_on_every_warning_but_an_old_version(
    steps, tmp_path: Path, printed: str, status: int, passes: bool
) -> None:
    (step,) = (step for step in steps if step.get("name") == "Lint")
    # Replaces Azure's command line, which prints this on its standard error.
    (tmp_path / "az").write_text(f"#!/bin/sh\necho '{printed}' >&2\nexit {status}\n")
    (tmp_path / "az").chmod(0o755)
    # As GitHub runs a step in bash.
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        env={"PATH": f"{tmp_path}:{os.environ['PATH']}", "RUNNER_TEMP": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert step["shell"] == "bash"
    assert (done.returncode == 0) is passes, done.stdout + done.stderr
