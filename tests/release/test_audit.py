"""The audit with the real pip-audit, and an OSV service of the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from local.serving import Listening
from release.__main__ import cli
from release.audit import read_report
from tests.fixtures.host import NOBODY, ROOT

PINNED = f"""\
one==1.0 --hash=sha256:{"0" * 64}
two==2.0 ; python_version < "3.13" --hash=sha256:{"1" * 64}
two==2.5 ; python_version >= "3.13" --hash=sha256:{"2" * 64}
"""
HOLE = {
    "id": "PYSEC-2026-1",
    "summary": "It lets anyone in.",
    "details": "It lets anyone in.",
    "affected": [
        {
            "package": {"name": "one", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.1"}]}],
            "versions": ["1.0"],
        }
    ],
}
Answer = Callable[[str], Response]


def holes_of_one(name: str) -> Response:
    return JSONResponse({"vulns": [HOLE]} if name == "one" else {})


@pytest.fixture
def osv() -> Iterator[Callable[[Answer], str]]:
    with ExitStack() as stack:

        def serve(answer: Answer) -> str:
            async def query(request: Request) -> Response:
                return answer((await request.json())["package"]["name"])

            app = Starlette(routes=[Route("/v1/query", query, methods=["POST"])])
            return stack.enter_context(Listening(app)).base_url + "/v1/query"

        yield serve


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    file = tmp_path / "requirements.txt"
    file.write_text(PINNED)
    return file


def audited(requirements: Path, service: str, *more: str) -> tuple[int, str]:
    ended = CliRunner().invoke(cli, ["audit", str(requirements), "--service", service, *more])
    return ended.exit_code, ended.output


def test_a_known_vulnerability_fails_and_says_where_it_is_mended(osv, requirements) -> None:
    status, said = audited(requirements, osv(holes_of_one))
    assert status == 1
    assert "vulnerable: one 1.0: PYSEC-2026-1, mended in 1.1" in said


def test_nothing_known_is_well_and_says_how_much_was_looked_up(osv, requirements) -> None:
    status, said = audited(requirements, osv(lambda _: JSONResponse({})))
    assert (status, said.strip()) == (0, "2 of 2 packages: nothing known")


def test_every_deployed_package_is_looked_up(osv) -> None:
    asked: set[str] = set()

    def answer(name: str) -> Response:
        asked.add(name)
        return JSONResponse({})

    status, _ = audited(ROOT / "requirements.txt", osv(answer))
    assert status == 0
    # Packages that only Windows or PyPy installs are looked up there.
    assert {"aiohttp", "azure-cosmos", "azure-functions", "cryptography", "praw"} <= asked
    assert len(asked) > 30


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_service_that_fails_is_no_all_clear(osv, requirements, status) -> None:
    code, said = audited(requirements, osv(lambda _: Response(status_code=status)))
    assert code == 3
    assert said.startswith("NOT AUDITED, no all-clear: the vulnerability service is out of reach")


def test_a_service_that_is_out_of_reach_is_no_all_clear(requirements) -> None:
    code, said = audited(requirements, NOBODY)
    assert code == 3
    assert "no package was looked up" in said


def test_a_package_that_is_skipped_is_no_all_clear() -> None:
    packages = [{"name": "one", "version": "1.0", "vulns": []}]
    skipped = {"name": "two", "skip_reason": "two is not there"}
    found = read_report({"dependencies": [*packages, skipped]})
    assert found.status == 3
    assert found.lines[0] == "warning: two is not there"
    assert found.lines[1] == "NOT AUDITED, no all-clear: 1; 1 of 2 packages: nothing known"


def test_a_machine_without_the_service_may_go_on_and_is_told(requirements) -> None:
    code, said = audited(requirements, NOBODY, "--unreachable-ok")
    assert code == 0
    assert said.startswith("NOT AUDITED")


def test_a_vulnerability_fails_there_too(osv, requirements) -> None:
    code, _ = audited(requirements, osv(holes_of_one), "--unreachable-ok")
    assert code == 1


def test_requirements_that_are_not_locked_are_an_error(osv, tmp_path: Path) -> None:
    file = tmp_path / "loose.txt"
    file.write_text("one>=1\n")
    code, said = audited(file, osv(holes_of_one))
    assert code == 2
    assert said.startswith("error: loose.txt can't be audited")
