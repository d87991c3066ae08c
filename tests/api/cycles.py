"""Cycles and leases as a worker writes them."""

from datetime import timedelta
from typing import Any

from shared.models import Cycle
from shared.store import LEASES, Store
from shared.times import iso
from tests.api.world import NOW


def a_cycle(cycle_id: str, **more: Any) -> Cycle:
    cycle: Any = {
        "id": cycle_id,
        "kind": "cycle",
        "trigger": "timer",
        "origin": "sample",
        "status": "completed",
        "start_time": iso(NOW),
        "end_time": iso(NOW),
        **dict.fromkeys(("posts_collected", "comments_collected", "posts_seen"), 1),
        **dict.fromkeys(("comments_seen", "new", "edited", "moved", "removed"), 2),
        "communities_processed": ["aws"],
        "communities": {},
        "requests": {"reddit": {"used": 3, "left": None}},
        "errors": [],
        "pending_cells": {"aws": ["2026-11-23T13"]},
        "reconciled": "yes",
    }
    return {**cycle, **more}  # type: ignore[typeddict-item]


def running(cycle_id: str, **more: Any) -> Cycle:
    return a_cycle(cycle_id, **{"status": "running", "end_time": None, "reconciled": "no", **more})


async def hold(store: Store, holder: str | None, seconds: int = 30) -> None:
    expires = iso(NOW + timedelta(seconds=seconds))
    lease: Any = {"id": "lease", "kind": "lease", "ttl": -1, "holder": holder}
    await store.upsert(LEASES, [{**lease, "expires_at": expires}])
