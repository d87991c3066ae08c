"""The command line of communities that are watched in bulk: `python -m local communities …`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from local.terminal import clear_errors, log_to_stderr

app = typer.Typer(no_args_is_help=True, help="Add, remove and list communities in bulk.")
NamesFile = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="A name a line, # begins a comment; - is the terminal."),
]


@app.command()
def add(file: NamesFile) -> None:
    """Watch the communities that a file names, beside those of the settings and the watchlist.

    Exit status: 0 done, 1 some were refused or it failed.
    """
    from local.commands.communities import add_command  # noqa: PLC0415 - so that --help is quick

    log_to_stderr()
    with clear_errors():
        raise typer.Exit(add_command(os.environ, file))


@app.command()
def remove(file: NamesFile) -> None:
    """Watch no longer the communities that a file names, of those added in bulk.

    What was collected of them stays until it expires. Exit status: 0 done, 1 failed.
    """
    from local.commands.communities import remove_command  # noqa: PLC0415 - as above

    log_to_stderr()
    with clear_errors():
        raise typer.Exit(remove_command(os.environ, file))


@app.command("list")
def list_() -> None:
    """List the communities that were added in bulk, a name a line."""
    from local.commands.communities import list_command  # noqa: PLC0415 - as above

    log_to_stderr()
    with clear_errors():
        raise typer.Exit(list_command(os.environ))
