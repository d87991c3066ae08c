"""The values of host.json that the app itself must know, which is deployed beside it."""

import json
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "host.json"
# https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue#host-json
DEFAULT_POLL_INTERVAL = timedelta(seconds=60)
# https://learn.microsoft.com/azure/azure-functions/functions-host-json#override-hostjson-values
OVERRIDE = "AzureFunctionsJobHost__extensions__queues__maxPollingInterval".lower()
TIME_SPAN = re.compile(r"(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2}(\.\d{1,7})?)")


@lru_cache(maxsize=1)
def queue_poll_interval() -> timedelta:
    """Return the longest time between two looks at an idle queue; the file is read once."""
    return read_poll_interval(FILE, os.environ)


def read_poll_interval(file: Path, environ: Mapping[str, str]) -> timedelta:
    """Return maxPollingInterval of host.json, or of the app setting that overrides it.

    Without either the platform's default holds. A value that the host refuses counts as unset:
    it doesn't start with one.
    """
    overrides = (value for name, value in environ.items() if name.lower() == OVERRIDE and value)
    given = next(overrides, None) or _setting(file)
    found = TIME_SPAN.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        return DEFAULT_POLL_INTERVAL
    return timedelta(**{unit: float(found[unit]) for unit in ("hours", "minutes", "seconds")})


def _setting(file: Path) -> object:
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8-sig"))
        return found["extensions"]["queues"]["maxPollingInterval"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
