"""Traces and metrics through OpenTelemetry, which is imported only when TELEMETRY asks for it."""

from shared.telemetry.base import (
    CYCLE_DURATION,
    CYCLE_ITEMS,
    METRICS,
    SOURCE_REQUESTS,
    SOURCE_REQUESTS_LEFT,
    STORE_REQUEST_UNITS,
    Attributes,
    FaasTrigger,
    Invocation,
    Kind,
    Metric,
    Recorder,
    SpanAttributes,
    TraceContext,
    Value,
)
from shared.telemetry.recording import invocation, is_on, measure, span

__all__ = [
    "CYCLE_DURATION",
    "CYCLE_ITEMS",
    "METRICS",
    "SOURCE_REQUESTS",
    "SOURCE_REQUESTS_LEFT",
    "STORE_REQUEST_UNITS",
    "Attributes",
    "FaasTrigger",
    "Invocation",
    "Kind",
    "Metric",
    "Recorder",
    "SpanAttributes",
    "TraceContext",
    "Value",
    "invocation",
    "is_on",
    "measure",
    "span",
]
