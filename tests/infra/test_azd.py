"""azd's configuration: the package, the hooks, and the workflow that deploys."""

import json
import re
import subprocess

import pathspec
import pytest
import yaml

from tests.fixtures.host import ROOT
from tests.infra.bicep import load
from tests.infra.conftest import MAIN

PAGES = ("api/static/page/index.html", "api/static/swagger/swagger-ui-bundle.js")


@pytest.fixture(scope="module")
def project() -> dict:
    return dict(yaml.safe_load((ROOT / "azure.yaml").read_text()))


@pytest.fixture(scope="module")
def workflow() -> dict:
    return dict(yaml.safe_load((ROOT / ".github" / "workflows" / "deploy.yml").read_text()))


def test_there_is_one_service_and_the_app_carries_its_name(project, deployed) -> None:
    ((name, service),) = project["services"].items()
    assert deployed.one("Microsoft.Web/sites").body["tags"]["azd-service-name"] == name
    assert (service["host"], service["language"], service["project"]) == ("function", "python", ".")
    # The package brings its packages, and what Azure installed would come before them.
    assert service["remoteBuild"] is False


def test_pages_and_packages_are_made_before_the_package(project) -> None:
    command = project["services"]["api"]["hooks"]["prepackage"]["posix"]["run"]
    made = subprocess.run(
        [*command.split(), "--dry-run", "--always-make"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert f"touch {PAGES[0]}" in made
    assert f"touch {PAGES[1]}" in made
    assert "python -m release packages" in made


def test_windows_makes_the_same_pages_and_packages(project) -> None:
    script = ROOT / project["services"]["api"]["hooks"]["prepackage"]["windows"]["run"]
    steps = script.read_text()
    makefile = (ROOT / "Makefile").read_text()
    scripts = json.loads((ROOT / "dashboard" / "package.json").read_text())["scripts"]
    ran = re.findall(r"npm run --silent (\w+)", steps)
    assert ran == ["types", "check", "build"]
    assert set(ran) <= scripts.keys()
    for copied in re.findall(r"cp (dashboard/node_modules/\S+)", makefile):
        assert f"Copy-Item {copied} api/static/swagger/" in steps
    assert "-m release packages" in steps


@pytest.mark.parametrize(
    "path",
    [
        "tests/infra/bicep.py", "docs/azure.md", "infra/main.bicep", "bench/cost.py",
        "local/commands/up.py",
        "dashboard/src/app.tsx", "dashboard/node_modules/preact/package.json", "azure.yaml",
        ".venv/bin/python", ".venv-checkov/bin/checkov", ".venv-client/bin/python",
        ".azure/test/.env", "local.settings.json", ".github/workflows/deploy.yml", ".gitignore",
    ],
)  # fmt: skip
def test_what_azure_does_not_need_stays_out_of_the_package(path: str) -> None:
    lines = (ROOT / ".funcignore").read_text().splitlines()
    assert pathspec.GitIgnoreSpec.from_lines(lines).match_file(path)


def test_what_azd_knows_of_an_environment_stays_out_of_the_repository() -> None:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    assert pathspec.GitIgnoreSpec.from_lines(lines).match_file(".azure/test/.env")


def test_the_workflow_signs_in_without_a_secret(workflow) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    job = workflow["jobs"]["deploy"]
    assert job["permissions"] == {"id-token": "write", "contents": "read"}
    steps = job["steps"]
    sign_in = next(step["run"] for step in steps if step.get("name") == "Sign in")
    assert "--federated-credential-provider github" in sign_in
    assert "client-secret" not in sign_in


def test_the_workflow_deploys_with_the_python_that_runs(workflow, deployed) -> None:
    steps = workflow["jobs"]["deploy"]["steps"]
    python = next(s["with"] for s in steps if s.get("uses", "").startswith("actions/setup-python"))
    runtime = deployed.one("Microsoft.Web/sites").properties["functionAppConfig"]["runtime"]
    assert python == {"python-version": runtime["version"]}


def test_the_workflow_gives_every_parameter_that_azd_reads(workflow, project) -> None:
    read = set(re.findall(r"\$\{(\w+)", (MAIN.parent / "main.parameters.json").read_text()))
    job = workflow["jobs"]["deploy"]
    provision = next(step for step in job["steps"] if step.get("name") == "Provision")
    given = job["env"].keys() | provision["env"].keys()
    # azd itself finds out who runs it.
    read.remove("AZURE_PRINCIPAL_ID")
    assert read <= given
    handed = project["pipeline"]["variables"] + project["pipeline"]["secrets"]
    assert set(handed) == read - {"AZURE_ENV_NAME", "AZURE_LOCATION"}


def test_a_variable_that_is_empty_leaves_the_default(deploy) -> None:
    # GitHub passes unset variables as empty ones, and azd passes those on.
    parameters = json.loads((MAIN.parent / "main.parameters.json").read_text())["parameters"]
    given: dict[str, str | bool | int] = {}
    for name, each in parameters.items():
        variable, _, default = each["value"].strip("${}").partition("=")
        is_required = load(MAIN).declared[name].value is None
        is_text = load(MAIN).declared[name].type == "string"
        given[name] = (
            f"a value of {variable}" if is_required else default if is_text else json.loads(default)
        )
    deploy(**given)


def test_every_variable_is_documented() -> None:
    read = set(re.findall(r"\$\{(\w+)", (MAIN.parent / "main.parameters.json").read_text()))
    docs = (ROOT / "docs" / "azure.md").read_text()
    asked = {"AZURE_ENV_NAME", "AZURE_LOCATION", "AZURE_PRINCIPAL_ID"}
    assert [name for name in sorted(read - asked) if f"`{name}`" not in docs] == []


def test_only_secure_parameters_are_handed_on_as_secrets(project) -> None:
    parameters = json.loads((MAIN.parent / "main.parameters.json").read_text())["parameters"]
    secure = {
        re.sub(r"\W", "", parameters[name]["value"])
        for name, each in load(MAIN).of("parameter").items()
        if "secure" in each.decorators
    }
    assert set(project["pipeline"]["secrets"]) == secure
