"""The smoke test of a deployment passes where all is well, and says what isn't."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Callable, Iterator

import httpx
import pytest

from local.commands import smoke
from local.commands.smoke import headers_of
from local.smoke.checks import CHECKS
from local.smoke.site import Site, SmokeError
from tests.fixtures.forked import local_command
from tests.fixtures.host import NOBODY, RunningHost, hosts_in

SECONDS = 60.0
KEY = "smoke-" + "k" * 40
SETTINGS = {
    "READ_ACCESS": "key",
    "READ_KEYS": f"smoke:{hashlib.sha256(KEY.encode()).hexdigest()}",
    "ADMIN_KEYS": f"admin:{64 * '0'}",
}
Fault = Callable[[httpx.Request, httpx.Response], httpx.Response]


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHost]:
    """Start the local host without data, as a new deployment is; its reads need a key."""
    with hosts_in(tmp_path_factory.mktemp("smoke")) as start:
        yield start(arguments=["--no-collect"], settings=SETTINGS)


class Dripping(httpx.AsyncByteStream):
    """A body whose end never comes."""

    def __init__(self, part: bytes, seconds: float) -> None:
        self._part, self._seconds = part, seconds

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(self._seconds)
            yield self._part


class Faulty(httpx.AsyncBaseTransport):
    """The way to a host, on which the answers of one path are changed."""

    def __init__(self, path: str, fault: Fault) -> None:
        self._inner = httpx.AsyncHTTPTransport()
        self._path, self._fault = path, fault
        self.sent: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.sent.append(request)
        answer = await self._inner.handle_async_request(request)
        if not request.url.path.startswith(self._path):
            return answer
        await answer.aread()
        await answer.aclose()
        return self._fault(request, answer)

    async def aclose(self) -> None:
        await self._inner.aclose()


def answers(status: int, text: str, media_type: str = "application/json") -> Fault:
    kept = {"content-type": media_type}
    return lambda _request, _answer: httpx.Response(status, text=text, headers=kept)


def leads_to(address: str) -> Fault:
    return lambda _request, _answer: httpx.Response(302, headers={"location": address})


def changed(change: Callable[[str], str]) -> Fault:
    def fault(_request: httpx.Request, answer: httpx.Response) -> httpx.Response:
        kept = {"content-type": answer.headers["content-type"]}
        return httpx.Response(answer.status_code, text=change(answer.text), headers=kept)

    return fault


def drips(part: bytes, seconds: float) -> Fault:
    kept = {"content-type": "application/json"}
    return lambda _request, _answer: httpx.Response(
        200, stream=Dripping(part, seconds), headers=kept
    )


def breaks_off(request: httpx.Request, _answer: httpx.Response) -> httpx.Response:
    raise httpx.RemoteProtocolError("the server disconnected", request=request)


def without_tools(text: str) -> str:
    found = json.loads(text)
    if "tools" in found["result"]:
        found["result"]["tools"] = [{"name": "search_mentions"}]
    return json.dumps(found)


def unhealthy(text: str) -> str:
    return json.dumps(json.loads(text) | {"status": "unhealthy", "reason": "no database"})


FAULTS: dict[str, tuple[str, str, Fault, str]] = {
    "a sign-in": (
        "posts",
        "/api",
        leads_to("https://login.test/a?b=c"),
        r"https://login\.test/a: is that",
    ),
    "a 503": ("health", "/api/v1/health", answers(503, '{"detail": "no store"}'), "503: {.*no st"),
    "an app without functions": ("health", "/api", answers(404, ""), "answered 404: nothing"),
    "another version's shape": ("health", "/api/v1/health", answers(200, "{}"), "is a required"),
    "a database that is down": ("health", "/api/v1/health", changed(unhealthy), "unhealthy: no da"),
    "a page of another app": ("page", "/", answers(200, "<p>Hello", "text/html"), "no script"),
    "a script that is a page": (
        "page",
        "/assets",
        answers(200, "<p>", "text/html"),
        "is text/html",
    ),
    "an empty script": ("page", "/assets", answers(200, "", "text/javascript"), "is (empty|text)"),
    "figures that aren't JSON": ("sentiment", "/api/v1/sentiment", answers(200, "{"), "no JSON"),
    "a list that isn't one": ("posts", "/api/v1/posts", answers(200, "{}"), "not of type 'array'"),
    "an answer of HTML": (
        "subjects",
        "/api/v1/subj",
        answers(200, "x", "text/html"),
        "is text/html",
    ),
    "a question too many": ("ask", "/api/v1/ask", answers(429, '{"title": "Wait"}'), "429: .*Wait"),
    "an explanation that drips": ("explain", "/api/v1/explain", drips(b" ", 0.02), "whole answer"),
    "an endless answer": ("explain", "/api/v1/explain", drips(b" " * 10**6, 0), "has over 20 MB"),
    "a closed connection": ("ask", "/api/v1/ask", breaks_off, "POST /api/v1/ask: the server disc"),
    "an agent's error": ("mcp", "/mcp", answers(200, '{"error": {"message": "no"}}'), "no result"),
    "a tool that is missing": ("mcp", "/mcp", changed(without_tools), "no explain_change"),
    "no description": ("openapi", "/api/v1/openapi.json", answers(200, "[]"), "has no paths"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_is_said(host: RunningHost, name: str) -> None:
    check, path, fault, said = FAULTS[name]
    seconds = 1.0 if "drips" in name else SECONDS
    async with httpx.AsyncClient(transport=Faulty(path, fault), timeout=SECONDS) as client:
        site = Site(client, str(host.http.base_url), headers_of({"UNDERTONE_KEY": KEY}), seconds)
        with pytest.raises(SmokeError, match=said) as caught:
            await CHECKS[check](site)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 600


def test_a_deployment_without_data_passes_and_nothing_is_changed(host: RunningHost) -> None:
    host.http.headers["x-functions-key"] = KEY
    before = host.http.get("/api/v1/cycles").json()
    ended = local_command("smoke", f"{host.http.base_url}/", UNDERTONE_KEY=KEY)
    assert ended.returncode == 0, ended.stdout
    assert ended.stderr.splitlines()[-1] == "all 10 checks passed"
    lines = ended.stdout.splitlines()
    assert [line.split()[1] for line in lines] == ["ready", *CHECKS]
    assert host.http.get("/api/v1/cycles").json() == before


def test_a_deployment_that_asks_for_a_key_fails_without_one(host: RunningHost) -> None:
    ended = local_command("smoke", str(host.http.base_url), "--json")
    assert ended.returncode == 1
    problems = {each["check"]: each["problem"] for each in json.loads(ended.stdout)}
    # Its page is open, and says that it takes a key.
    assert {name for name, problem in problems.items() if problem is None} == {"ready", "page"}
    assert "answered 401" in problems["posts"]
    ended = local_command("smoke", str(host.http.base_url), "--build", "a-commit", "--json")
    assert json.loads(ended.stdout)[0]["problem"].endswith("a key, in UNDERTONE_KEY?")


def test_another_version_than_the_deployed_one_fails(host: RunningHost) -> None:
    ended = local_command(
        "smoke", str(host.http.base_url), "--version", "9.9.9", "--json", UNDERTONE_KEY=KEY
    )
    assert ended.returncode == 1
    ready, *others = json.loads(ended.stdout)
    assert ready["problem"].endswith("answers, not 9.9.9")
    assert {each["problem"] for each in others} == {None}


def test_another_build_than_the_deployed_one_fails(host: RunningHost) -> None:
    # A working copy has none.
    ended = local_command(
        "smoke", str(host.http.base_url), "--build", "a" * 40, "--json", UNDERTONE_KEY=KEY
    )
    assert ended.returncode == 1
    ready, *others = json.loads(ended.stdout)
    assert ready["problem"] == f"build None answers, not {'a' * 40}"
    assert {each["problem"] for each in others} == {None}


async def test_the_package_before_may_answer_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smoke, "PAUSE_SECONDS", 0.0)
    builds = ["before", "before", "after", "after"]

    def health(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"version": "0.1.0", "build": builds.pop(0)})

    async with httpx.AsyncClient(transport=httpx.MockTransport(health)) as client:
        options = smoke.Options("https://app.test", 1.0, 60.0, "0.1.0", "after")
        said = await smoke._ready(Site(client, options.address, {}, options.seconds), options)
    assert said == "version 0.1.0, build after"
    assert builds == ["after"]


def test_an_address_without_a_server_fails_each_check() -> None:
    ended = local_command("smoke", NOBODY)
    assert ended.returncode == 1
    assert ended.stdout.count("FAILED") == 10
    assert "Traceback" not in ended.stderr
    refused = local_command("smoke", "undertone.test")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)


async def test_the_key_goes_with_each_request_and_is_never_shown(host: RunningHost) -> None:
    headers = headers_of({"UNDERTONE_KEY": KEY, "UNDERTONE_TOKEN": "a-token"})
    way = Faulty("/api", answers(401, '{"detail": "a key"}'))
    async with httpx.AsyncClient(transport=way, timeout=SECONDS) as client:
        site = Site(client, str(host.http.base_url), headers, SECONDS)
        with pytest.raises(SmokeError, match="answered 401") as caught:
            await CHECKS["posts"](site)
        await CHECKS["page"](site)
        await CHECKS["mcp"](site)
    assert {each.headers["x-functions-key"] for each in way.sent} == {KEY}
    assert {each.headers["authorization"] for each in way.sent} == {"Bearer a-token"}
    assert {each.url.host for each in way.sent} == {host.http.base_url.host}
    assert KEY not in str(caught.value)
