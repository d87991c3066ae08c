"""The command line: `python -m local …`."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from local.communities import app as communities_app
from local.terminal import Json, end_on_signals
from local.terminal import clear_errors as _clear_errors
from local.terminal import log_to_stderr as _log_to_stderr
from local.watchlist import app as watchlist_app
from shared.communities import REDDIT, SourceName

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    help="Undertone on one machine: everything, or its parts by hand.",
    pretty_exceptions_enable=False,
)

app.add_typer(watchlist_app, name="watchlist")
app.add_typer(communities_app, name="communities")

PORT = typer.Option(min=0, max=65535, help="The port to listen on; 0 is any free one.")


@app.command()
def up(
    port: Annotated[int, PORT] = 7071,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    *,
    keys: Annotated[bool, typer.Option("--keys", help="Ask for function keys, as Azure.")] = False,
    data: Annotated[
        Path | None, typer.Option(help="Recorded objects for the stand-in, not the sample.")
    ] = None,
    keep_times: Annotated[
        bool, typer.Option("--keep-times", help="Leave the times of --data as they are.")
    ] = False,
    live: Annotated[bool, typer.Option("--live", help="Have new objects keep coming.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A name to answer to, as a proxy's; may come again."),
    ] = None,
    no_collect: Annotated[bool, typer.Option("--no-collect", help="Start no timers.")] = False,
    app_folder: Annotated[Path, typer.Option("--app", hidden=True)] = Path(),
    startup_seconds: Annotated[float, typer.Option(hidden=True)] = 5.0,
) -> None:
    """Start everything: the functions host, the database and, without credentials, the stand-in."""
    end_on_signals()
    from local.commands.up import Options  # noqa: PLC0415 - so that --help is quick
    from local.commands.up import up as start  # noqa: PLC0415

    if keep_times and data is None:
        raise typer.BadParameter("--keep-times is for --data: the sample is always of now")
    options = Options(
        app=app_folder,
        host=host,
        port=port,
        keys=keys,
        allowed_hosts=tuple(allow_host or ()),
        recording=data,
        keep_times=keep_times,
        live=live,
        collect=not no_collect,
        startup_seconds=startup_seconds,
    )
    raise typer.Exit(start(options, os.environ))


@app.command()
def collect(*, as_json: Json = False) -> None:
    """Run one collection cycle now. Exit status: 0 completed, 1 failed, 3 another cycle runs."""
    from local.commands.collect import collect_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(collect_command(os.environ, as_json=as_json))


@app.command()
def stats(
    hours: Annotated[int, typer.Option(min=1, max=2160, help="How many hours.")] = 24,
    *,
    as_json: Json = False,
) -> None:
    """Show the statistics of the last hours, for each subreddit and for all."""
    from local.commands.collect import stats_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(stats_command(os.environ, hours=hours, as_json=as_json))


@app.command()
def digest(
    period: Annotated[Literal["day", "week"], typer.Option(help="A day or a week.")] = "week",
    end: Annotated[
        str | None,
        typer.Option(metavar="DAY", help="The day with whose beginning it ends; else the last."),
    ] = None,
    subjects: Annotated[
        str | None, typer.Option(metavar="IDS", help="By commas; else own ones and competitors.")
    ] = None,
    time_zone: Annotated[
        str, typer.Option(metavar="NAME", help="Where days begin at midnight.")
    ] = "UTC",
    *,
    as_json: Json = False,
) -> None:
    """Print the digest of a day or a week in Markdown: what changed, why, and what to read."""
    from local.commands.digest import digest_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    given = {"period": period, "end": end, "subjects": subjects, "time_zone": time_zone}
    with _clear_errors():
        raise typer.Exit(digest_command(os.environ, given, as_json=as_json))


@app.command()
def mcp(
    address: Annotated[
        str | None,
        typer.Option(
            metavar="URL",
            help="The address of a deployment, instead of the local database; UNDERTONE_KEY may"
            " have a function key of it, or UNDERTONE_READ_KEY one that reads.",
        ),
    ] = None,
) -> None:
    """Serve an agent over standard input and output: the MCP server."""
    from local.commands.mcp import mcp_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(mcp_command(os.environ, address))


@app.command()
def smoke(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="The address of a deployment, as https://NAME.")
    ],
    seconds: Annotated[
        float, typer.Option(min=0.1, max=600, help="How long each request may take.")
    ] = 30,
    wait: Annotated[
        float, typer.Option(min=0, max=3600, help="How long to wait until health answers.")
    ] = 0,
    version: Annotated[
        str | None, typer.Option(metavar="X.Y.Z", help="The version that has to answer.")
    ] = None,
    build: Annotated[
        str | None, typer.Option(metavar="ID", help="The build that has to answer, a commit.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Test a deployment, read-only: page, figures, questions, agents. Exit status: 0 all passed.

    UNDERTONE_KEY may have a function key, and UNDERTONE_TOKEN a token of Entra ID, for a
    deployment whose reads need one.
    """
    from local.commands.smoke import Options, smoke_command  # noqa: PLC0415 - so that --help is quick

    options = Options(url, seconds, wait, version, build)
    with _clear_errors():
        raise typer.Exit(smoke_command(os.environ, options, as_json=as_json))


@app.command()
def trending(*, as_json: Json = False) -> None:
    """Find the trending topics. Exit status: 0 done, 1 failed, 3 another writer runs."""
    from local.commands.maintenance import trending_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(trending_command(os.environ, as_json=as_json))


@app.command()
def cleanup(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would be removed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Remove expired data. Exit status: 0 done, 1 failed, 3 another writer runs."""
    from local.commands.maintenance import cleanup_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(cleanup_command(os.environ, dry_run=dry_run, as_json=as_json))


# A text may begin with a minus, as "-1/10" does.
@app.command(context_settings={"ignore_unknown_options": True})
def score(
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="A text; - is each line of the input.")
    ],
    method: Annotated[
        Literal["vader", "linear", "encoder"] | None,
        typer.Option(help="Else SENTIMENT_METHOD, or encoder."),
    ] = None,
    source: Annotated[
        SourceName, typer.Option(help="The source whose form the texts have.")
    ] = REDDIT,
    target: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A thing that each text names; may come again."),
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as without it.")] = False,
) -> None:
    """Score texts as collection does, and print one JSON object a text.

    With --target, also what each text says of this thing.
    """
    del as_json
    from local.commands.score import score_command  # noqa: PLC0415 - so that --help is quick

    with _clear_errors():
        score_command(os.environ, texts, method=method, source=source, targets=target or ())


@app.command(context_settings={"ignore_unknown_options": True})
def match(
    texts: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="A text; - is each line of the input.")
    ],
    community: Annotated[
        str | None, typer.Option(metavar="ID", help="The community that the texts stand in.")
    ] = None,
    source: Annotated[
        SourceName | None,
        typer.Option(help="The source whose form the texts have, else the community's."),
    ] = None,
) -> None:
    """Match texts as collection does, and print one JSON object a text.

    It has the subjects that the text names, by the stored watchlist or else the starter pack, and
    the words that exclusions or missing context kept out.
    """
    from local.commands.match import match_command  # noqa: PLC0415 - so that --help is quick

    with _clear_errors():
        match_command(os.environ, texts, community=community, source=source)


@app.command()
def rescore(
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be scored again.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Rescore items that another sentiment method scored. Exit status: as of cleanup.

    If it is interrupted, run it again to continue. Collection goes on meanwhile.
    """
    from local.commands.rescore import rescore_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(rescore_command(os.environ, dry_run=dry_run, as_json=as_json))


@app.command()
def rematch(
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Match all items again, also if no rule has changed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Match stored items by the watchlist as it is now. Exit status: as of cleanup.

    The app does so by itself after a change. If it is interrupted, run it again to continue.
    """
    from local.commands.rematch import rematch_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(rematch_command(os.environ, begins_again=every, as_json=as_json))


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A new folder, or one to go on with.")
    ],
    *,
    as_json: Json = False,
) -> None:
    """Export everything that the database holds into a folder. Exit status: as of cleanup.

    If it is interrupted, run it again to continue. The app may run meanwhile.
    """
    from local.commands.exporting import export_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(export_command(os.environ, folder, as_json=as_json))


@app.command("import")
def import_(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...|DIR", help="NDJSON, .gz or .zst; or an export's folder."),
    ],
    community: Annotated[
        str | None, typer.Option(metavar="ID", help="The community of lines that name none.")
    ] = None,
    only: Annotated[
        str | None, typer.Option(metavar="NAMES", help="Communities to take, by commas.")
    ] = None,
    *,
    recount: Annotated[
        bool, typer.Option("--recount", help="Of an export: recount all statistics.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Import dumps of Reddit, or lines of docs/push.md; or an export, into an empty database.

    Exit status: as of cleanup. If it is interrupted, run it again to continue. Collection goes on
    meanwhile, but not while an export is imported.
    """
    folders = [each for each in files if each.is_dir()]
    if folders and (len(files) > 1 or community or only):
        raise typer.BadParameter("an export's folder is imported alone, and whole")
    if recount and not folders:
        raise typer.BadParameter("--recount is for the folder of an export")
    _log_to_stderr()
    if folders:
        from local.commands.exporting import restore_command  # noqa: PLC0415 - so that --help is quick

        with _clear_errors():
            raise typer.Exit(
                restore_command(os.environ, folders[0], recounts=recount, as_json=as_json)
            )
    from local.commands.importing import Choice, import_command  # noqa: PLC0415 - so that --help is quick

    names = tuple(filter(None, (name.strip() for name in (only or "").split(","))))
    with _clear_errors():
        raise typer.Exit(
            import_command(os.environ, files, Choice(community, names), as_json=as_json)
        )


@app.command()
def backfill(
    community: Annotated[str, typer.Argument(metavar="COMMUNITY", help="A watched community.")],
    days: Annotated[
        int | None, typer.Option(min=1, max=3650, help="How many days; else BACKFILL_DAYS.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Read a community's past. Exit status: 0 done, 1 failed, 3 another writer runs.

    If it is interrupted, run it again to continue. Collection goes on meanwhile.
    """
    from local.commands.backfill import backfill_command  # noqa: PLC0415 - so that --help is quick

    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(backfill_command(os.environ, community, days=days, as_json=as_json))


@app.command()
def upgrade(
    to: Annotated[
        int | None, typer.Option(metavar="SHAPE", min=1, help="Another shape than this version's.")
    ] = None,
    *,
    undo: Annotated[
        bool, typer.Option("--undo", help="Take the last step back, also one that was killed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bring the database to the shapes that this version stores. Exit status: as of cleanup.

    It may be repeated; if it is interrupted, run it again to continue. Meanwhile nothing is
    collected.
    """
    from local.commands.upgrade import upgrade_command  # noqa: PLC0415 - so that --help is quick

    if undo and to is not None:
        raise typer.BadParameter("--undo takes one step back, and --to names a shape")
    _log_to_stderr()
    with _clear_errors():
        raise typer.Exit(upgrade_command(os.environ, to=to, undo=undo, as_json=as_json))


@app.command()
def check(
    *,
    repair: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save what can be read into a new file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check the database file, page by page and row by row. Exit status: 0 sound, 1 damaged."""
    from local.commands.check import check_command  # noqa: PLC0415 - so that --help is quick

    with _clear_errors():
        raise typer.Exit(check_command(os.environ, repair=repair, as_json=as_json))


@app.command()
def backup(
    folder: Annotated[
        Path | None, typer.Argument(help="Where to; else backups/ beside the database.")
    ] = None,
    keep: Annotated[int, typer.Option(min=1, max=10_000, help="How many backups to keep.")] = 14,
    *,
    as_json: Json = False,
) -> None:
    """Copy the database into a file, verify it, and remove old backups. The app may run."""
    from local.commands.backup import backup_command  # noqa: PLC0415 - so that --help is quick

    with _clear_errors():
        backup_command(os.environ, folder, keep=keep, as_json=as_json)


@app.command()
def restore(
    file: Annotated[str, typer.Argument(help="A backup; `last` is the newest in backups/.")],
    *,
    as_json: Json = False,
) -> None:
    """Put a backup in the database's place, after verifying it. The app must be stopped."""
    from local.commands.backup import restore_command  # noqa: PLC0415 - so that --help is quick

    with _clear_errors():
        restore_command(os.environ, file, as_json=as_json)


@app.command()
def queues(
    *,
    clear_poison: Annotated[
        bool, typer.Option("--clear-poison", help="Delete messages that failed too often.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show how many messages wait in each queue; NAME-poison has those that failed too often."""
    from local.commands.queues import queues_command  # noqa: PLC0415 - so that --help is quick

    with _clear_errors():
        queues_command(os.environ, clear_poison=clear_poison, as_json=as_json)


@app.command()
def reddit(
    data: Annotated[Path | None, typer.Argument(help="Recorded objects; else the sample.")] = None,
    port: Annotated[int, PORT] = 8000,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    span: Annotated[float, typer.Option(min=1, help="Hours to move recorded times into.")] = 48,
    faults: Annotated[str, typer.Option(help="Faults to make; `help` prints the grammar.")] = "",
    *,
    live: Annotated[bool, typer.Option("--live", help="Have new objects keep coming.")] = False,
) -> None:
    """Start the Reddit stand-in alone: set REDDIT_BASE_URL to its address."""
    from local.reddit.faults import GRAMMAR  # noqa: PLC0415 - so that --help is quick
    from local.reddit.serve import serve_reddit  # noqa: PLC0415

    if faults == "help":
        print(GRAMMAR)
        return
    with _clear_errors():
        serve_reddit(data, host=host, port=port, span=span, faults=faults, live=live)


@app.command()
def hackernews(
    port: Annotated[int, PORT] = 8001,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    faults: Annotated[str, typer.Option(help="Faults to make; `help` prints the grammar.")] = "",
) -> None:
    """Start the stand-in for Hacker News alone: set HN_BASE_URL to its address."""
    from local.hackernews.faults import HACKER_NEWS  # noqa: PLC0415 - so that --help is quick
    from local.hackernews.serve import serve_hackernews  # noqa: PLC0415

    if faults == "help":
        print(HACKER_NEWS.grammar)
        return
    with _clear_errors():
        serve_hackernews(host=host, port=port, faults=faults)


@app.command()
def discourse(
    port: Annotated[int, PORT] = 8002,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    posts: Annotated[int, typer.Option(min=0, help="The number of generated posts.")] = 2000,
    faults: Annotated[str, typer.Option(help="Faults to make; `help` prints the grammar.")] = "",
) -> None:
    """Start the Discourse stand-in alone: add the address that it prints to FORUMS."""
    from local.discourse.faults import GRAMMAR  # noqa: PLC0415 - so that --help is quick
    from local.discourse.serve import serve_discourse  # noqa: PLC0415

    if faults == "help":
        print(GRAMMAR)
        return
    with _clear_errors():
        serve_discourse(host=host, port=port, posts=posts, faults=faults)


@app.command()
def github(
    repositories: Annotated[
        list[str] | None,
        typer.Argument(metavar="[OWNER/REPOSITORY]…", help="Those to show; else acme/tool."),
    ] = None,
    port: Annotated[int, PORT] = 8003,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    faults: Annotated[str, typer.Option(help="Faults to make; `help` prints the grammar.")] = "",
) -> None:
    """Start the GitHub stand-in alone: set GITHUB_BASE_URL to its address."""
    from local.github.faults import GRAMMAR  # noqa: PLC0415 - so that --help is quick
    from local.github.serve import serve_github  # noqa: PLC0415

    if faults == "help":
        print(GRAMMAR)
        return
    with _clear_errors():
        serve_github(repositories or ["acme/tool"], host=host, port=port, faults=faults)


@app.command(name="arctic-shift")
def arctic_shift(
    data: Annotated[Path, typer.Argument(help="A folder of recorded objects of Reddit.")],
    port: Annotated[int, PORT] = 8004,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    span: Annotated[float, typer.Option(min=1, help="Hours to move recorded times into.")] = 48,
    faults: Annotated[str, typer.Option(help="Faults to make; `help` prints the grammar.")] = "",
) -> None:
    """Start the Arctic Shift stand-in alone: set ARCTIC_SHIFT_BASE_URL to its address."""
    from local.arctic_shift.faults import ARCTIC_SHIFT  # noqa: PLC0415 - so that --help is quick
    from local.arctic_shift.serve import serve_arctic_shift  # noqa: PLC0415

    if faults == "help":
        print(ARCTIC_SHIFT.grammar)
        return
    with _clear_errors():
        serve_arctic_shift(data, host=host, port=port, span=span, faults=faults)


@app.command()
def key(
    name: Annotated[str, typer.Argument(help="Whose key it is: small letters, digits, hyphens.")],
    last: Annotated[
        str, typer.Option("--last", metavar="YYYY-MM-DD", help="The last day on which it counts.")
    ] = "",
    *,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="Take the key from standard input, make none.")
    ] = False,
) -> None:
    """Make a key, and what READ_KEYS or ADMIN_KEYS takes of it (docs/access.md)."""
    from local.commands.key import key_command  # noqa: PLC0415 - so that --help is quick

    raise typer.Exit(key_command(name, last, stdin=stdin))


def main() -> None:
    """Run the command line."""
    app()
