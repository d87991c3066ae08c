"""Tries to write a document that others write at the same time."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable

# People whose mails go out side by side write into the same incident: 20, and others beside them.
# Forty instances may all want a part of the day's units at the same moment.
MAX_TRIES = 20
FIRST_SECONDS, MAX_SECONDS = 0.02, 0.5

Jitter = Callable[[float, float], float]
"""Returns a random number between two."""


async def tries(jitter: Jitter = random.uniform) -> AsyncIterator[int]:
    """Yield the numbers of tries, with longer and longer pauses of random length between them.

    Without these, writers that read and write in step leave the same ones out every time.
    """
    for number in range(MAX_TRIES):
        if number:
            await asyncio.sleep(jitter(0, min(MAX_SECONDS, FIRST_SECONDS * 2**number)))
        yield number
