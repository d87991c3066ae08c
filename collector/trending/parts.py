"""Stores what groups of communities find for the trending topics, in pieces below a megabyte."""

import asyncio
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.errors import RoundFailed
from shared.models import TrendingPart
from shared.store import TRENDING_PARTS, Query, Store
from shared.store.scan import LAST_KEY, after

KIND: Final = "trending_part"
# Characters of a document: Cosmos DB refuses documents over 2 MB, and over half a megabyte each
# further one costs twice as much.
PIECE = 450_000
# In case nothing removes them.
TTL_SECONDS = 24 * 3600
# Documents of a query's page, since each may be large.
PAGE = 10
NUMBER_DIGITS = 4


@dataclass(frozen=True)
class FoundPart:
    """A part that is complete: the communities that it covers, and its content."""

    names: Sequence[str]
    content: bytes

    def data(self) -> Any:
        """Return the content of one that was written as JSON."""
        return json.loads(self.content)


@dataclass(frozen=True)
class Parts:
    """The parts of a moment's topics, by step and group."""

    store: Store
    moment: str

    async def write(
        self, step: str, group: str, content: bytes, names: Sequence[str] = (), *, number: int = 0
    ) -> None:
        """Write a part, in the place of one with the same number.

        It counts once its first piece is there, which is written last.
        """
        text = await asyncio.to_thread(_packed, content)
        pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        key = f"{self.moment}_{step}_{group}_{number:0{NUMBER_DIGITS}}"
        documents = [
            TrendingPart(
                id=f"{key}_{piece:0{NUMBER_DIGITS}}",
                kind=KIND,
                ttl=TTL_SECONDS,
                pieces=len(pieces),
                names=[] if piece else list(names),
                content=each,
            )
            for piece, each in enumerate(pieces)
        ]
        for document in reversed(documents):
            await self.store.upsert(TRENDING_PARTS, [document])

    async def read(self, step: str, group: str = "") -> AsyncIterator[FoundPart]:
        """Return the parts of a step, or of one group of it, in the order of groups and numbers."""
        prefix = f"{self.moment}_{step}_{group}"
        first: TrendingPart | None = None
        text: list[str] = []
        async for document in self._documents(prefix, prefix + LAST_KEY):
            if int(document["id"][-NUMBER_DIGITS:]) == 0:
                first, text = document, []
            if first is None or len(text) == first["pieces"]:
                continue  # Pieces that a killed worker left behind.
            text.append(document["content"])
            if len(text) == first["pieces"]:
                yield FoundPart(first["names"], await asyncio.to_thread(_unpacked, "".join(text)))

    async def only(self, step: str) -> FoundPart:
        """Return the single part of a step. Raises RoundFailed where it is gone."""
        async for found in self.read(step):
            return found
        raise RoundFailed(f"the part {step} of {self.moment} is gone")

    async def remove_others(self) -> None:
        """Remove the parts of all other moments."""
        await _remove(self.store, "", self.moment)
        await _remove(self.store, self.moment + LAST_KEY, LAST_KEY)

    async def remove(self) -> None:
        """Remove the parts of this moment."""
        await _remove(self.store, self.moment, self.moment + LAST_KEY)

    async def _documents(self, start: str, end: str) -> AsyncIterator[TrendingPart]:
        while found := await _page(self.store, start, end):
            for document in found:
                yield document
            start = after(found[-1]["id"])


async def remove_parts(store: Store) -> None:
    """Remove the parts of all moments."""
    await _remove(store, "", LAST_KEY)


def json_of(data: object) -> bytes:
    """Return the content of a part as JSON."""
    return json.dumps(data, separators=(",", ":")).encode()


async def _page(store: Store, start: str, end: str) -> list[TrendingPart]:
    return await store.query(
        Query(TRENDING_PARTS, KIND, PAGE, order_by="id", at_least=start, below=end)
    )


async def _remove(store: Store, start: str, end: str) -> None:
    while found := await _page(store, start, end):
        await store.delete(TRENDING_PARTS, [(KIND, each["id"]) for each in found])


def _packed(content: bytes) -> str:
    return b64encode(zlib.compress(content)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(b64decode(text))
