"""Writes a document under a condition, even if the answer to an earlier attempt was lost."""

import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.errors import DocumentChanged, StoreError
from shared.store.cosmos.documents import WRITE
from shared.store.cosmos.errors import CONFLICT, PRECONDITION_FAILED, is_absence
from shared.store.cosmos.retries import Retries


async def write_conditionally(
    body: dict[str, Any],
    write: Callable[[], Awaitable[Any]],
    read_back: Callable[[], Awaitable[dict[str, Any] | None]],
    refused: StoreError,
    retries: Retries,
) -> str:
    """Write the document and return its ETag. Raises `refused` if another writer came first.

    A refused write may have succeeded before: its answer was lost, and it was sent again, by
    Retries or by aiohttp, which repeats a PUT when a reused connection is closed. So each write
    has a name, and after a refusal the stored document tells whose write it was.
    """
    body[WRITE] = uuid.uuid4().hex

    async def attempt() -> Any:
        try:
            return await write()
        except CosmosHttpResponseError as error:
            is_gone = is_absence(error) and isinstance(refused, DocumentChanged)
            if is_gone or error.status_code in {CONFLICT, PRECONDITION_FAILED}:
                return None
            raise

    written = await retries.run(attempt)
    if written is None:
        written = await read_back()
        if written is None or written.get(WRITE) != body[WRITE]:
            raise refused
    return str(written["_etag"])
