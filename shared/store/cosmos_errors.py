"""What Cosmos DB's answers mean to us."""

from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.errors import StoreError, StoreNotProvisioned, StoreUnavailable

# https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 401, 403, 404, 409
PRECONDITION_FAILED, TOO_LARGE, TOO_MANY = 412, 413, 429
# The sub-status of a 404 that means the container, not the document.
NO_CONTAINER = 1003
# Time-out, moved partition, throttled, concurrent write, overloaded or failing over.
TRANSIENT = frozenset({408, 410, TOO_MANY, 449, 500, 502, 503, 504})


def retry_after(error: CosmosHttpResponseError) -> float | None:
    """Give for how many seconds it asks us to wait, if it does."""
    headers = error.headers or {}
    try:
        return float(headers["x-ms-retry-after-ms"]) / 1000
    except (KeyError, ValueError):
        return None


def translated(error: CosmosHttpResponseError) -> StoreError:
    """Say what an answer means, and what to do about it."""
    status = error.status_code
    if status in {UNAUTHORIZED, FORBIDDEN}:
        return StoreUnavailable(
            f"Cosmos DB refuses us ({status}): check COSMOS_KEY, or without one that this identity"
            " has the role Cosmos DB Built-in Data Contributor"
        )
    if status == NOT_FOUND:
        return StoreNotProvisioned(
            "the Cosmos DB database or one of its containers is missing: deploy infra/, or give"
            " COSMOS_KEY so that they are made; COSMOS_DATABASE names the database"
        )
    if status == TOO_LARGE:
        return StoreError("a document is larger than the 2 MB that Cosmos DB takes")
    if status == TOO_MANY:
        return StoreUnavailable("Cosmos DB throttles us: its request units are used up")
    return StoreUnavailable(f"Cosmos DB answered {status}")
