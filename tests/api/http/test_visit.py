"""Whose requests are limited: strangers' and keys', and not those of this machine."""

import azure.functions as func
import pytest

from api.http.visit import visit_of
from shared.settings import PEER_NAMED, load_settings

HERE, STRANGER = "127.0.0.1", "203.0.113.7"
CHANGES, READS = "api_mcp_changes", "api_mcp"


@pytest.mark.parametrize(
    ("function", "hops", "client", "is_anonymous"),
    [
        (READS, STRANGER, STRANGER, True),
        (READS, HERE, None, True),
        (CHANGES, STRANGER, "key ", False),
        (CHANGES, HERE, None, False),
        # Through a proxy.
        (CHANGES, f"{STRANGER}, {HERE}", "key ", False),
    ],
)
def test_this_machine_has_no_quota_with_a_key_or_without(
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    hops: str,
    client: str | None,
    is_anonymous: bool,
) -> None:
    monkeypatch.setenv(PEER_NAMED, "true")
    headers = {"x-forwarded-for": hops, "x-functions-key": "a-key-0123456789-0123456789"}
    request = func.HttpRequest("POST", "http://127.0.0.1:7071/mcp", headers=headers, body=b"")
    visit = visit_of(request, function, load_settings({}))
    assert (visit.client or "")[:4] == (client or "")[:4]
    assert (visit.client is None) is (client is None)
    assert visit.is_anonymous is is_anonymous
