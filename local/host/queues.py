"""A durable queue for the processes of one machine, which behaves as Azure's storage queues do.

Delivery is at least once. A message is base64 on the wire, and hidden while in progress. It becomes
visible again when its worker has crashed, moves to `<queue>-poison` after too many attempts, and is
deleted after seven days.
https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger
"""

import base64
import binascii
import logging
import re
import sqlite3
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.logs import event

log = logging.getLogger("local.host.queues")

# The real host hides a message for 10 minutes and renews that. After a crash of the host the
# message becomes visible when this time has passed.
HIDDEN_SECONDS = 600.0
# How long Azure keeps a message.
LIFETIME = timedelta(days=7)
# The limit of the text on the wire: https://learn.microsoft.com/azure/storage/queues/scalability-targets
MAX_TEXT_BYTES = 64 * 1024
BUSY_SECONDS = 10.0
POISON = "-poison"
WHITESPACE = re.compile(r"[ \t\r\n]")

SCHEMA = """CREATE TABLE IF NOT EXISTS messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, inserted REAL NOT NULL,
    visible REAL NOT NULL, dequeues INTEGER NOT NULL DEFAULT 0, receipt TEXT)"""
TAKE = """UPDATE messages SET dequeues = dequeues + 1, visible = ?, receipt = ?
    WHERE id = (SELECT id FROM messages WHERE queue = ? AND visible <= ? ORDER BY inserted LIMIT 1)
    RETURNING id, body, dequeues, receipt, inserted, visible"""
HELD = """SELECT id, body, dequeues, receipt, inserted, visible FROM messages
    WHERE queue = ? AND visible > ? AND substr(receipt, 1, ?) = ? ORDER BY inserted"""

Row = tuple[str, str, int, str, float, float]


@dataclass(frozen=True)
class Message:
    """A message that was taken; `receipt` is needed to delete it."""

    id: str
    body: bytes
    dequeue_count: int
    receipt: str
    inserted: datetime
    visible: datetime


class Queues:
    """The queues of a file. Each call is one transaction; several processes may share the file.

    `holder` identifies the host that takes messages. A restarted worker finds by it the messages
    that its predecessor held.
    """

    def __init__(
        self, path: Path, *, clock: Callable[[], float] = time.time, holder: str = ""
    ) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._clock = clock
        self._holder = holder or uuid.uuid4().hex
        with closing(self._connect()) as db, db:
            db.execute("PRAGMA journal_mode = WAL")

    def put(self, queue: str, body: bytes) -> str:
        """Add a message and return its id. Raises ValueError when it is too long."""
        return self.put_text(queue, base64.b64encode(body).decode())

    def put_text(self, queue: str, text: str) -> str:
        """Add a message in its wire form, as any client of the queue may, and return its id.

        Raises ValueError when it is too long.
        """
        if len(text.encode()) > MAX_TEXT_BYTES:
            raise ValueError(f"a message takes {MAX_TEXT_BYTES} bytes at most, as base64")
        message_id = str(uuid.uuid4())
        now = self._clock()
        with closing(self._connect()) as db, db:
            db.execute(
                "INSERT INTO messages (id, queue, body, inserted, visible) VALUES (?, ?, ?, ?, ?)",
                (message_id, queue, text, now, now),
            )
        return message_id

    def take(self, queue: str, *, hidden: float = HIDDEN_SECONDS) -> Message | None:
        """Take the oldest visible message and hide it from others for `hidden` seconds.

        A message that isn't base64 is moved to the poison queue instead.
        """
        while row := self._take_row(queue, hidden):
            message = _message(row)
            if message is not None:
                return message
            message_id, receipt = row[0], row[3]
            self._move(queue, message_id, receipt)
            reason = "its text is not base64"
            event(
                log, "queue.poisoned", logging.ERROR, queue=queue, message=message_id, reason=reason
            )
        return None

    def held(self, queue: str) -> list[Message]:
        """Return the messages that this holder has taken and still hides, oldest first."""
        with closing(self._connect()) as db, db:
            rows = db.execute(
                HELD, (queue, self._clock(), len(self._holder), self._holder)
            ).fetchall()
        return [message for row in rows if (message := _message(row))]

    def renew(self, message: Message, *, hidden: float = HIDDEN_SECONDS) -> None:
        """Hide a message that is still in progress for `hidden` seconds from now."""
        self.give_back(message, after=hidden)

    def delete(self, message: Message) -> None:
        """Delete a message that was processed."""
        with closing(self._connect()) as db, db:
            db.execute(
                "DELETE FROM messages WHERE id = ? AND receipt = ?", (message.id, message.receipt)
            )

    def give_back(self, message: Message, *, after: float) -> None:
        """Make a message visible again after `after` seconds."""
        with closing(self._connect()) as db, db:
            db.execute(
                "UPDATE messages SET visible = ? WHERE id = ? AND receipt = ?",
                (self._clock() + after, message.id, message.receipt),
            )

    def poison(self, queue: str, message: Message) -> None:
        """Move a message to `<queue>-poison` as a new message, which lasts for another seven days.

        A poison queue has no poison queue: its message stays there, hidden.
        """
        self._move(queue, message.id, message.receipt)

    def count(self, queue: str) -> int:
        """Return the number of messages in a queue, including hidden ones."""
        return len(self.texts(queue))

    def lengths(self) -> dict[str, int]:
        """Return the number of messages of each queue that has any, including hidden ones."""
        with closing(self._connect()) as db, db:
            self._expire(db)
            rows = db.execute("SELECT queue, count(*) FROM messages GROUP BY queue").fetchall()
        return {str(queue): int(count) for queue, count in rows}

    def clear_poison(self) -> int:
        """Delete the messages that failed too often, and return their number."""
        with closing(self._connect()) as db, db:
            pattern = f"%{POISON}"
            return db.execute("DELETE FROM messages WHERE queue LIKE ?", (pattern,)).rowcount

    def texts(self, queue: str) -> list[str]:
        """Return the messages of a queue in wire form, including hidden ones, oldest first."""
        with closing(self._connect()) as db, db:
            self._expire(db)
            rows = db.execute(
                "SELECT body FROM messages WHERE queue = ? ORDER BY inserted", (queue,)
            ).fetchall()
        return [str(body) for (body,) in rows]

    def _take_row(self, queue: str, hidden: float) -> Row | None:
        now = self._clock()
        with closing(self._connect()) as db, db:
            self._expire(db)
            row: Row | None = db.execute(
                TAKE, (now + hidden, f"{self._holder}.{uuid.uuid4().hex}", queue, now)
            ).fetchone()
        return row

    def _move(self, queue: str, message_id: str, receipt: str) -> None:
        if queue.endswith(POISON):
            return
        now = self._clock()
        with closing(self._connect()) as db, db:
            db.execute(
                "UPDATE messages SET id = ?, queue = ?, inserted = ?, visible = ?, dequeues = 0,"
                " receipt = NULL WHERE id = ? AND receipt = ?",
                (str(uuid.uuid4()), f"{queue}{POISON}", now, now, message_id, receipt),
            )

    def _expire(self, db: sqlite3.Connection) -> None:
        oldest = self._clock() - LIFETIME.total_seconds()
        db.execute("DELETE FROM messages WHERE inserted <= ?", (oldest,))

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
        try:
            # The file is created again if it was removed while the host runs. That it exists says
            # little: another process may have made it, and not its table yet.
            db.execute(SCHEMA)
        except sqlite3.Error:
            db.close()
            raise
        return db


def _message(row: Row) -> Message | None:
    """Return a row's message; None if its text isn't base64."""
    message_id, text, dequeues, receipt, *moments = row
    try:
        body = base64.b64decode(WHITESPACE.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        return None
    inserted, visible = (datetime.fromtimestamp(each, UTC) for each in moments)
    return Message(message_id, body, dequeues, receipt, inserted, visible)
