"""Reports of benches, which the first process of a run that needs one makes for all."""

import asyncio
import fcntl
import json
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

Measure = Callable[[Path], Awaitable[dict[str, Any]]]


def report_of(factory: pytest.TempPathFactory, name: str, measure: Measure) -> dict[str, Any]:
    """Return what `measure` reports of an empty folder; it runs once for all processes."""
    own = factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    made = shared / f"{name}.json"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():

            async def measured() -> dict[str, Any]:
                return await measure(factory.mktemp(name))

            made.write_text(json.dumps(asyncio.run(measured())))
    return dict(json.loads(made.read_text()))
