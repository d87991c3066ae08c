"""A Cosmos DB that fails on purpose: a proxy in front of a server, which makes the faults.

The faults are a FaultPlan, as in the Reddit stand-in, with the vocabulary COSMOS. The answers are
those of the service: https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
"""

import json
import time
import uuid
from collections import Counter

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from local.reddit.faults import Fault, FaultPlan, Faults, Vocabulary
from local.serving import Listening, gone_within, hang_up

COSMOS = Vocabulary(
    kinds={
        "429": "request rate is large, sub-status 3200; retry_after=SECONDS (0.1)"
        " is x-ms-retry-after-ms",
        "408": "the request timed out",
        "410": "the partition has moved, sub-status 1008",
        "449": "a concurrent write was in the way",
        "503": "the service is unavailable",
        "session": "404, sub-status 1002: this replica hasn't caught up yet",
        "creating": "404, sub-status 1013: the container is being made",
        "drop": "the connection closes without an answer, and nothing was done",
        "lost": "the connection closes without an answer, once what was asked has been done",
        "slow": "the right answer after seconds=S (1)",
    },
    routes=("read", "query", "write", "delete", "other"),
    scope="container",
    seconds={"slow": 1.0},
    retry_after=("429",),
    example="429,retry_after=0.05,rate=0.1;lost,route=write,rate=0.02;503,container=posts,first=3",
)

RETRY_AFTER_SECONDS = 0.1
TIMEOUT_SECONDS = 30.0
# Status, code, sub-status and message of each answer.
ANSWERS = {
    "408": (408, "RequestTimeout", 0, "The request timed out."),
    "410": (410, "Gone", 1008, "The requested resource is no longer available at the server."),
    "429": (
        429,
        "429",
        3200,
        "Request rate is large. More Request Units may be needed, so no changes were made.",
    ),
    "449": (
        449,
        "449",
        0,
        "Conflicting request to resource has been attempted. Retry to avoid conflicts.",
    ),
    "503": (503, "ServiceUnavailable", 0, "Service is currently unavailable."),
    "session": (404, "NotFound", 1002, "The read session is not available for the input token."),
    "creating": (404, "NotFound", 1013, "Collection is not yet available for read."),
}
# Headers of one connection, not of the message: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "host"}


def route_of(method: str, path: str, *, is_query: bool) -> tuple[str, str | None]:
    """Return the route of a request, and its container if it has one."""
    parts = path.strip("/").split("/")
    if parts[0] != "dbs" or parts[2:3] != ["colls"] or parts[4:5] != ["docs"]:
        return "other", parts[3] if parts[2:3] == ["colls"] and len(parts) > 3 else None
    if is_query:
        return "query", parts[3]
    return {"GET": "read", "DELETE": "delete"}.get(method, "write"), parts[3]


class _Proxy:
    """Passes requests on, or answers them with a fault."""

    def __init__(self, target: str, faults: Faults) -> None:
        self.faults = faults
        self.requests: Counter[str] = Counter()
        self.made: Counter[str] = Counter()
        self.last_made = 0.0
        self._target = target
        self._http: httpx.AsyncClient | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        is_query = request.headers.get("x-ms-documentdb-isquery", "").lower() == "true"
        route, container = route_of(request.method, request.url.path, is_query=is_query)
        self.requests[route] += 1
        body = await request.body()
        fault = self.faults.draw(route, container)
        if fault is None:
            await (await self._passed_on(request, body))(scope, receive, send)
            return
        self.made[fault.kind] += 1
        self.last_made = time.monotonic()
        await self._make(fault, request, body, send)

    async def _make(self, fault: Fault, request: Request, body: bytes, send: Send) -> None:
        scope, receive = request.scope, request.receive
        if fault.kind in ANSWERS:
            await refusal(fault)(scope, receive, send)
        elif fault.kind == "drop":
            await hang_up(scope, receive)
        elif fault.kind == "lost":
            await self._passed_on(request, body)
            await hang_up(scope, receive)
        elif not await gone_within(fault.seconds, receive):
            await (await self._passed_on(request, body))(scope, receive, send)

    async def _passed_on(self, request: Request, body: bytes) -> Response:
        headers = [(k, v) for k, v in request.headers.items() if k not in HOP_BY_HOP]
        path = request.scope["raw_path"].decode("ascii")
        query = f"?{request.url.query}" if request.url.query else ""
        answer = await self._client().request(
            request.method, f"{self._target}{path}{query}", headers=headers, content=body
        )
        kept = {k: v for k, v in answer.headers.items() if k not in HOP_BY_HOP}
        return Response(answer.content, answer.status_code, kept)

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            # No idle connections: one that the server closes would be a fault outside the plan.
            limits = httpx.Limits(max_keepalive_connections=0)
            self._http = httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False, limits=limits)
        return self._http

    async def aclose(self) -> None:
        """Close the connections to the server."""
        if self._http is not None:
            await self._http.aclose()


def refusal(fault: Fault) -> Response:
    """Return the service's answer to a request that it refuses."""
    status, code, sub_status, message = ANSWERS[fault.kind]
    activity = str(uuid.uuid4())
    headers = {
        "x-ms-activity-id": activity,
        "x-ms-request-charge": "0.38" if fault.kind == "429" else "0",
        "x-ms-substatus": str(sub_status),
    }
    if fault.kind == "429":
        seconds = RETRY_AFTER_SECONDS if fault.retry_after is None else fault.retry_after
        headers["x-ms-retry-after-ms"] = str(round(seconds * 1000))
    errors = json.dumps({"Errors": [message]})
    body = {"code": code, "message": f"Message: {errors}\r\nActivityId: {activity}"}
    return Response(json.dumps(body), status, headers, media_type="application/json")


class FaultyCosmos(Listening):
    """The proxy, listening until it is closed; its `base_url` is the value for COSMOS_ENDPOINT."""

    def __init__(self, target: str, faults: str = "") -> None:
        """Listen in front of the server at this address. Raises BadFaults."""
        self._proxy = _Proxy(target, Faults(FaultPlan.parse(faults, COSMOS)))
        super().__init__(self._proxy, on_close=self._proxy.aclose)

    def set_faults(self, spec: str) -> None:
        """Replace the faults. The grammar is that of COSMOS. Raises BadFaults."""
        self._proxy.faults.set(FaultPlan.parse(spec, COSMOS))

    @property
    def requests(self) -> dict[str, int]:
        """Return the number of requests so far by route."""
        return dict(self._proxy.requests)

    @property
    def made(self) -> dict[str, int]:
        """Return the number of faults so far by kind."""
        return dict(self._proxy.made)

    @property
    def last_made(self) -> float:
        """Return the time of the last fault, in `time.monotonic` seconds."""
        return self._proxy.last_made
