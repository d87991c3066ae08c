"""How a function is called: on the loop when it is async, else in a thread of the pool."""

import asyncio
import inspect
import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import azure.functions as func

from local.host.functions import Function
from local.host.queues import Queues


class Context(func.Context):
    """What a function is told of its invocation."""

    def __init__(self, function: Function, invocation_id: str) -> None:
        self._name = function.name
        self._invocation_id = invocation_id
        self._local = threading.local()
        self._local.invocation_id = invocation_id

    @property
    def invocation_id(self) -> str:
        """Name the invocation."""
        return self._invocation_id

    @property
    def function_name(self) -> str:
        """Name the function."""
        return self._name

    @property
    def function_directory(self) -> str:
        """Name the app's folder."""
        return os.getcwd()  # noqa: PTH109 - a string, as the real one gives

    @property
    def trace_context(self) -> Any:
        """Give nothing: there is no tracing here."""
        return None

    @property
    def thread_local_storage(self) -> Any:
        """Give the storage in which the real worker keeps the invocation's id."""
        return self._local

    @property
    def retry_context(self) -> Any:
        """Give nothing: there are no retries here."""
        return None


class Output(func.Out[Any]):
    """What a function puts out."""

    def __init__(self) -> None:
        self.value: Any = None

    def set(self, val: Any) -> None:
        """Keep the value."""
        self.value = val

    def get(self) -> Any:
        """Give the value."""
        return self.value


def worker_threads() -> ThreadPoolExecutor:
    """Make a pool of the worker's size: PYTHON_THREADPOOL_THREAD_COUNT or min(32, cores + 4)."""
    size = os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT", "")
    count = int(size) if size.isdigit() and int(size) else min(32, (os.cpu_count() or 1) + 4)
    return ThreadPoolExecutor(count, thread_name_prefix="function")


async def call(
    function: Function, argument: object, *, invocation_id: str, threads: ThreadPoolExecutor
) -> tuple[Any, Mapping[str, Output]]:
    """Call a function with its trigger's data; give what it returned and put out."""
    outputs = {name: Output() for name in function.outputs}
    given: dict[str, Any] = {function.argument: argument, **outputs}
    if "context" in inspect.signature(function.call).parameters:
        given["context"] = Context(function, invocation_id)
    if function.is_async:
        returned = await function.call(**given)
    else:
        loop = asyncio.get_running_loop()
        returned = await loop.run_in_executor(threads, lambda: function.call(**given))
    return returned, outputs


def put_out(function: Function, outputs: Mapping[str, Output], queues: Queues) -> None:
    """Put what a function gave out into its queues, each string of a list as a message."""
    for name, output in outputs.items():
        values = output.value if isinstance(output.value, list) else [output.value]
        for value in values:
            if value is not None:
                body = value if isinstance(value, bytes) else str(value).encode()
                queues.put(function.outputs[name], body)
