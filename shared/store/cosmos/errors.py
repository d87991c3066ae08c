"""The meaning of Cosmos DB's errors, and what to do about them."""

import contextlib
import json
import re

from azure.cosmos.exceptions import CosmosHttpResponseError

from shared.errors import StoreError, StoreNotProvisioned, StoreUnavailable

# https://learn.microsoft.com/rest/api/cosmos-db/http-status-codes-for-cosmosdb
BAD_REQUEST, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 401, 403, 404, 409
PRECONDITION_FAILED, TOO_LARGE, TOO_MANY = 412, 413, 429
FIRST_SERVER_ERROR = 500
# Sub-statuses of a 404: the document isn't there, or the container isn't. Any other says
# neither, such as 1002 (the session isn't available yet) or 1013 (the container is being made).
# https://learn.microsoft.com/azure/cosmos-db/nosql/troubleshoot-not-found
NO_DOCUMENT = frozenset({None, 0})
NO_CONTAINER = 1003
# Sub-statuses of a 403: the region accepts no writes for now; the identity lacks a role.
NO_WRITES_HERE = 3
NO_ROLE = 5300
# Time-out, moved partition, throttled, concurrent write, overloaded or failing over.
TRANSIENT = frozenset({408, 410, TOO_MANY, 449, 500, 502, 503, 504})

ROLE = "give this identity the role Cosmos DB Built-in Data Contributor"
KEY_OR_ROLE = f"check COSMOS_KEY, or without one {ROLE}"
NETWORK = re.compile(r"firewall|public internet|virtual network|private endpoint|\bIP\b")
CLOCK = re.compile(r"date header|current time|clock", re.IGNORECASE)

# Removed from Cosmos DB's message before it is quoted: keys and signatures.
SECRET = re.compile(
    r"(?=[A-Za-z+/]*[0-9])[A-Za-z0-9+/]{20,}={0,2}|[A-Za-z0-9+/]+={1,2}|sig(?:nature)?=\S+"
)
MAX_REASON = 300


def is_absence(error: CosmosHttpResponseError) -> bool:
    """Return whether an answer says that there is no such document."""
    return error.status_code == NOT_FOUND and error.sub_status in NO_DOCUMENT


def is_transient(error: CosmosHttpResponseError) -> bool:
    """Return whether the same request may succeed in a moment."""
    if error.status_code == NOT_FOUND:
        return not is_absence(error) and error.sub_status != NO_CONTAINER
    if error.status_code == FORBIDDEN:
        return bool(error.sub_status == NO_WRITES_HERE)
    return error.status_code in TRANSIENT


def retry_after(error: CosmosHttpResponseError) -> float | None:
    """Return the seconds to wait before a retry, or None if the answer names none."""
    headers = error.headers or {}
    try:
        return float(headers["x-ms-retry-after-ms"]) / 1000
    except (KeyError, ValueError):
        return None


def translated(error: CosmosHttpResponseError) -> StoreError:
    """Return the error for an answer, with Cosmos DB's reason and the remedy."""
    status, said = error.status_code, reason_of(error)
    if status in {UNAUTHORIZED, FORBIDDEN} and not is_transient(error):
        return StoreUnavailable(
            f"Cosmos DB refused access ({status}{said}): {_remedy(error, said)}"
        )
    if status == NOT_FOUND and not is_transient(error):
        return StoreNotProvisioned(
            "the Cosmos DB database or one of its containers is missing: deploy infra/, or give"
            " COSMOS_KEY so that they are made; COSMOS_DATABASE names the database"
        )
    if status == TOO_LARGE:
        return StoreError("a document is larger than the 2 MB that Cosmos DB accepts")
    if status == TOO_MANY:
        return StoreUnavailable("Cosmos DB throttles requests: its request units are used up")
    if is_transient(error) or status is None or status >= FIRST_SERVER_ERROR:
        sub_status = f", sub-status {error.sub_status}" if error.sub_status else ""
        return StoreUnavailable(f"Cosmos DB answered {status}{sub_status}")
    return StoreError(f"Cosmos DB refused the request ({status}{said})")


def reason_of(error: CosmosHttpResponseError) -> str:
    """Return Cosmos DB's message without keys, after a colon; "" if there is none."""
    text = str(error.http_error_message or "")
    with contextlib.suppress(ValueError, KeyError, TypeError):
        text = str(json.loads(text)["message"])
    text = re.split(r"\r?\n?,? ?(?:ActivityId|Activity ID|RequestStartTime)\b", text)[0]
    text = SECRET.sub("…", " ".join(text.split()).removeprefix("Message: "))
    sub_status = f"/{error.sub_status}" if error.sub_status else ""
    return sub_status + (f": {text[:MAX_REASON]}" if text else "")


def _remedy(error: CosmosHttpResponseError, said: str) -> str:
    if NETWORK.search(said):
        return "allow this network in the account's networking settings"
    if CLOCK.search(said):
        return "set this machine's clock right"
    return ROLE if error.sub_status == NO_ROLE else KEY_OR_ROLE
