"""Log lines as events with fields, such as `cycle.completed posts=12 new=3`."""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from typing import Any
from urllib.parse import unquote

# These libraries log every request at INFO, including its headers.
CHATTY = (
    "azure.core.pipeline.policies.http_logging_policy",
    "azure.cosmos",
    "azure.identity",
    "httpx",
    "mcp",
)
# These libraries log each of their retries.
RETRYING = ("azure.core", "azure.cosmos", "azure.identity")
OURS = ("api", "collector", "shared", "local")
PLAIN = re.compile(r"[\w.:/+-]+")
REPEAT_SECONDS = 60.0
MAX_REPEATS = 500
# Parts that vary between two lines of the same fault: ids, times and memory addresses.
VARYING = re.compile(
    r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}"
    r"|\d{4}-\d\d-\d\d[T ][\d:.]+(Z|[+-]\d\d:\d\d)?|0x[0-9a-f]+",
    re.IGNORECASE,
)

# The attribute of a record that has an event's name and fields.
FIELDS = "undertone_event"
DELETE = 0x7F
MASK = "***"
# Users and passwords in addresses, named keys, and tokens.
# Each part has a maximum length, so that no text makes the search slow.
SECRETS = re.compile(
    r"(?P<scheme>\b[a-z][a-z0-9+.-]{0,20}://)"
    r"(?:[^\s/?#]{0,512}|[^\s/:@]{0,256}:(?!\d{1,5}/)[^\s@]{0,256})@"
    r"|(?<![^\s'\"=(,])[^\s:/@'\"=(,]{1,64}:[^\s/@'\"]{1,256}@(?=[\w\[])"
    r"|(?P<name>(?<![\w-])(?:code|sig|[\w-]{0,40}(?:key|token|secret|password|passwd|pwd|signature))=)"
    r"[^\s&#;\"'…]+"
    r"|(?P<header>\b(?:x-functions-key\s{0,3}:|bearer|sharedkey)\s{0,3})[^\s,;\"'…]{8,}",
    re.IGNORECASE,
)
# Maximum number of times a text is URL-decoded in the search for secrets, so that nested escapes
# can't make the search slow.
MAX_DECODINGS = 16
MIN_SECRET_LENGTH = 8

_known_secrets: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """Mask these texts in every later line; texts below MIN_SECRET_LENGTH might be common words."""
    _known_secrets.update(each for each in secrets if len(each) >= MIN_SECRET_LENGTH)


def masked(text: str) -> str:
    """Return a text with its passwords and keys masked, even where they are URL-encoded."""
    found = _mask_once(text)
    if found != text:
        return found
    decoded = text
    for _ in range(MAX_DECODINGS):
        before, decoded = decoded, unquote(decoded)
        if decoded == before:
            break
        if (found := _mask_once(decoded)) != decoded:
            # Other encoded parts may hold another secret.
            return masked(found)
    return text


def _mask_once(text: str) -> str:
    for secret in _known_secrets:
        text = text.replace(secret, MASK)
    return SECRETS.sub(_without_secret, text)


def _without_secret(found: re.Match[str]) -> str:
    if found["name"] or found["header"]:
        return f"{found['name'] or found['header']}{MASK}"
    return f"{found['scheme'] or ''}{MASK}@"


def printable(text: str, *, keep: str = "") -> str:
    """Escape what a terminal obeys or hides: control characters, bidirectional marks, separators.

    Characters in `keep` are not escaped.
    """
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in keep else _escaped(each) for each in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) != DELETE else "\\u007f"


class LineFormatter(logging.Formatter):
    """Writes a record in one line, without secrets, and its traceback below, indented.

    So text from outside can't begin a line of its own or control a terminal.
    """

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the base's name
        """Return the record's line."""
        return printable(masked(super().formatMessage(record)))

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base's name
        """Return the traceback."""
        return self._block(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the base's name
        """Return the stack."""
        return self._block(super().formatStack(stack_info))

    @staticmethod
    def _block(text: str) -> str:
        return "\n".join(f"  {printable(masked(line))}" for line in text.split("\n"))


class Repeats:
    """Lets the first of equal lines through, and then at most one in REPEAT_SECONDS."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Use this clock, in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._last: dict[Hashable, tuple[float, int]] = {}

    def suppressed(self, key: Hashable) -> int | None:
        """Return the number of lines held back since the last one; None holds back this one too."""
        now = self._clock()
        with self._lock:
            last = self._last.pop(key, None)
            if last is not None and now - last[0] < REPEAT_SECONDS:
                self._last[key] = (last[0], last[1] + 1)
                return None
            # A forgotten line counts as new and is logged, so forgetting hides nothing.
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
        """Pass the record on, with the number of records held back before it."""
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
"""The repeats of this process."""


def set_levels(level: str) -> None:
    """Set the level of the project's loggers, and let chatty libraries log only warnings.

    Lines that a library logs for each of its retries appear once a minute. The root's handlers stay
    as they are: on Azure they belong to the host.
    """
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in RETRYING:
        quieten(logging.getLogger(name), process_repeats)


def quieten(logger: logging.Logger, repeats: Repeats) -> None:
    """Let a logger and its children log the same line only once a minute."""
    is_quiet = any(isinstance(each, RepeatsHandler) for each in logger.handlers)
    if logger.parent is not None and not is_quiet:
        logger.addHandler(RepeatsHandler(logger.parent, repeats))
        logger.propagate = False


def event(
    logger: logging.Logger, name: str, level: int = logging.INFO, /, **fields: object
) -> None:
    """Log one event in one line; a value with blanks or quotes is written as JSON.

    Passwords and keys in values are masked, and control characters escaped.
    """
    if logger.isEnabledFor(level):
        words = [name, *(f"{key}={_value(value)}" for key, value in fields.items())]
        logger.log(level, "%s", " ".join(words), extra={FIELDS: (name, fields)})


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
    """Log an event at most once a minute for each reason.

    Meant for faults that would otherwise log a line for every request. `suppressed` counts the
    events held back since the last one.
    """
    held_back = repeats.suppressed((name, _gist(reason)))
    if held_back is not None:
        counted = {"suppressed": held_back} if held_back else {}
        event(logger, name, level, **fields, reason=reason, **counted)


def _gist(message: str) -> str:
    return VARYING.sub("…", message)


def _value(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    text = masked(text)
    return text if PLAIN.fullmatch(text) else printable(json.dumps(text, ensure_ascii=False))
