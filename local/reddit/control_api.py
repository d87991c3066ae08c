"""Controls of a running stand-in for tests and tools: POST and GET under /_control.

They answer only this machine, and under no path that Reddit has.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.reddit.faults import BadFaults, FaultPlan
from local.reddit.limits import RateLimit
from local.reddit.middleware import CONTROL
from local.reddit.state import StandInState
from shared.times import Clock

HERE = {"127.0.0.1", "::1"}

Json = dict[str, Any]
Handler = Callable[[Json], Json]


class ControlApi:
    """The controls of a running stand-in: one method for each path."""

    def __init__(self, state: StandInState, *, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    def application(self) -> Starlette:
        """Return the application that answers under /_control."""
        reads: list[Handler] = [self.state, self.objects, self.requests]
        writes: list[Handler] = [
            self.faults,
            self.change,
            self.edit,
            self.delete,
            self.remove,
            self.place,
            self.add,
            self.release,
            self.forget_requests,
            self.expire_tokens,
            self.rate_limit,
        ]
        return Starlette(
            routes=[
                *(Route(f"{CONTROL}/{f.__name__}", _handler(f), methods=["GET"]) for f in reads),
                *(Route(f"{CONTROL}/{f.__name__}", _handler(f), methods=["POST"]) for f in writes),
            ]
        )

    def state(self, _: Json) -> Json:
        """Return what is shown, and how often each fault was made."""
        return {
            "feed": self._state.feed.name,
            "subreddits": list(self._state.board.subreddits.values()),
            "objects": len(self._state.board),
            "held_back": self._state.feed.held_back,
            "faults_made": self._state.faults.made,
        }

    def objects(self, asked: Json) -> Json:
        """Return the objects as they are, oldest first, including those not listed."""
        subreddit = asked.get("subreddit")
        things = self._state.board.all(
            None if subreddit is None else str(subreddit).lower(), asked.get("kind")
        )
        return {"objects": [thing.read() for thing in things]}

    def requests(self, _: Json) -> Json:
        """Return the log and the counters of the requests to Reddit's API."""
        return self._state.log.read()

    def faults(self, asked: Json) -> Json:
        """Replace the faults."""
        self._state.faults.set(FaultPlan.parse(asked.get("spec", "")))
        return {}

    def change(self, asked: Json) -> Json:
        """Set fields of an object."""
        return self._state.board.change(asked["name"], asked["fields"])

    def edit(self, asked: Json) -> Json:
        """Replace an object's text, as its author does."""
        now = float(int(self._clock().timestamp()))
        return self._state.board.edit(asked["name"], asked["text"], now)

    def delete(self, asked: Json) -> Json:
        """Delete an object as its author does."""
        return self._state.board.delete(asked["name"])

    def remove(self, asked: Json) -> Json:
        """Remove an object as a moderator does."""
        return self._state.board.remove(asked["name"])

    def place(self, asked: Json) -> Json:
        """List an object at a place despite its age."""
        return self._state.board.place(asked["name"], int(asked["place"]))

    def add(self, asked: Json) -> Json:
        """Add objects."""
        self._state.board.put(asked["objects"])
        return {}

    def release(self, asked: Json) -> Json:
        """Release objects that were held back, and return them."""
        released = self._state.feed.release(asked.get("count"))
        self._state.board.put(released)
        return {"objects": released}

    def forget_requests(self, _: Json) -> Json:
        """Empty the log and its counters."""
        self._state.log.clear()
        return {}

    def expire_tokens(self, _: Json) -> Json:
        """Expire all access tokens."""
        self._state.tokens.expire()
        return {}

    def rate_limit(self, asked: Json) -> Json:
        """Replace the rate limit."""
        self._state.allowance.set(
            RateLimit(int(asked["requests"]), float(asked["seconds"]), float(asked["elapsed"]))
        )
        return {}


def _handler(function: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Response:
        if request.client is None or request.client.host not in HERE:
            return JSONResponse({"error": "only for this machine"}, status_code=403)
        try:
            asked = (
                json.loads(await request.body() or b"{}")
                if request.method == "POST"
                else dict(request.query_params)
            )
            return JSONResponse(function(asked))
        except (ValueError, KeyError, TypeError, BadFaults) as error:
            message = str(error) if isinstance(error, BadFaults) else repr(error)
            return JSONResponse({"error": message}, status_code=422)

    return handle
