"""Makes the database and its containers, or checks those that a deployment made."""

from collections.abc import Awaitable, Callable
from typing import Any

from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient
from azure.cosmos.exceptions import CosmosHttpResponseError, CosmosResourceExistsError

from shared.errors import StoreOutdated
from shared.settings import Settings
from shared.store.base import Container
from shared.store.containers import CONTAINERS
from shared.store.cosmos.documents import indexing_policy
from shared.store.cosmos.errors import BAD_REQUEST
from shared.store.cosmos.retries import Retries, run_all

# The time to live is a fallback for the cleanup, and counts from the last write.
TTL_MARGIN_DAYS = 7
DAY_SECONDS = 86_400
# The free tier's throughput, shared by all containers; one with its own takes 400 RU/s at least.
# https://learn.microsoft.com/azure/cosmos-db/free-tier#free-tier-with-shared-throughput-database
SHARED_THROUGHPUT = 1_000


async def make_containers(client: CosmosClient, settings: Settings, retries: Retries) -> None:
    """Make the database and its containers if they are missing."""
    name = settings.cosmos_database
    await _make_once(lambda: _make_database(client, name), retries)
    database = client.get_database_client(name)
    ttl = (settings.retention_days + TTL_MARGIN_DAYS) * DAY_SECONDS

    async def make(container: Container[Any]) -> None:
        await _make_once(
            lambda: database.create_container_if_not_exists(
                container.name,
                PartitionKey(f"/{container.partition_key}"),
                indexing_policy=indexing_policy(container),
                default_ttl=ttl if container.expires else None,
            ),
            retries,
        )

    # Concurrently, because the first request of a process waits for it.
    await run_all(make(container) for container in CONTAINERS)


async def check_containers(client: CosmosClient, settings: Settings, retries: Retries) -> None:
    """Check that all containers are there. Raises StoreNotProvisioned and StoreOutdated."""
    database = client.get_database_client(settings.cosmos_database)
    found = await run_all(
        retries.run(database.get_container_client(each.name).read) for each in CONTAINERS
    )
    for container, properties in zip(CONTAINERS, found, strict=True):
        paths = properties["partitionKey"]["paths"]
        if paths != [f"/{container.partition_key}"]:
            raise StoreOutdated(
                f"the container {container.name} is partitioned by {paths[0]}, as an earlier"
                " version of Undertone made it: name another COSMOS_DATABASE, or delete this"
                " one, deploy the template and collect again"
            )


async def _make_database(client: CosmosClient, name: str) -> None:
    try:
        await client.create_database_if_not_exists(name, offer_throughput=SHARED_THROUGHPUT)
    except CosmosHttpResponseError as error:
        # A serverless account has no throughput to share, and refuses a value.
        if error.status_code != BAD_REQUEST or "serverless" not in str(error).lower():
            raise
        await client.create_database_if_not_exists(name)


async def _make_once(make: Callable[[], Awaitable[Any]], retries: Retries) -> None:
    """Make it. Another process may do so between the client's look-up and its request."""

    async def attempt() -> None:
        try:
            await make()
        except CosmosResourceExistsError:
            return

    await retries.run(attempt)
