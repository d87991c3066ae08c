"""The database and its containers: made, indexed, or refused."""

import asyncio
import json

import pytest
from azure.cosmos import PartitionKey
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import StoreNotProvisioned, StoreOutdated
from shared.settings import Settings
from shared.store import COMMENTS, CONTAINERS, CYCLES, LEASES, POSTS, open_store
from shared.store.cosmos.documents import indexing_policy
from shared.store.cosmos.provisioning import check_containers
from tests.shared.store.cosmos import opened, post


async def test_without_a_key_a_missing_container_is_one_clear_error_and_is_not_made(
    cosmos_settings_factory,
) -> None:
    settings: Settings = cosmos_settings_factory()
    async with opened(settings) as store:
        await check_containers(store._client, settings, store._retries)
        await store._database.delete_container("topics")
        # The same steps as without a key; Entra ID itself needs https and an account.
        with pytest.raises(StoreNotProvisioned, match="COSMOS_DATABASE"):
            await check_containers(store._client, settings, store._retries)


async def test_only_what_is_filtered_or_sorted_on_is_indexed() -> None:
    policy = indexing_policy(COMMENTS)
    assert policy["excludedPaths"] == [{"path": "/*"}]
    assert [included["path"] for included in policy["includedPaths"]] == [
        "/community/?",
        "/order_key/?",
        "/post_id/?",
        "/sentiment/label/?",
    ]
    assert {"path": "/reconciled/?"} in indexing_policy(CYCLES)["includedPaths"]


async def test_containers_are_made_as_declared(cosmos_settings_factory) -> None:
    settings: Settings = cosmos_settings_factory()
    async with opened(settings) as store:
        for container in CONTAINERS:
            made = await store._database.get_container_client(container.name).read()
            assert made["partitionKey"]["paths"] == [f"/{container.partition_key}"]
            assert made["indexingPolicy"]["excludedPaths"] == [{"path": "/*"}]
            assert made["defaultTtl"] == (settings.retention_days + 7) * 86_400


async def test_processes_that_open_an_empty_database_at_once_all_get_it(cosmos_server) -> None:
    settings = cosmos_server.settings()
    opened = await asyncio.gather(
        *(open_store(settings, retry_seconds=20) for _ in range(5)), return_exceptions=True
    )
    for store in opened:
        if not isinstance(store, BaseException):
            await store.read(LEASES, "lease", "lease")
            await store.close()
    assert [store for store in opened if isinstance(store, BaseException)] == []


async def test_a_database_that_is_made_shares_the_free_tiers_throughput(proxy, behind) -> None:
    asked: dict[str, str | None] = {}

    def fault(request: Request) -> None:
        if request.method == "POST":
            asked[request.url.path] = request.headers.get("x-ms-offer-throughput")

    proxy.fault = fault
    async with opened(behind):
        pass
    made = {path.strip("/").split("/")[-1]: throughput for path, throughput in asked.items()}
    # A container with its own throughput has at least 400 RU/s, so five exceed the free tier.
    assert made == {"dbs": "1000", "colls": None}


async def test_a_serverless_account_gets_its_database_without_throughput(proxy, behind) -> None:
    message = "Shared throughput database creation is not supported for serverless accounts."

    def fault(request: Request) -> Response | None:
        if "x-ms-offer-throughput" in request.headers:
            return Response(json.dumps({"code": "BadRequest", "message": message}), 400)
        return None

    proxy.fault = fault
    async with opened(behind) as store:
        await store.upsert(POSTS, [post(1)])
        assert await store.read(POSTS, "aws", "p1") is not None


async def test_containers_that_an_earlier_version_made_are_refused_with_what_to_do(
    cosmos_settings_factory,
) -> None:
    settings: Settings = cosmos_settings_factory()
    async with opened(settings) as store:
        await store._database.delete_container("posts")
        await store._database.create_container("posts", PartitionKey("/subreddit"))
        with pytest.raises(StoreOutdated, match="partitioned by /subreddit"):
            await check_containers(store._client, settings, store._retries)
