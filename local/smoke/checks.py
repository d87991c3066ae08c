"""Checks of what the first minute of a user needs; they only read.

A check returns what it saw, in a few words, or raises SmokeError. A deployment without data passes.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from local.smoke.site import JSON, Answer, Site, SmokeError

Check = Callable[[Site], Awaitable[str]]
API: Final = "/api/v1"
WORKS: Final = ("healthy", "starting", "degraded")
HTML: Final = "text/html"
LINKED: Final = re.compile(r"<(?:script|link)\b[^>]*?\b(?:src|href)=\"([^\"]+)\"")
TYPES: Final = {
    ".js": ("text/javascript", "application/javascript"),
    ".css": ("text/css",),
    ".svg": ("image/svg+xml",),
}
QUESTION: Final = "What are people talking about today?"
REVISION: Final = "2025-06-18"
NEEDED_TOOLS: Final = frozenset({"search_mentions", "explain_change"})


async def health(site: Site) -> str:
    """See that the app runs and its database answers."""
    found = await site.described(await site.get(f"{API}/health"), "GET", f"{API}/health")
    status, reason = found["status"], found["reason"]
    if status not in WORKS:
        raise SmokeError(f"it is {status}: {reason}")
    return f"{status}, version {found['version']}" + (f": {reason}" if reason else "")


async def page(site: Site) -> str:
    """See that the page is there with each script, style and icon that it names."""
    found = await site.get("/")
    found.must_be(HTML)
    names = sorted(set(LINKED.findall(found.body.decode(errors="replace"))))
    own = [name for name in names if not urlsplit(name).netloc]
    if not any(name.endswith(".js") for name in own):
        raise SmokeError("GET / names no script: is it the dashboard?")
    for name in own:
        path = urljoin("/", name)
        file = await site.get(path)
        ending = path[path.rfind(".") :]
        file.must_be(*TYPES.get(ending, (file.media_type,)))
    return f"{len(own)} files"


async def openapi(site: Site) -> str:
    """See that the API's description and its page are there."""
    paths = (await site.document())["paths"]
    (await site.get(f"{API}/docs")).must_be(HTML)
    return f"{len(paths)} paths"


async def posts(site: Site) -> str:
    """See the newest posts."""
    found = await _read(site, "/posts/recent", limit="5")
    return f"{len(found)} posts"


async def sentiment(site: Site) -> str:
    """See the sentiment of the last day."""
    found = await _read(site, "/sentiment/stats", hours="24")
    return f"{found['statistics']['total']} items in 24 hours"


async def subjects(site: Site) -> str:
    """See the subjects of the watchlist."""
    found = await _read(site, "/subjects")
    return f"{len(found['subjects'])} subjects"


async def explain(site: Site) -> str:
    """See why the last day differs from the day before."""
    await _read(site, "/explain", hours="24")
    return "explained"


async def ask(site: Site) -> str:
    """Ask a question in words, without a model."""
    path = f"{API}/ask"
    answer = await site.post(path, {"question": QUESTION})
    await site.described(answer, "POST", path)
    return "answered"


async def mcp(site: Site) -> str:
    """Greet the MCP server, as an agent does, and list its tools."""
    greeting = {
        "protocolVersion": REVISION,
        "capabilities": {},
        "clientInfo": {"name": "undertone-smoke", "version": "1"},
    }
    greeted = _result(await _call(site, "initialize", greeting))
    revision = greeted.get("protocolVersion")
    if not isinstance(revision, str):
        raise SmokeError("POST /mcp initialize names no protocolVersion")
    listed = await _call(site, "tools/list", {}, {"mcp-protocol-version": revision})
    tools = _result(listed).get("tools")
    names = {each.get("name") for each in tools or () if isinstance(each, dict)}
    if missing := sorted(NEEDED_TOOLS - names):
        raise SmokeError(f"POST /mcp tools/list has no {', '.join(missing)}")
    return f"{len(names)} tools"


CHECKS: Final[Mapping[str, Check]] = {
    check.__name__: check
    for check in (health, page, openapi, posts, sentiment, subjects, explain, ask, mcp)
}


async def _read(site: Site, path: str, **query: str) -> Any:
    return await site.described(await site.get(API + path, query), "GET", API + path)


async def _call(
    site: Site, method: str, params: dict[str, Any], headers: Mapping[str, str] | None = None
) -> Answer:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    return await site.post("/mcp", message, {"accept": JSON, **(headers or {})})


def _result(answer: Answer) -> dict[str, Any]:
    found = answer.json()
    result = found.get("result") if isinstance(found, dict) else None
    if not isinstance(result, dict):
        raise SmokeError(f"{answer.asked} has no result: {answer.body[:300]!r}")
    return result
