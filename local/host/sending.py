"""Limits for answers that clients don't read: the seconds for one, and the bytes of all together.

An answer is given to the transport as a whole, which keeps the part that the client hasn't read.
"""

import asyncio
import logging
from typing import ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

from shared.logs import Repeats, repeated_event

log = logging.getLogger("local.host.connections")

# Stricter than Kestrel's 240 bytes a second, at which a megabyte is held for over an hour.
SEND_SECONDS = 30.0
MIN_SENT_PER_SECOND = 4096
# Enough for fifty of the largest files.
MAX_UNSENT_BYTES = 64 * 1024 * 1024


class SendingProtocol(H11Protocol):
    """HTTP whose answers must be read in time, and hold at most `max_unsent` bytes together.

    Above `max_unsent` the connections that have waited longest for their clients are closed.
    """

    send_seconds: ClassVar[float] = SEND_SECONDS
    max_unsent: ClassVar[int] = MAX_UNSENT_BYTES
    unsent: ClassVar[dict["SendingProtocol", None]]
    """Connections with unsent bytes, longest wait first."""
    repeats: ClassVar[Repeats]
    send_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make the transport report all bytes that it can't send immediately."""
        transport.set_write_buffer_limits(high=0)
        super().connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._all_sent()
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """Start the timer within which the client must read the unsent bytes."""
        super().pause_writing()
        self.unsent[self] = None
        waits = self.send_seconds + _held(self) / MIN_SENT_PER_SECOND
        self.send_timer = self.loop.call_later(waits, self.give_up, "it was not read in time")
        self._limit_unsent()

    def resume_writing(self) -> None:
        """Stop the timer, since all bytes are sent."""
        self._all_sent()
        super().resume_writing()

    def _all_sent(self) -> None:
        self.unsent.pop(self, None)
        if self.send_timer is not None:
            self.send_timer.cancel()
            self.send_timer = None

    def _limit_unsent(self) -> None:
        held = sum(map(_held, self.unsent))
        for longest in list(self.unsent):
            if held <= self.max_unsent or longest is self:
                return
            held -= _held(longest)
            longest.give_up(f"over {self.max_unsent} bytes of answers are unread")

    def give_up(self, reason: str) -> None:
        """Close the connection without the rest of its answer."""
        self._all_sent()
        repeated_event(log, "host.answer_unread", logging.WARNING, self.repeats, reason=reason)
        self.transport.abort()


def _held(protocol: H11Protocol) -> int:
    return protocol.transport.get_write_buffer_size()
