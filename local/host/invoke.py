"""Calls functions: async ones on the event loop, all others in a thread of the pool."""

import asyncio
import inspect
import logging
import os
import sqlite3
import threading
import uuid
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import azure.functions as func

from local.host.functions import Function
from local.host.messages import outgoing
from local.host.queues import Queues
from shared.logs import event

T = TypeVar("T")

log = logging.getLogger("local.host.invoke")

# The host's default number of threads. The pool starts a thread only when it needs one.
HOSTS_THREADS = 1000


@dataclass(frozen=True)
class TraceContext:
    """A span as W3C Trace Context names it: https://www.w3.org/TR/trace-context."""

    trace_parent: str
    trace_state: str
    attributes: Mapping[str, str]


class Context(func.Context):
    """The description of its invocation that a function gets."""

    def __init__(self, function: Function, invocation_id: str, trace_context: TraceContext) -> None:
        self._name = function.name
        self._trace_context = trace_context
        self._invocation_id = invocation_id
        self._local = threading.local()
        self._local.invocation_id = invocation_id

    @property
    def invocation_id(self) -> str:
        """Return the invocation's id."""
        return self._invocation_id

    @property
    def function_name(self) -> str:
        """Return the function's name."""
        return self._name

    @property
    def function_directory(self) -> str:
        """Return the app's folder."""
        return os.getcwd()  # noqa: PTH109 - a string, as in the real worker

    @property
    def trace_context(self) -> Any:
        """Return the caller's span; the real host inserts a span of its own between."""
        return self._trace_context

    @property
    def thread_local_storage(self) -> Any:
        """Return the storage in which the real worker keeps the invocation's id."""
        return self._local

    @property
    def retry_context(self) -> Any:
        """Return None: the local host has no retry policies."""
        return None


class OutputNotWritten(Exception):
    """A function's output can't be written to its queue, because of a full disk or damaged file."""


class Output(func.Out[Any]):
    """An output parameter of a function, with the value that the function set."""

    def __init__(self) -> None:
        self.value: Any = None
        self.undo: Callable[[], Awaitable[None]] | None = None

    def if_lost(self, undo: Callable[[], Awaitable[None]]) -> None:
        """Keep `undo`, which is called if the value can't be written to its queue."""
        self.undo = undo

    def set(self, val: Any) -> None:
        """Keep the value."""
        self.value = val

    def get(self) -> Any:
        """Return the value."""
        return self.value


def worker_threads() -> ThreadPoolExecutor:
    """Return a pool of PYTHON_THREADPOOL_THREAD_COUNT threads, by default HOSTS_THREADS."""
    size = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    count = int(size) if size.isdigit() and int(size) else HOSTS_THREADS
    return ThreadPoolExecutor(count, thread_name_prefix="function")


@dataclass(frozen=True)
class Caller:
    """Calls functions, and writes their outputs to the queues.

    A function that takes longer than `allowed_seconds` ends the process, as on Azure: a thread
    can't be ended in another way.
    """

    queues: Queues
    threads: ThreadPoolExecutor
    allowed_seconds: float | None = None

    async def call(self, function: Function, argument: object, *, read: Callable[[object], T]) -> T:
        """Call a function with its trigger's data, and return `read` of its result.

        Raises what the function or `read` raises; no output is written then. Raises
        OutputNotWritten if an output can't be written.
        """
        outputs = {name: Output() for name in function.outputs}
        given: dict[str, Any] = {function.argument: argument, **outputs}
        if "context" in inspect.signature(function.call).parameters:
            headers = argument.headers if isinstance(argument, func.HttpRequest) else {}
            parent = TraceContext(
                headers.get("traceparent", ""), headers.get("tracestate", ""), attributes={}
            )
            given["context"] = Context(function, str(uuid.uuid4()), parent)
        result = read(await self._returned(function, given))
        if outputs:
            await self._write_out(function, outputs)
        return result

    async def _write_out(self, function: Function, outputs: Mapping[str, Output]) -> None:
        """Write a function's outputs to their queues; if that fails, call their `undo`.

        Raises OutputNotWritten, and what `outgoing` does.
        """
        try:
            await asyncio.to_thread(self._put_out, function, outputs)
        except Exception as error:
            for output in outputs.values():
                if output.undo is not None:
                    await output.undo()
            if isinstance(error, sqlite3.Error | OSError):
                raise OutputNotWritten(str(error)) from error
            raise

    async def _returned(self, function: Function, given: Mapping[str, Any]) -> object:
        loop, seconds = asyncio.get_running_loop(), self.allowed_seconds
        overrun = None if seconds is None else loop.call_later(seconds, _overrun, function, seconds)
        try:
            if function.is_async:
                return await function.call(**given)
            return await loop.run_in_executor(self.threads, lambda: function.call(**given))
        finally:
            if overrun is not None:
                overrun.cancel()

    def _put_out(self, function: Function, outputs: Mapping[str, Output]) -> None:
        """Write a function's outputs to their queues. Raises what `outgoing` does."""
        for name, output in outputs.items():
            for body in outgoing(output.value):
                self.queues.put(function.outputs[name], body)


def _overrun(function: Function, seconds: float) -> None:
    event(log, "function.overran", logging.ERROR, function=function.name, allowed_seconds=seconds)
    end_process(1)


def end_process(status: int = 0) -> NoReturn:
    """End the process immediately, as Azure's worker does: no atexit, no waiting for threads."""
    logging.shutdown()
    os._exit(status)
