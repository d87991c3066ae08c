"""The command `digest`: the digest of the local database, in Markdown or as JSON."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console

from api.deps import Deps
from api.errors import BadParameters
from api.export.digest import digest_markdown
from api.http.parameters import read_parameters
from api.reads.digest.answer import read_digest
from api.reads.process import process_health
from api.schema.digest import Digest, DigestParameters
from collector.runs import opened
from local.commands.ended import COMPLETED, FAILED
from local.host.config import read_local_settings
from shared.errors import UndertoneError
from shared.settings import Settings, load_settings, own_host
from shared.store import Store
from shared.times import Clock, utc_now

# Where `python -m local up` serves the dashboard by default.
LOCAL_ADDRESS = "http://127.0.0.1:7071"


def digest_command(
    environ: Mapping[str, str], given: Mapping[str, str | None], *, as_json: bool
) -> int:
    """Print a digest with this environment's settings, and return the exit status.

    given are the parameters of GET /api/v1/digest. Raises SettingsError and HostError.
    """
    settings = load_settings(read_local_settings(Path(), environ))
    return asyncio.run(show_digest(settings, given, as_json=as_json))


async def show_digest(
    settings: Settings,
    given: Mapping[str, str | None],
    *,
    as_json: bool,
    clock: Clock = utc_now,
) -> int:
    """Print a digest, and return the exit status."""
    console = Console(stderr=True)
    try:
        asked = {name: value for name, value in given.items() if value}
        parameters = read_parameters(DigestParameters, asked)
        digest = await _read(settings, parameters, clock)
    except BadParameters as error:
        for bad in error.errors:
            line = f"--{bad.parameter.replace('_', '-')}: {bad.detail}. It takes {bad.takes}."
            console.print(line, style="red", markup=False, soft_wrap=True)
        return FAILED
    except UndertoneError as error:
        console.print(str(error), style="red", markup=False, soft_wrap=True)
        return FAILED
    if as_json:
        print(digest.model_dump_json())
    else:
        host = own_host()
        print(digest_markdown(digest, f"https://{host}" if host else LOCAL_ADDRESS), end="")
    return COMPLETED


async def _read(settings: Settings, parameters: DigestParameters, clock: Clock) -> Digest:
    async with opened(settings) as (store, watched):

        async def shared() -> Store:
            return store

        return await read_digest(Deps(watched, shared, clock, process_health), parameters)
