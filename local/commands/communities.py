"""The commands `communities add`, `remove` and `list`."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from collector.runs import RETRY_SECONDS
from local.commands.ended import COMMAND_LINE, COMPLETED, FAILED, exit_status, print_failure
from local.host.config import read_local_settings
from shared.logs import printable
from shared.settings import Settings, load_settings
from shared.store import Store, open_store
from shared.subjects.roster import add_communities, read_roster, remove_communities
from shared.times import utc_now

T = TypeVar("T")

TERMINAL = "-"
COMMENT = "#"
MAX_SHOWN = 20


def add_command(environ: Mapping[str, str], file: Path) -> int:
    """Watch the communities of a file, and return the exit status.

    Raises SettingsError, HostError, and OSError if the file can't be read.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    names, errors = names_in(_text_of(file)), Console(stderr=True)

    def work() -> int:
        done = _with_store(
            settings,
            lambda store: add_communities(store, settings, names, utc_now(), by=COMMAND_LINE),
        )
        for name, refusal in done.refused[:MAX_SHOWN]:
            print_failure(errors, f"{name}: {refusal.problem}; it takes {refusal.takes}")
        if (more := len(done.refused) - MAX_SHOWN) > 0:
            print_failure(errors, f"{more} more were refused")
        print(f"{len(done.names)} added, {len(done.unchanged)} watched already.")
        return FAILED if done.refused else COMPLETED

    return exit_status(work, errors)


def remove_command(environ: Mapping[str, str], file: Path) -> int:
    """Watch the communities of a file no longer, and return the exit status.

    Raises SettingsError, HostError, and OSError if the file can't be read.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    names = names_in(_text_of(file))

    def work() -> int:
        done = _with_store(
            settings, lambda store: remove_communities(store, names, utc_now(), by=COMMAND_LINE)
        )
        print(f"{len(done.names)} removed, {len(done.unchanged)} weren't added in bulk.")
        return COMPLETED

    return exit_status(work, Console(stderr=True))


def list_command(environ: Mapping[str, str]) -> int:
    """Print the communities that were added in bulk. Raises SettingsError and HostError."""
    settings = load_settings(read_local_settings(Path(), environ))

    def work() -> int:
        for name in _with_store(settings, read_roster):
            print(printable(name))
        return COMPLETED

    return exit_status(work, Console(stderr=True))


def names_in(text: str) -> list[str]:
    """Return the names of a text, one a line, without comments and empty lines."""
    lines = (line.partition(COMMENT)[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def _text_of(file: Path) -> str:
    read = sys.stdin.buffer.read() if str(file) == TERMINAL else file.read_bytes()
    return read.decode(errors="replace").removeprefix("\ufeff")


def _with_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await open_store(settings, retry_seconds=RETRY_SECONDS)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())
