"""The official inspector and conformance suite over HTTP, at the local host."""

from pathlib import Path

import pytest

from api.mcp.prompts import PROMPTS
from api.mcp.registry import TOOLS
from tests.api.mcp.client import BEFORE, MODERN, REVISIONS
from tests.fixtures.mcp import INAPPLICABLE, failed_checks, inspect


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_inspector_lists_everything_and_finds_no_fault_in_schemas(
    address: str, revision: str, tmp_path: Path
) -> None:
    listed = inspect(address, revision, "tools/list", home=tmp_path)
    assert {each["name"] for each in listed["tools"]} == TOOLS.keys()
    resources = inspect(address, revision, "resources/list", home=tmp_path)["resources"]
    assert "undertone://digests/week" in {each["uri"] for each in resources}
    templates = inspect(address, revision, "resources/templates/list", home=tmp_path)
    assert len(templates["resourceTemplates"]) == 3
    prompts = inspect(address, revision, "prompts/list", home=tmp_path)["prompts"]
    assert {each["name"] for each in prompts} == PROMPTS.keys()


@pytest.mark.parametrize("revision", REVISIONS)
def test_the_inspector_calls_and_reads(address: str, revision: str, tmp_path: Path) -> None:
    given = ["--tool-name", "sentiment", "--tool-args-json", '{"hours": 24}']
    called = inspect(address, revision, "tools/call", *given, home=tmp_path)
    assert called["structuredContent"]["origin"] == "sample"
    week = ["--uri", "undertone://digests/week"]
    (read,) = inspect(address, revision, "resources/read", *week, home=tmp_path)["contents"]
    assert read["mimeType"] == "text/markdown"
    given = ["--prompt-name", "weekly_report", "--prompt-args", "subject=cursor"]
    prompt = inspect(address, revision, "prompts/get", *given, home=tmp_path)
    assert "subject:cursor" in prompt["messages"][0]["content"]["text"]


def test_the_server_conforms_to_both_revisions(address: str, tmp_path: Path) -> None:
    ran: set[str] = set()
    for revision in (BEFORE, MODERN):
        scenarios, wrong = failed_checks(address, revision, tmp_path)
        assert wrong == set()
        ran |= scenarios
    passed = {"server-initialize", "server-stateless", "http-header-validation", "caching", "ping"}
    assert ran >= passed | INAPPLICABLE.keys()
    assert {"dns-rebinding-protection", "tools-list", "resources-list", "prompts-list"} <= ran
