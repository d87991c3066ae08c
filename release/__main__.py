"""Commands of a release, of its package, and of its checks: `python -m release --help`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from release.audit import NOT_AUDITED, audit
from release.bom import write_bom
from release.cut import CHANGELOG, CutError, cut, notes_of
from release.machine import build_archive
from release.npm_audit import npm_audit, worst
from release.package import build_of, build_package
from release.packages import PYTHON, install_packages
from release.secret_scan import ALLOWED, find_secrets

ROOT = Path(__file__).parents[1]
cli = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@cli.command()
def package(target: Annotated[Path, typer.Argument()] = Path(".release/undertone.zip")) -> None:
    """Build the deployment package, as azd does."""
    names = build_package(ROOT, target, build=build_of(ROOT))
    typer.echo(f"{target}: {len(names)} files, {target.stat().st_size / 1000:.0f} kB")


@cli.command()
def machine(
    target: Annotated[Path, typer.Argument()] = Path(".release/undertone-machine.tar.gz"),
) -> None:
    """Build the archive for one machine: the deployed files, the local host, and deploy/."""
    names = build_archive(ROOT, target, build_of(ROOT))
    typer.echo(f"{target}: {len(names)} files, {target.stat().st_size / 1000:.0f} kB")


@cli.command()
def packages() -> None:
    """Install the locked packages for Azure, which the deployment package contains."""
    if not install_packages(ROOT):
        typer.echo(
            f"warning: this machine has no Python {PYTHON} to compile the packages with, so that"
            " the first answer of an instance takes about a second longer"
        )


@cli.command()
def secrets(
    names: Annotated[list[str] | None, typer.Argument(help="files; else all of git")] = None,
) -> None:
    """Look for keys and tokens in the repository's files. Exits with 1 if there are some."""
    found = find_secrets(ROOT, names)
    for each in found:
        typer.echo(f"{each.path}:{each.line}: {each.kind}? Its hash is {each.digest}")
    if found:
        typer.echo(f"Revoke what is one. {ALLOWED} takes the hash of what isn't.", err=True)
        raise typer.Exit(1)


@cli.command()
def sbom(target: Annotated[Path, typer.Argument()] = Path(".release/undertone.cdx.json")) -> None:
    """Write the CycloneDX bill of materials: Python's packages, and the JavaScript that ships."""
    unknown = write_bom(
        ROOT / "requirements.txt",
        ROOT / "pyproject.toml",
        ROOT / "dashboard" / "package-lock.json",
        target,
    )
    typer.echo(str(target))
    if unknown:
        typer.echo(f"warning: no licence is known of {', '.join(unknown)}")


@cli.command(name="audit")
def audit_command(
    requirements: Annotated[Path, typer.Argument()] = ROOT / "requirements.txt",
    service: Annotated[str, typer.Option(help="the address of an OSV service")] = "",
    lock: Annotated[
        list[Path] | None, typer.Option(help="a package-lock.json that npm audits, too")
    ] = None,
    *,
    unreachable_ok: Annotated[
        bool, typer.Option("--unreachable-ok", help="exit with 0, not 3, without an answer")
    ] = False,
) -> None:
    """Look up known vulnerabilities of Python's pinned packages, and of npm's locks.

    Exits with 0 when nothing is known of any, 1 when one is vulnerable, and 2 when the requirements
    can't be read. Exits with 3 when the service gave no answer: the packages may be vulnerable.
    """
    found = [audit(requirements, service or None)]
    found += [npm_audit(each, str(each)) for each in lock or []]
    for each in found:
        for line in each.lines:
            typer.echo(line)
    status = worst(found)
    raise typer.Exit(0 if unreachable_ok and status == NOT_AUDITED else status)


@cli.command(name="cut")
def cut_command(
    version: Annotated[str, typer.Argument(help="X.Y.Z, above the last one")],
    root: Annotated[Path, typer.Option(help="the repository")] = ROOT,
) -> None:
    """Turn the changelog's unreleased lines into a version of today, and print its notes."""
    with _explained():
        typer.echo(cut(root, version, f"{datetime.now(UTC):%Y-%m-%d}"), nl=False)


@cli.command()
def notes(
    version: Annotated[str, typer.Argument(help="X.Y.Z")],
    root: Annotated[Path, typer.Option(help="the repository")] = ROOT,
) -> None:
    """Print a version's notes from the changelog."""
    with _explained():
        typer.echo(notes_of((root / CHANGELOG).read_text(), version), nl=False)


@contextmanager
def _explained() -> Iterator[None]:
    """Print a CutError as one line, and exit with 1."""
    try:
        yield
    except CutError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    cli()
