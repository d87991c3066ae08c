"""The costs of a piece of work at the database, counted where it is spent."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Costs:
    """The costs so far: requests to the database, and what Cosmos DB charged for them.

    https://learn.microsoft.com/azure/cosmos-db/request-units
    """

    operations: int = 0
    request_units: float = 0.0


_counting: ContextVar[Costs | None] = ContextVar("costs", default=None)


@contextmanager
def track() -> Iterator[Costs]:
    """Count what the block and the tasks that it starts spend, also for a block around it."""
    costs, around = Costs(), _counting.get()
    token = _counting.set(costs)
    try:
        yield costs
    finally:
        _counting.reset(token)
        if around is not None:
            around.operations += costs.operations
            around.request_units += costs.request_units


def charge(request_units: float = 0.0) -> None:
    """Count one operation, if somebody counts."""
    if (costs := _counting.get()) is not None:
        costs.operations += 1
        costs.request_units += request_units
