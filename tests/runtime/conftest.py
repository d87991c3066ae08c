"""The deployment package, unpacked and served by Microsoft's runtime library."""

import os
import subprocess
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.reddit.server import StandIn
from release.package import build_package
from tests.clocks import inherited
from tests.collector.harness import things
from tests.fixtures.reddit import make_stand_in
from tests.runtime.environment import NONE_FOUND, interpreter

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / ".deployed"
SERVE = Path(__file__).with_name("serve.py")
SUBREDDITS = ("aws", "OpenAI")
PATIENCE = 180.0


@dataclass(frozen=True)
class Served:
    """The served app, and the Reddit that it collects from."""

    http: httpx.Client
    folder: Path
    reddit: StandIn


@pytest.fixture(scope="session")
def deployed_python() -> Path:
    """Return the Python of the environment with only requirements.txt."""
    if not (DEPLOYED / ".installed").exists():
        if interpreter() is None:
            pytest.skip(NONE_FOUND)
        pytest.fail("the deployed environment isn't made: `make .deployed/.installed` does it")
    return DEPLOYED / "app/bin/python"


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty folder with the package unpacked in it."""
    folder = tmp_path_factory.mktemp("deployment")
    build_package(ROOT, folder / "package.zip")
    with zipfile.ZipFile(folder / "package.zip") as package:
        package.extractall(folder / "wwwroot")
    return folder / "wwwroot"


def deployed(python: Path, folder: Path, *arguments: str, **settings: str) -> dict[str, Any]:
    """Return a function that starts that Python in the folder, without this repository."""
    # -P: modules come neither from the script's folder nor from the current one.
    return {
        "args": [str(python), "-P", *arguments],
        "cwd": folder,
        "env": {
            **inherited(os.environ),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(DEPLOYED / "worker"),
            **settings,
        },
        "text": True,
    }


@pytest.fixture(scope="session")
def serve(deployed_python: Path) -> Iterator[Callable[..., httpx.Client]]:
    """Start the library over a folder, and return a client; all are stopped at the end."""
    with ExitStack() as stack:

        def start(folder: Path, **settings: str) -> httpx.Client:
            process = subprocess.Popen(
                **deployed(deployed_python, folder, str(SERVE), str(folder), **settings),
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            # In the reverse order.
            stack.callback(process.communicate)
            stack.callback(process.kill)
            assert process.stdout is not None
            said: list[str] = []
            for line in process.stdout:
                said.append(line)
                if line.startswith("listens on "):
                    url = f"http://127.0.0.1:{line.split()[-1]}"
                    return stack.enter_context(
                        httpx.Client(base_url=url, timeout=PATIENCE, trust_env=False)
                    )
            pytest.fail("".join(said))

        yield start


@pytest.fixture(scope="session")
def served(
    serve: Callable[..., httpx.Client], unpacked: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """Serve the unpacked package, with its own database and an invented Reddit."""
    with make_stand_in(things(SUBREDDITS, 60, newest=time.time())) as reddit:
        client = serve(
            unpacked,
            SQLITE_PATH=str(tmp_path_factory.mktemp("data") / "undertone.db"),
            REDDIT_BASE_URL=reddit.base_url,
            SUBREDDITS=",".join(SUBREDDITS),
            ORIGIN="sample",
            TZ="UTC",
        )
        yield Served(client, unpacked, reddit)
