"""A database that another version wrote is refused, by a line that says what to do."""

import json
from typing import Any

import pytest

from api.process import close
from shared.errors import StoreOutdated
from shared.settings import Settings
from shared.settings import settings as process_settings
from shared.store import COLLECTION, open_store
from shared.store.schema import SCHEMA
from tests.api.world import get

OTHERS = [
    ({}, "earlier"),
    ({"schema": SCHEMA - 1}, "earlier"),
    ({"schema": SCHEMA + 1}, "later"),
    ({"schema": "2027.1"}, "later"),
]


async def write(settings: Settings, **fields: Any) -> None:
    store = await open_store(settings, retry_seconds=60)
    state: Any = {"id": "collection", "kind": "collection", "ttl": -1, **fields}
    await store.upsert(COLLECTION, [state])
    await store.close()


async def test_one_of_this_version_and_an_empty_one_open(any_store_settings) -> None:
    await write(any_store_settings, schema=SCHEMA)
    await (await open_store(any_store_settings, retry_seconds=60)).close()


@pytest.mark.parametrize(("fields", "age"), OTHERS)
async def test_one_of_another_version_says_what_to_do(any_store_settings, fields, age) -> None:
    await write(any_store_settings, **fields)
    with pytest.raises(StoreOutdated) as caught:
        await open_store(any_store_settings, retry_seconds=60)
    said = str(caught.value)
    assert f"{age} version" in said
    assert "name another database" in said
    assert ("SQLITE_PATH" in said) or ("COSMOS_DATABASE" in said)


async def test_clients_are_told_that_it_is_no_matter_of_theirs(
    sqlite_settings, monkeypatch
) -> None:
    await write(sqlite_settings)
    monkeypatch.setenv("SQLITE_PATH", str(sqlite_settings.sqlite_path))
    process_settings.cache_clear()
    answer = await get("/api/v1/sentiment/stats")
    health = json.loads((await get("/api/v1/health")).get_body())
    await close()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "version" in json.loads(answer.get_body())["detail"]
    assert health["status"] == "unhealthy"
    assert str(sqlite_settings.sqlite_path.parent) not in json.dumps(health)
