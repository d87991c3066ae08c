"""A session of `requests` for servers that nobody has to trust: each answer ends in time."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ReadTimeoutError
from urllib3.response import HTTPResponse

Watch = Callable[[socket.socket | None], None]


class BoundedSession(requests.Session):
    """Follows no redirect, keeps no cookie, sends no password of the user's, and ends in time.

    One thread at a time may use it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._is_late = False
        # Otherwise a password of the user's .netrc would be sent, in place of a token too.
        self.auth = _as_it_is
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(self._watch))

    def get_redirect_target(self, _resp: requests.Response) -> None:
        """Return None: `requests` would read a redirect's address and its whole body by itself."""

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Cut the connection of an answer that isn't read after these seconds.

        A server may send a byte now and then, which no limit to a silence ends. Raises
        requests.Timeout.
        """
        self._is_late = False
        timer = threading.Timer(seconds, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except requests.RequestException:
            if not self._is_late:
                raise
        finally:
            timer.cancel()
            self._socket = None
        if self._is_late:
            raise requests.Timeout("no whole answer in time")

    def _watch(self, opened: socket.socket | None) -> None:
        with self._lock:
            self._socket = opened
            if self._is_late:
                raise TimeoutError

    def _cut(self) -> None:
        with self._lock:
            self._is_late = True
            if self._socket is not None:
                with suppress(OSError):
                    # That of a TLS socket would free what the other thread is using.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def is_silence(error: requests.RequestException) -> bool:
    """Return whether a request failed since its server sent nothing, also within its answer."""
    if isinstance(error, requests.Timeout):
        return True
    # Within a body, `requests` calls it a failed connection.
    return bool(error.args) and isinstance(error.args[0], ReadTimeoutError)


def cause_of(error: requests.RequestException) -> str:
    """Return the name of the error below: whether a name, a certificate or a port is the cause."""
    inner = error.args[0] if error.args else None
    below = getattr(inner, "reason", None)
    return type(below if isinstance(below, Exception) else error).__name__


class _Adapter(HTTPAdapter):
    """Shows the socket of each answer, before its first byte is read."""

    def __init__(self, watch: Watch) -> None:
        self._pools = _pools(watch)
        super().__init__()

    def init_poolmanager(self, *args: Any, **named: Any) -> None:
        super().init_poolmanager(*args, **named)
        manager: PoolManager = self.poolmanager
        manager.pool_classes_by_scheme = self._pools

    def proxy_manager_for(self, *args: Any, **named: Any) -> ProxyManager:
        manager: ProxyManager = super().proxy_manager_for(*args, **named)
        manager.pool_classes_by_scheme = self._pools
        return manager


def _pools(watch: Watch) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(HTTPConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            watch(self.sock)
            return super().getresponse()

    class Secure(HTTPSConnection):
        def getresponse(self) -> HTTPResponse:  # type: ignore[override]
            watch(self.sock)
            return super().getresponse()

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
