"""A server that accepts connections and never answers, beside one that works."""

import json
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.collection.cycle import Collector
from collector.sources import http
from collector.sources.base import Looked, Page, SourceBase
from collector.sources.http import HttpClient
from collector.sources.push.folder import FolderSource
from collector.sources.waiting import Backoff, wait_until
from shared.communities import SourceName
from shared.models import CommunityCounts, Watermark
from shared.store import POSTS, Store
from shared.times import iso, utc_now
from tests.collector.harness import METHOD


@pytest.fixture
def silent() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


class Hanging(SourceBase):
    """A forum whose server accepts and never answers."""

    name: SourceName = "discourse"
    keys_at_once = 10

    def __init__(self, base_url: str) -> None:
        super().__init__()
        self.began: float | None = None
        self.ended: float | None = None
        self._client = HttpClient(
            base_url,
            source="discourse",
            agent="undertone",
            wait=wait_until(time.monotonic() + 60),
            backoff=Backoff(attempts=1),
        )

    @property
    def requests_used(self) -> int:
        return self._client.requests_used

    def poll(self, *_args: Any, **_named: Any) -> Iterator[Page]:
        self.began = self.began or time.monotonic()
        try:
            self._client.get("/latest.json")
        finally:
            self.ended = time.monotonic()
        yield Page([], Watermark())

    def look_again(self, _items: Any) -> Looked:
        return Looked([])

    def close(self) -> None:
        self._client.close()


async def test_one_that_hangs_delays_no_other(
    sqlite_store: Store, sqlite_settings, silent: str, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT_SECONDS", 3.0)
    line = {"id": "1", "kind": "post", "title": "I love it", "created": iso(utc_now())}
    (tmp_path / "desk.ndjson").write_text(f"{json.dumps(line)}\n")
    settings = sqlite_settings.model_copy(
        update={
            "subreddits": (),
            "communities": ("forum.cursor", "push.desk"),
            "push_folder": tmp_path,
        }
    )
    hanging = Hanging(silent)
    stored_while_it_hung: list[bool] = []

    def progress(name: str, _counts: CommunityCounts) -> None:
        # Called once a community's items are stored.
        stored_while_it_hung.extend([hanging.ended is None] if name == "push.desk" else [])

    sources: Any = {
        "discourse": hanging,
        "push": FolderSource(settings, wait=wait_until(time.monotonic() + 60)),
    }
    cycle = await Collector(sqlite_store, sources, METHOD, settings, progress=progress).run("cli")
    hanging.close()
    assert stored_while_it_hung == [True]
    assert await sqlite_store.read(POSTS, "push.desk", "push.desk.1") is not None
    assert [(e["community"], e["kind"]) for e in cycle["errors"]] == [("forum.cursor", "timeout")]
    assert cycle["requests"]["discourse"]["outcome"] == "failed"
    assert cycle["requests"]["push"]["outcome"] == "ok"
