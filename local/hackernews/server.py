"""The stand-in for Hacker News: its application, and the thread that runs it."""

import re
import time
from collections import Counter, deque
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from local.hackernews.api import HackerNewsApi
from local.hackernews.board import Board
from local.hackernews.faults import HACKER_NEWS, make
from local.hackernews.query import BadQuery
from local.reddit.faults import FaultPlan, Faults
from local.reddit.limits import Seconds
from local.serving import Listening

# The limit of the search: https://hn.algolia.com/api
REQUESTS_AN_HOUR = 10_000
HOUR = 3600.0

ROUTES = (
    ("search", re.compile(r"/api/v1/search(?:_by_date)?()")),
    ("tree", re.compile(r"/api/v1/items/(\d+)")),
    ("item", re.compile(r"/v0/item/(\d+)\.json")),
    ("other", re.compile(r"/v0/(topstories|maxitem)\.json")),
)


@dataclass(frozen=True)
class Asked:
    """A request that the stand-in got, with the time by its clock of seconds."""

    route: str
    path: str
    query: str
    user_agent: str
    at: float


@dataclass
class HackerNewsApp:
    """The application. `seconds` is the clock of the limit."""

    board: Board
    faults: Faults
    seconds: Seconds
    requests_an_hour: int = REQUESTS_AN_HOUR
    asked: list[Asked] = field(default_factory=list)
    recent: deque[float] = field(default_factory=deque)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        route, part = route_of(request.url.path)
        agent = request.headers.get("user-agent", "")
        self.asked.append(Asked(route, request.url.path, request.url.query, agent, self.seconds()))

        async def answer() -> Response:
            return self._answer(request, route, part)

        fault = self.faults.draw(route, request.query_params.get("query"))
        if fault is None:
            await (await answer())(scope, receive, send)
        else:
            await make(fault, answer, scope, receive, send)

    def _answer(self, request: Request, route: str, part: str) -> Response:
        if route in {"search", "tree"} and not self._allows():
            return JSONResponse({"message": "Too Many Requests"}, status_code=429)
        api = HackerNewsApi(self.board)
        if route == "search":
            return _searched(api, request)
        if route == "tree":
            tree = api.tree(int(part))
            missing = JSONResponse({"status": 404, "error": "Not Found"}, status_code=404)
            return missing if tree is None else JSONResponse(tree)
        if route == "item":
            return JSONResponse(api.item(int(part)))
        others = {"topstories": api.top(), "maxitem": self.board.newest()}
        return JSONResponse(others.get(part), status_code=200 if part in others else 404)

    def _allows(self) -> bool:
        now = self.seconds()
        while self.recent and self.recent[0] <= now - HOUR:
            self.recent.popleft()
        self.recent.append(now)
        return len(self.recent) <= self.requests_an_hour


def _searched(api: HackerNewsApi, request: Request) -> Response:
    try:
        return JSONResponse(api.search(request.query_params))
    except BadQuery as error:
        return JSONResponse({"message": str(error), "status": 400}, status_code=400)


def route_of(path: str) -> tuple[str, str]:
    """Return the route of a path (search, tree, item or other), and the part that it names."""
    for route, pattern in ROUTES:
        if match := pattern.fullmatch(path):
            return route, match[1]
    return "other", ""


class HackerNewsStandIn(Listening):
    """A stand-in that listens from its creation until it is closed; a context manager.

    `base_url` is the value for HN_BASE_URL. `board` may be changed while it runs.
    """

    def __init__(
        self,
        board: Board | None = None,
        *,
        faults: str = "",
        requests_an_hour: int = REQUESTS_AN_HOUR,
        seconds: Seconds = time.monotonic,
    ) -> None:
        """Listen in a thread of its own, on any free port. Raises BadFaults."""
        self.board = board or Board()
        self._app = HackerNewsApp(
            self.board, Faults(FaultPlan.parse(faults, HACKER_NEWS)), seconds, requests_an_hour
        )
        super().__init__(self._app)

    def set_faults(self, rules: str) -> None:
        """Replace the faults. Raises BadFaults."""
        self._app.faults.set(FaultPlan.parse(rules, HACKER_NEWS))

    @property
    def asked(self) -> list[Asked]:
        """Return the requests so far."""
        return list(self._app.asked)

    @property
    def routes(self) -> Counter[str]:
        """Return the number of requests by route."""
        return Counter(each.route for each in self.asked)
