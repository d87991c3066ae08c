"""The audit of npm's locks with the real npm, and a registry of the test."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner

from local.serving import Listening
from release.__main__ import cli
from release.npm_audit import npm_audit
from tests.fixtures.host import NOBODY, ROOT

PINNED = f"one==1.0 --hash=sha256:{'0' * 64}\n"
HOLE = {
    "id": 1,
    "url": "https://github.com/advisories/GHSA-xxxx-xxxx-xxxx",
    "title": "It lets anyone in",
    "severity": "high",
    "vulnerable_versions": "<9.0.0",
    "cwe": [],
    "cvss": {"score": 0, "vectorString": None},
}
Asked = dict[str, list[str]]
Answer = Callable[[Asked], Response]
Serve = Callable[[Answer], str]


def nothing(_: Asked) -> Response:
    return JSONResponse({})


def holes_of(*names: str) -> Answer:
    return lambda asked: JSONResponse({name: [HOLE] for name in names if name in asked})


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Serve]:
    """Serve npm's audit endpoint; npm uses it without a cache."""
    with ExitStack() as stack:

        def serve(answer: Answer) -> str:
            async def bulk(request: Request) -> Response:
                return answer(json.loads(gzip.decompress(await request.body())))

            async def package(request: Request) -> Response:
                name = request.path_params["name"]
                versions = {v: {"name": name, "version": v} for v in ("1.0.0", "9.0.0")}
                return JSONResponse({"name": name, "versions": versions, "dist-tags": {}})

            routes = [
                Route("/-/npm/v1/security/advisories/bulk", bulk, methods=["POST"]),
                Route("/{name:path}", package),
            ]
            address = stack.enter_context(Listening(Starlette(routes=routes))).base_url
            point_npm_at(monkeypatch, tmp_path, address)
            return address

        yield serve


def point_npm_at(monkeypatch: pytest.MonkeyPatch, folder: Path, address: str) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("npm_config_registry", address)
    monkeypatch.setenv("npm_config_cache", str(folder / "npm"))


@pytest.fixture
def lock(tmp_path: Path) -> Path:
    """Write a lock: `one` ships and needs `two`; `tool` only builds."""
    folder = tmp_path / "page"
    folder.mkdir()
    asked: dict[str, Any] = {"dependencies": {"one": "1.0.0"}, "devDependencies": {"tool": "1.0.0"}}
    (folder / "package.json").write_text(json.dumps({"name": "page", "version": "1.0.0", **asked}))
    packages = {
        "": {"name": "page", "version": "1.0.0", **asked},
        "node_modules/one": {"version": "1.0.0", "dependencies": {"two": "1.0.0"}},
        "node_modules/two": {"version": "1.0.0"},
        "node_modules/tool": {"version": "1.0.0", "dev": True},
    }
    file = folder / "package-lock.json"
    file.write_text(json.dumps({"name": "page", "lockfileVersion": 3, "packages": packages}))
    return file


@pytest.mark.parametrize("name", ["one", "two", "tool"])
def test_a_known_vulnerability_fails_and_names_package_and_lock(registry, lock, name: str) -> None:
    registry(holes_of(name))
    found = npm_audit(lock, "page/package-lock.json")
    assert found.status == 1
    (line,) = found.lines
    assert line.startswith(f"vulnerable: {name} <9.0.0: It lets anyone in (high, https://")
    assert line.endswith("in page/package-lock.json")


def test_nothing_known_is_well_and_says_how_much_was_looked_up(registry, lock) -> None:
    asked: Asked = {}

    def answer(packages: Asked) -> Response:
        asked.update(packages)
        return nothing(packages)

    registry(answer)
    found = npm_audit(lock, "page")
    assert (found.status, found.lines) == (0, ["page: 3 packages: nothing known"])
    assert asked == {"one": ["1.0.0"], "two": ["1.0.0"], "tool": ["1.0.0"]}


@pytest.mark.parametrize(
    "answer",
    [
        lambda _: Response(status_code=405),
        lambda _: Response(status_code=404),
        lambda _: Response(status_code=429),
        lambda _: Response(status_code=503),
        lambda _: Response("<p>Sign in</p>", media_type="text/html"),
    ],
    ids=["not-allowed", "not-there", "too-many", "down", "a-page"],
)
def test_a_service_that_does_not_answer_is_no_all_clear(registry, lock, answer: Answer) -> None:
    registry(answer)
    found = npm_audit(lock, "page")
    assert found.status == 3
    assert found.lines[0].startswith("NOT AUDITED, no all-clear: npm's audit service is out of")


def test_a_service_that_is_out_of_reach_is_no_all_clear(monkeypatch, tmp_path, lock) -> None:
    point_npm_at(monkeypatch, tmp_path, NOBODY)
    found = npm_audit(lock, "page")
    assert found.status == 3
    assert "no package of page was looked up" in found.lines[0]


def test_without_npm_nothing_is_audited_and_it_says_so(monkeypatch, tmp_path, lock) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    found = npm_audit(lock, "page")
    assert found.status == 3
    assert found.lines[0].endswith("npm isn't installed")


@pytest.mark.parametrize("text", [None, "{"])
def test_a_lock_that_cannot_be_read_is_an_error(registry, lock, text: str | None) -> None:
    registry(nothing)
    if text is None:
        lock.unlink()
    else:
        lock.write_text(text)
    found = npm_audit(lock, "page")
    assert found.status == 2
    assert found.lines[0].startswith("error: page ")


def audited(folder: Path, service: str, *more: str) -> tuple[int, str]:
    requirements = folder / "requirements.txt"
    requirements.write_text(PINNED)
    ended = CliRunner().invoke(cli, ["audit", str(requirements), "--service", service, *more])
    return ended.exit_code, ended.output


def test_one_audit_tells_of_both_languages(registry, lock, tmp_path) -> None:
    registry(holes_of("two"))
    status, said = audited(tmp_path, NOBODY, "--lock", str(lock), "--unreachable-ok")
    assert status == 1
    assert "NOT AUDITED, no all-clear: the vulnerability service" in said
    assert "vulnerable: two" in said


@pytest.mark.parametrize(("more", "status"), [((), 3), (("--unreachable-ok",), 0)])
def test_a_machine_without_the_service_may_go_on_and_is_told(
    monkeypatch, lock, tmp_path, more: tuple[str, ...], status: int
) -> None:
    point_npm_at(monkeypatch, tmp_path, NOBODY)
    code, said = audited(tmp_path, NOBODY, "--lock", str(lock), *more)
    assert code == status
    assert said.count("NOT AUDITED") == 2


def test_the_dashboards_packages_are_looked_up(registry) -> None:
    asked: Asked = {}

    def answer(packages: Asked) -> Response:
        asked.update(packages)
        return nothing(packages)

    registry(answer)
    assert npm_audit(ROOT / "dashboard" / "package-lock.json", "dashboard").status == 0
    assert {"preact", "uplot", "swagger-ui-dist", "vite"} <= asked.keys()
