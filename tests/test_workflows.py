"""The workflows deploy what was built, tested and signed once, and nothing else."""

import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.host.config import read_local_settings
from release.package import build_package
from shared.settings import load_settings
from shared.store.schema import SCHEMA
from tests.fixtures.host import ROOT
from tests.runtime.conftest import PACKAGE

FOLDER = ROOT / ".github" / "workflows"
ENVIRONMENTS = ("dev", "test", "prod")
BUILDING = ("make package", "pip install", "npm ", "python -m release")

Job = dict[str, Any]


def jobs_of(name: str) -> dict[str, Job]:
    jobs: dict[str, Job] = yaml.safe_load((FOLDER / f"{name}.yml").read_text())["jobs"]
    return jobs


def steps_of(job: Job) -> dict[str, Job]:
    return {step["name"]: step for step in job["steps"] if "name" in step}


@pytest.fixture(scope="module")
def deliver() -> dict[str, Job]:
    return jobs_of("deliver")


@pytest.fixture(scope="module")
def steps() -> dict[str, Job]:
    return steps_of(jobs_of("deploy")["deploy"])


def environ_of(step: Job, variables: dict[str, str]) -> dict[str, str]:
    """Return what a step of the workflow deploy finds, with these variables of its environment.

    No secret reaches a step that doesn't name it, and GitHub passes an unset variable as empty.
    """
    given = {**jobs_of("deploy")["deploy"]["env"], **step.get("env", {})}
    return {
        name: re.sub(r"\$\{\{ vars\.(\w+) \}\}", lambda each: variables.get(each[1], ""), value)
        for name, value in given.items()
    }


def bash(script: str, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a script as GitHub runs a step."""
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script]
    path = {"PATH": f"{folder}:/usr/bin:/bin", **env}
    return subprocess.run(
        command, cwd=folder, env=path, capture_output=True, text=True, check=False
    )


def evaluated(expression: str, known: dict[str, str]) -> str:
    """Return the value of `${{ a && b || c }}`, with names, texts and `!=` between them."""

    def value(term: str) -> str:
        left, sign, right = term.partition(" != ")
        if sign:
            return "true" if value(left) != value(right) else ""
        return term.strip("'") if term.startswith("'") else known.get(term, "")

    for option in expression.strip("${} ").split(" || "):
        terms = [value(term) for term in option.split(" && ")]
        if all(terms):
            return terms[-1]
    return ""


def stand_in(folder: Path, name: str, script: str) -> None:
    """Put a command there that stands in for one that reaches a service."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_no_workflow_has_a_fault_that_others_could_use() -> None:
    command = [str(Path(sys.executable).with_name("zizmor")), "--offline", "--quiet"]
    ended = subprocess.run(
        [*command, "--config", ".github/zizmor.yml", str(FOLDER)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stdout


def test_the_stored_logits_are_compared_on_arm() -> None:
    (job,) = [each for each in jobs_of("test").values() if "arm" in str(each["runs-on"])]
    assert any("pytest tests/collector/sentiment" in each.get("run", "") for each in job["steps"])


@pytest.mark.parametrize(
    ("environment", "runner", "expected"),
    [
        ("prod", "", "ubuntu-latest"),
        ("prod", "inside", "inside"),
        # It runs what somebody pushed to a branch, and needs nothing in the network.
        ("preview", "inside", "ubuntu-latest"),
    ],
)
def test_a_deployment_runs_in_the_network_where_there_is_a_runner(
    environment: str, runner: str, expected: str
) -> None:
    known = {"inputs.environment": environment, "vars.DEPLOY_RUNNER": runner}
    assert evaluated(jobs_of("deploy")["deploy"]["runs-on"], known) == expected
    assert "`DEPLOY_RUNNER`" in (ROOT / "docs" / "azure.md").read_text()


def test_each_environment_comes_after_the_one_before_with_the_same_package(deliver) -> None:
    before = "package"
    for name in ENVIRONMENTS:
        job = deliver[name]
        assert set(job["needs"]) >= {"package", before}
        assert job["uses"] == "./.github/workflows/deploy.yml"
        assert job["with"] == {
            "environment": name,
            "digest": "${{ needs.package.outputs.digest }}",
            "ref": "${{ needs.package.outputs.ref }}",
        }
        assert f"needs.{before}.result == 'success'" in job["if"]
        before = name
    assert deliver["package"]["needs"] == "check"
    assert deliver["check"]["uses"] == "./.github/workflows/test.yml"


def test_each_secret_that_a_deployment_uses_is_handed_to_it(deliver) -> None:
    text = (FOLDER / "deploy.yml").read_text()
    used = set(re.findall(r"secrets\.(\w+)", text))
    # PyYAML reads the key `on` as a boolean.
    declared = yaml.safe_load(text)[True]["workflow_call"]["secrets"].keys()
    assert used == declared
    for name in ENVIRONMENTS:
        assert deliver[name]["secrets"] == {each: f"${{{{ secrets.{each} }}}}" for each in used}


def test_a_deployment_waits_for_the_approval_of_its_environment_and_builds_nothing(steps) -> None:
    job = jobs_of("deploy")["deploy"]
    assert job["environment"]["name"] == "${{ inputs.environment }}"
    for step in job["steps"]:
        assert not [each for each in BUILDING if each in step.get("run", "")], step
    deployed = steps["Deploy"]["run"]
    assert "azd deploy api" in deployed
    assert "--from-package" in deployed
    names = list(steps)
    order = ["Check the package", "Provision", "Upgrade the database", "Deploy", "Smoke test"]
    assert [name for name in names if name in order] == order


def writes(job: Job, permission: str) -> bool:
    return (job.get("permissions") or {}).get(permission) == "write"


def test_what_signs_builds_nothing_and_what_builds_cannot_sign(deliver) -> None:
    for jobs in (deliver, jobs_of("release")):
        signing = [n for n, j in jobs.items() if writes(j, "attestations")]
        assert signing == ["attest"]
        assert not [step for step in jobs["attest"]["steps"] if "run" in step]
    assert "id-token" not in deliver["package"].get("permissions", {})


def test_the_zip_that_is_kept_is_the_one_that_was_tested(deliver) -> None:
    for job in (deliver["package"], jobs_of("release")["release"]):
        tested = steps_of(job)["Test the package"]
        assert tested["env"] == {PACKAGE: ".release/undertone.zip"}
        assert "pytest tests/runtime" in tested["run"]
        runs = [step.get("run", "") for step in job["steps"]]
        built = next(n for n, run in enumerate(runs) if re.search(r"make .*\bpackage\b", run))
        assert built < runs.index(tested["run"])
        assert not [run for run in runs[built + 1 :] if re.search(r"\bpackage\b.*sbom", run)]


# Puts the package where GitHub would, and finds no signature if the file `unsigned` is there.
GH = """echo "$@" >> said
case "$1 $2" in
    "run download" | "release download") mkdir .release && cp package.zip .release/undertone.zip ;;
    *) [ ! -e unsigned ] ;;
esac"""
ON_MAIN = {"GITHUB_REPOSITORY": "o/r", "GITHUB_REF": "refs/heads/main", "GITHUB_OUTPUT": "output"}
SIGNED = (
    "attestation verify .release/undertone.zip --repo o/r --signer-workflow o/r/.github/workflows/"
)


def fetched(
    job: Job, folder: Path, build: str | None, **given: str
) -> subprocess.CompletedProcess[str]:
    app = folder / "app"
    app.mkdir()
    (app / ".funcignore").touch()
    build_package(app, folder / "package.zip", build=build)
    stand_in(folder, "gh", GH)
    return bash(steps_of(job)["Fetch"]["run"], folder, **ON_MAIN, **given)


def test_the_package_of_an_earlier_run_is_deployed_with_its_own_commit(deliver, tmp_path) -> None:
    ended = fetched(deliver["package"], tmp_path, "c0ffee", VERSION="", RUN="4711")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "said").read_text().splitlines() == [
        "run download 4711 --dir .release --name deployment",
        f"{SIGNED}deliver.yml --source-ref refs/heads/main --source-digest c0ffee",
    ]
    assert (tmp_path / "output").read_text() == "ref=c0ffee\n"


def test_the_package_of_a_release_is_deployed_with_its_tag(deliver, tmp_path) -> None:
    ended = fetched(deliver["package"], tmp_path, None, VERSION="1.2.3", RUN="")
    assert ended.returncode == 0, ended.stderr
    download, verify = (tmp_path / "said").read_text().splitlines()
    assert download.startswith("release download v1.2.3 --dir .release")
    assert verify == f"{SIGNED}release.yml"
    assert (tmp_path / "output").read_text() == "ref=refs/tags/v1.2.3\n"


@pytest.mark.parametrize(
    ("build", "given", "is_signed"),
    [
        ("c0ffee", {"VERSION": "", "RUN": "4711"}, False),
        ("c0ffee", {"VERSION": "1.2.3", "RUN": ""}, False),
        # Without its commit it isn't known which infra/ it needs.
        (None, {"VERSION": "", "RUN": "4711"}, True),
        ("c0ffee", {"VERSION": "1.2.3", "RUN": "4711"}, True),
    ],
    ids=["run, unsigned", "release, unsigned", "without a commit", "both"],
)
def test_a_package_of_unknown_origin_is_refused(deliver, tmp_path, build, given, is_signed) -> None:
    if not is_signed:
        (tmp_path / "unsigned").touch()
    assert fetched(deliver["package"], tmp_path, build, **given).returncode != 0
    assert not (tmp_path / "output").exists()


def test_what_an_earlier_run_built_is_neither_built_nor_signed_again(deliver) -> None:
    package = deliver["package"]
    assert package["env"]["FETCHED"] == "${{ inputs.version != '' || inputs.run != '' }}"
    assert writes(package, "attestations") is False
    for step in package["steps"]:
        if "make" in step.get("run", "") or "setup-" in step.get("uses", ""):
            assert step["if"] == "env.FETCHED == 'false'", step
    for name in ("check", "attest"):
        assert "inputs.version == '' && inputs.run == ''" in deliver[name]["if"]
    steps = jobs_of("deploy")["deploy"]["steps"]
    (own,) = (each for each in steps if each.get("with", {}).get("path") == "released")
    assert (own["if"], own["with"]["ref"]) == ("inputs.ref != ''", "${{ inputs.ref }}")


def test_a_pull_request_is_previewed_without_a_right_to_change(deliver) -> None:
    preview = deliver["preview"]
    assert preview["with"] == {"environment": "preview"}
    assert "secrets" not in preview
    assert "head.repo.full_name == github.repository" in preview["if"]
    comment = deliver["comment"]
    assert comment["permissions"] == {"pull-requests": "write"}
    # It may write, so it has nothing of the pull request but the text.
    assert "checkout" not in str(comment["steps"])
    job = jobs_of("deploy")["deploy"]
    provision = next(n for n, s in enumerate(job["steps"]) if s.get("name") == "Provision")
    for step in job["steps"][provision + 1 :]:
        assert "inputs.environment" in step["if"], step


def test_a_preview_becomes_a_comment_that_is_not_too_long(deliver, tmp_path) -> None:
    script = steps_of(deliver["comment"])["Comment"]["run"]
    (tmp_path / "preview").mkdir()
    (tmp_path / "preview/preview.txt").write_text("Modify: a site\n" + "x" * 90_000)
    stand_in(tmp_path, "gh", 'echo "$@" > said')
    ended = bash(script, tmp_path, NUMBER="7", GITHUB_REPOSITORY="o/r")
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "said").read_text().startswith("pr comment 7 --repo o/r --body-file")
    comment = (tmp_path / "comment.md").read_text()
    assert "Modify: a site" in comment
    assert comment.endswith("\n````\n")
    # https://docs.github.com/rest/issues/comments takes 65,536 characters.
    assert len(comment) < 65_536


@pytest.mark.parametrize("is_preview", [False, True])
def test_a_preview_changes_nothing_and_its_failure_is_one(steps, tmp_path, is_preview) -> None:
    stand_in(tmp_path, "azd", 'echo "$@" >> said; exit 3')
    name = "preview" if is_preview else "dev"
    ended = bash(steps["Provision"]["run"], tmp_path, ENVIRONMENT=name, FOLDER="released")
    assert ended.returncode == 3
    how = "--preview" if is_preview else "--cwd released"
    assert (tmp_path / "said").read_text() == f"provision {how} --no-prompt\n"


def test_another_package_than_the_tested_one_is_not_deployed(steps, tmp_path) -> None:
    script = steps["Check the package"]["run"]
    (tmp_path / ".release").mkdir()
    package = tmp_path / ".release/undertone.zip"
    package.write_bytes(b"a package")
    stand_in(tmp_path, "make", "echo made")
    digest = hashlib.sha256(b"a package").hexdigest()
    assert bash(script, tmp_path, DIGEST=digest).stdout.endswith("made\n")
    package.write_bytes(b"another one")
    for given in (digest, ""):
        ended = bash(script, tmp_path, DIGEST=given)
        assert ended.returncode != 0
        assert "made" not in ended.stdout


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"REDDIT_CLIENT_ID": "an-id", "REDDIT_USER_AGENT": "python:undertone:0.1.0 (by /u/a)"},
        {"ENTRA_CLIENT_ID": "00000000-1111-2222-3333-444444444444", "READ_ACCESS": "entra"},
        {"ALERTS_FROM": "a@example.org", "SMTP_HOST": "mail.example.org", "SMTP_USER": "a"},
        {"ASK_MODEL": "a-model", "ASK_RESOURCE_ID": "/subscriptions/a"},
    ],
    ids=lambda each: next(iter(each), "none"),
)
def test_the_upgrade_starts_with_what_only_provisioning_completes(steps, variables) -> None:
    # Each of these settings needs a secret of the vault, or a value that the template computes.
    environ = environ_of(steps["Upgrade the database"], variables)
    environ["COSMOS_ENDPOINT"] = "https://cosmos.test"
    settings = load_settings(read_local_settings(ROOT, environ))
    assert settings.cosmos_endpoint == "https://cosmos.test"


@pytest.mark.parametrize("build", ["a-commit", None])
def test_the_smoke_test_waits_for_the_package_that_was_deployed(steps, tmp_path, build) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / ".funcignore").touch()
    build_package(app, tmp_path / ".release/undertone.zip", build=build)
    (tmp_path / ".venv/bin").mkdir(parents=True)
    stand_in(tmp_path, "azd", "echo https://app.test")
    stand_in(tmp_path / ".venv/bin", "python", 'echo "$@" > said; exit 3')
    output = tmp_path / "output"
    ended = bash(steps["Smoke test"]["run"], tmp_path, FOLDER=".", GITHUB_OUTPUT=str(output))
    assert ended.returncode == 3
    # A package from before there were builds is still a way back.
    awaited = f" --build {build}" if build else ""
    said = (tmp_path / "said").read_text()
    assert said == f"-m local smoke https://app.test --wait 600{awaited}\n"
    assert output.read_text() == "url=https://app.test\n"


def test_the_database_gets_the_shape_that_the_package_reads(steps, tmp_path) -> None:
    script = steps["Upgrade the database"]["run"]
    app = tmp_path / "app"
    (app / "shared/store").mkdir(parents=True)
    (app / ".funcignore").touch()
    schema = (ROOT / "shared/store/schema.py").read_text()
    (app / "shared/store/schema.py").write_text(schema)
    build_package(app, tmp_path / ".release/undertone.zip")
    (tmp_path / ".venv/bin").mkdir(parents=True)
    # The database of the deployment, which a restore gives another name.
    stand_in(tmp_path, "azd", 'shift 2; echo "$1 of $3"')
    stand_in(tmp_path, "sleep", "true")
    command = tmp_path / ".venv/bin"
    stand_in(command, "python", 'echo "$COSMOS_ENDPOINT, $COSMOS_DATABASE: $@" >> said')
    assert bash(script, tmp_path, FOLDER=".").returncode == 0
    said = (tmp_path / "said").read_text()
    assert said == f"COSMOS_ENDPOINT of ., COSMOS_DATABASE of .: -m local upgrade --to {SCHEMA}\n"
    # Roles take some minutes; what goes on failing fails the deployment.
    stand_in(command, "python", "exit 1")
    assert bash(script, tmp_path, FOLDER=".").returncode == 1
