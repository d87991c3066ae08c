"""The stand-in's layers around every request: log, faults, Reddit's own checks, answer."""

import time
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.reddit.api import RedditApi, refusal, route_of
from local.reddit.faults import Fault
from local.reddit.log import LoggedRequest
from local.reddit.state import StandInState
from local.serving import TRANSPORT, gone_within, hang_up

CONTROL = "/_control"

Answer = Callable[[], Awaitable[Response]]

PAGE = (
    "<!doctype html><html><head><title>reddit.com: {title}</title></head>"
    "<body><h1>{title}</h1></body></html>"
)
LIMIT_HEADERS = ("x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-used")
PAGES = {
    "500": (500, "you broke reddit"),
    "503": (503, "Our CDN was unable to reach our servers"),
    "html": (200, "Reddit - Dive into anything"),
    "blocked": (403, "whoa there, pardner!"),
}


class Middleware:
    """The stand-in's outermost application."""

    def __init__(self, state: StandInState, *, control: ASGIApp, api: RedditApi) -> None:
        self._state = state
        self._control = control
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._control(scope, receive, send)
            return
        self._catch_up()
        if scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        request = Request(scope, receive)
        route, parts = route_of(scope["path"])
        entry = LoggedRequest(
            method=request.method,
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            route=route,
            subreddit=parts.get("subreddit"),
            user_agent=request.headers.get("user-agent", ""),
            at=time.time(),
        )
        self._state.log.add(entry)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                message["headers"].append((b"x-undertone-feed", self._state.feed.name.encode()))
            await send(message)

        async def answer() -> Response:
            return await self._answer(request, route, parts)

        fault = self._state.faults.draw(route, parts.get("subreddit"))
        if fault is None:
            await (await answer())(scope, receive, noted)
        else:
            entry.fault = fault.kind
            # The request keeps its body. Waiting for the client to disconnect would consume it.
            await request.body()
            await _make(fault, answer, scope, receive, noted)

    def _catch_up(self) -> None:
        news = self._state.feed.news()
        if news:
            self._state.board.put(news)
            if (kept_from := self._state.feed.kept_from()) is not None:
                self._state.board.forget(kept_from)

    async def _answer(self, request: Request, route: str, parts: dict[str, str]) -> Response:
        if not request.headers.get("user-agent", "").strip():
            return refusal(429, "Too Many Requests")
        if route == "token" and request.method == "POST":
            return await self._api.token(request)
        if not self._state.tokens.accepts(request.headers.get("authorization", "")):
            return refusal(401, "Unauthorized")
        allowed, headers = self._state.allowance.use()
        response = (
            self._api.answer(request, route, parts)
            if allowed
            else refusal(429, "Too Many Requests")
        )
        response.headers.update(headers)
        return response


async def _make(fault: Fault, answer: Answer, scope: Scope, receive: Receive, send: Send) -> None:
    if fault.kind in ("stall", "slow"):
        if await gone_within(fault.seconds or 0.0, receive):
            return
        if fault.kind == "stall":
            await hang_up(scope, receive)
        else:
            await (await answer())(scope, receive, send)
    elif fault.kind == "drop":
        await hang_up(scope, receive)
    elif fault.kind == "cut":
        await _cut(await answer(), scope, receive, send)
    elif fault.kind == "truncated":
        whole = await answer()
        half = Response(
            whole.body[: len(whole.body) // 2],
            status_code=whole.status_code,
            media_type="application/json",
        )
        await half(scope, receive, send)
    elif fault.kind == "limits":
        right = await answer()
        for header in LIMIT_HEADERS:
            right.headers[header] = str(fault.to)
        await right(scope, receive, send)
    else:
        await _refusal(fault, scope)(scope, receive, send)


def _refusal(fault: Fault, scope: Scope) -> Response:
    route, parts = route_of(scope["path"])
    subreddit = parts.get("subreddit", "")
    if (target := _target(fault, route, subreddit, scope["path"])) is not None:
        return RedirectResponse(target, status_code=302)
    if fault.kind in PAGES:
        status, title = PAGES[fault.kind]
        return HTMLResponse(PAGE.format(title=title), status_code=status)
    if fault.kind == "429":
        response = refusal(429, "Too Many Requests")
        if fault.retry_after is not None:
            response.headers["retry-after"] = f"{fault.retry_after:g}"
        return response
    return {
        "400": refusal(400, "Bad Request"),
        "403": refusal(403, "Forbidden"),
        "451": refusal(451, "Unavailable For Legal Reasons"),
        "gated": refusal(403, "Forbidden", reason="gated"),
        "401": refusal(401, "Unauthorized"),
        "private": refusal(403, "Forbidden", reason="private"),
        "banned": refusal(404, "Not Found", reason="banned"),
        "quarantined": refusal(403, "Forbidden", reason="quarantined"),
    }[fault.kind]


def _target(fault: Fault, route: str, subreddit: str, path: str) -> str | None:
    """Return the address of a redirect; None for a fault that isn't one."""
    tail = f"/{route}" if route in ("new", "comments") else ""
    dest = urlencode({"dest": path})
    return {
        "renamed": f"/r/{fault.to}{tail}",
        "missing": f"/subreddits/search?{urlencode({'q': subreddit})}",
        "age_gated": f"/over18?{dest}",
        "login": f"/login/?{dest}",
    }.get(fault.kind)


async def _cut(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the headers of the whole body and half of the body, then close the connection."""
    start = {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": list(response.raw_headers),
    }
    body = bytes(response.body)
    await send(start)
    await send(
        {"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True},
    )
    scope["extensions"][TRANSPORT].close()
    await gone_within(None, receive)
