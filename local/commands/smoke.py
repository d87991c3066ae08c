"""The command `smoke`: test that a deployment does what its users need, without a change to it."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlsplit

import httpx

from local.smoke.checks import API, CHECKS, Check
from local.smoke.site import Site, SmokeError
from shared.errors import SettingsError
from shared.logs import masked, printable

KEY: Final = "UNDERTONE_KEY"
TOKEN: Final = "UNDERTONE_TOKEN"  # noqa: S105 - the name of a variable
PASSED, FAILED = 0, 1
# Between two looks at a deployment that isn't there yet.
PAUSE_SECONDS: Final = 5.0


@dataclass(frozen=True)
class Options:
    """The deployment that is tested, and the time that it may take."""

    address: str
    seconds: float
    """The limit of each request."""
    wait: float
    """Seconds that health has to answer, with `version` and `build` if those are given."""
    version: str | None
    build: str | None
    """The id of the package, which tells it from that before, of the same version."""


@dataclass(frozen=True)
class Outcome:
    """The result of a check; problem is None if it passed."""

    check: str
    seconds: float
    saw: str
    problem: str | None


def smoke_command(environ: Mapping[str, str], options: Options, *, as_json: bool) -> int:
    """Run all checks, print a line for each, and return the exit status: 0 if all passed.

    Raises SettingsError if the address is none.
    """
    parts = urlsplit(options.address)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise SettingsError(f"URL: {options.address!r} isn't an address such as https://NAME")
    outcomes = asyncio.run(_run(options, headers_of(environ), shown=not as_json))
    if as_json:
        print(json.dumps([asdict(each) for each in outcomes]))
    failed = [each.check for each in outcomes if each.problem is not None]
    said = f"{len(failed)} of {len(outcomes)} checks failed: {', '.join(failed)}"
    print(said if failed else f"all {len(outcomes)} checks passed", file=sys.stderr)
    return FAILED if failed else PASSED


def headers_of(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that a deployment needs whose reads are closed."""
    key, token = environ.get(KEY), environ.get(TOKEN)
    return {
        **({"x-functions-key": key} if key else {}),
        **({"authorization": f"Bearer {token}"} if token else {}),
    }


async def _run(options: Options, headers: Mapping[str, str], *, shown: bool) -> list[Outcome]:
    outcomes: list[Outcome] = []
    # Proxies of the environment are used, as by a browser; an answer that redirects is a fault.
    async with httpx.AsyncClient(timeout=options.seconds) as client:
        site = Site(client, options.address, headers, options.seconds)
        async for each in _outcomes(site, options):
            outcomes.append(each)
            if shown:
                print(printable(masked(_line(each))), flush=True)
    return outcomes


async def _outcomes(site: Site, options: Options) -> AsyncIterator[Outcome]:
    yield await _timed("ready", lambda each: _ready(each, options), site)
    for name, check in CHECKS.items():
        yield await _timed(name, check, site)


async def _ready(site: Site, options: Options) -> str:
    """Wait until health answers, with what was deployed. Raises SmokeError.

    The package before may answer for a while, also with all that the checks after this one need.
    """
    until = time.monotonic() + options.wait
    while True:
        try:
            return _deployed((await site.get(f"{API}/health")).json(), options)
        except SmokeError as error:
            problem = error
        if time.monotonic() + PAUSE_SECONDS > until:
            raise problem
        await asyncio.sleep(PAUSE_SECONDS)


def _deployed(health: object, options: Options) -> str:
    """Return the version and build that answer. Raises SmokeError if they aren't those awaited."""
    found = health if isinstance(health, dict) else {}
    for name, awaited in (("version", options.version), ("build", options.build)):
        if awaited not in {None, found.get(name)}:
            # Health tells who may not read its status alone.
            hint = "" if "version" in found else f": does it take a key, in {KEY}?"
            raise SmokeError(f"{name} {found.get(name)} answers, not {awaited}{hint}")
    return f"version {found.get('version')}, build {found.get('build')}"


async def _timed(name: str, check: Check, site: Site) -> Outcome:
    started = time.monotonic()
    saw, problem = "", None
    try:
        saw = await check(site)
    except SmokeError as error:
        problem = str(error)
    except (LookupError, TypeError, ValueError) as error:
        # An answer of another shape than any version has.
        problem = f"an answer can't be read: {type(error).__name__} {error}"
    return Outcome(name, round(time.monotonic() - started, 2), saw, problem)


def _line(outcome: Outcome) -> str:
    mark = "ok" if outcome.problem is None else "FAILED"
    return (
        f"{mark:<6} {outcome.check:<9} {outcome.seconds:6.2f} s  {outcome.problem or outcome.saw}"
    )
