"""Sign-in with Entra ID: what agents are answered where the deployment asks for it."""

import json

import pytest

from shared.settings import settings
from tests.api.mcp.client import BEFORE, REVISIONS, send
from tests.api.world import BASE, ask, get

pytestmark = pytest.mark.usefixtures("process")

CLIENT = "11111111-2222-3333-4444-555555555555"
ISSUER = "https://login.microsoftonline.com/TENANT/v2.0"
SCOPE = f"api://{CLIENT}/user_impersonation"
METADATA = "/.well-known/oauth-protected-resource"
CALLER = {"x-ms-client-principal-id": "someone"}
HOST = "undertone.azurewebsites.net"


@pytest.fixture
def guarded(monkeypatch) -> None:
    """Ask for a sign-in, as a deployment on Azure does."""
    monkeypatch.setenv("ENTRA_CLIENT_ID", CLIENT)
    monkeypatch.setenv("ENTRA_ISSUER", ISSUER)
    monkeypatch.setenv("WEBSITE_SITE_NAME", "undertone")
    monkeypatch.setenv("WEBSITE_HOSTNAME", HOST)
    monkeypatch.setenv("COSMOS_ENDPOINT", "https://some.documents.azure.com:443/")
    settings.cache_clear()


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("path", ["", "/mcp"])
async def test_the_metadata_says_who_issues_tokens(path: str) -> None:
    answer = await get(METADATA + path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    found = json.loads(answer.get_body())
    assert found["resource"] == f"https://{HOST}{path}"
    assert found["authorization_servers"] == [ISSUER]
    assert found["scopes_supported"] == [SCOPE]


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("path", ["/mcp", "/mcp/changes"])
async def test_a_caller_who_is_not_signed_in_learns_where(revision: str, path: str) -> None:
    answer = await send(revision, "tools/list", path=path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer resource_metadata="https://{HOST}{METADATA}/mcp", scope="{SCOPE}"'
    )
    assert b"inputSchema" not in answer.get_body()


@pytest.mark.usefixtures("guarded")
async def test_who_is_signed_in_is_answered() -> None:
    answer = await send(BEFORE, "tools/list", CALLER)
    assert json.loads(answer.get_body())["result"]["tools"]


@pytest.mark.usefixtures("guarded")
@pytest.mark.parametrize(
    ("name", "value"), [("WEBSITE_AUTH_ENABLED", "False"), ("WEBSITE_SITE_NAME", "")]
)
async def test_where_no_platform_checks_a_header_names_nobody(
    monkeypatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert (await send(BEFORE, "tools/list", CALLER)).status_code == 401


@pytest.mark.parametrize("path", ["", "/mcp"])
async def test_where_nobody_signs_in_there_is_no_metadata(path: str) -> None:
    answer = await get(METADATA + path)
    assert answer.status_code == 404
    elsewhere = await ask("GET", "/.well-known/nothing")
    detail = json.loads(elsewhere.get_body())["detail"]
    assert json.loads(answer.get_body())["detail"] == detail
    assert (await send(BEFORE, "tools/list", {"host": BASE})).status_code == 200
