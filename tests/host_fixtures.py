"""The local host as a fixture: real processes, asked over real HTTP."""

import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from shared.times import utc_now

ROOT = Path(__file__).parents[1]
PATIENCE = 180.0
# An address that nobody answers at: apps that never ask Reddit need no stand-in.
NOBODY = "http://127.0.0.1:9"
WORKER = r"process=worker pid=(\d+)"


class RunningHost:
    """A host that was started, with its log and a client for it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.lines: list[str] = []
        self._fresh: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.http = httpx.Client(timeout=PATIENCE, trust_env=False)

    def wait_until_listening(self) -> None:
        """Wait for the banner, which says where the host listens."""
        self.wait_for_log(r"Ctrl-C ends it")
        found = re.search(r"API\s+(http://[^/]+)/", self.log)
        assert found, self.log
        self.http.base_url = httpx.URL(found[1])

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))
            self._fresh.put(line)
        self._fresh.put(None)

    @property
    def log(self) -> str:
        """Return everything that was printed so far."""
        return "\n".join(self.lines)

    def worker(self) -> int:
        """Return the id of the process that runs the timers and the queue."""
        self.wait_for_log(WORKER)
        return int(re.findall(WORKER, self.log)[-1])

    def wait_for_log(self, pattern: str, count: int = 1) -> str:
        """Wait until so many lines fit the pattern, and give the last of them."""
        deadline = time.monotonic() + PATIENCE
        while True:
            found = [line for line in self.lines if re.search(pattern, line)]
            if len(found) >= count:
                return found[count - 1]
            try:
                line = self._fresh.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                pytest.fail(f"no line fits {pattern!r} in:\n{self.log}")
            if line is None and sum(bool(re.search(pattern, x)) for x in self.lines) < count:
                pytest.fail(f"the host ended; no line fits {pattern!r} in:\n{self.log}")

    def stop(self) -> int:
        """End it as Ctrl-C does, and give its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        status = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        self.http.close()
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


StartHost = Callable[..., RunningHost]


def up_command(*arguments: str) -> list[str]:
    """Return the command that starts the host on any free port."""
    return [sys.executable, "-m", "local", "up", "--port", "0", *arguments]


def environ_with(**settings: str) -> dict[str, str]:
    """Return this environment with settings."""
    return {**os.environ, **settings}


@contextmanager
def hosts_in(folder: Path) -> Iterator[StartHost]:
    """Return what starts hosts, over this product's app or another one, and stop them at the end.

    Their data lies in the folder, unless the settings say otherwise.
    """
    started: list[RunningHost] = []

    def start(
        app: Path | None = None,
        *,
        arguments: Sequence[str] = (),
        settings: Mapping[str, str] | None = None,
    ) -> RunningHost:
        given = {
            "SQLITE_PATH": str(folder / "data" / "undertone.db"),
            # No tick falls into a test: what collects is the start.
            "COLLECT_SCHEDULE": f"0 0 {(utc_now().hour + 12) % 24} * * *",
            **(settings or {}),
        }
        extra = [*arguments, *(["--app", str(app)] if app else [])]
        if app is not None:
            given.setdefault("REDDIT_BASE_URL", NOBODY)
        process = subprocess.Popen(
            up_command(*extra),
            cwd=ROOT,
            env=environ_with(**given),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(RunningHost(process))
        started[-1].wait_until_listening()
        return started[-1]

    try:
        yield start
    finally:
        for host in started:
            host.stop()


@pytest.fixture
def running_host(tmp_path: Path) -> Iterator[StartHost]:
    """Start hosts for one test."""
    with hosts_in(tmp_path) as start:
        yield start


@pytest.fixture
def write_app(tmp_path: Path) -> Callable[..., Path]:
    """Write a small function app into a folder, and give that."""

    def write(source: str, *, host_json: str = '{"version": "2.0"}') -> Path:
        return app_in(tmp_path / "app", source, host_json=host_json)

    return write


def app_in(folder: Path, source: str, *, host_json: str = '{"version": "2.0"}') -> Path:
    """Write a small function app into a folder, and give that."""
    folder.mkdir(exist_ok=True)
    (folder / "function_app.py").write_text(
        "import azure.functions as func\n\napp = func.FunctionApp()\n\n" + source
    )
    (folder / "host.json").write_text(host_json)
    return folder
