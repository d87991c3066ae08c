"""Who may read and change: all routes, in all modes, for all who may ask."""

import asyncio
import json
from collections.abc import Callable, Mapping
from secrets import token_bytes

import pytest

from api.endpoint import Endpoint, Page
from api.endpoints import ENDPOINTS, ROUTES
from api.http.access import needed_role, sign_sessions_with
from api.process import process_signing_key
from shared.alerts.links import read_key, signed_path
from shared.errors import StoreUnavailable
from shared.settings import load_settings, settings
from shared.times import utc_now
from tests.api.access_world import (
    ADMIN_KEY,
    CREDENTIALS,
    MODES,
    READER_KEY,
    WRONG_KEY,
    principal,
)
from tests.api.addresses import ADDRESSES
from tests.api.mcp.client import BEFORE, send
from tests.api.world import HTTP_FUNCTIONS, a_post, ask, get, keep
from tests.fixtures.host import RunningHost

pytestmark = pytest.mark.usefixtures("process")

# What says nothing of the data, written down once more: a new one is added here, too.
OPEN = {
    *("health", "asset", "oauth_resource", "oauth_mcp", "end_session"),
    *("alert_link", "follow_alert_link", "signed_feed", "security_txt", "metrics"),
}
HOST = "undertone.azurewebsites.net"
HOOK = {"type": "webhook", "to": "https://hooks.example.org/x"}
LEVELS = {"nobody": 0, "reader": 1, "editor": 2}
# What each may do who has a credential that counts, by mode.
ROLES: Mapping[str, Mapping[str, str]] = {
    "public": {"admin": "editor"},
    "key": {"admin": "editor", "reader": "reader"},
    "entra": {
        "admin": "editor",
        "reader": "reader",
        "signed-in reader": "reader",
        "signed-in editor": "editor",
    },
}


def needed_level(route: Endpoint | Page, mode: str) -> int:
    if route.operation in OPEN:
        return 0
    if route.needs_key:
        return 2
    return 0 if mode == "public" else 1


@pytest.fixture
def in_mode(monkeypatch) -> Callable[[str], None]:
    """Set the mode of the process, on App Service with sign-in where it is entra."""

    def set_mode(mode: str) -> None:
        for name, value in MODES[mode].items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()
        # Read before the process is on Azure, where it would need Cosmos DB.
        settings()
        if mode == "entra":
            monkeypatch.setenv("WEBSITE_SITE_NAME", "undertone")
            monkeypatch.setenv("WEBSITE_HOSTNAME", HOST)
            monkeypatch.setenv("WEBSITE_AUTH_ENABLED", "True")

    return set_mode


@pytest.mark.parametrize("mode", MODES)
async def test_each_route_admits_exactly_who_may(written, in_mode, mode: str) -> None:
    del written
    in_mode(mode)
    wrong = []
    for operation, route in ROUTES.items():
        for who, headers in CREDENTIALS.items():
            if mode == "public" and not route.needs_key and who not in {"nobody", "wrong"}:
                # All others are admitted as these are, and each read takes time.
                continue
            level = LEVELS[ROLES[mode].get(who, "nobody")]
            is_admitted = level >= needed_level(route, mode)
            if operation == "begin_session" and who.startswith("signed-in"):
                # Who is signed in has a cookie, and no key to exchange.
                continue
            answer = await ask(route.methods[0], ADDRESSES[operation], headers)
            if is_admitted == (answer.status_code in {401, 403} and operation not in OPEN):
                wrong.append(f"{who}: {operation} {answer.status_code}")
    assert wrong == []


async def test_an_unknown_function_is_closed_and_every_read_of_the_registry_is(in_mode) -> None:
    in_mode("key")
    known = {each.function for each in ROUTES.values()}
    assert {each.name for each in HTTP_FUNCTIONS} == {*known, "site"}
    assert {each.operation for each in ROUTES.values() if each.is_open} == OPEN
    for mode, given in MODES.items():
        assert needed_role("item_forgotten", load_settings(given)) == "editor", mode


@pytest.mark.parametrize("mode", ["key", "entra"])
async def test_a_probe_learns_the_status_alone_and_a_reader_everything(in_mode, mode: str) -> None:
    in_mode(mode)
    probe = await get("/api/v1/health")
    assert json.loads(probe.get_body()).keys() == {"status"}
    assert "Undertone-Origin" not in probe.headers
    reader = await get("/api/v1/health", CREDENTIALS["reader"])
    assert "database" in json.loads(reader.get_body())
    assert probe.status_code == reader.status_code


@pytest.mark.parametrize("who", ["reader", "admin"])
async def test_a_key_is_exchanged_for_a_cookie_that_reads_alone(written, in_mode, who) -> None:
    del written
    in_mode("key")
    begun = await ask("POST", "/api/v1/session", CREDENTIALS[who])
    assert json.loads(begun.get_body()) == {
        "name": {"reader": "rita", "admin": "adam"}[who],
        "role": {"reader": "reader", "admin": "editor"}[who],
    }
    cookie = begun.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    token = cookie.partition(";")[0]
    assert READER_KEY not in token
    assert ADMIN_KEY not in token
    assert (await get("/api/v1/trending", {"cookie": token})).status_code == 200
    # The name of a machine in a network of its own, which no setting has.
    own = {"cookie": token, "host": "box.lan:7071", "origin": "http://box.lan:7071"}
    question = await ask("POST", "/api/v1/ask", own, body=b'{"question": "How is aws doing?"}')
    assert question.status_code == 200
    # A wrong key isn't made good by a cookie.
    both = {"cookie": token, "x-functions-key": WRONG_KEY}
    assert (await get("/api/v1/trending", both)).status_code == 401
    assert (await get("/api/v1/trending", {"cookie": token[:-1] + "_"})).status_code == 401
    change = await ask("POST", "/api/v1/admin/collect", {"cookie": token})
    assert change.status_code == 401
    assert json.loads(change.get_body())["type"] == "urn:undertone:needs-key"
    ended = await ask("DELETE", "/api/v1/session", {"cookie": token})
    assert "Max-Age=0" in ended.headers["Set-Cookie"]


@pytest.mark.parametrize("is_hanging", [False, True])
async def test_without_a_database_a_session_keeps_no_page_and_no_health_away(
    in_mode, request, is_hanging: bool
) -> None:
    async def unreachable() -> bytes:
        if is_hanging:
            await asyncio.Event().wait()
        raise StoreUnavailable("nothing listens there")

    in_mode("key")
    request.addfinalizer(lambda: sign_sessions_with(process_signing_key))
    sign_sessions_with(unreachable)
    cookie = CREDENTIALS["forged session"]
    health = await get("/api/v1/health", cookie)
    assert json.loads(health.get_body()).keys() == {"status"}
    assert (await get("/no-such-page", cookie)).status_code == 404
    if not is_hanging:
        assert (await get("/api/v1/trending", cookie)).status_code == 503


async def test_a_session_ends_with_the_entry_of_its_key(written, in_mode, monkeypatch) -> None:
    del written
    in_mode("key")
    begun = await ask("POST", "/api/v1/session", CREDENTIALS["reader"])
    cookie = {"cookie": begun.headers["Set-Cookie"].partition(";")[0]}
    monkeypatch.setenv("READ_KEYS", f"rita:{'a' * 64}")
    settings.cache_clear()
    assert (await get("/api/v1/trending", cookie)).status_code == 401


async def test_where_everybody_reads_there_is_no_session(in_mode) -> None:
    in_mode("public")
    assert (await ask("POST", "/api/v1/session", CREDENTIALS["admin"])).status_code == 404


@pytest.mark.parametrize(
    ("mode", "kind", "challenge"),
    [
        ("key", "urn:undertone:needs-key", "ApiKey"),
        ("entra", "urn:undertone:needs-sign-in", "Bearer resource_metadata="),
    ],
)
async def test_who_is_refused_learns_what_to_send(in_mode, mode, kind, challenge) -> None:
    in_mode(mode)
    for path in ("/api/v1/trending", "/api/v1/openapi.json", "/api/v1/docs"):
        answer = await get(path)
        assert json.loads(answer.get_body())["type"] == kind
        assert answer.headers["WWW-Authenticate"].startswith(challenge)
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("mode", MODES)
async def test_no_cache_shares_what_is_private_and_tags_stay(written, in_mode, mode) -> None:
    del written
    in_mode(mode)
    who = CREDENTIALS["nobody" if mode == "public" else "admin"]
    for path in ("/api/v1/trending", "/api/v1/cycles", "/api/v1/openapi.json"):
        answer = await get(path, who)
        directives = set(answer.headers["Cache-Control"].split(", "))
        varies = set(answer.headers["Vary"].split(", "))
        private = {"Authorization", "Cookie", "X-Functions-Key"}
        assert ("private" in directives) is (mode != "public"), path
        assert "public" not in directives or mode == "public", path
        assert private <= varies if mode != "public" else not private & varies, path
        known = {**who, "if-none-match": answer.headers["ETag"]}
        again = await get(path, known)
        assert (again.status_code, again.headers["Cache-Control"]) == (
            304,
            answer.headers["Cache-Control"],
        )
        # A tag proves nothing.
        stolen = await get(path, {"if-none-match": answer.headers["ETag"]})
        assert stolen.status_code == (304 if mode == "public" else 401)


async def test_who_made_a_change_is_in_its_history_and_strangers_are_not_shown_it(
    written, in_mode, monkeypatch
) -> None:
    now = utc_now()
    post = a_post(1, now)
    await keep(written, [post])
    in_mode("entra")
    any_state = {"if-match": "*"}
    eva, adam = principal("editor"), CREDENTIALS["admin"]
    rule = {"name": "Mood", "scope": "all", "condition": {"type": "mood"}, "channels": [HOOK]}
    digest = {"name": "Daily", "every": "day", "channels": [HOOK]}
    for who, method, path, body in (
        (eva, "PUT", "/api/v1/markers/launch", {"date": "2026-11-01", "name": "Launch"}),
        (adam, "PUT", "/api/v1/markers/launch", {"date": "2026-11-02", "name": "Launch"}),
        (eva, "PUT", "/api/v1/alerts/rules/mood", rule),
        (adam, "PUT", "/api/v1/alerts/digests/daily", digest),
        (eva, "PUT", f"/api/v1/corrections/{post['id']}", {"label": "positive"}),
        (adam, "POST", "/api/v1/alerts/rules/mood/test", {}),
    ):
        changed = await ask(method, path, {**any_state, **who}, body=json.dumps(body).encode())
        assert changed.status_code in {200, 201, 202}, (path, changed.get_body())
    test = json.loads(changed.get_body())["incident"]
    incident = f"/api/v1/alerts/incidents/{test}"
    await ask("POST", f"{incident}/acknowledge", eva)
    await ask("POST", f"{incident}/snooze", adam, body=b'{"hours": 1}')
    signing = await read_key(written, token_bytes)
    await ask("POST", signed_path(signing, "snooze", test, now), body=b"hours=1")

    async def names() -> list[list[str | None]]:
        found = []
        for path in ("/watchlist/history", "/alerts/rules/history", "/alerts/digests/history"):
            answer = await get(f"/api/v1{path}", adam)
            found.append([each["by"] for each in json.loads(answer.get_body())["revisions"]])
        corrections = await get("/api/v1/corrections", adam)
        found.append([each["by"] for each in json.loads(corrections.get_body())])
        updates = json.loads((await get(incident, adam)).get_body())["updates"]
        return [*found, [each["by"] for each in updates]]

    eva_name = "eva@example.org"
    assert await names() == [
        ["adam", eva_name],
        [eva_name],
        ["adam"],
        [eva_name],
        [None, eva_name, "adam", "a signed link"],
    ]
    # Whatever is public shows no name, and to who may change something it does.
    monkeypatch.delenv("READ_KEYS")
    monkeypatch.delenv("WEBSITE_SITE_NAME")
    in_mode("public")
    assert [each for of in await names() for each in of].count("adam") == 3
    for path in ("/api/v1/watchlist/history", "/api/v1/corrections", incident):
        shown = await get(path)
        named = await get(path, adam)
        assert b"eva@" not in shown.get_body()
        assert b'"by":"adam"' not in shown.get_body()
        assert b"eva@" in named.get_body()
        assert "private" in named.headers["Cache-Control"]


async def test_an_agent_reads_with_a_key_and_changes_by_name(written, in_mode) -> None:
    del written
    in_mode("key")
    listed = await send(BEFORE, "tools/list", CREDENTIALS["reader"])
    assert json.loads(listed.get_body())["result"]["tools"]
    subject = {"id": "quill", "name": "Quill", "role": "topic", "names": ["quill agent"]}
    added = await send(
        BEFORE,
        "tools/call",
        CREDENTIALS["admin"],
        path="/mcp/changes",
        name="add_subject",
        arguments=subject,
    )
    assert not json.loads(added.get_body())["result"].get("isError"), added.get_body()
    history = await get("/api/v1/watchlist/history", CREDENTIALS["reader"])
    assert json.loads(history.get_body())["revisions"][0]["by"] == "adam"


async def test_other_sites_read_with_a_key_and_never_with_a_cookie(in_mode, monkeypatch) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://a.example")
    in_mode("key")
    for headers in (CREDENTIALS["admin"], CREDENTIALS["nobody"]):
        answer = await get("/api/v1/cycles", {**headers, "origin": "https://a.example"})
        assert answer.headers["Access-Control-Allow-Origin"] == "https://a.example"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    strange = await get("/api/v1/cycles", {**CREDENTIALS["admin"], "origin": "https://b.example"})
    assert "Access-Control-Allow-Origin" not in strange.headers


@pytest.mark.parametrize(
    ("origin", "sent", "is_refused"),
    [
        ("https://evil.example", {}, True),
        ("https://reads.example", {}, True),
        ("null", {}, True),
        (f"https://{HOST}", {"host": HOST}, False),
        ("https://evil.example", {"authorization": "Bearer x"}, False),
        (None, {}, False),
    ],
)
async def test_a_page_of_another_site_changes_nothing_by_the_browsers_sign_in(
    written, in_mode, monkeypatch, origin, sent, is_refused
) -> None:
    del written
    # Such a page may read, and change with a key: its browser's sign-in isn't the page's.
    monkeypatch.setenv("CORS_ORIGINS", "https://reads.example")
    in_mode("entra")
    headers = {**principal("editor"), **sent, **({"origin": origin} if origin else {})}
    answer = await ask("POST", "/api/v1/admin/collect", headers)
    assert answer.status_code == (403 if is_refused else 202)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WEBSITE_AUTH_ENABLED", "False"),
        ("WEBSITE_AUTH_ENABLED", ""),
        ("WEBSITE_SITE_NAME", ""),
        ("WEBSITE_HOSTNAME", ""),
    ],
)
async def test_where_no_platform_vouches_nobody_is_signed_in(
    in_mode, monkeypatch, caplog, name: str, value: str
) -> None:
    in_mode("entra")
    monkeypatch.setenv(name, value)
    for _ in range(3):
        answer = await get("/api/v1/cycles", principal("editor"))
        assert answer.status_code == 401
    assert caplog.text.count("sign_in.not_guarded") <= 1


async def test_the_log_names_who_asked_and_never_a_key(written, in_mode, caplog) -> None:
    del written
    caplog.set_level("DEBUG")
    in_mode("key")
    begun = await ask("POST", "/api/v1/session", CREDENTIALS["reader"])
    await get(f"/api/v1/trending?code={ADMIN_KEY}")
    await get("/api/v1/trending", {"x-functions-key": WRONG_KEY})
    token = begun.headers["Set-Cookie"].partition(";")[0].partition("=")[2]
    await get("/api/v1/trending", {"cookie": f"undertone-session={token}"})
    assert "caller=rita" in caplog.text
    assert "caller=adam" in caplog.text
    for secret in (READER_KEY, ADMIN_KEY, WRONG_KEY, token):
        assert secret not in caplog.text


def statuses(host: RunningHost, who: Mapping[str, str]) -> dict[str, int]:
    return {
        operation: host.http.request(
            route.methods[0], ADDRESSES[operation], headers=dict(who)
        ).status_code
        for operation, route in ROUTES.items()
    }


@pytest.mark.parametrize("mode", ["key", "entra"])
def test_over_http_without_a_platform_only_keys_open_anything(running_host, mode: str) -> None:
    host = running_host(arguments=["--no-collect"], settings=MODES[mode])
    closed = {each.operation for each in ROUTES.values()} - OPEN
    changes = {each.operation for each in ROUTES.values() if each.needs_key}
    # The table above has the others: each address costs some 50 ms over HTTP.
    found = statuses(host, CREDENTIALS["wrong" if mode == "key" else "signed-in editor"])
    assert {name for name, status in found.items() if status == 401} == closed
    if mode == "entra":
        return
    found = statuses(host, CREDENTIALS["reader"])
    assert {name for name, status in found.items() if status in {401, 403}} - OPEN == changes
    begun = host.http.post("/api/v1/session", headers=CREDENTIALS["reader"])
    assert begun.status_code == 200
    # The client sends the cookie from here on, as a browser does.
    reads = {each.operation for each in ENDPOINTS if each.method == "GET"} - changes
    for operation in reads:
        assert host.http.get(ADDRESSES[operation]).status_code not in {401, 403}, operation
    assert host.http.post("/api/v1/admin/collect").status_code == 401
    host.http.delete("/api/v1/session")
    assert host.http.get("/api/v1/cycles").status_code == 401
    admin = host.http.post("/api/v1/admin/collect", headers=CREDENTIALS["admin"])
    assert admin.status_code in {202, 409}
    for secret in (READER_KEY, ADMIN_KEY, WRONG_KEY):
        assert secret not in host.log
