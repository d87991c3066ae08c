"""The faults of the stand-in for Hacker News, in the words of local.reddit.faults."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.reddit.faults import Fault, Vocabulary
from local.serving import TRANSPORT, gone_within, hang_up

HACKER_NEWS = Vocabulary(
    kinds={
        "429": "too many requests; retry_after=SECONDS adds Retry-After",
        "403": "a web page with status 403",
        "400": "a bad request, as JSON",
        "500": "an error page with status 500",
        "503": "an error page with status 503",
        "html": "a web page with status 200",
        "empty": "an empty object with status 200",
        "nothing": "a search that finds nothing",
        "null": "null with status 200",
        "cut": "the connection closes half-way through the body",
        "drop": "the connection closes without an answer",
        "truncated": "the first half of the right JSON with status 200",
        "stall": "no answer for seconds=S (60), then the connection closes",
        "strings": "the right answer with its numbers as texts",
        "renamed": "the right answer with other names of its fields",
    },
    routes=("search", "tree", "item", "other"),
    scope="query",
    seconds={"stall": 60.0},
    retry_after=("429",),
    example="429,retry_after=2,rate=0.1;cut,route=tree,first=3",
)
PAGE = "<!doctype html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"
PAGES = {"403": 403, "500": 500, "503": 503, "html": 200}
BODIES = {"empty": {}, "nothing": {"hits": [], "nbHits": 0, "page": 0}, "null": None}


async def make(
    fault: Fault,
    answer: Callable[[], Awaitable[Response]],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Answer a request wrongly."""
    if fault.kind == "stall":
        if not await gone_within(fault.seconds or 0.0, receive):
            await hang_up(scope, receive)
    elif fault.kind == "drop":
        await hang_up(scope, receive)
    elif fault.kind == "cut":
        await _cut(await answer(), scope, receive, send)
    else:
        await (await _wrong(fault, answer))(scope, receive, send)


async def _wrong(fault: Fault, answer: Callable[[], Awaitable[Response]]) -> Response:
    if fault.kind in PAGES:
        return HTMLResponse(PAGE.format("Something else"), status_code=PAGES[fault.kind])
    if fault.kind in BODIES:
        return JSONResponse(BODIES[fault.kind])
    if fault.kind == "400":
        return JSONResponse({"message": "Bad Request", "status": 400}, status_code=400)
    if fault.kind == "429":
        asked = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
        return JSONResponse({"message": "Too Many Requests"}, status_code=429, headers=asked)
    right = bytes((await answer()).body)
    if fault.kind == "truncated":
        return Response(right[: len(right) // 2], media_type="application/json")
    data = json.loads(right)
    return JSONResponse(_as_texts(data) if fault.kind == "strings" else _renamed(data))


def _as_texts(data: Any) -> Any:
    if isinstance(data, dict):
        return {name: _as_texts(value) for name, value in data.items()}
    if isinstance(data, list):
        return [_as_texts(value) for value in data]
    is_number = isinstance(data, int) and not isinstance(data, bool)
    return str(data) if is_number else data


def _renamed(data: Any) -> Any:
    if isinstance(data, dict):
        return {f"new_{name}": _renamed(value) for name, value in data.items()}
    return [_renamed(value) for value in data] if isinstance(data, list) else data


async def _cut(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the headers of the whole body and half of the body, then close the connection."""
    body = bytes(response.body)
    headers = list(response.raw_headers)
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    half = body[: len(body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    scope["extensions"][TRANSPORT].close()
    await gone_within(None, receive)
