"""Reports are JSON or Markdown: by `format`, or by Accept."""

import json
from typing import Any

import pytest

from tests.api.world import get

# The address of a report, the beginning of its Markdown, and a field of its JSON.
REPORTS = {
    "/api/v1/digest": ("# Digest: ", ("period", "week")),
    "/api/v1/explain": ("# All talk: what changed and why", ("name", "All talk")),
}


@pytest.mark.usefixtures("process")
@pytest.mark.parametrize("address", REPORTS)
@pytest.mark.parametrize(
    ("given", "accept", "kind"),
    [
        ({}, "", "application/json"),
        ({}, "text/markdown", "text/markdown"),
        ({}, "text/html, */*", "application/json"),
        ({"format": "markdown"}, "application/json", "text/markdown"),
        ({"format": "json"}, "text/markdown", "application/json"),
    ],
)
async def test_the_format_is_asked_for(given: Any, accept: str, kind: str, address: str) -> None:
    answer = await get(address, {"accept": accept}, **given)
    assert (answer.status_code, answer.mimetype) == (200, kind)
    body = answer.get_body().decode()
    beginning, (name, value) = REPORTS[address]
    if kind == "text/markdown":
        assert body.startswith(beginning)
    else:
        assert json.loads(body)[name] == value
    known = await get(address, {"accept": accept, "if-none-match": answer.headers["ETag"]}, **given)
    assert known.status_code == 304
