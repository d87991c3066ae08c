"""Checks of a whole database, for tests whose program ran in other processes."""

import asyncio
from collections.abc import Mapping

from shared.settings import load_settings
from shared.store import LEASES, open_store
from tests.collector.harness import check_statistics


def check_database(environ: Mapping[str, str]) -> None:
    """Assert that every statistic equals a recount, and that nobody holds the lease."""
    settings = load_settings(environ)

    async def check() -> None:
        store = await open_store(settings, retry_seconds=20)
        try:
            await check_statistics(store, settings.subreddits)
            assert (await store.read(LEASES, "lease", "lease"))["holder"] is None
        finally:
            await store.close()

    asyncio.run(check())
