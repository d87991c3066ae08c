"""Log lines are events with fields: `cycle.completed posts=12 new=3`."""

import json
import logging
import re

# They log every request at INFO, headers included.
CHATTY = (
    "azure.core.pipeline.policies.http_logging_policy",
    "azure.cosmos",
    "azure.identity",
    "httpx",
)
OURS = ("api", "collector", "shared", "local")
PLAIN = re.compile(r"[\w.:/+-]+")


def set_levels(level: str) -> None:
    """Have our own loggers log from this level on, and the libraries' chatty ones warnings only.

    The handlers stay as they are: on Azure they are the host's.
    """
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def event(
    logger: logging.Logger, name: str, level: int = logging.INFO, /, **fields: object
) -> None:
    """Log one event in one line; a value with blanks or quotes is written as JSON."""
    if logger.isEnabledFor(level):
        words = [name, *(f"{key}={_value(value)}" for key, value in fields.items())]
        logger.log(level, "%s", " ".join(words))


def _value(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
