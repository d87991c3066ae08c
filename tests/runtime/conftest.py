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
from release.packages import FOLDER, SITE_PACKAGES, azure_python
from tests.clocks import inherited
from tests.collector.harness import things
from tests.fixtures.once import folder_of_run, locked
from tests.fixtures.reddit import make_stand_in
from tests.runtime.environment import NONE_FOUND

ROOT = Path(__file__).parents[2]
DEPLOYED = ROOT / ".deployed"
SERVE = Path(__file__).with_name("serve.py")
SUBREDDITS = ("aws", "OpenAI")
PATIENCE = 180.0
# Names a package to test, as a workflow does before it deploys it; else one is built of this tree.
PACKAGE = "UNDERTONE_PACKAGE"
# Nothing is compressed, since the package is unpacked at once.
FAST = 0


@dataclass(frozen=True)
class Served:
    """The served app, and the Reddit that it collects from."""

    http: httpx.Client
    folder: Path
    reddit: StandIn


@pytest.fixture(scope="session")
def deployed_python() -> Path:
    """Return the Python of the environment without packages."""
    if not (DEPLOYED / ".installed").exists():
        if azure_python() is None:
            pytest.skip(NONE_FOUND)
        pytest.fail("the deployed environment isn't made: `make .deployed/.installed` does it")
    return DEPLOYED / "app/bin/python"


@pytest.fixture(scope="session")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with nothing but the unpacked package, once for all processes of a run."""
    run = folder_of_run(tmp_path_factory)
    unpacked = run / "wwwroot"
    with locked(run / "wwwroot.lock"):
        if not unpacked.exists():
            unpack(run)
    return unpacked


def unpack(folder: Path) -> None:
    """Unpack the named package, or a package of this tree, into the folder `wwwroot`."""
    if named := os.environ.get(PACKAGE):
        package = Path(named)
    else:
        if not (ROOT / FOLDER / ".installed").exists():
            pytest.fail("the packages aren't installed: `make packages` does it")
        package = folder / "package.zip"
        build_package(ROOT, package, FAST, build="of this tree")
    with zipfile.ZipFile(package) as opened:
        opened.extractall(folder / "unpacking")
    (folder / "unpacking").rename(folder / "wwwroot")


def deployed(python: Path, folder: Path, *arguments: str, **settings: str) -> dict[str, Any]:
    """Return a function that starts that Python in the folder, without this repository."""
    # The package's own packages come before the library, as on Azure:
    # https://learn.microsoft.com/azure/azure-functions/functions-reference-python
    path = os.pathsep.join([str(folder / SITE_PACKAGES), str(DEPLOYED / "worker")])
    # -P: modules come neither from the script's folder nor from the current one.
    return {
        "args": [str(python), "-P", *arguments],
        "cwd": folder,
        "env": {
            **inherited(os.environ),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": path,
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
