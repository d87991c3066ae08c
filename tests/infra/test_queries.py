"""The queries use events and fields that the code logs, and Kusto can parse them."""

import json
import logging
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from collector.jobs import collect_on_timer
from shared.errors import ErrorKind
from shared.logs import event
from tests.collector.harness import settings_for, things
from tests.fixtures.host import ROOT
from tests.infra.conftest import allowed
from tests.infra.events import logged_events, logged_levels

KUSTO = ROOT / "tests" / "infra" / "kusto"
QUERIES = sorted((ROOT / "infra" / "queries").glob("*.kql"))
OF_ALERTS = {"completed-cycles", "failed-requests", "log-limit", "poisoned-messages"}
PARSED = re.compile(r"parse-kv fields as \((.*)\) with \((.*)\)")


@cache
def events() -> dict[str, set[str]]:
    return logged_events(ROOT)


@cache
def levels() -> dict[str, set[int]]:
    return logged_levels(ROOT)


def asked_events(query: str) -> set[str]:
    return set(re.findall(r'message startswith "([\w.]+) "', query))


def asked_fields(query: str) -> set[str]:
    return {name for keys, _ in PARSED.findall(query) for name in re.findall(r"(\w+)'?\]?: ", keys)}


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_queries_name_events_that_are_logged(file: Path) -> None:
    assert asked_events(file.read_text()) <= events().keys()


@pytest.mark.parametrize("level", allowed("logLevel"))
@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_a_deployed_log_level_lets_through_the_events_of_queries(file: Path, level: str) -> None:
    # An alert on a missing event would never end.
    lowest = {name: min(levels()[name]) for name in asked_events(file.read_text())}
    passed = logging.getLevelNamesMapping()[level]
    assert [name for name, logged in lowest.items() if logged < passed] == []


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_queries_ask_for_fields_that_those_events_have(file: Path) -> None:
    query = file.read_text()
    names = asked_events(query) or events().keys()
    assert asked_fields(query) <= {field for name in names for field in events()[name]}


@pytest.mark.parametrize("file", QUERIES, ids=lambda file: file.stem)
def test_a_query_that_reads_fields_finds_them_as_they_are_written(file: Path) -> None:
    # shared/logs.py: blanks between pairs, = inside one, JSON's quotes where a value has blanks.
    for _, form in PARSED.findall(file.read_text()):
        assert form == 'pair_delimiter=" ", kv_delimiter="=", quote=\'"\', escape="\\\\"'


def test_the_form_that_queries_read_is_the_one_that_is_logged(caplog) -> None:
    with caplog.at_level(logging.INFO):
        event(logging.getLogger("collector"), "cycle.started", cycle="cycle_1", reason='a "b"\\ c')
    assert caplog.messages == ['cycle.started cycle=cycle_1 reason="a \\"b\\"\\\\ c"']


def read_line(line: str) -> tuple[str, dict[str, str]]:
    """Read a line as the queries do: pairs with blanks between, values with blanks in quotes."""
    name, _, fields = line.partition(" ")
    pairs = re.findall(r'(\w+)=("(?:\\.|[^"\\])*"|\S*)', fields)
    return name, {key: json.loads(v) if v.startswith('"') else v for key, v in pairs}


def test_a_collection_logs_what_its_queries_ask_for(sqlite_settings, stand_in, caplog) -> None:
    reddit = stand_in(things(("aws",), 9, newest=datetime.now(UTC).timestamp()))
    caplog.set_level("INFO")
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws", "nowhere_at_all"])
    collect_on_timer(settings, past_due=True)
    lines = dict(read_line(line) for line in caplog.messages)
    queries = {file.stem: file.read_text() for file in QUERIES}
    # A run has a reason when it is skipped or fails.
    assert asked_fields(queries["cycles"]) - lines["collect.ended"].keys() == {"reason"}
    failed = lines["cycle.community_failed"]
    assert asked_fields(queries["failing-communities"]) == failed.keys()
    assert (failed["community"], failed["kind"]) == ("nowhere_at_all", "missing")
    assert "cycle.completed" in lines
    for name, fields in lines.items():
        assert fields.keys() <= events()[name] | {"past_due"}


def test_queries_are_kusto() -> None:
    node = shutil.which("node", path=f"{ROOT / '.venv/bin'}:{os.environ['PATH']}")
    if node is None or not (KUSTO / "node_modules" / ".installed").exists():
        pytest.skip("no Node, or Kusto's parser is not installed: make test does it")
    done = subprocess.run(
        [node, KUSTO / "check.cjs", *QUERIES], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []


def test_the_workbook_shows_every_query_but_those_of_alerts(deployed) -> None:
    workbook = deployed.one("Microsoft.Insights/workbooks").properties
    items = json.loads(workbook["serializedData"])["items"]
    shown = {item["content"]["query"] for item in items}
    assert shown == {file.read_text() for file in QUERIES if file.stem not in OF_ALERTS}
    insights = deployed.one("Microsoft.Insights/components")
    assert workbook["sourceId"] == f"/{insights.type}/{insights.name}"


def test_every_throttled_answer_is_found_by_its_words() -> None:
    query = (ROOT / "infra" / "queries" / "throttling.kql").read_text()
    (words,) = re.findall(r'message has "([^"]+)"', query)
    assert f'"{words}' in (ROOT / "shared" / "store" / "cosmos" / "errors.py").read_text()


def test_the_runbook_shows_every_query_and_only_events_that_are_logged() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    for file in QUERIES:
        assert f"../infra/queries/{file.name}" in runbook
    named = set(re.findall(r"`((?:\w+\.)(?:\w+))`", runbook))
    areas = {name.partition(".")[0] for name in events()} - {"request"}
    assert {name for name in named if name.partition(".")[0] in areas} <= events().keys()


def test_the_runbook_says_what_to_do_about_every_kind_of_error() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text()
    assert not [
        kind for kind in set(get_args(ErrorKind)) - {"waiting"} if f"`{kind}`" not in runbook
    ]
