"""Everything installed to build, test and deploy is pinned, and Dependabot checks it."""

import json
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from tests.fixtures.host import ROOT

ECOSYSTEMS = {
    "pip": re.compile(r"(^|/)requirements[^/]*\.in$"),
    "npm": re.compile(r"(^|/)package-lock\.json$"),
    "docker-compose": re.compile(r"(^|/)compose\.ya?ml$"),
    "docker": re.compile(r"(^|/)Dockerfile$"),
}
LEFT_OUT = {"node_modules", ".deployed", ".release", ".git"}
# Environments: .venv and others of that beginning.
ENVIRONMENT = ".venv"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
# PyTorch's builds with and without CUDA have different hashes, and either does.
WITHOUT_HASHES = {"bench/encoder/requirements.txt"}
# Also for make within make, as in CI: without the lines about the folder that it enters.
DRY_RUN = ("make", "--dry-run", "--no-print-directory", "--assume-old=.venv/.installed")
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def manifests(folder: Path = ROOT) -> list[str]:
    found: list[str] = []
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            left_out = entry.name in LEFT_OUT or entry.name.startswith(ENVIRONMENT)
            found += [] if left_out else manifests(entry)
        else:
            found.append(entry.relative_to(ROOT).as_posix())
    return found


@pytest.mark.parametrize("ecosystem", ECOSYSTEMS)
def test_dependabot_looks_into_every_folder_with_a_manifest(ecosystem: str) -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    (update,) = (each for each in updates if each["package-ecosystem"] == ecosystem)
    looked_into = set(update.get("directories") or [update["directory"]])
    there = {
        "/" + name.rpartition("/")[0] for name in manifests() if ECOSYSTEMS[ecosystem].search(name)
    }
    assert looked_into == there


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_every_action_is_pinned_by_commit_and_says_its_version(workflow: Path) -> None:
    used = re.findall(r"uses: (.+)", workflow.read_text())
    assert used
    # A workflow of this repository has the version of the same commit.
    used = [each for each in used if not each.startswith("./.github/workflows/")]
    assert [each for each in used if not PINNED.fullmatch(each)] == []


def test_one_action_is_of_one_version_everywhere() -> None:
    used = {each for file in WORKFLOWS for each in re.findall(r"uses: (.+)", file.read_text())}
    assert len({each.partition("@")[0] for each in used}) == len(used)


def test_the_parts_of_an_action_are_of_one_commit() -> None:
    commits: dict[str, set[str]] = defaultdict(set)
    for file in WORKFLOWS:
        for owner, name, commit in re.findall(
            r"uses: ([\w-]+)/([\w.-]+)[\w./-]*@(\w+)", file.read_text()
        ):
            commits[f"{owner}/{name}"].add(commit)
    assert {name: found for name, found in commits.items() if len(found) > 1} == {}


def test_dependabot_renews_the_parts_of_an_action_together() -> None:
    updates = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text())["updates"]
    (actions,) = (each for each in updates if each["package-ecosystem"] == "github-actions")
    assert actions["groups"] == {"actions": {"patterns": ["*"]}}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda file: file.stem)
def test_a_workflow_asks_for_no_more_than_reading_except_in_a_job_that_says_why(
    workflow: Path,
) -> None:
    read = yaml.safe_load(workflow.read_text())
    assert set(read["permissions"].values()) == {"read"}
    for job in read["jobs"].values():
        assert "uses" in job or "timeout-minutes" in job


def test_a_workflow_puts_no_input_into_a_shell() -> None:
    for file in WORKFLOWS:
        for job in yaml.safe_load(file.read_text())["jobs"].values():
            for step in job.get("steps", ()):
                assert not re.search(r"\$\{\{\s*(inputs|github\.event)", step.get("run", "")), file


def test_a_release_calls_what_anyone_can_call_and_pushes_last() -> None:
    release = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())
    steps = [step["run"] for step in release["jobs"]["release"]["steps"] if "run" in step]
    assert release["jobs"]["release"]["needs"] == "check"
    verbs = [verb for run in steps for verb in re.findall(r"make ([\w ]+)", run)]
    assert " ".join(verbs).split() == [
        "audit", "docs", "lint", "package", "sbom", "client",
    ]  # fmt: skip
    assert "release cut" in steps[1]
    assert [("push" in run, "gh release" in run) for run in steps[-2:]] == [
        (True, False), (False, True),
    ]  # fmt: skip
    assert not any("push" in run for run in steps[:-2])


def test_only_a_job_that_builds_nothing_may_publish_the_client() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "release.yml").read_text())["jobs"]
    trusted = {name for name, job in jobs.items() if "id-token" in job.get("permissions", {})}
    # They sign what another job built.
    assert trusted == {"attest", "publish-client"}
    assert not [step for name in trusted for step in jobs[name]["steps"] if "run" in step]
    publish = jobs["publish-client"]
    assert publish["needs"] == "release"
    assert publish["permissions"] == {"id-token": "write"}
    assert publish["environment"]["name"] == "pypi"
    download, upload = publish["steps"]
    assert download["uses"].startswith("actions/download-artifact@")
    assert upload["uses"].startswith("pypa/gh-action-pypi-publish@")
    # Without a password it signs in with the job's token.
    assert set(upload) == {"uses"}
    (handed,) = [
        step["with"]
        for step in jobs["release"]["steps"]
        if step.get("uses", "").startswith("actions/upload-artifact@")
        and step["with"]["name"] == "client"
    ]
    assert (handed["name"], handed["path"]) == (download["with"]["name"], ".release/client/")
    assert "secrets." not in str(jobs)


def test_every_image_has_a_tag_and_none_that_moves_between_versions() -> None:
    compose = (ROOT / "compose.yaml").read_text()
    images = re.findall(r"(?:image: |FROM )(\S+)", compose)
    assert len(images) == 4
    for image in images:
        name, _, tag = image.rpartition(":")
        assert name, image
        assert re.search(r"\d", tag), f"{image} moves from version to version"
    docs = (ROOT / "docs" / "local.md").read_text()
    assert all(f"`{image}`" in docs for image in images)


def test_compose_runs_the_azurite_of_the_tests() -> None:
    needs = json.loads((ROOT / "tests" / "azurite" / "package.json").read_text())["dependencies"]
    assert f"azurite:{needs['azurite']}\n" in (ROOT / "compose.yaml").read_text()


def test_make_installs_nothing_without_a_hash_but_what_trains_the_encoder() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = re.findall(r"pip install .*", makefile)
    assert len(installs) >= 3
    assert [each for each in installs if not re.search(r" -r (\S+\.txt|\$<)$", each)] == []
    named = {name for each in installs for name in re.findall(r" -r (\S+\.txt)$", each)}
    without = {name for name in named if "--hash=" not in (ROOT / name).read_text()}
    assert without == WITHOUT_HASHES
    locks = [*ROOT.glob("requirements*.txt"), *ROOT.glob("*/requirements*.txt")]
    for lock in [*locks, *ROOT.glob("tests/*/requirements*.txt")]:
        pins = re.findall(r"^[\w.-]+==.*(?:\n .*)*", lock.read_text(), re.MULTILINE)
        assert pins, lock
        assert [pin for pin in pins if "--hash=sha256:" not in pin] == []


def test_what_is_deployed_brings_no_instrumentation_of_frameworks_that_are_not_here() -> None:
    needs = re.findall(r"^[a-z][\w-]+", (ROOT / "requirements.in").read_text(), re.MULTILINE)
    assert "azure-monitor-opentelemetry-exporter" in needs
    assert "azure-monitor-opentelemetry" not in needs


def test_make_audit_looks_into_every_lock_of_npm() -> None:
    made = subprocess.run(
        [*DRY_RUN, "audit", "AUDIT=--unreachable-ok"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    looked_into = set(re.findall(r"--lock (\S+)", made))
    assert looked_into == {name for name in manifests() if ECOSYSTEMS["npm"].search(name)}
    assert made.rstrip().endswith("--unreachable-ok")


def test_make_lock_writes_every_lock() -> None:
    made = subprocess.run(
        [*DRY_RUN, "lock"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    written = set(re.findall(r"-o (\S+)", made))
    assert written == {
        name.removesuffix(".in") + ".txt" for name in manifests() if ECOSYSTEMS["pip"].search(name)
    }


def test_the_hooks_of_commits_call_what_is_locked_and_pin_nothing_again() -> None:
    repos = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    assert [repo["repo"] for repo in repos] == ["local"]
    commands = {Path(hook["entry"].split()[0]) for hook in repos[0]["hooks"]}
    assert {command.parent for command in commands} == {Path(".venv/bin")}
    assert [command for command in commands if not (ROOT / command).exists()] == []


def test_the_editors_tasks_are_the_verbs_of_make() -> None:
    makefile = (ROOT / "Makefile").read_text()
    verbs = re.findall(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)[0].split()
    assert f"# The verbs: {', '.join(verbs)}.\n" in makefile
    tasks = json.loads((ROOT / ".vscode" / "tasks.json").read_text())["tasks"]
    assert {task["label"] for task in tasks} == set(verbs)
    for task in tasks:
        assert (task["command"], task["args"][0]) == ("make", task["label"])
