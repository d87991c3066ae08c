"""Real databases for tests: SQLite files, and a Cosmos DB server from npm or a given one."""

import asyncio
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.cosmos.aio import CosmosClient

from shared.settings import Settings, load_settings
from shared.store import Store, open_store

ROOT = Path(__file__).parents[1]
SERVER = ROOT / "tests/cosmos_server/node_modules/@vercel/cosmosdb-server/lib/cli.js"
PATIENCE = 60.0


@dataclass(frozen=True)
class CosmosServer:
    endpoint: str
    key: str

    def settings(self) -> Settings:
        """Return settings with a database of their own."""
        return load_settings(
            {
                "COSMOS_ENDPOINT": self.endpoint,
                "COSMOS_KEY": self.key,
                "COSMOS_DATABASE": f"test-{uuid.uuid4().hex[:12]}",
            }
        )


@contextmanager
def running_cosmos_server() -> Iterator[CosmosServer]:
    """Run the Cosmos DB server of the tests, or use the one at COSMOS_TEST_ENDPOINT."""
    if endpoint := os.environ.get("COSMOS_TEST_ENDPOINT"):
        yield CosmosServer(endpoint, os.environ.get("COSMOS_TEST_KEY", "dGVzdA=="))
        return
    if not SERVER.exists():
        pytest.fail("the Cosmos DB server of the tests isn't installed: `make test` does it")
    node = shutil.which("node") or str(Path(sys.executable).with_name("node"))
    command = [node, str(SERVER), "--no-ssl", "--host", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Ready to accept"), line
        port = line.strip().rsplit(":", 1)[1]
        try:
            yield CosmosServer(f"http://127.0.0.1:{port}", "dGVzdA==")
        finally:
            process.kill()


@pytest.fixture(scope="session")
def cosmos_server() -> Iterator[CosmosServer]:
    """Start one server for all tests."""
    with running_cosmos_server() as server:
        yield server


async def drop(settings: Settings) -> None:
    """Delete a test's database."""
    key = settings.cosmos_key.get_secret_value() if settings.cosmos_key else ""
    endpoint = str(settings.cosmos_endpoint)
    async with CosmosClient(endpoint, key, enable_endpoint_discovery=False) as client:
        await client.delete_database(settings.cosmos_database)


@pytest.fixture
def cosmos_settings_factory(cosmos_server: CosmosServer) -> Iterator[Callable[[], Settings]]:
    """Return settings of as many Cosmos DB databases as asked for; they are dropped at the end."""
    made: list[Settings] = []

    def make() -> Settings:
        made.append(cosmos_server.settings())
        return made[-1]

    yield make

    async def drop_all() -> None:
        for settings in made:
            await drop(settings)

    asyncio.run(drop_all())


@pytest.fixture
def sqlite_settings(tmp_path: Path) -> Settings:
    """Return settings of a database file of the test's own."""
    return load_settings({"SQLITE_PATH": str(tmp_path / "undertone.db")})


@pytest.fixture(params=["sqlite", "cosmos"])
def any_store_settings(request: pytest.FixtureRequest) -> Settings:
    """Return settings of a database of the test's own, of each kind in turn."""
    if request.param == "sqlite":
        settings: Settings = request.getfixturevalue("sqlite_settings")
        return settings
    factory: Callable[[], Settings] = request.getfixturevalue("cosmos_settings_factory")
    return factory()


@pytest.fixture
async def store(any_store_settings: Settings) -> AsyncIterator[Store]:
    """Open a store of each kind in turn."""
    opened = await open_store(any_store_settings, retry_seconds=PATIENCE)
    yield opened
    await opened.close()


@pytest.fixture
async def sqlite_store(sqlite_settings: Settings) -> AsyncIterator[Store]:
    """Open a store in a file."""
    opened = await open_store(sqlite_settings, retry_seconds=PATIENCE)
    yield opened
    await opened.close()


@pytest.fixture
async def cosmos_store(cosmos_settings_factory: Callable[[], Settings]) -> AsyncIterator[Store]:
    """Open a store in Cosmos DB."""
    opened = await open_store(cosmos_settings_factory(), retry_seconds=PATIENCE)
    yield opened
    await opened.close()
