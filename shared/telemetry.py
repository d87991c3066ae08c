"""Traces and metrics through OpenTelemetry, which is imported only when TELEMETRY asks for it.

The first function that a process runs starts it (`invocation`). Until then, and while it is off,
`span` and `measure` do nothing. docs/telemetry.md has the names of all spans and metrics.
"""

import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from shared.errors import SettingsError
from shared.logs import event
from shared.settings import settings

log = logging.getLogger(__name__)

Value = str | int | float
Attributes = Mapping[str, Value]
Told = dict[str, Value]
"""What a block says of itself: its span's attributes. `error.type` marks the span as failed."""
Kind = Literal["internal", "client"]
FaasTrigger = Literal["http", "timer", "pubsub"]
"""https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas: pubsub is a queue's."""

# How long a timer's or a queue's function waits at its end for its telemetry to leave.
FLUSH_SECONDS = 5.0


@dataclass(frozen=True)
class Metric:
    """A metric: its name, what kind of instrument it is, and its unit (UCUM)."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    unit: str
    what: str


CYCLE_DURATION = Metric(
    "undertone.cycle.duration", "histogram", "s", "how long collections take, waiting included"
)
CYCLE_ITEMS = Metric(
    "undertone.cycle.items", "counter", "{item}", "posts and comments, by what became of them"
)
REDDIT_REQUESTS = Metric(
    "undertone.reddit.requests", "counter", "{request}", "requests to Reddit, repeated ones too"
)
REDDIT_REQUESTS_LEFT = Metric(
    "undertone.reddit.requests_left", "gauge", "{request}", "what Reddit still allows in its window"
)
STORE_REQUEST_UNITS = Metric(
    "undertone.store.request_units", "counter", "{request_unit}", "what Cosmos DB charged"
)
METRICS = (
    CYCLE_DURATION,
    CYCLE_ITEMS,
    REDDIT_REQUESTS,
    REDDIT_REQUESTS_LEFT,
    STORE_REQUEST_UNITS,
)


class TraceContext(Protocol):
    """The host's span, as W3C Trace Context names it."""

    @property
    def trace_parent(self) -> str:
        """Return the header traceparent."""
        ...

    @property
    def trace_state(self) -> str:
        """Return the header tracestate."""
        ...


class Invocation(Protocol):
    """What is needed of an Azure function's context."""

    @property
    def invocation_id(self) -> str:
        """Name the invocation."""
        ...

    @property
    def trace_context(self) -> TraceContext | None:
        """Return the host's span."""
        ...


class Recorder(Protocol):
    """What records spans and metrics, and sends them in threads of its own."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: TraceContext | None = None
    ) -> AbstractContextManager[Told]:
        """Trace the block, as a child of the parent or else of the block around it."""
        ...

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Record a value: an addition, a state or one of a distribution."""
        ...

    def flush(self, seconds: float) -> None:
        """Send what is recorded; give up waiting after so many seconds."""
        ...


class _Process:
    """What this process records with, once it has tried to start."""

    def __init__(self) -> None:
        self.recorder: Recorder | None = None
        self.tried = False
        self.lock = threading.Lock()


_process = _Process()


@contextmanager
def invocation(name: str, trigger: FaasTrigger, context: Invocation | None) -> Iterator[Told]:
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
        with recorder.span(name, "internal", given, parent) as told:
            yield told
    finally:
        if trigger != "http":
            recorder.flush(FLUSH_SECONDS)


@contextmanager
def span(
    name: str, attributes: Attributes | None = None, *, kind: Kind = "internal"
) -> Iterator[Told]:
    """Trace the block; what it tells, and what it fails with, become the span's attributes.

    Attributes never hold what people wrote, nor a secret.
    """
    if _process.recorder is None:
        yield {}
        return
    with _process.recorder.span(name, kind, attributes or {}) as told:
        yield told


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
        from shared.azure_monitor import AzureMonitor  # noqa: PLC0415 - costs 0.5 s, only when used

        return AzureMonitor(given.applicationinsights_connection_string.get_secret_value())
    except Exception as error:  # noqa: BLE001 - the product works without it
        event(
            log, "telemetry.not_started", logging.ERROR, reason=f"{type(error).__name__}: {error}"
        )
        return None
