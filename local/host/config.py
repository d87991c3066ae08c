"""What the host reads before it starts: host.json and local.settings.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
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


class HostError(UndertoneError):
    """The host can't start; the message is one clear line."""


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
