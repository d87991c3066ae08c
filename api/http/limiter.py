"""A limit on heavy reads, so that those who ask for little never wait for them."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from api.errors import RequestError
from api.schema.parameters import CompareParameters, ListParameters, TrendsParameters

T = TypeVar("T")

# One costs up to 1,000 request units, which is what the free tier gives a second: the last of the
# line is answered before a client gives up.
AT_ONCE = 4
WAITING = 12
RETRY_SECONDS = 2
# Of what one page of posts may read, and of the hours that a sum may add up.
MAX_LIGHT_POSTS = 100
MAX_LIGHT_HOURS = 1000


class TooBusy(RequestError):
    """The line for heavy reads is full."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    retry_seconds = RETRY_SECONDS

    def __init__(self) -> None:
        super().__init__("Too many searches, files or long spans are being read: try again soon.")


class Limiter:
    """Lets a few reads run at a time, and a few more wait for them."""

    def __init__(self, *, at_once: int = AT_ONCE, waiting: int = WAITING) -> None:
        self._most = at_once + waiting
        self._inside = 0
        self._turns = asyncio.Semaphore(at_once)

    async def run(self, read: Callable[[], Awaitable[T]]) -> T:
        """Read when it is its turn. Raises TooBusy, and what reading does."""
        if self._inside >= self._most:
            raise TooBusy
        self._inside += 1
        try:
            async with self._turns:
                return await read()
        finally:
            self._inside -= 1


def is_heavy(parameters: object, form: str = "json") -> bool:
    """Return whether the read is a search, a file, a large page or a long span of many."""
    if form != "json":
        return True
    match parameters:
        case ListParameters():
            return bool(parameters.q) or parameters.limit > MAX_LIGHT_POSTS
        case TrendsParameters():
            return parameters.hours > MAX_LIGHT_HOURS
        case CompareParameters():
            return len(parameters.subreddits) * parameters.hours > MAX_LIGHT_HOURS
        case _:
            return False
