"""Log lines as JSON objects, for programs that collect logs: LOG_FORMAT=json."""

import json
import logging
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from shared.logs import FIELDS, masked

# The name of an event, such as cycle.completed: the first word of a line that isn't one itself.
NAMED: Final = re.compile(r"[a-z_]+(?:\.[a-z_]+)+(?= |$)")
SIMPLE: Final = (bool, int, float, type(None))


def logs_json(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether lines are to be JSON objects."""
    return environ.get("LOG_FORMAT", "").strip() == "json"


class JsonFormatter(logging.Formatter):
    """Writes a record as one JSON object a line, in ASCII, without secrets.

    It has time (UTC), level, process, logger, event and fields. A line of a library has its text in
    the field `message`, and its logger's name as event where it names none. `exception` is a
    traceback.
    """

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname,
            "process": self._process,
            "logger": record.name,
            **_event_of(record),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, separators=(",", ":"), allow_nan=False)


def _event_of(record: logging.LogRecord) -> dict[str, object]:
    """Return the event's name and its fields."""
    if (known := getattr(record, FIELDS, None)) is not None:
        name, fields = known
        return {"event": name, "fields": {key: _value(each) for key, each in fields.items()}}
    message = masked(record.getMessage())
    found = NAMED.match(message)
    return {"event": found[0] if found else record.name, "fields": {"message": message}}


def _value(value: object) -> object:
    """Return a value as JSON has it: a number stays one, everything else is a text."""
    is_odd = isinstance(value, float) and not (abs(value) < float("inf"))
    return value if isinstance(value, SIMPLE) and not is_odd else masked(str(value))
