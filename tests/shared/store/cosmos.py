"""A Cosmos DB store behind a proxy that makes faults."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import Response

from shared.settings import Settings
from shared.store.cosmos.store import CosmosStore
from tests.fixtures.stores import PATIENCE

Fault = Callable[[Request], Response | None]
HOP_BY_HOP = {"connection", "content-length", "transfer-encoding", "content-encoding", "host"}


class Proxy:
    """A proxy in front of the server, which answers itself if the fault says so."""

    def __init__(self, target: str) -> None:
        self.fault: Fault = lambda _request: None
        self.lose_answers = 0
        self.stalled = asyncio.Event()
        self.stalled.set()
        self.base_url = ""
        self._http = httpx.AsyncClient(base_url=target, timeout=30, trust_env=False)

    async def __call__(self, request: Request) -> Response:
        await self.stalled.wait()
        if (made := self.fault(request)) is not None:
            return made
        headers = {k: v for k, v in request.headers.items() if k not in HOP_BY_HOP}
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        answer = await self._http.request(
            request.method, path, headers=headers, content=await request.body()
        )
        if self.lose_answers and request.method in {"POST", "PUT"}:
            self.lose_answers -= 1
            return Response(status_code=503, content=b'{"message": "lost"}')
        kept = {k: v for k, v in answer.headers.items() if k not in HOP_BY_HOP}
        return Response(answer.content, answer.status_code, kept)


@asynccontextmanager
async def opened(settings: Settings, **options: Any) -> AsyncIterator[CosmosStore]:
    """Open a store; `retry_seconds` counts from then on, since a busy server opens slowly."""
    retry_seconds = options.pop("retry_seconds", PATIENCE)
    store = await CosmosStore.open(settings, retry_seconds=PATIENCE, **options)
    store._retries.seconds = retry_seconds
    try:
        yield store
    finally:
        await store.close()


def post(number: int) -> Any:
    return {"id": f"p{number}", "community": "aws", "order_key": f"k{number:06}"}
