"""Checkov's policies for Bicep; each exception in infra/ has its reason beside it."""

import json
import re
import subprocess
from typing import Any

import pytest

from tests.fixtures.host import ROOT

CHECKOV = ROOT / ".venv-checkov" / "bin" / "checkov"
INFRA = ROOT / "infra"


@pytest.fixture(scope="module")
def report() -> dict[str, Any]:
    if not CHECKOV.exists():
        pytest.skip("checkov is not installed: make .venv-checkov/.installed")
    # Checkov must not call its own services.
    options = ["--framework", "bicep", "--skip-download", "--output", "json"]
    done = subprocess.run(
        [CHECKOV, "--directory", INFRA, *options], capture_output=True, text=True, check=False
    )
    return dict(json.loads(done.stdout))


def test_every_policy_is_followed_or_has_a_reason_not_to_be(report) -> None:
    failed = [
        f"{each['check_id']} {each['resource']}: {each['check_name']}"
        for each in report["results"]["failed_checks"]
    ]
    assert failed == []
    assert report["summary"]["passed"] > 0


def test_checkov_could_read_every_file(report) -> None:
    assert report["summary"]["parsing_errors"] == 0
    resources = re.compile(r"^resource \w+ '[^']+' = ", re.MULTILINE)
    files = INFRA.rglob("*.bicep")
    assert report["summary"]["resource_count"] >= sum(
        len(resources.findall(file.read_text())) for file in files
    )


def test_no_reason_outlives_what_it_excuses(report) -> None:
    skipped = report["results"]["skipped_checks"]
    written = [
        (file.name, match[1])
        for file in INFRA.rglob("*.bicep")
        for match in re.finditer(r"checkov:skip=(\w+):", file.read_text())
    ]
    assert sorted((each["file_path"].rpartition("/")[2], each["check_id"]) for each in skipped) == (
        sorted(written)
    )
    for each in skipped:
        assert len(each["check_result"]["suppress_comment"]) > len("a reason, in words")
