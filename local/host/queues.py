"""A durable queue for the processes of one machine, that behaves as Azure's storage queues do.

At least once, invisible while it is worked on, visible again when its worker died, and put aside
in `<queue>-poison` after too many attempts.
https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

import base64
import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# The real host hides a message for 10 minutes and renews that; a dead worker's comes back then.
HIDDEN_SECONDS = 600.0
BUSY_SECONDS = 10.0

SCHEMA = """CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, inserted REAL NOT NULL,
    visible REAL NOT NULL, dequeues INTEGER NOT NULL DEFAULT 0, receipt TEXT)"""


@dataclass(frozen=True)
class Message:
    """A message that was taken; receipt is what deletes it."""

    id: str
    body: bytes
    dequeue_count: int
    receipt: str
    inserted: datetime
    visible: datetime


class Queues:
    """The queues of a file. Each call is a transaction of its own, from any process."""

    def __init__(self, path: Path, *, clock: Callable[[], float] = time.time) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._clock = clock
        with closing(self._connect()) as db, db:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute(SCHEMA)

    def put(self, queue: str, body: bytes) -> str:
        """Add a message and give its id."""
        message_id = str(uuid.uuid4())
        text = base64.b64encode(body).decode()
        now = self._clock()
        with closing(self._connect()) as db, db:
            db.execute(
                "INSERT INTO messages (id, queue, body, inserted, visible) VALUES (?, ?, ?, ?, ?)",
                (message_id, queue, text, now, now),
            )
        return message_id

    def take(self, queue: str, *, hidden: float = HIDDEN_SECONDS) -> Message | None:
        """Take the oldest visible message and hide it from others for so many seconds."""
        now, receipt = self._clock(), uuid.uuid4().hex
        with closing(self._connect()) as db, db:
            row = db.execute(
                "UPDATE messages SET dequeues = dequeues + 1, visible = ?, receipt = ?"
                " WHERE id = (SELECT id FROM messages WHERE queue = ? AND visible <= ?"
                " ORDER BY inserted LIMIT 1) RETURNING id, body, dequeues, inserted, visible",
                (now + hidden, receipt, queue, now),
            ).fetchone()
        if row is None:
            return None
        message_id, text, dequeues, *moments = row
        inserted, visible = (datetime.fromtimestamp(each, UTC) for each in moments)
        return Message(message_id, base64.b64decode(text), dequeues, receipt, inserted, visible)

    def delete(self, message: Message) -> None:
        """Delete a message that was worked on."""
        with closing(self._connect()) as db, db:
            db.execute(
                "DELETE FROM messages WHERE id = ? AND receipt = ?", (message.id, message.receipt)
            )

    def give_back(self, message: Message, *, after: float) -> None:
        """Make a message visible again after so many seconds."""
        with closing(self._connect()) as db, db:
            db.execute(
                "UPDATE messages SET visible = ? WHERE id = ? AND receipt = ?",
                (self._clock() + after, message.id, message.receipt),
            )

    def poison(self, queue: str, message: Message) -> None:
        """Put a message aside."""
        with closing(self._connect()) as db, db:
            db.execute(
                "UPDATE messages SET queue = ?, visible = ? WHERE id = ? AND receipt = ?",
                (f"{queue}-poison", self._clock(), message.id, message.receipt),
            )

    def count(self, queue: str) -> int:
        """Count the messages of a queue, hidden ones too."""
        with closing(self._connect()) as db, db:
            row = db.execute("SELECT count(*) FROM messages WHERE queue = ?", (queue,)).fetchone()
        return int(row[0])

    def _connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, timeout=BUSY_SECONDS)
