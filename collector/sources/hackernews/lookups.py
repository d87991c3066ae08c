"""Looks items up at Hacker News' own server, several at a time: a request tells of one item.

https://github.com/HackerNews/API
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from collector.sources.hackernews.answers import checked
from collector.sources.http import HttpClient

# Answers that take half a second are enough for 60 requests a second.
AT_ONCE = 40


class Lookups:
    """The clients of the item server, each used by one thread at a time."""

    def __init__(
        self, make: Callable[[Callable[[], None]], HttpClient], at_once: int = AT_ONCE
    ) -> None:
        """Open no connection yet. make gets what a client calls before each request."""
        self._batch = _Batch([])
        self._clients = [make(self._go_on) for _ in range(at_once)]

    @property
    def requests_used(self) -> int:
        """Return the number of requests so far, including retries."""
        return sum(client.requests_used for client in self._clients)

    def answers(self, numbers: Sequence[int]) -> list[object]:
        """Return what the server has of these items, in their order; None for what it lacks.

        Raises the first error of any of them, once no other request is under way.
        """
        batch = self._batch = _Batch(numbers)
        with ThreadPoolExecutor(len(self._clients), "hackernews") as pool:
            try:
                for client in self._clients[: len(numbers)]:
                    # Spans and lines of the log belong to the cycle in each thread.
                    pool.submit(copy_context().run, batch.work, client)
                pool.shutdown()
            except BaseException:
                batch.stop()
                raise
        return batch.result()

    def close(self) -> None:
        """Close the connections."""
        for client in self._clients:
            client.close()

    def _go_on(self) -> None:
        """Raise _Over where another lookup has failed: nothing is asked a second time then."""
        self._batch.go_on()


class _Over(Exception):
    """Another lookup of the batch has failed."""


class _Batch:
    """Items that are looked up by several threads, until all are answered or one fails."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._left: Iterator[tuple[int, int]] = iter(list(enumerate(numbers)))
        self._answers: list[object] = [None] * len(numbers)
        self._lock = threading.Lock()
        self._is_over = False
        self._error: BaseException | None = None

    def work(self, client: HttpClient) -> None:
        """Look up one item after the other, as long as there is one that no thread has taken."""
        try:
            while (taken := self._next()) is not None:
                place, number = taken
                answer = checked(client.get(f"/v0/item/{number}.json"), "item server")
                self._answers[place] = answer.json()
        except BaseException as error:  # noqa: BLE001 - raised by the thread that asked
            self.stop(error)

    def stop(self, error: BaseException | None = None) -> None:
        """Have no thread take another item; keep the first error."""
        with self._lock:
            self._is_over = True
            self._error = self._error or error

    def go_on(self) -> None:
        """Raise _Over if the batch is over."""
        if self._is_over:
            raise _Over

    def result(self) -> list[object]:
        """Return the answers. Raises the first error."""
        if self._error is not None:
            raise self._error
        return self._answers

    def _next(self) -> tuple[int, int] | None:
        with self._lock:
            return None if self._is_over else next(self._left, None)
