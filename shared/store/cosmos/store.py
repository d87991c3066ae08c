"""The store on Azure: Cosmos DB for NoSQL, or what speaks its protocol."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, Literal, cast

from azure.core import MatchConditions
from azure.core.credentials_async import AsyncTokenCredential
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy
from azure.cosmos.exceptions import CosmosResourceNotFoundError

from shared.entra import entra_id
from shared.errors import DocumentChanged, DocumentExists, StoreError
from shared.settings import Settings
from shared.store.base import Container, Key, Query, T
from shared.store.cosmos.conditional import write_conditionally
from shared.store.cosmos.connecting import connected, is_emulator
from shared.store.cosmos.documents import ours, sql, theirs
from shared.store.cosmos.errors import is_absence
from shared.store.cosmos.provisioning import check_containers, make_containers
from shared.store.cosmos.retries import Retries, run_all

# There is no bulk call. 10 writes at a time use 1,000 RU/s: a write costs about 10 RU and takes
# about 10 ms.
WRITES_IN_FLIGHT = 10
READS_IN_FLIGHT = 8
IDS_AT_ONCE = 100
# A query costs two request units more than reading its documents one by one, which is as quick for
# this number of them.
POINT_READS = 4

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
        retries: Retries,
        read_headers: Mapping[str, str],
    ) -> None:
        self._client = client
        self._database: DatabaseProxy = client.get_database_client(database)
        self._credential = credential
        self._retries = retries
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
        """Connect with COSMOS_KEY, or without one with Entra ID.

        With a key, missing containers are made. Without one, a missing container raises
        StoreNotProvisioned: a managed identity may not make containers.
        """
        has_key = bool(settings.cosmos_key)
        credential = None if has_key else credential or entra_id()
        client = connected(settings, credential, retry_seconds=retry_seconds)
        retries = Retries(retry_seconds, random.Random())  # noqa: S311 - jitter
        store = cls(
            client,
            settings.cosmos_database,
            credential,
            retries=retries,
            read_headers=EMULATOR_READ_HEADERS if is_emulator(settings) else {},
        )
        try:
            await (make_containers if has_key else check_containers)(client, settings, retries)
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

        return await self._retries.run(point_read)

    async def read_many(self, container: Container[T], keys: Iterable[Key]) -> dict[Key, T]:
        """Return the documents that exist, by their keys."""
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
            if len(ids) <= POINT_READS:
                each = await run_all(self.read(container, partition, one) for one in ids)
                return [dict(document) for document in each if document is not None]
            async with self._reads:
                # One partition at a time: with several, each id becomes a separate condition.
                found = await self._retries.run(
                    lambda: proxy.read_items([(document_id, partition) for document_id in ids])
                )
            return list(found)

        found = await run_all(batched_read(partition, ids) for partition, ids in batches)
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

        return [cast("T", ours(document)) for document in await self._retries.run(run)]

    async def create(self, container: Container[T], document: T) -> str:
        """Write a new document and return its ETag. Raises DocumentExists."""
        body = theirs(document)
        proxy = self._proxy(container)
        return await self._conditionally(
            container, body, lambda: proxy.create_item(body), DocumentExists
        )

    async def replace(self, container: Container[T], document: T, etag: str) -> str:
        """Replace the document that has this ETag. Raises DocumentChanged."""
        body = theirs(document)
        proxy = self._proxy(container)

        def write() -> Awaitable[Any]:
            return proxy.replace_item(
                body["id"], body, etag=etag, match_condition=MatchConditions.IfNotModified
            )

        return await self._conditionally(container, body, write, DocumentChanged)

    async def upsert(self, container: Container[T], documents: Sequence[T]) -> None:
        """Write the documents, new or not."""
        proxy = self._proxy(container)

        async def write(document: T) -> None:
            async with self._writes:
                await self._retries.run(lambda: proxy.upsert_item(theirs(document)))

        await run_all(write(document) for document in documents)

    async def delete(self, container: Container[T], keys: Iterable[Key]) -> None:
        """Delete the documents that exist."""
        proxy = self._proxy(container)

        async def remove(partition: str, document_id: str) -> None:
            try:
                await proxy.delete_item(document_id, partition_key=partition)
            except CosmosResourceNotFoundError as error:
                if not is_absence(error):
                    raise

        async def bounded(partition: str, document_id: str) -> None:
            async with self._writes:
                await self._retries.run(lambda: remove(partition, document_id))

        await run_all(bounded(partition, document_id) for partition, document_id in keys)

    async def next_partition(self, container: Container[Any], above: str) -> str | None:
        """Return the first partition key that sorts after `above`; None if none does.

        This query goes to all physical partitions, so only an export asks for it.
        """
        path = f"c.{container.partition_key}"
        text = f"SELECT TOP 1 VALUE {path} FROM c WHERE {path} > @above ORDER BY {path} ASC"  # noqa: S608
        proxy = self._proxy(container)

        async def run() -> list[str]:
            parameters: list[dict[str, Any]] = [{"name": "@above", "value": above}]
            return [
                cast("str", key) async for key in proxy.query_items(text, parameters=parameters)
            ]

        found = await self._retries.run(run)
        return found[0] if found else None

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()
        if self._credential is not None:
            await self._credential.close()

    def _proxy(self, container: Container[Any]) -> ContainerProxy:
        return self._database.get_container_client(container.name)

    async def _conditionally(
        self,
        container: Container[T],
        body: dict[str, Any],
        write: Callable[[], Awaitable[Any]],
        refused: type[StoreError],
    ) -> str:
        return await write_conditionally(
            body,
            write,
            lambda: self._read(container, body[container.partition_key], body["id"]),
            refused(f"{container.name}: {body['id']} is not as it was expected"),
            self._retries,
        )
