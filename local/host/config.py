"""What the host reads before it starts: host.json and local.settings.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.errors import UndertoneError

# Defaults of the real host: https://learn.microsoft.com/azure/azure-functions/functions-host-json
VERSION = "2.0"
DEFAULT_PREFIX = "api"
DEFAULT_DEQUEUES = 5
MOST_DEQUEUES = 100
# The real host gives a message whose function failed back at once, a dead host's in 10 minutes.
DEFAULT_VISIBILITY = "00:00:00"
DEFAULT_TIMEOUT_SECONDS = 1800.0
FOR_EVER = "-1"
# https://learn.microsoft.com/azure/azure-functions/functions-app-settings
BODY_LIMIT, DEFAULT_BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT", 104_857_600
DEFAULT_HSTS_AGE = "30.00:00:00"


class HostError(UndertoneError):
    """The host can't start; the message is one clear line."""


@dataclass(frozen=True)
class HttpConfig:
    """What host.json says of answers, and the setting that bounds bodies."""

    custom_headers: Mapping[str, str] = field(default_factory=dict)
    hsts: str | None = None
    """The value of Strict-Transport-Security, sent over https."""
    body_limit: int = DEFAULT_BODY_LIMIT
    """Bytes of a body, above which the host answers an empty 500."""


@dataclass(frozen=True)
class HostConfig:
    """What host.json says that the local host follows."""

    route_prefix: str = DEFAULT_PREFIX
    max_dequeue_count: int = DEFAULT_DEQUEUES
    retry_seconds: float = 0.0
    function_timeout: float | None = DEFAULT_TIMEOUT_SECONDS
    """Seconds that a function may take; None is for ever."""


def read_host_json(folder: Path) -> HostConfig:
    """Read the app's host.json. Raises HostError."""
    content = _read(folder / "host.json")
    if content.get("version") != VERSION:
        raise HostError(f'host.json takes "version": "{VERSION}"')
    extensions = _object(content, "extensions")
    http, queues = _object(extensions, "http"), _object(extensions, "queues")
    prefix = http.get("routePrefix", DEFAULT_PREFIX)
    if not isinstance(prefix, str):
        raise HostError("host.json: routePrefix takes a string")
    dequeues = queues.get("maxDequeueCount", DEFAULT_DEQUEUES)
    if type(dequeues) is not int or not 1 <= dequeues <= MOST_DEQUEUES:
        raise HostError(f"host.json: maxDequeueCount takes a number from 1 to {MOST_DEQUEUES}")
    timeout: float | None = DEFAULT_TIMEOUT_SECONDS
    if "functionTimeout" in content:
        given = content["functionTimeout"]
        timeout = None if given == FOR_EVER else _seconds(given)
    return HostConfig(
        route_prefix=prefix.strip("/"),
        max_dequeue_count=dequeues,
        retry_seconds=_seconds(queues.get("visibilityTimeout", DEFAULT_VISIBILITY)),
        function_timeout=timeout,
    )


def read_http_config(folder: Path, environ: Mapping[str, str]) -> HttpConfig:
    """Read customHeaders and hsts of the app's host.json, and the body limit of the settings.

    Raises HostError.
    """
    http = _object(_object(_read(folder / "host.json"), "extensions"), "http")
    headers = _object(http, "customHeaders")
    for name, value in headers.items():
        # The real host takes it, and then fails every answer.
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
    days, _, rest = str(given.get("maxAge", DEFAULT_HSTS_AGE)).rpartition(".")
    if not (days or "0").isdecimal():
        raise HostError("host.json: maxAge of hsts takes days and a time, such as 365.00:00:00")
    value = f"max-age={int(days or 0) * 86400 + int(_seconds(rest))}"
    value += "; includeSubDomains" * bool(given.get("includeSubDomains"))
    return value + "; preload" * bool(given.get("preload"))


def read_local_settings(folder: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the environment with the app's local settings, which never override it.

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


def _seconds(text: object) -> float:
    try:
        hours, minutes, seconds = str(text).split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        raise HostError(f"host.json: {text!r} is no time of the form hh:mm:ss") from None
