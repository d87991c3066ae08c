"""A source's own time begins with its first request."""

import time

import pytest

from collector.sources import waiting
from collector.sources.waiting import wait_from_first_use
from shared.errors import DeadlineReached


def test_a_sources_time_begins_with_its_first_request(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(waiting.time, "monotonic", lambda: now)
    wait = wait_from_first_use(10.0, deadline=2000.0)
    # The lease was waited for, longer than a source may read.
    now = 1500.0
    wait(0.0)
    now = 1509.0
    wait(0.0)
    now = 1511.0
    with pytest.raises(DeadlineReached):
        wait(0.0)


def test_a_source_never_reads_beyond_the_cycles_deadline() -> None:
    with pytest.raises(DeadlineReached):
        wait_from_first_use(10.0, deadline=time.monotonic() - 1.0)(0.0)
