"""What the host reads before it starts: host.json and local.settings.json."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shared.errors import UndertoneError

# Defaults of the real host: https://learn.microsoft.com/azure/azure-functions/functions-host-json
DEFAULT_PREFIX = "api"
DEFAULT_DEQUEUES = 5
# The real host gives a message whose function failed back at once, a dead host's in 10 minutes.
DEFAULT_VISIBILITY_SECONDS = 0.0


class HostError(UndertoneError):
    """The host can't start; the message is one clear line."""


@dataclass(frozen=True)
class HostConfig:
    """What host.json says that the local host follows."""

    route_prefix: str = DEFAULT_PREFIX
    max_dequeue_count: int = DEFAULT_DEQUEUES
    retry_seconds: float = DEFAULT_VISIBILITY_SECONDS


def read_host_json(folder: Path) -> HostConfig:
    """Read the app's host.json. Raises HostError."""
    extensions = _read(folder / "host.json").get("extensions", {})
    queues = extensions.get("queues", {})
    return HostConfig(
        route_prefix=str(extensions.get("http", {}).get("routePrefix", DEFAULT_PREFIX)).strip("/"),
        max_dequeue_count=int(queues.get("maxDequeueCount", DEFAULT_DEQUEUES)),
        retry_seconds=_seconds(str(queues.get("visibilityTimeout", "00:00:00"))),
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
        content = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise HostError(f"{file.name} can't be read: {error.strerror}") from error
    except ValueError as error:
        raise HostError(f"{file.name} is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise HostError(f"{file.name} takes a JSON object")
    return content


def _seconds(text: str) -> float:
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
    except ValueError:
        raise HostError(f"host.json: {text!r} is no time of the form hh:mm:ss") from None
