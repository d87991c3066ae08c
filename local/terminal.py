"""The terminal of all commands: their log, and their errors as single lines."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated

import typer

from shared.errors import UndertoneError
from shared.json_logs import JsonFormatter, logs_json
from shared.logs import LineFormatter, masked, printable

BAD_SETTINGS = 2
Json = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


@contextmanager
def clear_errors() -> Iterator[None]:
    """Print the project's errors, and a taken port, as one line, and exit with BAD_SETTINGS."""
    try:
        yield
    except (UndertoneError, OSError) as error:
        print(printable(masked(str(error)), keep="\n"), file=sys.stderr)
        raise typer.Exit(BAD_SETTINGS) from error


def end_on_signals() -> None:
    """Let SIGINT and SIGTERM end this process immediately, until it has handlers of its own.

    Otherwise some would be lost: a shell script's background jobs ignore SIGINT, the first process
    of a container ignores both, and a destructor swallows the exception that Python raises.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)


def log_to_stderr() -> None:
    """Log to stderr, as LOG_LEVEL says, so that stdout has the command's output alone."""
    level = os.environ.get("LOG_LEVEL") or "WARNING"
    if level not in logging.getLevelNamesMapping():
        level = "WARNING"  # the settings' own check reports what is wrong with it
    handler = logging.StreamHandler(sys.stderr)
    plain = LineFormatter("%(levelname)s %(message)s")
    handler.setFormatter(JsonFormatter("command") if logs_json() else plain)
    logging.basicConfig(level=level, handlers=[handler])
