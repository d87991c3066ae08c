"""Takes the results of several streams as they come, each stream waiting while its own is used."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Idle(Generic[T]):
    """The value to yield each time that no stream has yielded anything for some seconds."""

    seconds: float
    value: T


async def side_by_side(
    streams: Sequence[AsyncGenerator[T]], *, idle: Idle[T] | None = None
) -> AsyncGenerator[T]:
    """Yield what the streams yield, in the order in which it comes.

    A stream goes on once its last result has been used, so that none runs ahead of the one who
    uses them. An error of one stream ends all. Close it, also after a break: it ends the streams.
    """
    seconds = idle.seconds if idle else None
    waiting = {asyncio.ensure_future(anext(stream)): stream for stream in streams}
    try:
        while waiting:
            done, _ = await asyncio.wait(
                waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if idle and not done:
                yield idle.value
            for task in done:
                stream = waiting.pop(task)
                try:
                    result = task.result()
                except StopAsyncIteration:
                    continue
                yield result
                waiting[asyncio.ensure_future(anext(stream))] = stream
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        for stream in streams:
            await stream.aclose()
