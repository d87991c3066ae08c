"""The data of a first run: live data where the network answers, and else the invented sample."""

import asyncio
import threading
from collections.abc import Mapping

from shared.errors import StoreError
from shared.models import Origin
from shared.settings import Settings
from shared.store import COLLECTION, open_store

# A start shouldn't wait longer for a network that isn't there.
PROBE_SECONDS = 3.0
HACKER_NEWS = "https://hn.algolia.com"
RETRY_SECONDS = 5.0


def answers(address: str, seconds: float = PROBE_SECONDS) -> bool:
    """Return whether a server answers within these seconds, whatever it says."""
    import requests  # noqa: PLC0415 - most starts send no request

    found = threading.Event()

    def ask() -> None:
        try:
            with requests.get(address, timeout=seconds, stream=True, allow_redirects=False):
                found.set()
        except (requests.RequestException, OSError, ValueError):
            return

    # Looking up a name takes as long as it takes, so that it is left to a thread.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(seconds)
    return found.is_set()


def probe(environ: Mapping[str, str]) -> bool:
    """Return whether the first of the live sources can be reached."""
    return answers(environ.get("HN_BASE_URL") or HACKER_NEWS)


def stored_origin(settings: Settings) -> Origin | None:
    """Return the origin of what the database holds; None if it is new or can't be read now."""
    if settings.cosmos_endpoint is None and not settings.sqlite_path.exists():
        return None
    try:
        return asyncio.run(_stored_origin(settings))
    except StoreError:
        return None


async def _stored_origin(settings: Settings) -> Origin | None:
    store = await open_store(settings, retry_seconds=RETRY_SECONDS)
    try:
        state = await store.read(COLLECTION, "collection", "collection")
    finally:
        await store.close()
    return state["origin"] if state else None
