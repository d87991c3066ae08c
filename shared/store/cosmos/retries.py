"""Retries requests to Cosmos DB: while it throttles, fails over or can't be reached."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from azure.core.exceptions import AzureError
from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.errors import StoreError, StoreUnavailable
from shared.store.cosmos.errors import is_transient, retry_after, translated

R = TypeVar("R")

FIRST_PAUSE_SECONDS = 0.05
MAX_PAUSE_SECONDS = 5.0


class Retries:
    """Runs an operation until it succeeds, fails for good, or `seconds` are over.

    The time is the event loop's, since its timeouts use no other clock.
    """

    def __init__(self, seconds: float, rng: random.Random) -> None:
        self.seconds = seconds
        self._rng = rng

    async def run(self, work: Callable[[], Awaitable[R]]) -> R:
        """Return what the operation returns. Raises StoreError, with the last fault's reason."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.seconds
        attempt = 0
        fault: StoreError | None = None
        while True:
            attempt += 1
            try:
                async with asyncio.timeout_at(deadline):
                    return await work()
            except TimeoutError:
                # The fault of an earlier attempt says more than the timeout.
                raise fault or StoreUnavailable(
                    f"Cosmos DB gave no answer within {self.seconds:g} s"
                ) from None
            except CosmosHttpResponseError as error:
                if not is_transient(error):
                    raise translated(error) from error
                fault, asked = translated(error), retry_after(error)
            except AzureError as error:
                fault, asked = (
                    StoreUnavailable(f"Cosmos DB can't be reached: {error.message}"),
                    None,
                )
            pause = self._pause(attempt) if asked is None else asked
            if loop.time() + pause >= deadline:
                raise fault
            await asyncio.sleep(pause)

    def _pause(self, attempt: int) -> float:
        longest = min(MAX_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1))
        return self._rng.uniform(longest / 2, longest)


async def run_all(work: Iterable[Awaitable[R]]) -> list[R]:
    """Run all concurrently, and cancel the rest when one fails."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
