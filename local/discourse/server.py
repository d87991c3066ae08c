"""The stand-in for Discourse: forums side by side, each below a path of its own."""

import json
import math
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs

from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import Message, Receive, Scope, Send

from local.discourse.api import ForumApi, Query, route_of
from local.discourse.board import Board
from local.discourse.faults import DISCOURSE
from local.discourse.limits import Allowance, RateLimit, Seconds
from local.reddit.faults import Fault, FaultPlan, Faults
from local.serving import TRANSPORT, Listening, gone_within, hang_up

PAGE = "<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>"
PAGES = {
    "500": (500, "Oops"),
    "503": (503, "We are down for maintenance"),
    "html": (200, "Welcome"),
    "blocked": (403, "Attention required: you have been blocked"),
    "not_found_page": (404, "nginx"),
}
FIELD = re.compile(rb'"(id|created_at|latest_posts|topic_list)":')
EMPTY: Mapping[str, object] = {
    "posts": {"latest_posts": []},
    "latest": {"topic_list": {"topics": []}},
    "categories": {"category_list": {"categories": []}},
}


@dataclass
class LoggedRequest:
    """A request to a forum."""

    forum: str
    route: str
    path: str
    query: str
    user_agent: str
    at: float
    status: int = 0


class DiscourseStandIn:
    """The application: `/NAME/…` is the forum NAME.

    `seconds` is the clock of the limits, which each forum has for itself.
    """

    def __init__(
        self,
        boards: Mapping[str, Board],
        *,
        faults: str = "",
        rate_limit: RateLimit | None = None,
        seconds: Seconds = time.monotonic,
    ) -> None:
        self.boards = dict(boards)
        self.log: list[LoggedRequest] = []
        self._seconds = seconds
        limit = rate_limit or RateLimit()
        self._allowances = {name: Allowance(limit, seconds) for name in boards}
        self._faults = Faults(FaultPlan.parse(faults, DISCOURSE))

    def set_faults(self, spec: str = "") -> None:
        """Make these faults from now on. Raises BadFaults."""
        self._faults.set(FaultPlan.parse(spec, DISCOURSE))

    def without_limits(self) -> None:
        """Allow any number of requests from now on."""
        no_limit = RateLimit(10**9, 10**9)
        self._allowances = {name: Allowance(no_limit, self._seconds) for name in self.boards}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name, _, path = scope["path"].removeprefix("/").partition("/")
        route, numbers = route_of(f"/{path}")
        entry = LoggedRequest(
            name,
            route,
            f"/{path}",
            scope["query_string"].decode("latin-1"),
            dict(scope["headers"]).get(b"user-agent", b"").decode("latin-1"),
            self._seconds(),
        )
        self.log.append(entry)

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
            await send(message)

        fault = self._faults.draw(route, name)
        if fault is not None and fault.kind in {"hang", "drop"}:
            if fault.kind == "drop" or not await gone_within(fault.seconds, receive):
                await hang_up(scope, receive)
            return
        ignores = fault is not None and fault.kind == "ignores_before"
        query = {} if ignores else parse_qs(entry.query)
        answer = self._answer(name, route, numbers, query)
        if fault is None:
            await answer(scope, receive, noted)
        elif fault.kind == "cut":
            await _cut(answer, scope, receive, noted)
        else:
            await _faulty(fault, route, answer)(scope, receive, noted)

    def _answer(self, name: str, route: str, numbers: Mapping[str, int], query: Query) -> Response:
        board = self.boards.get(name)
        if board is None:
            return HTMLResponse(PAGE.format(title="Not Found"), status_code=404)
        if seconds := self._allowances[name].use():
            return _too_many(seconds)
        return ForumApi(board).answer(route, numbers, query)


class StandIn(Listening):
    """A stand-in that listens from its creation until it is closed; a context manager."""

    def __init__(self, app: DiscourseStandIn, *, listener: socket.socket | None = None) -> None:
        super().__init__(app, listener=listener)
        self.app = app

    def address_of(self, name: str) -> str:
        """Return the address of a forum, as FORUMS takes it."""
        return f"{self.base_url}/{name}"


def _too_many(seconds: float | None) -> Response:
    words = "Slow down, too many requests from this IP address."
    headers = {} if seconds is None else {"Retry-After": str(math.ceil(seconds))}
    return PlainTextResponse(words, status_code=429, headers=headers)


def _faulty(fault: Fault, route: str, right: Response) -> Response:
    body = bytes(right.body)
    if fault.kind in PAGES:
        status, title = PAGES[fault.kind]
        return HTMLResponse(PAGE.format(title=title), status_code=status)
    match fault.kind:
        case "429":
            return _too_many(fault.retry_after)
        case "login":
            return RedirectResponse("/login", status_code=302)
        case "moved":
            return RedirectResponse(f"{fault.to}/posts.json", status_code=301)
        case "empty":
            body = json.dumps(EMPTY.get(route, {})).encode()
        case "truncated":
            body = body[: len(body) // 2]
        case "renamed_fields":
            body = FIELD.sub(rb'"x_\1":', body)
        case _:
            return right
    return Response(body, status_code=right.status_code, media_type="application/json")


async def _cut(answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the headers of the whole body and half of the body, then close the connection."""
    start = {
        "type": "http.response.start",
        "status": answer.status_code,
        "headers": list(answer.raw_headers),
    }
    await send(start)
    body = bytes(answer.body)
    await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
    scope["extensions"][TRANSPORT].close()
    await gone_within(None, receive)
