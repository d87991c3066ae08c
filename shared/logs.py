"""Log lines are events with fields: `cycle.completed posts=12 new=3`."""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Hashable

# They log every request at INFO, headers included.
CHATTY = (
    "azure.core.pipeline.policies.http_logging_policy",
    "azure.cosmos",
    "azure.identity",
    "httpx",
)
# They log each of their retries.
RETRYING = ("azure.core", "azure.cosmos", "azure.identity")
OURS = ("api", "collector", "shared", "local")
PLAIN = re.compile(r"[\w.:/+-]+")
REPEAT_SECONDS = 60.0
MAX_REPEATS = 500
# What differs between two lines of one fault: ids, moments and addresses in memory.
VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}"
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:\d\d)?|0x[0-9a-f]+",
    re.IGNORECASE,
)


class Repeats:
    """Lets the first of equal lines through, and then at most one in REPEAT_SECONDS."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Count by this clock, in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[Hashable, tuple[float, int]] = {}

    def suppressed(self, key: Hashable) -> int | None:
        """Return how many lines were held back since the last one; None holds this one back too."""
        now = self._clock()
        with self._lock:
            last = self._last.pop(key, None)
            if last is not None and now - last[0] < REPEAT_SECONDS:
                self._last[key] = (last[0], last[1] + 1)
                return None
            # One that is forgotten counts as new: nothing is hidden by it.
            while len(self._last) >= MAX_REPEATS:
                del self._last[next(iter(self._last))]
            self._last[key] = (now, 0)
            return 0 if last is None else last[1]

    def forget(self) -> None:
        """Let the next line of each kind through."""
        with self._lock:
            self._last.clear()


class RepeatsHandler(logging.Handler):
    """Passes a logger's warnings, and its children's, on to its parent, without the repeated ones.

    A filter of a logger doesn't see what its children log.
    """

    def __init__(self, parent: logging.Logger, repeats: Repeats) -> None:
        super().__init__()
        self._parent = parent
        self._repeats = repeats

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the record on, with the number of those that were held back before it."""
        if record.levelno >= logging.WARNING:
            message = record.getMessage()
            held_back = self._repeats.suppressed((record.name, record.levelno, _gist(message)))
            if held_back is None:
                return
            if held_back:
                record = logging.makeLogRecord(record.__dict__)
                record.msg, record.args = f"{message} suppressed={held_back}", None
        self._parent.handle(record)


process_repeats = Repeats()
"""What this process has said lately."""


def set_levels(level: str) -> None:
    """Have our own loggers log from this level on, and the libraries' chatty ones warnings only.

    What a library says of each of its retries is said once a minute. The root's handlers stay as
    they are: on Azure they are the host's.
    """
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in RETRYING:
        quieten(logging.getLogger(name), process_repeats)


def quieten(logger: logging.Logger, repeats: Repeats) -> None:
    """Have a logger and its children say the same thing once a minute."""
    is_quiet = any(isinstance(each, RepeatsHandler) for each in logger.handlers)
    if logger.parent is not None and not is_quiet:
        logger.addHandler(RepeatsHandler(logger.parent, repeats))
        logger.propagate = False


def event(
    logger: logging.Logger, name: str, level: int = logging.INFO, /, **fields: object
) -> None:
    """Log one event in one line; a value with blanks or quotes is written as JSON."""
    if logger.isEnabledFor(level):
        words = [name, *(f"{key}={_value(value)}" for key, value in fields.items())]
        logger.log(level, "%s", " ".join(words))


def repeated_event(
    logger: logging.Logger,
    name: str,
    level: int,
    repeats: Repeats = process_repeats,
    /,
    *,
    reason: str,
    **fields: object,
) -> None:
    """Log an event that every request has while a fault lasts: once a minute for each reason.

    `suppressed` counts those that were held back since the last one.
    """
    held_back = repeats.suppressed((name, _gist(reason)))
    if held_back is not None:
        counted = {"suppressed": held_back} if held_back else {}
        event(logger, name, level, **fields, reason=reason, **counted)


def _gist(message: str) -> str:
    return VARYING.sub("…", message)


def _value(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
