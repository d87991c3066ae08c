"""Connects to a Cosmos DB account, with a key or with Entra ID."""

from typing import Any, cast
from urllib.request import getproxies

from azure.core.credentials_async import AsyncTokenCredential
from azure.core.pipeline import PipelineResponse
from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import CosmosClient

from shared.costs import charge
from shared.settings import Settings

# Timeout of one request, which is then retried.
REQUEST_SECONDS = 10.0


def connected(
    settings: Settings, credential: AsyncTokenCredential | None, *, retry_seconds: float
) -> CosmosClient:
    """Return a client that uses COSMOS_KEY, or without one the credential. It sends nothing yet."""
    key = settings.cosmos_key
    return CosmosClient(
        str(settings.cosmos_endpoint),
        key.get_secret_value() if key else cast("AsyncTokenCredential", credential),
        # Emulators return addresses that can't be reached.
        enable_endpoint_discovery=not is_emulator(settings),
        connection_timeout=min(retry_seconds, REQUEST_SECONDS),
        read_timeout=min(retry_seconds, REQUEST_SECONDS),
        # The class Retries retries instead.
        retry_total=1,
        retry_connect=0,
        retry_read=0,
        retry_throttle_total=1,
        retry_throttle_backoff_max=1,
        raw_response_hook=_count_charge,
        # To look up a proxy and a password takes two turns of a thread for each request.
        transport=AioHttpTransport(use_env_settings=bool(getproxies())),
    )


def is_emulator(settings: Settings) -> bool:
    """Return whether the endpoint is an emulator, which unlike Azure answers over HTTP."""
    return str(settings.cosmos_endpoint).startswith("http:")


def _count_charge(response: PipelineResponse[Any, Any]) -> None:
    """Count a request and its charge, which is in a header of the answer."""
    try:
        charge(float(response.http_response.headers.get("x-ms-request-charge", 0)))
    except ValueError:
        charge()
