"""Records with OpenTelemetry and sends to Application Insights: imported only when it is used.

https://learn.microsoft.com/azure/azure-monitor/app/opentelemetry-configuration
"""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Before the exporter is imported: it reads them then. Its own statistics go to Microsoft, its
# remote control asks Microsoft for settings, and its detectors look for a virtual machine's
# metadata: none of that is wanted, and on a cold start none of it is free.
os.environ.setdefault("APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL", "true")
os.environ.setdefault("APPLICATIONINSIGHTS_SDKSTATS_DISABLED", "true")
os.environ.setdefault("APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED", "true")
os.environ.setdefault("OTEL_EXPERIMENTAL_RESOURCE_DETECTORS", "azure_functions")

from azure.monitor.opentelemetry.exporter import (
    ApplicationInsightsSampler,
    AzureMonitorMetricExporter,
    AzureMonitorTraceExporter,
    RateLimitedSampler,
)
from opentelemetry import metrics, trace
from opentelemetry.sdk.environment_variables import (
    OTEL_TRACES_SAMPLER,
    OTEL_TRACES_SAMPLER_ARG,
)
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import Sampler
from opentelemetry.trace.propagation.tracecontext import (
    TraceContextTextMapPropagator,
)

from shared import __version__
from shared.logs import event
from shared.telemetry.base import (
    METRICS,
    Attributes,
    Kind,
    Metric,
    SpanAttributes,
    TraceContext,
    Value,
)

log = logging.getLogger(__name__)

NAME = "undertone"
KINDS = {"internal": trace.SpanKind.INTERNAL, "client": trace.SpanKind.CLIENT}
# A setting of OpenTelemetry's own; "none" sends nothing of its kind.
NOT_SENT = "none"
TRACES_PER_SECOND = 5.0
# Azure's exporter leaves these out of what is shown of a span, unless they have another name too.
SHOWN_AS = {
    "db.collection.name": "undertone.container",
    "db.operation.batch.size": "undertone.documents",
    "db.response.returned_rows": "undertone.found",
    "error.type": "undertone.error",
    "http.request.resend_count": "undertone.resend_count",
}
# How long one attempt to send may take, and all of them together.
SEND_SECONDS = 5.0
SENDING_LOGGERS = (
    "azure.monitor.opentelemetry.exporter.export._base",
    "azure.monitor.opentelemetry.exporter.export.metrics._exporter",
    "azure.monitor.opentelemetry.exporter.export.trace._exporter",
    "opentelemetry.sdk._shared_internal",
    "opentelemetry.sdk.metrics._internal.export",
)
COMPLAINT_SECONDS = 3600.0


class AzureMonitor:
    """Spans and metrics for Application Insights; batches are sent by threads of the SDK's own."""

    def __init__(self, connection_string: str) -> None:
        """Set OpenTelemetry up for this process. Raises ValueError for a bad connection string."""
        resource = Resource.create({"service.name": _service(), "service.version": __version__})
        # What can't be sent is dropped: an instance's disk is gone with it.
        sending: dict[str, Any] = {
            "connection_string": connection_string,
            "disable_offline_storage": True,
            "timeout": SEND_SECONDS,
            "read_timeout": SEND_SECONDS,
        }
        if os.environ.get("OTEL_METRICS_EXPORTER") != NOT_SENT:
            reader = PeriodicExportingMetricReader(AzureMonitorMetricExporter(**sending))
            metrics.set_meter_provider(MeterProvider([reader], resource))
        if os.environ.get("OTEL_TRACES_EXPORTER") != NOT_SENT:
            tracing = TracerProvider(_sampler(), resource)
            tracing.add_span_processor(BatchSpanProcessor(AzureMonitorTraceExporter(**sending)))
            trace.set_tracer_provider(tracing)
        seldom = _Seldom()
        for name in SENDING_LOGGERS:
            logging.getLogger(name).addFilter(seldom)
        self._tracer = trace.get_tracer(NAME, __version__)
        meter = metrics.get_meter(NAME, __version__)
        self._recording = {metric: _recording(meter, metric) for metric in METRICS}
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: TraceContext | None = None
    ) -> Iterator[SpanAttributes]:
        """Trace the block. Exceptions leave their type: messages may quote what people wrote."""
        recorded: SpanAttributes = {}
        with self._tracer.start_as_current_span(
            name,
            context=self._context(parent) if parent else None,
            kind=KINDS[kind],
            attributes=_shown(attributes),
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            try:
                yield recorded
            except BaseException as error:
                recorded.setdefault("error.type", type(error).__name__)
                raise
            finally:
                span.set_attributes(_shown(recorded))
                if "error.type" in recorded:
                    span.set_status(trace.StatusCode.ERROR)

    def measure(self, metric: Metric, value: float, attributes: Attributes) -> None:
        """Record a value."""
        self._recording[metric](value, dict(attributes))

    def flush(self, seconds: float) -> None:
        """Send what is recorded; stop waiting after `seconds`."""
        # The SDK's own time-outs don't hold while it sends.
        sending = threading.Thread(target=_flush, name="telemetry-flush", daemon=True)
        sending.start()
        sending.join(seconds)

    def _context(self, parent: TraceContext) -> Any:
        carrier = {"traceparent": parent.trace_parent, "tracestate": parent.trace_state}
        return self._propagator.extract({name: value for name, value in carrier.items() if value})


def _sampler() -> Sampler | None:
    """Return the sampler that the environment asks for; None: the SDK finds it by its name."""
    name = os.environ.get(OTEL_TRACES_SAMPLER)
    if name is None:
        return RateLimitedSampler(TRACES_PER_SECOND)
    if name == "microsoft.rate_limited":
        return RateLimitedSampler(_sampler_argument(TRACES_PER_SECOND))
    if name == "microsoft.fixed_percentage":
        return ApplicationInsightsSampler(_sampler_argument(1.0, most=1.0))
    return None


def _sampler_argument(default: float, most: float = math.inf) -> float:
    given = os.environ.get(OTEL_TRACES_SAMPLER_ARG, "")
    try:
        value = float(given)
    except ValueError:
        return default
    return value if 0 <= value <= most else default


def _shown(attributes: Attributes) -> dict[str, Value]:
    again = {SHOWN_AS[name]: value for name, value in attributes.items() if name in SHOWN_AS}
    return {**attributes, **again}


class _Seldom(logging.Filter):
    """Makes one event an hour of the SDK's complaints: each batch that isn't sent has its own."""

    def __init__(self) -> None:
        super().__init__()
        self._next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Drop the line, and log the event when it is time for one."""
        now = time.monotonic()
        if record.levelno >= logging.WARNING and now >= self._next:
            self._next = now + COMPLAINT_SECONDS
            event(log, "telemetry.not_sent", logging.WARNING, reason=record.getMessage())
        return False


def _service() -> str:
    """Name the service as the host does, so that both are one on the application map."""
    return os.environ.get("OTEL_SERVICE_NAME") or os.environ.get("WEBSITE_SITE_NAME") or NAME


def _recording(meter: metrics.Meter, metric: Metric) -> Callable[[float, dict[str, Any]], None]:
    given = (metric.name, metric.unit, metric.what)
    if metric.kind == "counter":
        return meter.create_counter(*given).add
    if metric.kind == "gauge":
        return meter.create_gauge(*given).set
    return meter.create_histogram(*given).record


def _flush() -> None:
    for provider in (trace.get_tracer_provider(), metrics.get_meter_provider()):
        # Without a pipeline, which settings of OpenTelemetry's own can ask for, there is nothing.
        if flush := getattr(provider, "force_flush", None):
            flush()
