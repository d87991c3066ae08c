"""A proxy in front of the Cosmos DB server, and settings that lead through it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from shared.settings import Settings
from tests.shared.store.cosmos import Proxy


@pytest.fixture
async def proxy(cosmos_server) -> AsyncIterator[Proxy]:
    made = Proxy(cosmos_server.endpoint)
    methods = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    app = Starlette(routes=[Route("/{path:path}", made.__call__, methods=methods)])
    config = uvicorn.Config(app, port=0, log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    made.base_url = f"http://127.0.0.1:{port}"
    yield made
    server.should_exit = True
    await serving
    await made._http.aclose()


@pytest.fixture
def behind(proxy: Proxy, cosmos_settings_factory) -> Settings:
    settings: Settings = cosmos_settings_factory()
    return settings.model_copy(update={"cosmos_endpoint": proxy.base_url})
