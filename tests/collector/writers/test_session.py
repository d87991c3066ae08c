"""However a cycle ends, its document is closed with the reason, and the lease is free."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from collector.collection.cycle import Collector
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from shared.settings import Settings
from shared.store import CYCLES, LEASES, Query, Store, open_store
from tests.collector.harness import METHOD, WRITES, settings_for, things

OPERATIONS = (*WRITES, "read", "read_many", "query")
STOPPED = "the process was asked to stop"


class CancellingStore:
    """A store that cancels its caller's task during one operation."""

    def __init__(self, inner: Store, number: int) -> None:
        self.inner = inner
        self.task: asyncio.Task[Any] | None = None
        self.left = number
        self.is_under_way = False

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.inner, name)
        if name not in OPERATIONS:
            return method

        async def cancelling(*args: Any) -> Any:
            if name == "create" and args[0].name == CYCLES.name and args[1]["kind"] == "cycle":
                created = await method(*args)
                self.is_under_way = True
                return created
            if not self.is_under_way:
                return await method(*args)
            self.left -= 1
            if self.left == 0 and self.task is not None:
                # The task is cancelled when it next waits; the operation itself is done.
                asyncio.get_running_loop().call_soon(self.task.cancel, STOPPED)
            return await method(*args)

        return cancelling


async def run_cancelled(store: Store, settings: Settings, number: int) -> bool:
    """Run a cycle that is cancelled at an operation; return whether it has that many operations."""
    source = RedditSource(settings, wait=wait_until(time.monotonic() + 120))
    cancelling = CancellingStore(store, number)
    collector = Collector(cancelling, {"reddit": source}, METHOD, settings)  # type: ignore[arg-type]
    cancelling.task = asyncio.create_task(collector.run("cli"))
    with suppress(asyncio.CancelledError):
        await cancelling.task
    source.close()
    return cancelling.left <= 0


async def test_a_cycle_that_is_ended_at_any_operation_closes_its_document(
    stand_in, sqlite_settings: Settings, tmp_path: Path
) -> None:
    reddit = stand_in(things(("aws",), 6, newest=time.time()))
    base = settings_for(sqlite_settings, reddit.base_url, ["aws"])
    number = 1
    while True:
        settings = base.model_copy(update={"sqlite_path": tmp_path / f"{number}.db"})
        store = await open_store(settings, retry_seconds=20)
        try:
            if not await run_cancelled(store, settings, number):
                break
            (cycle,) = await store.query(Query(CYCLES, "cycle", 5, order_by="id"))
            lease = await store.read(LEASES, "lease", "lease")
        finally:
            await store.close()
        assert cycle["status"] != "running", number
        if cycle["status"] == "failed":
            (error,) = cycle["errors"]
            assert (error["kind"], STOPPED in error["message"]) == ("stopped", True), number
        assert lease is not None
        assert lease["holder"] is None, number
        number += 1
    assert number > 20
