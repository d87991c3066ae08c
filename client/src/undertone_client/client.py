"""The client: what one makes first."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Self
from urllib.parse import quote

import httpx

from undertone_client import models
from undertone_client.answers import Answer, Origin
from undertone_client.operations import Operations
from undertone_client.paging import Pages
from undertone_client.retries import Retry
from undertone_client.transport import Transport

DEFAULT_SECONDS = 60.0
LINES = "application/x-ndjson"


class Client(Operations):
    """A client of one app. Threads can share it; close it, or use it in a `with` statement.

    address is that of the app, such as https://undertone.example.com. key is a function key, which
    changes and a few reads need. With origin="live" an answer with sample or recorded data raises
    OriginChanged. timeout is the limit of each attempt in seconds. http is a client of httpx, for
    proxies, certificates and the like; it is closed with this one.
    """

    def __init__(
        self,
        address: str,
        *,
        key: str | None = None,
        origin: Origin | None = None,
        timeout: float = DEFAULT_SECONDS,
        retry: Retry | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        used = http or httpx.Client(timeout=timeout)
        super().__init__(Transport(address, key=key, http=used, retry=retry or Retry()), origin)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def comments(
        self, post_id: str, *, community: str | None = None, max_items: int | None = None
    ) -> Pages[models.CommentAnswer]:
        """Read the comments of a post, oldest first, all of its pages."""
        return self._pages_in(
            f"/api/v1/posts/{quote(post_id, safe='')}",
            models.PostDetail,
            lambda detail: detail.comments,
            models.CommentAnswer,
            {"community": community},
            max_items=max_items,
        )

    def ingest(self, items: Iterable[Mapping[str, object]]) -> Answer[models.Ingested]:
        """Push items, up to 1,000 of them or 1 MiB; docs/push.md describes an item."""
        lines = "".join(json.dumps(dict(each)) + "\n" for each in items)
        return self._change(
            "POST", "/api/v1/ingest", models.Ingested, content=lines.encode(), media_type=LINES
        )
