"""Looks up known vulnerabilities of the pinned packages, with pip-audit.

It asks OSV instead of PyPI. Behind a mirror PyPI's feed answers 404 for every package, which
pip-audit skips, so that nothing is looked up and all seems well. A package that wasn't looked up is
never an all-clear here. It has a status of its own, which `--unreachable-ok` accepts.
"""

import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Limits of one connection and of the whole audit, so that a silent service never holds up a build.
TIMEOUT_SECONDS = 10
LONGEST_SECONDS = 120
NOTHING_KNOWN, VULNERABLE, NOT_UNDERSTOOD, NOT_AUDITED = range(4)
# Parts of the errors of pip-audit or its HTTP client when the service is the reason.
OUT_OF_REACH = ("ConnectionError", "ServiceError", "Timeout", "Could not connect", "HTTPError")


@dataclass(frozen=True)
class Audit:
    """The result of an audit: an exit status, and lines that explain it.

    The status is NOTHING_KNOWN (0) only if every package was looked up. VULNERABLE is 1,
    NOT_UNDERSTOOD 2 (the requirements or the report), and NOT_AUDITED 3: the service gave no
    answer for some or all packages.
    """

    status: int
    lines: list[str]


def audit(requirements: Path, service: str | None = None) -> Audit:
    """Audit a file of pinned and hashed requirements; `service` is the address of another OSV."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        try:
            ended = subprocess.run(  # noqa: S603 - our own arguments
                _command(requirements, report, service),
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST_SECONDS,
            )
        except subprocess.TimeoutExpired:
            return _unknown(f"no answer within {LONGEST_SECONDS} seconds")
        if report.is_file():
            return read_report(json.loads(report.read_text()))
    last = (ended.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    if any(sign in ended.stderr for sign in OUT_OF_REACH):
        return _unknown(last)
    return Audit(NOT_UNDERSTOOD, [f"error: {requirements.name} can't be audited: {last}"])


def read_report(report: dict[str, Any]) -> Audit:
    """Return the result of pip-audit's JSON report."""
    packages = report["dependencies"]
    found = [
        f"vulnerable: {each['name']} {each['version']}: {hole['id']}{_mended(hole)}"
        for each in packages
        for hole in each.get("vulns", [])
    ]
    skipped = [f"warning: {each['skip_reason']}" for each in packages if "skip_reason" in each]
    if found:
        return Audit(VULNERABLE, [*found, *skipped])
    looked_up = len(packages) - len(skipped)
    known = f"{looked_up} of {len(packages)} packages: nothing known"
    if skipped:
        return Audit(NOT_AUDITED, [*skipped, f"NOT AUDITED, no all-clear: {len(skipped)}; {known}"])
    return Audit(NOTHING_KNOWN, [known])


def _command(requirements: Path, report: Path, service: str | None) -> list[str]:
    command = [sys.executable, "-m", "pip_audit", "--requirement", str(requirements)]
    # Pinned and hashed requirements need no resolving, so no environment is made.
    command += ["--require-hashes", "--disable-pip", "--progress-spinner", "off"]
    command += ["--format", "json", "--output", str(report), "--timeout", str(TIMEOUT_SECONDS)]
    command += ["--vulnerability-service", "osv"]
    return command if service is None else [*command, "--osv-url", service]


def _mended(hole: dict[str, Any]) -> str:
    versions = ", ".join(hole["fix_versions"])
    return f", mended in {versions}" if versions else ""


def _unknown(reason: str) -> Audit:
    line = (
        "NOT AUDITED, no all-clear: the vulnerability service is out of reach, no package was"
        f" looked up: {reason}"
    )
    return Audit(NOT_AUDITED, [line])
