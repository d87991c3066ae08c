"""The clocks of the suite have the times of their names, and a command gets the chosen one."""

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from zoneinfo import ZoneInfo

import pytest

from tests.clocks import CLOCKS, COMMIT, built, clock_of
from tests.fixtures.host import ROOT

DAY = timedelta(days=1)
SEES = "import time; time.sleep(0.01); print(time.time(), time.tzname[0])"


def test_every_hour_and_day_that_has_failed_before_is_among_them() -> None:
    times = {f"{clock.begins_at:%H:%M}" for clock in CLOCKS}
    assert {"00:00", "00:59", "07:30", "12:00", "15:40", "23:59"} <= times
    assert clock_of("monday").begins_at.weekday() == 0
    february = clock_of("end-of-february").begins_at
    assert (february.month, (february + DAY).month) == (2, 3)
    assert f"{clock_of('end-of-the-year').begins_at:%m-%d}" == "12-31"
    assert clock_of("auckland").zone == "Pacific/Auckland"


@pytest.mark.parametrize(("name", "hours"), [("spring-forward", 1), ("fall-back", -1)])
def test_clocks_change_in_los_angeles_while_the_suite_runs(name: str, hours: int) -> None:
    zone = ZoneInfo("America/Los_Angeles")
    before = clock_of(name).begins_at.astimezone(zone)
    after = (clock_of(name).begins_at + timedelta(minutes=10)).astimezone(zone)
    assert after.utcoffset() - before.utcoffset() == timedelta(hours=hours)  # type: ignore[operator]


def test_commits_take_each_of_them_now_and_then() -> None:
    hashes = [sha1(str(n).encode(), usedforsecurity=False).hexdigest() for n in range(1000)]
    taken = Counter(clock_of(COMMIT, commit).name for commit in hashes)
    assert taken.keys() == {clock.name for clock in CLOCKS}


@pytest.mark.parametrize("name", ["end-of-the-year", "auckland"])
def test_a_command_sees_the_clock_and_its_zone(name: str, tmp_path) -> None:
    if built(tmp_path) is None:
        pytest.skip("there is no C compiler")
    command = [sys.executable, "-m", "tests.clocks", name, sys.executable, "-c", SEES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said, seen = done.stdout.splitlines()
    clock = clock_of(name)
    assert said == f"clock: {clock}"
    seconds, zone = seen.split()
    assert timedelta(0) <= datetime.fromtimestamp(float(seconds), UTC) - clock.begins_at < DAY
    assert zone == ("NZST" if name == "auckland" else "UTC")


def test_the_machines_own_clock_is_left_alone() -> None:
    command = [sys.executable, "-m", "tests.clocks", "machine", sys.executable, "-c", SEES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said, seen = done.stdout.splitlines()
    assert said == "clock: the machine's own"
    assert abs(float(seen.split()[0]) - datetime.now(UTC).timestamp()) < DAY.total_seconds()
