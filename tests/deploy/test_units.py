"""The units of systemd: systemd itself reads them, and says how much they leave open."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from shared.settings import load_settings
from tests.fixtures.host import ROOT

DEPLOY = ROOT / "deploy"
UNITS = ("undertone.service", "undertone-backup.service", "undertone-backup.timer")
HOME = "/opt/undertone/current"
# Of 10: systemd calls 2.0 and less OK, and less than 1.0 safe. What is left open is the network.
MAX_EXPOSURE = {"undertone.service": 1.5, "undertone-backup.service": 1.0}
EXPOSURE = re.compile(r"Overall exposure level for (\S+): ([\d.]+)")


@pytest.fixture
def analyze(tmp_path: Path):
    """Run systemd-analyze on the units, with an interpreter where they look for one."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze isn't there")
    interpreter = tmp_path / "opt" / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text("#!/bin/sh\n")
    interpreter.chmod(0o755)
    for unit in UNITS:
        text = (DEPLOY / unit).read_text().replace(HOME, str(tmp_path / "opt"))
        (tmp_path / unit).write_text(text)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )

    return run


def test_systemd_reads_each_unit_without_a_word(analyze) -> None:
    read = analyze("verify", *(f"./{unit}" for unit in UNITS))
    assert (read.returncode, read.stdout, read.stderr) == (0, "", "")


def test_what_the_services_leave_open_is_little(analyze, tmp_path: Path) -> None:
    shown = analyze("security", "--offline=true", *(f"./{unit}" for unit in MAX_EXPOSURE))
    found = {unit: float(level) for unit, level in EXPOSURE.findall(shown.stdout)}
    if not found:
        pytest.skip(f"this systemd can't look at files: {shown.stderr}")
    for unit, level in MAX_EXPOSURE.items():
        assert found[unit] <= level
    # A service without these is far above.
    bare = (tmp_path / "undertone.service").read_text()
    kept = re.sub(r"(?m)^(Protect|Private|Restrict|Cap|System|NoNew)\w+=.*\n", "", bare)
    (tmp_path / "undertone.service").write_text(kept)
    open_one = analyze("security", "--offline=true", "./undertone.service").stdout
    assert float(EXPOSURE.findall(open_one)[0][1]) > 5


def test_what_the_page_adds_to_the_backup_opens_the_network_and_nothing_else(
    analyze, tmp_path: Path
) -> None:
    def left_open() -> set[str]:
        shown = analyze("security", "--offline=true", "--json=short", "./undertone-backup.service")
        if not shown.stdout:
            pytest.skip(f"this systemd can't look at files: {shown.stderr}")
        return {each["json_field"] for each in json.loads(shown.stdout) if not each["set"]}

    page = (ROOT / "docs" / "one_machine.md").read_text()
    (added,) = re.findall(r"`systemctl edit undertone-backup`.*?```ini\n(.*?)```", page, re.DOTALL)
    assert "ExecStartPost=" in added
    before = left_open()
    folder = tmp_path / "undertone-backup.service.d"
    folder.mkdir()
    (folder / "override.conf").write_text(added)
    opened = {"PrivateNetwork", "RestrictAddressFamilies_AF_INET_INET6"}
    assert left_open() - before == opened


def fields_of(unit: str) -> list[tuple[str, str]]:
    lines = (DEPLOY / unit).read_text().splitlines()
    return [(name, value) for name, _, value in (line.partition("=") for line in lines) if value]


def test_both_services_have_the_same_user_folders_and_settings() -> None:
    shared = {
        "User", "Group", "WorkingDirectory", "StateDirectory", "StateDirectoryMode", "UMask",
        "EnvironmentFile", "ProtectSystem", "ProtectHome", "NoNewPrivileges",
    }  # fmt: skip
    app, backup = (
        {name: value for name, value in fields_of(unit) if name in shared}
        for unit in ("undertone.service", "undertone-backup.service")
    )
    assert app == backup
    assert set(app) == shared
    assert app["ProtectSystem"] == "strict"
    database = ("Environment", "SQLITE_PATH=/var/lib/undertone/undertone.db")
    for unit in ("undertone.service", "undertone-backup.service"):
        assert database in fields_of(unit)
        (start,) = (value for name, value in fields_of(unit) if name == "ExecStart")
        assert start.startswith(f"{HOME}/.venv/bin/python -m local ")


def test_the_settings_that_are_offered_are_settings() -> None:
    lines = (DEPLOY / "undertone.env").read_text().splitlines()
    given = [line.lstrip("#") for line in lines if re.match(r"#?[A-Z_]+=", line)]
    settings = dict(line.split("=", 1) for line in given)
    assert settings.pop("UNDERTONE_OPTIONS").startswith("--allow-host ")
    secrets = {name: "x" for name, value in settings.items() if not value}
    read = load_settings({**settings, **secrets})
    assert {name.lower() for name in settings} <= set(type(read).model_fields)
    assert read.trusted_proxies == 1
