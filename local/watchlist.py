"""The command line of the watchlist: `python -m local watchlist …`."""

import os
from pathlib import Path
from typing import Annotated

import typer

from local.terminal import Json, clear_errors, log_to_stderr

app = typer.Typer(no_args_is_help=True, help="Show, export and import the watchlist.")
YamlFile = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file; - is the terminal.")]


@app.command()
def show(*, as_json: Json = False) -> None:
    """Show the subjects and the communities that are watched."""
    from local.commands.watchlist import show_command  # noqa: PLC0415 - so that --help is quick

    log_to_stderr()
    with clear_errors():
        raise typer.Exit(show_command(os.environ, as_json=as_json))


@app.command()
def export(file: YamlFile) -> None:
    """Write the watchlist into a YAML file."""
    from local.commands.watchlist import export_command  # noqa: PLC0415 - so that --help is quick

    log_to_stderr()
    with clear_errors():
        raise typer.Exit(export_command(os.environ, file))


@app.command("import")
def import_(file: YamlFile) -> None:
    """Replace the watchlist by that of a YAML file. Exit status: 0 done, 1 refused or failed.

    Communities that the file leaves out stay as they are.
    """
    from local.commands.watchlist import import_command  # noqa: PLC0415 - so that --help is quick

    log_to_stderr()
    with clear_errors():
        raise typer.Exit(import_command(os.environ, file))
