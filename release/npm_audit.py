"""Looks up known vulnerabilities of the packages of a package-lock.json, with npm's own audit.

npm asks the registry that it installs from (`npm_config_registry`). As in the audit of Python's
packages, a package that wasn't looked up is never an all-clear.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Literal, NotRequired, TypedDict, cast

from release.audit import (
    LONGEST_SECONDS,
    NOT_AUDITED,
    NOT_UNDERSTOOD,
    NOTHING_KNOWN,
    TIMEOUT_SECONDS,
    VULNERABLE,
    Audit,
)

OPTIONS = ("audit", "--json", "--package-lock-only", "--include=dev", "--audit-level=none")
WAITING = ("--fetch-retries=0", f"--fetch-timeout={TIMEOUT_SECONDS * 1000}")
# npm's codes for faults of the lock itself. Faults of the service have other codes, or none.
FAULTS_OF_LOCK = frozenset({"ENOLOCK", "EAUDITNOPJSON", "EAUDITNOLOCK", "EJSONPARSE", "EUSAGE"})


class Hole(TypedDict):
    """An advisory, as npm's report quotes it."""

    name: str
    title: str
    url: str
    severity: str
    range: str


class Package(TypedDict):
    """A vulnerable package: by itself, or by a dependency, whose name is then in `via`."""

    name: str
    via: list[Hole | str]
    fixAvailable: bool | dict[str, object]


class Report(TypedDict):
    """The fields of `npm audit --json` that are read here.

    An error has another shape. https://docs.npmjs.com/cli/commands/npm-audit
    """

    auditReportVersion: NotRequired[Literal[2]]
    vulnerabilities: NotRequired[dict[str, Package]]
    metadata: NotRequired[dict[str, dict[str, int]]]
    message: NotRequired[str]
    error: NotRequired[dict[str, str]]


def npm_audit(lock: Path, name: str) -> Audit:
    """Audit a package-lock.json; lines of the result name it by the given name."""
    if not lock.is_file():
        return Audit(NOT_UNDERSTOOD, [f"error: {name} isn't there"])
    # If pip installed Node, npm is beside Python.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    npm = shutil.which("npm", path=path)
    if npm is None:
        return _unknown(name, "npm isn't installed")
    try:
        ended = subprocess.run(  # noqa: S603 - our own arguments
            [npm, *OPTIONS, *WAITING],
            cwd=lock.parent,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        return _unknown(name, f"no answer within {LONGEST_SECONDS} seconds")
    try:
        report = json.loads(ended.stdout)
    except ValueError:
        last = (ended.stderr.strip().splitlines() or ["npm said nothing"])[-1]
        return _unknown(name, last)
    return read_npm_report(cast("Report", report), name)


def read_npm_report(report: Report, name: str) -> Audit:
    """Return the result of npm's JSON report."""
    if "vulnerabilities" not in report or "metadata" not in report:
        error = report.get("error", {})
        reason = report.get("message") or error.get("summary") or "npm gave no reason"
        if error.get("code") in FAULTS_OF_LOCK:
            return Audit(NOT_UNDERSTOOD, [f"error: {name} can't be audited: {reason}"])
        return _unknown(name, reason)
    packages = report["vulnerabilities"].values()
    found = [
        f"vulnerable: {hole['name']} {hole['range']}: {hole['title']} ({hole['severity']},"
        f" {hole['url']}){_mended(package)}, in {name}"
        for package in packages
        for hole in package["via"]
        if not isinstance(hole, str)
    ]
    if found:
        return Audit(VULNERABLE, found)
    looked_up = report["metadata"]["dependencies"]["total"]
    return Audit(NOTHING_KNOWN, [f"{name}: {looked_up} packages: nothing known"])


def worst(audits: list[Audit]) -> int:
    """Return the worst status: a vulnerability comes first, then an audit without an all-clear."""
    statuses = {each.status for each in audits}
    order = (VULNERABLE, NOT_UNDERSTOOD, NOT_AUDITED)
    return next((status for status in order if status in statuses), NOTHING_KNOWN)


def _mended(package: Package) -> str:
    return ", an update mends it" if package["fixAvailable"] else ""


def _unknown(name: str, reason: str) -> Audit:
    line = (
        f"NOT AUDITED, no all-clear: npm's audit service is out of reach, no package of {name} was"
        f" looked up: {reason}"
    )
    return Audit(NOT_AUDITED, [line])
