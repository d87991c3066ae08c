"""Log lines are events with fields: `cycle.completed posts=12 new=3`."""

import json
import logging
import re

PLAIN = re.compile(r"[\w.:/+-]+")


def event(
    logger: logging.Logger, name: str, /, level: int = logging.INFO, **fields: object
) -> None:
    """Log one event in one line; a value with blanks or quotes is written as JSON."""
    if logger.isEnabledFor(level):
        words = [name, *(f"{key}={_value(value)}" for key, value in fields.items())]
        logger.log(level, "%s", " ".join(words))


def _value(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return text if PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)
