"""Traces and metrics through OpenTelemetry, which is imported only when TELEMETRY asks for it.

The first function that a process runs starts it (`invocation`). Until then, and while it is off,
`span` and `measure` do nothing. docs/telemetry.md has the names of all spans and metrics.
"""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import SettingsError
from shared.logs import event
from shared.settings import settings
from shared.telemetry.base import (
    Attributes,
    FaasTrigger,
    Invocation,
    Kind,
    Metric,
    Recorder,
    SpanAttributes,
)

log = logging.getLogger(__name__)

# How long a timer's or a queue's function waits at its end for its telemetry to leave.
FLUSH_SECONDS = 5.0


class _Process:
    """The means by which this process records, once it has tried to start."""

    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        self.tried = False
        self.lock = threading.Lock()


_process = _Process()


@contextmanager
def invocation(
    name: str, trigger: FaasTrigger, context: Invocation | None
) -> Iterator[SpanAttributes]:
    """Trace a function's run, as a child of the host's span, and start telemetry in the first.

    What a timer's or a queue's function recorded is sent at its end: its process may be frozen or
    killed at any time after.
    """
    recorder = _started()
    if recorder is None:
        yield {}
        return
    given = {
        "faas.trigger": trigger,
        **({"faas.invocation_id": context.invocation_id} if context else {}),
    }
    parent = context.trace_context if context else None
    try:
        with recorder.span(name, "internal", given, parent) as recorded:
            yield recorded
    finally:
        if trigger != "http":
            recorder.flush(FLUSH_SECONDS)


@contextmanager
def span(
    name: str, attributes: Attributes | None = None, *, kind: Kind = "internal"
) -> Iterator[SpanAttributes]:
    """Trace the block; what it tells, and what it fails with, become the span's attributes.

    Attributes never hold what people wrote, nor a secret.
    """
    if _process.recorder is None:
        yield {}
        return
    with _process.recorder.span(name, kind, attributes or {}) as recorded:
        yield recorded


def measure(metric: Metric, value: float, attributes: Attributes | None = None) -> None:
    """Record a value of a metric."""
    if _process.recorder is not None:
        _process.recorder.measure(metric, value, attributes or {})


def is_on() -> bool:
    """Return whether this process records."""
    return _process.recorder is not None


def _started() -> Recorder | None:
    """Return the recorder, started once for each process; None while TELEMETRY is off."""
    if not _process.tried:
        with _process.lock:
            if not _process.tried:
                _process.recorder = _start()
                _process.tried = True
    return _process.recorder


def _start() -> Recorder | None:
    try:
        given = settings()
    except SettingsError:
        # The function itself says which.
        return None
    if given.telemetry == "off" or given.applicationinsights_connection_string is None:
        return None
    try:
        from shared.telemetry.azure_monitor import AzureMonitor  # noqa: PLC0415 - costs 0.5 s, only when used

        return AzureMonitor(given.applicationinsights_connection_string.get_secret_value())
    except Exception as error:  # noqa: BLE001 - the product works without it
        event(
            log, "telemetry.not_started", logging.ERROR, reason=f"{type(error).__name__}: {error}"
        )
        return None
