"""A limit on concurrent heavy reads, so that light reads never wait for them."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from api.errors import RequestError
from api.http.visit import current_visit
from api.schema.corrections import CorrectionsParameters
from api.schema.digest import DigestParameters
from api.schema.explain import ExplainParameters
from api.schema.markers import EffectParameters
from api.schema.parameters import (
    CompareParameters,
    ItemsParameters,
    ListParameters,
    PostParameters,
    ScopeParameters,
    SpanParameters,
    TrendsParameters,
)
from api.schema.problems import REDUCED_CAPACITY
from api.schema.subject_parameters import FeedParameters
from api.schema.topics import TopicsParameters
from api.schema.values import MAX_HOURS

T = TypeVar("T")

# A heavy read costs up to 1,000 request units, the free tier's budget of a second. With these
# limits even the last one in the queue is answered before its client gives up.
AT_ONCE = 4
WAITING = 12
# SQLite reads in one thread: several at once take as long together, and health waits for each.
AT_ONCE_OF_SQLITE = 1
# One client leaves places to others.
OF_A_CLIENT = 12
RETRY_SECONDS = 2
# Reads that look for reasons.
EXPLAINED = (ExplainParameters, DigestParameters)
# Above these a page of posts or corrections, or a sum over hours, is heavy. A correction is read
# with its note and its item, so that 200 of them cost about 700 request units.
MAX_LIGHT_POSTS = 100
MAX_LIGHT_CORRECTIONS = 100
MAX_LIGHT_HOURS = 1000


class TooBusy(RequestError):
    """The queue for heavy reads is full."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    retry_seconds = RETRY_SECONDS
    type = REDUCED_CAPACITY

    def __init__(self) -> None:
        super().__init__("Too many searches, files or long spans are being read: try again soon.")


class Limiter:
    """Runs a few reads at a time, and queues a few more."""

    def __init__(
        self, *, at_once: int = AT_ONCE, waiting: int = WAITING, of_a_client: int = OF_A_CLIENT
    ) -> None:
        self._most = at_once + waiting
        self._most_of_a_client = of_a_client
        # As many clients as reads, at most.
        self._inside: Counter[str] = Counter()
        self._turns = asyncio.Semaphore(at_once)

    async def run(self, read: Callable[[], Awaitable[T]]) -> T:
        """Run the read, in its turn. Raises TooBusy, and what the read raises.

        A client who is known has only a part of the places.
        """
        client = current_visit().client
        name = client or ""
        is_too_many = client is not None and self._inside[name] >= self._most_of_a_client
        if is_too_many or self._inside.total() >= self._most:
            raise TooBusy
        self._inside[name] += 1
        try:
            async with self._turns:
                return await read()
        finally:
            self._inside[name] -= 1
            self._inside += Counter()  # Drops names that have none.


def limiter_of(*, is_sqlite: bool) -> Limiter:
    """Return a limit for heavy reads of a database, with as many places for each."""
    at_once = AT_ONCE_OF_SQLITE if is_sqlite else AT_ONCE
    return Limiter(at_once=at_once, waiting=AT_ONCE + WAITING - at_once)


def finds_topics(parameters: object) -> bool:
    """Return whether the read looks for topics, or for the items of one."""
    is_of_topic = isinstance(parameters, ItemsParameters) and parameters.topic is not None
    return is_of_topic or isinstance(parameters, TopicsParameters)


def is_sorted(parameters: object) -> bool:
    """Return whether the read sorts a whole list."""
    return isinstance(parameters, ListParameters | FeedParameters) and parameters.sort != "newest"


def reads_many(parameters: object) -> bool:
    """Return whether the read looks a post up in all communities, or lists many corrections."""
    if isinstance(parameters, PostParameters):
        return parameters.subreddit is None and parameters.community is None
    return (
        isinstance(parameters, CorrectionsParameters) and parameters.limit > MAX_LIGHT_CORRECTIONS
    )


def is_heavy(parameters: object, form: str = "json") -> bool:
    """Return whether the read is heavy.

    That is a search, a file, a large page, a sorted list, a long sum, reasons, a digest, one for
    topics, or a post that is looked up in all communities.
    """
    is_whole = is_sorted(parameters) or finds_topics(parameters) or reads_many(parameters)
    if form != "json" or isinstance(parameters, EXPLAINED) or is_whole:
        return True
    match parameters:
        case ListParameters():
            return bool(parameters.q) or parameters.limit > MAX_LIGHT_POSTS
        case CompareParameters():
            return len(parameters.names) * parameters.max_hours > MAX_LIGHT_HOURS
        case SpanParameters():
            is_sum = isinstance(parameters, ScopeParameters)
            is_course = isinstance(parameters, TrendsParameters)
            light = MAX_HOURS if is_sum and not is_course else MAX_LIGHT_HOURS
            return parameters.max_hours > light
        case EffectParameters():
            return 2 * parameters.days * 24 > MAX_LIGHT_HOURS
        case _:
            return False
