"""docs/one_machine.md names files, commands and metrics that are there."""

import re

import typer
import yaml

from local.cli import app
from release.machine import names_of
from tests.fixtures.host import ROOT

PAGE = (ROOT / "docs" / "one_machine.md").read_text()
COMMANDS = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]


def test_the_files_that_it_copies_are_in_the_archive() -> None:
    named = set(re.findall(r"\bdeploy/[\w.-]+\w", PAGE))
    assert {"deploy/undertone.env", "deploy/undertone.sh", "deploy/compose.yaml"} <= named
    assert named <= set(names_of(ROOT))


def test_its_commands_are_commands() -> None:
    used = set(re.findall(r"(?:^|`)undertone ([a-z]+)", PAGE, re.MULTILINE))
    used |= set(re.findall(r"python -m local ([a-z]+)", PAGE))
    assert {"backup", "restore", "queues", "stats"} <= used
    assert used <= COMMANDS


def test_it_lists_every_metric_and_no_other() -> None:
    source = (ROOT / "api" / "export" / "metrics.py").read_text()
    made = set(re.findall(r'"((?:undertone|process)_\w+)"', source)) - {"undertone_info"}
    rows = re.findall(r"^\| (`(?:undertone|process)_.*?) \|", PAGE, re.MULTILINE)
    listed: set[str] = set()
    for row in rows:
        first, *more = re.findall(r"`([^`]+)`", row)
        listed.add(first)
        for name in more:
            listed.add(stem_of(first) + name.lstrip("…") if name.startswith("…") else name)
    assert listed == made


def stem_of(name: str) -> str:
    """Return what the short names of a row, such as …_errors, go on from."""
    return re.sub(r"_(age_seconds|items)$", "", name)


def test_its_rules_and_targets_are_yaml_of_metrics_that_are_there() -> None:
    blocks = [yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)]
    assert [next(iter(each)) for each in blocks] == ["scrape_configs", "scrape_configs", "groups"]
    source = (ROOT / "api" / "export" / "metrics.py").read_text()
    for rule in blocks[2]["groups"][0]["rules"]:
        for name in re.findall(r"undertone_\w+", rule["expr"]):
            assert f'"{name}"' in source
