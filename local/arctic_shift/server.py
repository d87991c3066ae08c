"""The stand-in: limits, faults and answers, and the thread that serves them."""

import asyncio
import time
from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.arctic_shift.archive import Archive
from local.arctic_shift.faults import ARCTIC_SHIFT
from local.arctic_shift.parameters import (
    OF_IDS,
    OF_SEARCH,
    OF_TIME_SERIES,
    BadParameter,
    Parameters,
)
from local.reddit.faults import Fault, FaultPlan, Faults
from local.reddit.limits import Allowance, RateLimit, Seconds
from local.reddit.log import LoggedRequest, RequestLog
from local.serving import TRANSPORT, Listening, gone_within, hang_up

# "A couple requests per second" is fine.
LIMIT = RateLimit(requests=120, seconds=60.0)
TIMEOUT = "Timeout. Maybe slow down a bit"
PAGE = "<!doctype html><html><head><title>{title}</title></head><body>{title}</body></html>"
ROUTES: Mapping[str, str] = {
    "/api/posts/search": "posts_search",
    "/api/comments/search": "comments_search",
    "/api/posts/ids": "posts_ids",
    "/api/comments/ids": "comments_ids",
    "/api/time_series": "time_series",
}


class ArcticShiftApp:
    """The application that serves an archive; requests side by side get 422."""

    def __init__(
        self,
        archive: Archive,
        *,
        faults: str = "",
        rate_limit: RateLimit = LIMIT,
        seconds: Seconds = time.monotonic,
    ) -> None:
        self.archive = archive
        self.faults = Faults(FaultPlan.parse(faults, ARCTIC_SHIFT))
        self.allowance = Allowance(rate_limit, seconds)
        self.log = RequestLog()
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        route = ROUTES.get(scope["path"], "other")
        subreddit = request.query_params.get("subreddit")
        entry = LoggedRequest(
            method=request.method,
            path=scope["path"],
            query=scope["query_string"].decode("latin-1"),
            route=route,
            subreddit=subreddit,
            user_agent=request.headers.get("user-agent", ""),
            at=time.time(),
        )
        self.log.add(entry)
        fault = self.faults.draw(route, subreddit)
        entry.fault = fault.kind if fault else None
        self.running += 1
        try:
            response = self._answer(request, route, fault)
            entry.status = response.status_code
            await _send(response, fault, scope, receive, send)
        finally:
            self.running -= 1

    def _answer(self, request: Request, route: str, fault: Fault | None) -> Response:
        allowed, limits = self.allowance.use()
        headers = {
            "X-RateLimit-Remaining": f"{float(limits['x-ratelimit-remaining']):.0f}",
            "X-RateLimit-Reset": limits["x-ratelimit-reset"],
        }
        if self.running > 1:
            response: Response = refusal(422, TIMEOUT)
        elif not allowed:
            response = refusal(429, "Too many requests")
        else:
            response = _faulty(fault) or self._right(request, route)
        response.headers.update(headers)
        if fault and fault.kind == "429" and fault.retry_after is not None:
            response.headers["X-RateLimit-Reset"] = f"{fault.retry_after:g}"
        if fault and fault.kind == "other_form":
            renamed = bytes(response.body).replace(b'"id":', b'"number":')
            return Response(renamed, media_type="application/json", headers=headers)
        return response

    def _right(self, request: Request, route: str) -> Response:
        parameters = Parameters(dict(request.query_params))
        try:
            return JSONResponse({"data": self._data(parameters, route)})
        except BadParameter as error:
            return refusal(400, str(error))
        except KeyError:
            return refusal(404, "Not found")

    def _data(self, parameters: Parameters, route: str) -> object:
        if route == "time_series":
            parameters.allow(OF_TIME_SERIES)
            subreddit, kind = parameters.counted()
            return self.archive.days(
                kind, subreddit, parameters.time("after"), parameters.time("before")
            )
        if route == "other":
            raise KeyError(route)
        kind, _, what = route.partition("_")
        if what == "ids":
            parameters.allow(OF_IDS)
            return self.archive.by_ids(kind, parameters.ids())
        parameters.allow(OF_SEARCH)
        return self.archive.search(
            kind,
            parameters.subreddit(),
            after=parameters.time("after"),
            before=parameters.time("before"),
            limit=parameters.limit(self.archive.auto),
            newest_first=parameters.newest_first(),
        )


def refusal(status: int, error: str) -> JSONResponse:
    """Return an answer without data."""
    return JSONResponse({"data": None, "error": error}, status_code=status)


def _faulty(fault: Fault | None) -> Response | None:
    """Return the answer that a fault makes; None where the answer itself is right."""
    answers: Mapping[str, Response] = {
        "timeout": refusal(422, TIMEOUT),
        "timeout_200": refusal(200, TIMEOUT),
        "429": refusal(429, "Too many requests"),
        "500": HTMLResponse(PAGE.format(title="Server error"), status_code=500),
        "503": HTMLResponse(PAGE.format(title="Server error"), status_code=503),
        "blocked": HTMLResponse(PAGE.format(title="Access denied"), status_code=403),
        "html": HTMLResponse(PAGE.format(title="Arctic Shift")),
        "empty": Response(b"", media_type="application/json"),
        "no_data": JSONResponse({"data": None}),
    }
    return answers.get(fault.kind) if fault else None


async def _send(
    response: Response, fault: Fault | None, scope: Scope, receive: Receive, send: Send
) -> None:
    kind = fault.kind if fault else None
    if fault and kind in {"stall", "slow"} and await gone_within(fault.seconds or 0.0, receive):
        return
    if kind in {"stall", "drop"}:
        await hang_up(scope, receive)
        return
    if kind != "cut":
        await response(scope, receive, send)
        return
    start = {
        "type": "http.response.start",
        "status": response.status_code,
        "headers": list(response.raw_headers),
    }
    half = bytes(response.body)[: len(response.body) // 2]
    await send(start)
    await send({"type": "http.response.body", "body": half, "more_body": True})
    await asyncio.sleep(0)
    scope["extensions"][TRANSPORT].close()
    await gone_within(None, receive)


class ArcticShiftStandIn(Listening):
    """A stand-in that listens from its creation until it is closed; a context manager.

    `base_url` is the value for ARCTIC_SHIFT_BASE_URL.
    """

    def __init__(self, app: ArcticShiftApp) -> None:
        self.app = app
        self.archive = app.archive
        super().__init__(app)

    def set_faults(self, faults: str) -> None:
        """Make these faults from now on; none, if they are empty."""
        self.app.faults.set(FaultPlan.parse(faults, ARCTIC_SHIFT))

    def queries(self, route: str | None = None) -> list[str]:
        """Return the queries of the requests so far."""
        entries = self.app.log.read()["requests"]
        return [each["query"] for each in entries if route in (None, each["route"])]
