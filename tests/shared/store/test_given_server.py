"""The tests of the store can use a given Cosmos DB server, such as the emulator."""

import pytest

from shared.store import POSTS, open_store
from tests.fixtures.stores import PATIENCE, drop, running_cosmos_server

KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw=="


async def test_a_server_that_is_given_is_the_one_that_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("COSMOS_TEST_ENDPOINT", raising=False)
    with running_cosmos_server() as started:
        monkeypatch.setenv("COSMOS_TEST_ENDPOINT", started.endpoint)
        monkeypatch.setenv("COSMOS_TEST_KEY", KEY)
        with running_cosmos_server() as given:
            assert (given.endpoint, given.key) == (started.endpoint, KEY)
            settings = given.settings()
            store = await open_store(settings, retry_seconds=PATIENCE)
            await store.upsert(POSTS, [{"id": "p1", "community": "aws", "order_key": "1"}])
            assert await store.read(POSTS, "aws", "p1")
            await store.close()
            await drop(settings)
        # The test didn't start it, so it doesn't stop it.
        store = await open_store(started.settings(), retry_seconds=PATIENCE)
        await store.close()
