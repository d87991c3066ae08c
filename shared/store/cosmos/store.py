"""The store on Azure: Cosmos DB for NoSQL, or what speaks its protocol."""

import asyncio
import random
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, TypeVar, cast

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.core.exceptions import AzureError
from azure.core.pipeline import PipelineResponse
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import (
    CosmosHttpResponseError,
    CosmosResourceExistsError,
    CosmosResourceNotFoundError,
)

from shared.costs import charge
from shared.errors import (
    DocumentChanged,
    DocumentExists,
    StoreError,
    StoreOutdated,
    StoreUnavailable,
)
from shared.settings import Settings
from shared.store.base import Container, Key, Query, T
from shared.store.containers import CONTAINERS
from shared.store.cosmos.documents import WRITE, indexing_policy, ours, sql, theirs
from shared.store.cosmos.errors import (
    BAD_REQUEST,
    CONFLICT,
    PRECONDITION_FAILED,
    is_absence,
    is_transient,
    retry_after,
    translated,
)

R = TypeVar("R")

# There is no bulk call. So many at a time keep 1,000 RU/s busy without drowning it: a write costs
# about 10 RU and takes about 10 ms.
WRITES_IN_FLIGHT = 10
READS_IN_FLIGHT = 8
IDS_AT_ONCE = 100
# A time to live is a net below the cleanup, and counts from the last write.
TTL_MARGIN_DAYS = 7
DAY_SECONDS = 86_400
# What the free tier gives, for all containers together; each by itself would take 400 at least.
# https://learn.microsoft.com/azure/cosmos-db/free-tier#free-tier-with-shared-throughput-database
SHARED_THROUGHPUT = 1_000
# How long a single request may take before it is tried again.
REQUEST_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 5.0

# Without it @vercel/cosmosdb-server answers 500 where a document is missing.
EMULATOR_READ_HEADERS = {"x-ms-documentdb-query-enablecrosspartition": "true"}


class CosmosStore:
    """Documents in a Cosmos DB database."""

    kind: Literal["cosmos"] = "cosmos"

    def __init__(
        self,
        client: CosmosClient,
        database: str,
        credential: AsyncTokenCredential | None,
        *,
        retry_seconds: float,
        rng: random.Random,
        read_headers: Mapping[str, str],
    ) -> None:
        self._client = client
        self._database: DatabaseProxy = client.get_database_client(database)
        self._credential = credential
        self._retry_seconds = retry_seconds
        self._rng = rng
        self._read_headers = dict(read_headers)
        self._writes = asyncio.Semaphore(WRITES_IN_FLIGHT)
        self._reads = asyncio.Semaphore(READS_IN_FLIGHT)

    @classmethod
    async def open(
        cls,
        settings: Settings,
        *,
        retry_seconds: float,
        credential: AsyncTokenCredential | None = None,
    ) -> "CosmosStore":
        """Connect with COSMOS_KEY, or with Entra ID where there is none.

        With a key, what is missing is made. Raises StoreNotProvisioned where something is missing
        and there is no key: a managed identity may not make containers.
        """
        key = settings.cosmos_key
        credential = None if key else credential or _entra_id()
        endpoint = str(settings.cosmos_endpoint)
        is_emulator = endpoint.startswith("http:")
        client = CosmosClient(
            endpoint,
            key.get_secret_value() if key else cast("AsyncTokenCredential", credential),
            # Emulators name addresses of their own that can't be reached.
            enable_endpoint_discovery=not is_emulator,
            connection_timeout=min(retry_seconds, REQUEST_SECONDS),
            read_timeout=min(retry_seconds, REQUEST_SECONDS),
            # Retries are ours: see _patiently.
            retry_total=1,
            retry_connect=0,
            retry_read=0,
            retry_throttle_total=1,
            retry_throttle_backoff_max=1,
            raw_response_hook=_count_charge,
        )
        store = cls(
            client,
            settings.cosmos_database,
            credential,
            retry_seconds=retry_seconds,
            rng=random.Random(),  # noqa: S311 - jitter
            read_headers=EMULATOR_READ_HEADERS if is_emulator else {},
        )
        try:
            await (store._make(settings) if key else store._check())
        except BaseException:
            await store.close()
            raise
        return store

    async def read(self, container: Container[T], partition: str, document_id: str) -> T | None:
        """Return one document, or None."""
        found = await self._read(container, partition, document_id)
        return None if found is None else cast("T", ours(found))

    async def _read(
        self, container: Container[Any], partition: str, document_id: str
    ) -> dict[str, Any] | None:
        proxy = self._proxy(container)

        async def point_read() -> dict[str, Any] | None:
            try:
                return cast(
                    "dict[str, Any]",
                    await proxy.read_item(
                        document_id, partition_key=partition, headers=self._read_headers
                    ),
                )
            except CosmosResourceNotFoundError as error:
                if not is_absence(error):
                    raise
                return None

        return await self._patiently(point_read)

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return those of the documents that exist."""
        by_partition: dict[str, list[str]] = defaultdict(list)
        for partition, document_id in dict.fromkeys(keys):
            by_partition[partition].append(document_id)
        batches = [
            (partition, ids[start : start + IDS_AT_ONCE])
            for partition, ids in by_partition.items()
            for start in range(0, len(ids), IDS_AT_ONCE)
        ]
        proxy = self._proxy(container)

        async def batched_read(partition: str, ids: list[str]) -> list[dict[str, Any]]:
            if len(ids) == 1:
                found_one = await self.read(container, partition, ids[0])
                return [] if found_one is None else [dict(found_one)]
            async with self._reads:
                # One partition at a time: over several, each id becomes a condition of its own.
                found = await self._patiently(
                    lambda: proxy.read_items([(document_id, partition) for document_id in ids])
                )
            return list(found)

        found = await _all(batched_read(partition, ids) for partition, ids in batches)
        documents = [ours(document) for batch in found for document in batch]
        return {
            (document[container.partition_key], document["id"]): cast("T", document)
            for document in documents
        }

    async def query(self, query: Query[T]) -> list[T]:
        """Return the documents of the query, in its order."""
        text, parameters = sql(query)
        proxy = self._proxy(query.container)

        async def run() -> list[dict[str, Any]]:
            pages = proxy.query_items(
                text,
                parameters=parameters,
                partition_key=query.partition,
                max_item_count=query.limit,
            )
            return [document async for document in pages]

        return [cast("T", ours(document)) for document in await self._patiently(run)]

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and give its ETag. Raises DocumentExists."""
        body = theirs(document)
        proxy = self._proxy(container)
        return await self._conditionally(
            container, body, lambda: proxy.create_item(body), DocumentExists
        )

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Write over the document that has this ETag. Raises DocumentChanged."""
        body = theirs(document)
        proxy = self._proxy(container)

        def write() -> Awaitable[Any]:
            return proxy.replace_item(
                body["id"], body, etag=etag, match_condition=MatchConditions.IfNotModified
            )

        return await self._conditionally(container, body, write, DocumentChanged)

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, whatever was there."""
        proxy = self._proxy(container)

        async def write(document: T) -> None:
            async with self._writes:
                await self._patiently(lambda: proxy.upsert_item(theirs(document)))

        await _all(write(document) for document in documents)

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete those of the documents that exist."""
        proxy = self._proxy(container)

        async def remove(partition: str, document_id: str) -> None:
            try:
                await proxy.delete_item(document_id, partition_key=partition)
            except CosmosResourceNotFoundError as error:
                if not is_absence(error):
                    raise

        async def bounded(partition: str, document_id: str) -> None:
            async with self._writes:
                await self._patiently(lambda: remove(partition, document_id))

        await _all(bounded(partition, document_id) for partition, document_id in keys)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._credential is not None:
            await self._credential.close()

    async def _make(self, settings: Settings) -> None:
        await self._make_once(lambda: self._make_database(settings.cosmos_database))
        ttl = (settings.retention_days + TTL_MARGIN_DAYS) * DAY_SECONDS

        async def make(container: Container[Any]) -> None:
            await self._make_once(
                lambda: self._database.create_container_if_not_exists(
                    container.name,
                    PartitionKey(f"/{container.partition_key}"),
                    indexing_policy=indexing_policy(container),
                    default_ttl=ttl if container.expires else None,
                )
            )

        # Concurrently: the first request of a process waits for this.
        await _all(make(container) for container in CONTAINERS)

    async def _make_database(self, name: str) -> None:
        try:
            await self._client.create_database_if_not_exists(
                name, offer_throughput=SHARED_THROUGHPUT
            )
        except CosmosHttpResponseError as error:
            # A serverless account has no throughput to share, and refuses a value.
            if error.status_code != BAD_REQUEST or "serverless" not in str(error).lower():
                raise
            await self._client.create_database_if_not_exists(name)

    async def _make_once(self, make: Callable[[], Awaitable[Any]]) -> None:
        """Make what is missing. The client looks first, and another process may come between."""

        async def attempt() -> None:
            try:
                await make()
            except CosmosResourceExistsError:
                return

        await self._patiently(attempt)

    async def _check(self) -> None:
        found = await _all(self._patiently(self._proxy(each).read) for each in CONTAINERS)
        for container, properties in zip(CONTAINERS, found, strict=True):
            paths = properties["partitionKey"]["paths"]
            if paths != [f"/{container.partition_key}"]:
                raise StoreOutdated(
                    f"the container {container.name} is partitioned by {paths[0]}, as an earlier"
                    " version of Undertone made it: name another COSMOS_DATABASE, or delete this"
                    " one, deploy the template and collect again"
                )

    def _proxy(self, container: Container[Any]) -> ContainerProxy:
        return self._database.get_container_client(container.name)

    async def _conditionally(
        self,
        container: Container[T],
        body: dict[str, Any],
        write: Callable[[], Awaitable[Any]],
        refused: type[StoreError],
    ) -> str:
        """Write under a condition. One that is refused may be ours, written by an earlier attempt.

        Its answer was lost, and it was sent again: by us, or beneath us, since aiohttp repeats a
        PUT by itself when a connection that it used before is closed. So each write has a name.
        """
        body[WRITE] = uuid.uuid4().hex

        async def attempt() -> Any:
            try:
                return await write()
            except CosmosHttpResponseError as error:
                is_gone = is_absence(error) and refused is DocumentChanged
                if is_gone or error.status_code in {CONFLICT, PRECONDITION_FAILED}:
                    return None
                raise

        written = await self._patiently(attempt)
        if written is None:
            stored = await self._read(container, body[container.partition_key], body["id"])
            if stored is None or stored.get(WRITE) != body[WRITE]:
                raise refused(f"{container.name}: {body['id']} is not as it was expected")
            written = stored
        return str(written["_etag"])

    async def _patiently(self, work: Callable[[], Awaitable[R]]) -> R:
        """Do it, again while the database throttles or can't be reached, for `retry_seconds`."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._retry_seconds
        attempt = 0
        fault: StoreError | None = None
        while True:
            attempt += 1
            try:
                async with asyncio.timeout_at(deadline):
                    return await work()
            except TimeoutError:
                # What it last said tells more than that time is up.
                raise fault or StoreUnavailable(
                    f"Cosmos DB gave no answer within {self._retry_seconds:g} s"
                ) from None
            except CosmosHttpResponseError as error:
                if not is_transient(error):
                    raise translated(error) from error
                fault, asked = translated(error), retry_after(error)
            except AzureError as error:
                fault, asked = (
                    StoreUnavailable(f"Cosmos DB can't be reached: {error.message}"),
                    None,
                )
            pause = self._pause(attempt) if asked is None else asked
            if loop.time() + pause >= deadline:
                raise fault
            await asyncio.sleep(pause)

    def _pause(self, attempt: int) -> float:
        longest = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0 ** (attempt - 1))
        return self._rng.uniform(longest / 2, longest)


def _count_charge(response: PipelineResponse[Any, Any]) -> None:
    """Count a request and its charge, which each answer says."""
    try:
        charge(float(response.http_response.headers.get("x-ms-request-charge", 0)))
    except ValueError:
        charge()


def _entra_id() -> AsyncTokenCredential:
    from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415 - costs 0.3 s

    return DefaultAzureCredential()


async def _all(work: Iterable[Awaitable[R]]) -> list[R]:
    """Await all of it, and cancel the rest when one fails."""
    tasks = [asyncio.ensure_future(each) for each in work]
    try:
        return await asyncio.gather(*tasks)
    except BaseException:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        raise
