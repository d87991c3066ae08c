"""The Reddit stand-in: the application that serves a feed, and the thread that runs it."""

import socket
import time

from starlette.types import ASGIApp

from local.reddit.api import RedditApi
from local.reddit.board import Board
from local.reddit.control import StandInControl
from local.reddit.control_api import ControlApi
from local.reddit.faults import FaultPlan, Faults
from local.reddit.feed import Feed
from local.reddit.limits import TOKEN_SECONDS, Allowance, RateLimit, Seconds, Tokens
from local.reddit.log import RequestLog
from local.reddit.middleware import Middleware
from local.reddit.state import StandInState
from local.serving import Listening
from shared.times import Clock, utc_now


def create_app(
    feed: Feed,
    *,
    faults: FaultPlan | str = "",
    rate_limit: RateLimit | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    token_seconds: int = TOKEN_SECONDS,
    clock: Clock = utc_now,
    seconds: Seconds = time.monotonic,
) -> ASGIApp:
    """Return the application that serves a feed.

    `faults` is a plan or a description of one. With `client_id` and `client_secret` only that
    client gets tokens, which last `token_seconds`. `rate_limit` is Reddit's own by default.
    `seconds` is the clock of limits and tokens. Raises BadFaults.
    """
    plan = FaultPlan.parse(faults) if isinstance(faults, str) else faults
    board = Board(feed.subreddits)
    board.put(feed.start())
    tokens = Tokens(token_seconds, seconds)
    allowance = Allowance(rate_limit or RateLimit(), seconds)
    state = StandInState(board, feed, tokens, allowance, Faults(plan), RequestLog())
    return Middleware(
        state,
        control=ControlApi(state, clock=clock).application(),
        api=RedditApi(board, feed, tokens, client_id=client_id, client_secret=client_secret),
    )


class StandIn(Listening):
    """A stand-in that listens from its creation until it is closed; a context manager.

    `base_url` is the value for REDDIT_BASE_URL. `control` changes the stand-in while it runs.
    """

    def __init__(self, app: ASGIApp, *, listener: socket.socket | None = None) -> None:
        """Listen in a thread of its own, on a socket of `listen` or on any free port."""
        super().__init__(app, listener=listener)
        self.control = StandInControl(self.base_url)

    def close(self) -> None:
        """Stop listening; every open connection is cut."""
        self.control.close()
        super().close()
