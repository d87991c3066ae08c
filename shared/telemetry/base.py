"""The interface of telemetry: metrics, spans' attributes, and their recorder."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

Value = str | int | float
Attributes = Mapping[str, Value]
SpanAttributes = dict[str, Value]
"""The attributes of a span. `error.type` marks the span as failed."""
Kind = Literal["internal", "client"]
FaasTrigger = Literal["http", "timer", "pubsub"]
"""https://opentelemetry.io/docs/specs/semconv/registry/attributes/faas: pubsub is a queue's."""


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
SOURCE_REQUESTS = Metric(
    "undertone.source.requests", "counter", "{request}", "requests to sources, repeated ones too"
)
SOURCE_REQUESTS_LEFT = Metric(
    "undertone.source.requests_left", "gauge", "{request}", "what a source still allows for now"
)
STORE_REQUEST_UNITS = Metric(
    "undertone.store.request_units", "counter", "{request_unit}", "what Cosmos DB charged"
)
METRICS = (
    CYCLE_DURATION,
    CYCLE_ITEMS,
    SOURCE_REQUESTS,
    SOURCE_REQUESTS_LEFT,
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
    """The part of an Azure function's context that telemetry needs."""

    @property
    def invocation_id(self) -> str:
        """Name the invocation."""
        ...

    @property
    def trace_context(self) -> TraceContext | None:
        """Return the host's span."""
        ...


class Recorder(Protocol):
    """Records spans and metrics, and sends them in threads of its own."""

    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: TraceContext | None = None
    ) -> AbstractContextManager[SpanAttributes]:
        """Trace the block, as a child of the parent or else of the block around it."""
        ...

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Record a value: an addition, a state or one of a distribution."""
        ...

    def flush(self, seconds: float) -> None:
        """Send what is recorded; stop waiting after `seconds`."""
        ...
