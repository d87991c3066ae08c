"""The release's verbs: `python -m release package|sbom|audit`."""

from pathlib import Path
from typing import Annotated

import typer

from release.audit import audit
from release.bom import write_bom
from release.package import build_package

ROOT = Path(__file__).parents[1]
cli = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)


@cli.command()
def package(target: Annotated[Path, typer.Argument()] = Path(".release/undertone.zip")) -> None:
    """Build the deployment package, as azd does."""
    names = build_package(ROOT, target)
    typer.echo(f"{target}: {len(names)} files, {target.stat().st_size / 1000:.0f} kB")


@cli.command()
def sbom(target: Annotated[Path, typer.Argument()] = Path(".release/undertone.cdx.json")) -> None:
    """Write the CycloneDX bill of materials of requirements.txt."""
    write_bom(ROOT / "requirements.txt", ROOT / "pyproject.toml", target)
    typer.echo(str(target))


@cli.command(name="audit")
def audit_command(
    requirements: Annotated[Path, typer.Argument()] = ROOT / "requirements.txt",
    service: Annotated[str, typer.Option(help="the address of an OSV service")] = "",
) -> None:
    """Look the pinned packages up among known vulnerabilities; exits with 1 when one has some.

    A service that is out of reach is a warning only: it says nothing about the packages.
    """
    found = audit(requirements, service or None)
    for line in found.lines:
        typer.echo(line)
    raise typer.Exit(found.status)


if __name__ == "__main__":
    cli()
