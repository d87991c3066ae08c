"""Pushed items on their way: the queue, its message, and batches that wait in the store.

A queue message takes 64 KB, so that a batch waits in the store, and the message names it. A batch
whose message is lost is written by the next collection.
"""

import zlib
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field

from shared.messages import parsed
from shared.models import BatchLines, WaitingBatch
from shared.times import iso

QUEUE: Final = "ingest-batches"
ID_TIME = "batch_%Y%m%d_%H%M%S_%f"
MAX_ITEMS = 1000
MAX_BYTES = 1_048_576


class BatchMessage(BaseModel):
    """A message of the queue: write the batches that wait, up to this one."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    batch: str = Field(description="the batch's id", min_length=1, max_length=100)


def read_message(body: bytes) -> BatchMessage:
    """Read a message. Raises BadMessage."""
    return parsed(BatchMessage, body, "writing a batch")


def new_batch(
    now: datetime, lines: Sequence[bytes], digests: dict[str, str], *, after: str | None = None
) -> tuple[WaitingBatch, BatchLines]:
    """Return a batch and its lines; in Cosmos DB a document has 2 MB at most.

    It comes after the batch of the id `after`, also where another machine's clock was ahead.
    """
    if after is not None:
        earlier = datetime.strptime(after.rpartition("_")[0], ID_TIME).replace(tzinfo=UTC)
        now = max(now, earlier + timedelta(microseconds=1))
    batch_id = f"{now.strftime(ID_TIME)}_{uuid4().hex[:8]}"
    packed = b64encode(zlib.compress(b"\n".join(lines), 1)).decode()
    return (
        WaitingBatch(id=batch_id, kind="batch", ttl=-1, received_at=iso(now), digests=digests),
        BatchLines(id=batch_id, kind="batch_lines", ttl=-1, lines=packed),
    )


def lines_of(batch: BatchLines) -> list[bytes]:
    """Return the lines of a batch."""
    return zlib.decompress(b64decode(batch["lines"])).split(b"\n")
