"""Looks up the addresses of hosts."""

import socket
from collections.abc import Sequence

from collector.alerts.channels.threads import in_thread


async def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host, for connections to a port. Raises OSError."""

    def work() -> Sequence[str]:
        try:
            infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError:
            raise OSError("no name of a host") from None
        return [str(info[4][0]) for info in infos]

    return await in_thread(work)
