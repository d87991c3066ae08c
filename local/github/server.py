"""The GitHub stand-in: the application that serves a hub, and the thread that runs it."""

import json
import math
import socket
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from local.github.faults import GITHUB
from local.github.graphql import answer as answer_query
from local.github.hub import Hub
from local.github.limits import Limits, LoggedRequest
from local.github.rest import Reply, Rest, refusal, route_of
from local.reddit.faults import Fault, FaultPlan, Faults
from local.serving import TRANSPORT, Listening, gone_within, hang_up

PAGE = "<!doctype html><html><head><title>GitHub</title></head><body>{title}</body></html>"
PAGES = {
    "500": (500, "Server Error"),
    "502": (502, "Bad Gateway"),
    "503": (503, "Unicorn!"),
    "html": (200, "GitHub"),
    "blocked": (403, "Access to this site has been restricted."),
}
SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes."
BEARER = "bearer "
OK = 200


class Application:
    """Answers one request after another."""

    def __init__(self, hub: Hub, limits: Limits, tokens: frozenset[str] | None) -> None:
        """Accept these tokens, or any if that is None."""
        self.limits = limits
        self.faults = Faults(FaultPlan())
        self._hub = hub
        self._rest = Rest(hub)
        self._tokens = tokens

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        body = await request.body()
        route, repository = route_of(request.url.path)
        given = request.headers.get("authorization", "")
        entry = LoggedRequest(
            self._hub.clock().timestamp(),
            given[len(BEARER) :] if given.lower().startswith(BEARER) else "",
            "graphql" if route == "graphql" else "core",
            request.method,
            request.url.path,
            request.url.query,
            request.headers.get("user-agent", ""),
            given,
        )
        self.limits.log.append(entry)
        fault = self.faults.draw(route, repository)
        entry.fault = fault.kind if fault else None
        if fault is not None and await _broken(fault, scope, receive):
            return
        with self._hub.lock:
            response = self._answer(request, body, entry, fault)
        entry.status = response.status_code
        if fault is not None and fault.kind == "cut":
            await _cut(response, scope, receive, send)
        else:
            await response(scope, receive, send)

    def _answer(
        self, request: Request, body: bytes, entry: LoggedRequest, fault: Fault | None
    ) -> Response:
        identity, resource = entry.identity, entry.resource
        if not entry.user_agent:
            return HTMLResponse(PAGE.format(title="Request forbidden"), status_code=403)
        if identity and self._tokens is not None and identity not in self._tokens:
            return _response(refusal(401, "Bad credentials"), {})
        if self.limits.is_over(identity, resource):
            entry.counted = True
            over = refusal(403, "API rate limit exceeded for 127.0.0.1.")
            return _response(over, self.limits.headers(identity, resource))
        if fault is not None and fault.kind in PAGES:
            self._count(entry)
            status, title = PAGES[fault.kind]
            return HTMLResponse(PAGE.format(title=title), status_code=status)
        reply = _refused(fault) if fault else None
        if reply is None:
            reply = self._reply(request, body, entry)
        etag = reply.etag
        if reply.status == OK and request.headers.get("if-none-match") == etag:
            # Free with a token alone.
            if not identity:
                self._count(entry)
            headers = {**self.limits.headers(identity, resource), "etag": etag}
            return Response(status_code=304, headers=headers)
        self._count(entry)
        headers = {**self.limits.headers(identity, resource), **reply.headers, "etag": etag}
        if fault is not None and fault.kind == "primary":
            headers["x-ratelimit-remaining"] = "0"
            headers["x-ratelimit-reset"] = str(math.ceil(self._hub.clock().timestamp() + 1800))
        return _changed(reply, fault, headers)

    def _count(self, entry: LoggedRequest) -> None:
        entry.counted = True
        self.limits.count(entry.identity, entry.resource)

    def _reply(self, request: Request, body: bytes, entry: LoggedRequest) -> Reply:
        if entry.resource == "graphql":
            if not entry.identity:
                return refusal(401, "This endpoint requires you to be authenticated.")
            content = json.loads(body)
            return Reply(200, answer_query(self._hub, content["query"], content["variables"]))
        if request.method != "GET":
            return refusal(404, "Not Found")
        return self._rest.answer(entry.path, dict(request.query_params))


def _refused(fault: Fault) -> Reply | None:
    """Return the answer of a fault that is a refusal in JSON; None for any other."""
    after = {} if fault.retry_after is None else {"retry-after": f"{fault.retry_after:g}"}
    replies = {
        "429": refusal(429, SECONDARY),
        "secondary": refusal(403, SECONDARY),
        "primary": refusal(403, "API rate limit exceeded for 127.0.0.1."),
        "401": refusal(401, "Bad credentials"),
        "403": refusal(403, "Resource not accessible"),
        "404": refusal(404, "Not Found"),
        "451": refusal(451, "Repository access blocked"),
        "empty": Reply(200, []),
        "schema": Reply(200, {"items": []}),
    }
    found = replies.get(fault.kind)
    return Reply(found.status, found.content, {**found.headers, **after}) if found else None


def _changed(reply: Reply, fault: Fault | None, headers: Mapping[str, str]) -> Response:
    kind = fault.kind if fault else ""
    content = reply.content
    if kind == "unsorted" and isinstance(content, list):
        return _response(Reply(reply.status, content[::-1]), headers)
    if kind == "nothing":
        return Response(b"", reply.status, headers)
    if kind == "truncated":
        return Response(reply.body[: len(reply.body) // 2], reply.status, headers)
    return _response(reply, headers)


def _response(reply: Reply, headers: Mapping[str, str]) -> Response:
    media = "application/json; charset=utf-8"
    return Response(reply.body, reply.status, {**reply.headers, **headers}, media)


async def _broken(fault: Fault, scope: Scope, receive: Receive) -> bool:
    """Make a fault that sends no answer, and return whether it did."""
    if fault.kind in ("stall", "slow") and await gone_within(fault.seconds or 0.0, receive):
        return True
    if fault.kind in ("stall", "drop"):
        await hang_up(scope, receive)
        return True
    return False


async def _cut(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send the headers of the whole body and half of the body, then close the connection."""
    start = {"type": "http.response.start", "status": response.status_code}
    await send({**start, "headers": list(response.raw_headers)})
    half = bytes(response.body)[: len(response.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})
    scope["extensions"][TRANSPORT].close()
    await gone_within(None, receive)


class GitHubStandIn(Listening):
    """A stand-in that listens from its creation until it is closed; a context manager.

    `base_url` is the value for GITHUB_BASE_URL. `hub` is what it shows, and may be changed.
    """

    def __init__(
        self,
        hub: Hub | None = None,
        *,
        limits: Limits | None = None,
        tokens: frozenset[str] | None = None,
        listener: socket.socket | None = None,
    ) -> None:
        """Listen in a thread of its own."""
        self.hub = hub or Hub()
        self.limits = limits or Limits(self.hub.clock)
        self.application = Application(self.hub, self.limits, tokens)
        super().__init__(self.application, listener=listener)

    def set_faults(self, spec: str) -> None:
        """Make these faults from now on; "" makes none. Raises BadFaults."""
        self.application.faults.set(FaultPlan.parse(spec, GITHUB))


def application(hub: Hub, faults: str) -> ASGIApp:
    """Return the application that serves a hub with faults. Raises BadFaults."""
    made = Application(hub, Limits(hub.clock), None)
    made.faults.set(FaultPlan.parse(faults, GITHUB))
    return made
