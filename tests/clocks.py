"""Clocks that the suite is to pass at, and the command that runs something at one of them.

    python -m tests.clocks midnight make test
    python -m tests.clocks commit python -m pytest

`commit` takes one by the hash of the commit. Debian's faketime shifts the clock of every process
that the command starts: Python's, Node's and the browser's. Waits go by the monotonic clock, which
stays the machine's, but for Chromium's own (`browser_environ`).
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
REAL_MONOTONIC = "FAKETIME_DONT_FAKE_MONOTONIC"
# What a process needs to see the same clock as the one that starts it.
INHERITED = ("LD_PRELOAD", "FAKETIME", REAL_MONOTONIC, "NO_FAKE_STAT", "TZ")
# faketime 0.9.10 takes the end of a sleep for a time of the shifted clock, though it isn't:
# time.sleep raises EINVAL.
REAL_SLEEP = """
#include <errno.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
int clock_nanosleep(clockid_t clock, int flags, const struct timespec *until, struct timespec *left)
{
    return syscall(SYS_clock_nanosleep, clock, flags, until, left) ? errno : 0;
}
"""


@dataclass(frozen=True)
class SuiteClock:
    """A time (UTC) that a run begins at, and the zone of the machine: UTC unless it says so."""

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
    """Return the clock of this name, or for `commit` that of a commit's hash. Raises KeyError."""
    if name == COMMIT:
        return CLOCKS[int(commit, 16) % len(CLOCKS)]
    return {clock.name: clock for clock in CLOCKS}[name]


def environ_at(clock: SuiteClock, now: datetime, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that sees the clock; `now` is what this one sees."""
    shifted_already = int(environ.get("FAKETIME", "0s").removesuffix("s"))
    seconds = math.ceil((clock.begins_at - now).total_seconds()) + shifted_already
    return {
        **environ,
        "TZ": clock.zone,
        "FAKETIME": f"{seconds:+d}s",
        REAL_MONOTONIC: "1",
        # Python compares the times of its compiled files with those of their sources.
        "NO_FAKE_STAT": "1",
    }


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """Return what of the environment makes a process see this one's clock."""
    return {name: environ[name] for name in INHERITED if name in environ}


def browser_environ(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a browser: Chromium's threads hang between two kinds of clocks."""
    return {name: value for name, value in environ.items() if name != REAL_MONOTONIC}


def libraries(folder: Path) -> str | None:
    """Return what LD_PRELOAD takes to shift a clock; None: faketime or a C compiler is missing."""
    compiler = shutil.which("cc")
    if compiler is None or shutil.which("faketime") is None:
        return None
    command = ["faketime", "-m", "now", "printenv", "LD_PRELOAD"]
    alone = {name: value for name, value in os.environ.items() if name not in INHERITED}
    done = subprocess.run(command, env=alone, capture_output=True, text=True, check=True)
    sleep = str(folder / "sleep.so")
    command = [compiler, "-shared", "-fPIC", "-x", "c", "-o", sleep, "-"]
    subprocess.run(command, input=REAL_SLEEP, text=True, check=True)
    return f"{sleep}:{done.stdout.strip()}"


def head() -> str | None:
    """Return the hash of the commit that is checked out; None: there is no repository."""
    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def environ_of_run(name: str) -> dict[str, str]:
    """Print the clock and return the environment that has it. Raises KeyError for another name."""
    commit = head() if name == COMMIT else ""
    if name == MACHINE or commit is None:
        print("clock: the machine's own", flush=True)
        return dict(os.environ)
    clock = clock_of(name, commit)
    # pytest deletes folders of other runs that seem to be days old.
    folder = Path(tempfile.mkdtemp(prefix="undertone-tests-"))
    preload = libraries(folder)
    if preload is None:
        print(f"clock: the machine's own, since faketime or cc is missing; not {clock}", flush=True)
        return {**os.environ, "TZ": clock.zone}
    print(f"clock: {clock}", flush=True)
    environ = environ_at(clock, datetime.now(UTC), os.environ)
    return {**environ, "LD_PRELOAD": preload, "PYTEST_DEBUG_TEMPROOT": str(folder)}


def wait_for_a_whole_hour(seconds: float) -> None:
    """Wait for the next hour where fewer than these seconds are left: windows are whole hours."""
    now = utc_now()
    left = (hour_start(now) + timedelta(hours=1) - now).total_seconds()
    if left < seconds:
        time.sleep(left)


def main(arguments: Sequence[str]) -> None:
    """Become the command, at the clock that the first argument names."""
    names = [MACHINE, COMMIT, *(clock.name for clock in CLOCKS)]
    if len(arguments) < 2 or arguments[0] not in names:
        sys.exit(f"usage: python -m tests.clocks CLOCK COMMAND...; CLOCK: {', '.join(names)}")
    name, *command = arguments
    os.execvpe(command[0], command, environ_of_run(name))  # noqa: S606 - no shell is needed


if __name__ == "__main__":
    main(sys.argv[1:])
