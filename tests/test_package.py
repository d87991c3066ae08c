"""What a deployment takes along: everything but what .funcignore names."""

import pathspec
import pytest

from tests.host_fixtures import ROOT


@pytest.fixture(scope="module")
def left_out() -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines((ROOT / ".funcignore").read_text().splitlines())


def test_the_pages_are_part_of_the_deployed_package(left_out) -> None:
    pages = [
        str(file.relative_to(ROOT))
        for folder in ("page", "swagger")
        for file in (ROOT / "api" / "static" / folder).rglob("*")
        if file.is_file()
    ]
    assert "api/static/page/index.html" in pages
    assert "api/static/swagger/swagger-ui-bundle.js" in pages
    assert not [page for page in pages if left_out.match_file(page)]


@pytest.mark.parametrize(
    "path",
    [
        "tests/conftest.py", "docs/api.md", "bench/dashboard.py", "local/up.py", "README.md",
        "dashboard/src/app.tsx", "dashboard/node_modules/preact/package.json", "Makefile",
        "local.settings.json", ".venv/bin/python", ".data/undertone.db", ".pictures/x.png",
        "requirements-dev.txt", ".ci/run",
    ],
)  # fmt: skip
def test_what_only_developers_need_stays_behind(left_out, path: str) -> None:
    assert left_out.match_file(path)


@pytest.mark.parametrize(
    "path", ["function_app.py", "host.json", "requirements.txt", "api/pages.py", "shared/costs.py"]
)
def test_what_runs_is_taken_along(left_out, path: str) -> None:
    assert (ROOT / path).is_file()
    assert not left_out.match_file(path)
