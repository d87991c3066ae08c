"""Configuration of the local host, from host.json and local.settings.json."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.errors import UndertoneError

# Defaults of the real host: https://learn.microsoft.com/azure/azure-functions/functions-host-json
VERSION = "2.0"
DEFAULT_PREFIX = "api"
DEFAULT_TIMEOUT_SECONDS = 1800.0
MIN_TIMEOUT_SECONDS = 1.0
FOR_EVER = "-1"
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
BODY_LIMIT, DEFAULT_BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", 104_857_600
DEFAULT_HSTS_AGE = "30.00:00:00"
# Limits of the queue settings, from QueuesOptions.cs of the queue extension. Storage hides a
# message for at most seven days. The published schema of host.json allows at most 100 attempts.
MAX_BATCH = 32
MAX_DEQUEUES = 100
MIN_POLLING_SECONDS = 0.1
MAX_VISIBILITY_SECONDS = 7 * 86400.0
ENCODING = "base64"

# A .NET TimeSpan, without its shorter forms: .NET reads "30" as 30 days.
TIME_SPAN = re.compile(
    r"(?:(\d{1,4})\.)?([01]?\d|2[0-3]):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)", re.ASCII
)


class HostError(UndertoneError):
    """The host can't start; the message is one clear line."""


@dataclass(frozen=True)
class HttpConfig:
    """The response headers of host.json, and the limit of request bodies."""

    custom_headers: Mapping[str, str] = field(default_factory=dict)
    hsts: str | None = None
    """The value of Strict-Transport-Security, sent over https."""
    body_limit: int = DEFAULT_BODY_LIMIT
    """Maximum bytes of a request body; the host answers a larger one with an empty 500."""


@dataclass(frozen=True)
class QueueConfig:
    """The queue settings of host.json, with the real host's defaults."""

    batch_size: int = 16
    """Number of messages taken at a time."""
    new_batch_threshold: int = 8
    """Maximum number of messages in progress at which the next batch is taken."""
    max_dequeue_count: int = 5
    retry_seconds: float = 0.0
    """Seconds for which a message is hidden after its function failed."""
    max_polling_seconds: float = 60.0
    """Maximum seconds between two polls of an idle queue."""


@dataclass(frozen=True)
class HostConfig:
    """The settings of host.json that the local host follows."""

    route_prefix: str = DEFAULT_PREFIX
    queues: QueueConfig = QueueConfig()
    function_timeout: float | None = DEFAULT_TIMEOUT_SECONDS
    """Maximum seconds that a function may take; None means no limit."""


def read_host_json(folder: Path) -> HostConfig:
    """Read the app's host.json. Raises HostError."""
    content = _read(folder / "host.json")
    if content.get("version") != VERSION:
        raise HostError(f'host.json takes "version": "{VERSION}"')
    extensions = _object(content, "extensions")
    http = _object(extensions, "http")
    prefix = http.get("routePrefix", DEFAULT_PREFIX)
    if not isinstance(prefix, str):
        raise HostError("host.json: routePrefix takes a string")
    timeout: float | None = DEFAULT_TIMEOUT_SECONDS
    if (given := content.get("functionTimeout")) is not None:
        timeout = (
            None if given == FOR_EVER else _seconds("functionTimeout", given, MIN_TIMEOUT_SECONDS)
        )
    return HostConfig(
        route_prefix=prefix.strip("/"),
        queues=_queues(_object(extensions, "queues")),
        function_timeout=timeout,
    )


def read_http_config(folder: Path, environ: Mapping[str, str]) -> HttpConfig:
    """Read customHeaders and hsts of the app's host.json, and the body limit of the settings.

    Raises HostError.
    """
    http = _object(_object(_read(folder / "host.json"), "extensions"), "http")
    headers = _object(http, "customHeaders")
    for name, value in headers.items():
        # The real host accepts any other header here, and then fails every request.
        if not isinstance(value, str) or not value.isascii() or not value.isprintable():
            raise HostError(f"host.json: the custom header {name} takes printable ASCII")
    limit = environ.get(BODY_LIMIT, "") or str(DEFAULT_BODY_LIMIT)
    if not limit.isdecimal():
        raise HostError(f"{BODY_LIMIT} takes a number of bytes, not {limit!r}")
    return HttpConfig(headers, _hsts(_object(http, "hsts")), int(limit))


def _hsts(given: Mapping[str, Any]) -> str | None:
    """Return the value of Strict-Transport-Security: https://www.rfc-editor.org/rfc/rfc6797."""
    if given.get("isEnabled") is not True:
        return None
    age = _seconds("maxAge of hsts", given.get("maxAge", DEFAULT_HSTS_AGE), 0)
    value = f"max-age={age:.0f}"
    value += "; includeSubDomains" * bool(given.get("includeSubDomains"))
    return value + "; preload" * bool(given.get("preload"))


def read_local_settings(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the app's local settings, which never override it.

    Core Tools does the same. Raises HostError.
    """
    file = folder / "local.settings.json"
    values = _read(file).get("Values", {}) if file.exists() else {}
    if not isinstance(values, dict) or not all(isinstance(v, str) for v in values.values()):
        raise HostError(f"{file.name}: Values takes an object of strings")
    return {**values, **environ}


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise HostError(f"{file.name} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise HostError(f"{file.name} is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise HostError(f"{file.name} takes a JSON object")
    return content


def _object(parent: Mapping[str, Any], name: str) -> dict[str, Any]:
    found = parent.get(name, {})
    if not isinstance(found, dict):
        raise HostError(f"host.json: {name} takes an object")
    return found


def _queues(given: Mapping[str, Any]) -> QueueConfig:
    if str(given.get("messageEncoding") or ENCODING).lower() != ENCODING:
        raise HostError(f"host.json: messageEncoding takes {ENCODING} on the local host")
    default = QueueConfig()
    batch = _number(given, "batchSize", default.batch_size, 1, MAX_BATCH)
    polling, visibility = given.get("maxPollingInterval"), given.get("visibilityTimeout")
    return QueueConfig(
        batch_size=batch,
        new_batch_threshold=_number(given, "newBatchThreshold", batch // 2, 0),
        max_dequeue_count=_number(
            given, "maxDequeueCount", default.max_dequeue_count, 1, MAX_DEQUEUES
        ),
        retry_seconds=default.retry_seconds
        if visibility is None
        else _seconds("visibilityTimeout", visibility, 0.0, MAX_VISIBILITY_SECONDS),
        max_polling_seconds=default.max_polling_seconds
        if polling is None
        else _seconds("maxPollingInterval", polling, MIN_POLLING_SECONDS),
    )


def _number(
    given: Mapping[str, Any], key: str, default: int, least: int, most: int | None = None
) -> int:
    value = default if given.get(key) is None else given[key]
    if type(value) is not int or value < least or (most is not None and value > most):
        limits = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise HostError(f"host.json: {key} takes a number {limits}, not {value!r}")
    return value


def _seconds(key: str, text: object, least: float, most: float | None = None) -> float:
    """Return the seconds of a time span. Raises HostError."""
    match = TIME_SPAN.fullmatch(text) if isinstance(text, str) else None
    if match:
        days, hours, minutes, seconds = (float(each or 0) for each in match.groups())
        value = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        if least <= value and (most is None or value <= most):
            return value
    limits = f", of at least {least:g} s" + ("" if most is None else f" and at most {most:g} s")
    raise HostError(f"host.json: {key} takes a time of the form hh:mm:ss{limits}, not {text!r}")
