"""The request for a cycle, which is cleared once the cycle begins."""

from contextlib import suppress

from shared.errors import DocumentChanged
from shared.models import CollectRequest
from shared.store import REQUESTS, Store


async def forget_request(store: Store, cycle_id: str) -> None:
    """Clear the request for this cycle, so that the next one can be requested."""
    found = await store.read(REQUESTS, "lease", "request")
    if found is None or found["cycle"] != cycle_id:
        return
    with suppress(DocumentChanged):  # Another one was requested meanwhile.
        taken_up: CollectRequest = {**found, "cycle": None}
        await store.replace(REQUESTS, taken_up, found["_etag"])
