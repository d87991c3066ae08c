"""Clocks at which the suite must pass, and the command that runs something at one of them.

    python -m tests.clocks midnight make test
    python -m tests.clocks commit python -m pytest

`commit` chooses a clock by the hash of the commit. A preloaded library shifts the time of day of
every process that the command starts: Python, Node and the browsers.
"""

import math
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.times import hour_start, utc_now

MACHINE = "machine"
COMMIT = "commit"
SHIFT = "CLOCK_SHIFT"
# Variables that give a process the clock of the one that starts it.
INHERITED = ("LD_PRELOAD", SHIFT, "TZ")
LIBRARY = Path(__file__).with_name("clock_shift.c")


@dataclass(frozen=True)
class SuiteClock:
    """The time (UTC) at which a run begins, and the machine's time zone."""

    name: str
    begins_at: datetime
    zone: str = "UTC"

    def __str__(self) -> str:
        return f"{self.name}: {self.begins_at:%A, %Y-%m-%d %H:%M} UTC, TZ={self.zone}"


def _at(name: str, text: str, zone: str = "UTC") -> SuiteClock:
    return SuiteClock(name, datetime.fromisoformat(text).replace(tzinfo=UTC), zone)


CLOCKS = (
    _at("midnight", "2027-05-12 00:00"),
    _at("turn-of-the-hour", "2027-06-17 00:59"),
    _at("morning", "2027-07-02 07:30"),
    _at("noon", "2027-08-14 12:00"),
    _at("afternoon", "2027-09-26 15:40"),
    _at("turn-of-the-day", "2027-10-19 23:59"),
    _at("monday", "2027-04-05 10:20"),
    _at("end-of-february", "2028-02-29 21:15"),
    # America/Los_Angeles: 02:00 becomes 03:00, and 02:00 becomes 01:00.
    _at("spring-forward", "2027-03-14 09:55"),
    _at("fall-back", "2027-11-07 08:55"),
    _at("end-of-the-year", "2026-12-31 23:50"),
    _at("auckland", "2027-01-20 11:30", "Pacific/Auckland"),
)


def clock_of(name: str, commit: str = "") -> SuiteClock:
    """Return the clock of this name, or for `commit` the one of a hash. Raises KeyError."""
    if name == COMMIT:
        return CLOCKS[int(commit, 16) % len(CLOCKS)]
    return {clock.name: clock for clock in CLOCKS}[name]


def environ_at(clock: SuiteClock, now: datetime, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process with the clock; `now` is this process's time."""
    shifted_already = int(environ.get(SHIFT, "0"))
    seconds = math.ceil((clock.begins_at - now).total_seconds()) + shifted_already
    return {**environ, "TZ": clock.zone, SHIFT: str(seconds)}


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that give a process this one's clock."""
    return {name: environ[name] for name in INHERITED if name in environ}


def built(folder: Path) -> Path | None:
    """Build the library that shifts a clock; return None if there is no C compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    library = folder / "clock_shift.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, LIBRARY], check=True)
    return library


def head() -> str | None:
    """Return the hash of the current commit, or None without a repository."""
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def environ_of_run(name: str) -> dict[str, str]:
    """Print the clock and return its environment. Raises KeyError for an unknown name."""
    commit = head() if name == COMMIT else ""
    if name == MACHINE or commit is None:
        print("clock: the machine's own", flush=True)
        return dict(os.environ)
    clock = clock_of(name, commit)
    # pytest deletes folders of other runs if they seem to be days old.
    folder = Path(tempfile.mkdtemp(prefix="undertone-tests-"))
    library = built(folder)
    if library is None:
        print(f"clock: the machine's own, since cc is missing; not {clock}", flush=True)
        return {**os.environ, "TZ": clock.zone}
    print(f"clock: {clock}", flush=True)
    environ = environ_at(clock, datetime.now(UTC), os.environ)
    return {**environ, "LD_PRELOAD": str(library), "PYTEST_DEBUG_TEMPROOT": str(folder)}


def wait_for_a_whole_hour(seconds: float) -> None:
    """Wait for the next hour if fewer than these seconds are left: windows are whole hours."""
    now = utc_now()
    left = (hour_start(now) + timedelta(hours=1) - now).total_seconds()
    if left < seconds:
        time.sleep(left)


def main(arguments: Sequence[str]) -> None:
    """Replace this process by the command, at the clock that the first argument names."""
    names = [MACHINE, COMMIT, *(clock.name for clock in CLOCKS)]
    if len(arguments) < 2 or arguments[0] not in names:
        sys.exit(f"usage: python -m tests.clocks CLOCK COMMAND...; CLOCK: {', '.join(names)}")
    name, *command = arguments
    os.execvpe(command[0], command, environ_of_run(name))  # noqa: S606 - no shell is needed


if __name__ == "__main__":
    main(sys.argv[1:])
