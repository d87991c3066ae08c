"""Reads of the API for tools, through the caches that requests share."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar, cast

from pydantic import BaseModel

from api.deps import Deps
from api.http.caches import Caches
from api.http.limiter import is_heavy
from api.http.visit import current_visit
from api.schema.parameters import Parameters
from api.serving import state_of

P = TypeVar("P", bound=Parameters)
T = TypeVar("T")


@dataclass(frozen=True)
class Reader:
    """The reads of a call. Equal reads share an answer; heavy ones wait for their turn."""

    deps: Deps
    caches: Caches

    async def read(self, read: Callable[[Deps, P], Awaitable[T]], parameters: P) -> T:
        """Return what a read of the API returns.

        Raises TooBusy, QuotaExceeded, BudgetSpent, and what the read raises.
        """
        make, heavy = partial(read, self.deps, parameters), is_heavy(parameters)
        makes = partial(self.caches.heavy.run, make) if heavy else make
        state = (*state_of(self.deps.watchlist), self.deps.shows_names)
        key = (read, parameters.model_dump_json(), *state)
        if not self.caches.reads.has(key):
            await self.caches.limits.check(current_visit(), is_heavy=heavy)
        # The key names the read, and with it the type of its answer.
        return cast("T", await self.caches.reads.get(key, makes))


@dataclass(frozen=True)
class Found:
    """The answer of a tool, the path and query of the API that return it, and the next page."""

    answer: BaseModel
    request: str
    next_cursor: str | None = None
