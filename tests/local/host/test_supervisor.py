"""Starting and stopping the host: refused starts, and no processes left behind."""

import asyncio
import os
import signal
import socket
import subprocess

import httpx
import psutil
import pytest

from shared.models import CollectionState
from shared.settings import load_settings
from shared.store import COLLECTION, open_store
from shared.store.schema import SCHEMA
from tests.fixtures.forked import local_command
from tests.fixtures.host import NOBODY, ROOT, environ_with, up_command

GOOD_KEYS = '{"_master": "0123456789abcdef", "_function": "0123456789abcdef"}'
SOURCE = """
import os
import time

GOOD_KEYS = '{"_master": "0123456789abcdef", "_function": "0123456789abcdef"}'


@app.route(route="ok", auth_level=func.AuthLevel.ANONYMOUS)
async def ok(req: func.HttpRequest) -> str:
    return "ok"


@app.route(route="pid", auth_level=func.AuthLevel.ANONYMOUS)
async def pid(req: func.HttpRequest) -> str:
    return str(os.getpid())


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
def slow(timer: func.TimerRequest) -> None:
    time.sleep(2)
"""

SLOW_START = """
import os
import sys
import threading

if os.path.basename(sys.argv[0]) == "process.py":
    print("the http process imports", flush=True)
    threading.Event().wait()
"""
STOPPED_BY_ITSELF = """
import os
import signal


class Destroyed:
    # An exception of a handler is lost here.
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)


Destroyed()
"""


@pytest.fixture
def start_and_end(tmp_path):
    """Run `up` for a start that is refused."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        given = {"SQLITE_PATH": str(tmp_path / "new.db"), **settings}
        return local_command("up", "--port", "0", *arguments, **given)

    return run


def test_ctrl_c_ends_every_process_with_status_0(running_host, write_app) -> None:
    host = running_host(write_app(SOURCE))
    host.wait_for_log("process.started process=worker")
    children = psutil.Process(host.process.pid).children(recursive=True)
    assert len(children) == 2
    assert host.stop() == 0
    assert not any(child.is_running() for child in children)


def test_ctrl_c_while_a_process_starts_ends_it_immediately(running_host, write_app) -> None:
    host = running_host(write_app(SLOW_START + SOURCE))
    host.wait_for_log("the http process imports")
    (child,) = psutil.Process(host.process.pid).children(recursive=True)
    assert host.stop() == 0
    assert not child.is_running()
    assert "Traceback" not in host.log
    assert "didn't start" not in host.log


def test_a_stop_before_anything_has_started_is_not_lost(write_app, tmp_path) -> None:
    app = write_app(STOPPED_BY_ITSELF + SOURCE)
    # As a shell script's background job, which ignores Ctrl-C.
    ended = subprocess.run(
        ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *up_command("--app", str(app))],
        cwd=ROOT,
        env=environ_with(SQLITE_PATH=str(tmp_path / "new.db"), REDDIT_BASE_URL=NOBODY),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "")


def test_an_http_process_that_dies_is_started_again_and_requests_wait_for_it(
    running_host, write_app
) -> None:
    host = running_host(write_app(SOURCE))
    first = int(host.http.get("/api/pid").text)
    os.kill(first, signal.SIGKILL)
    # A new connection, since the old one ended with the process.
    answer = httpx.get(host.http.base_url.join("/api/pid"), timeout=180, trust_env=False)
    assert int(answer.text) != first
    host.wait_for_log("process.died process=http")


def test_a_stand_in_that_dies_is_started_again_at_its_address(running_host, write_app) -> None:
    host = running_host(write_app(SOURCE), settings={"REDDIT_BASE_URL": ""})
    reddit = psutil.Process(int(host.wait_for_log("started process=reddit").rsplit("pid=", 1)[1]))
    address = reddit.environ()["REDDIT_BASE_URL"]
    reddit.kill()
    host.wait_for_log("process.died process=reddit")
    host.wait_for_log("process.started process=reddit", count=2)
    token = httpx.post(
        f"{address}/api/v1/access_token",
        auth=("id", "secret"),
        data={"grant_type": "client_credentials"},
        trust_env=False,
    )
    assert token.status_code == 200


def test_a_function_under_way_is_given_time_to_end(running_host, write_app) -> None:
    host = running_host(write_app(SOURCE), arguments=["--startup-seconds", "0"])
    host.wait_for_log("function.started function=slow")
    assert host.stop() == 0
    assert "host.stopping" in host.log
    assert "function.succeeded function=slow" in host.log


def test_when_the_supervisor_is_killed_its_children_end_too(running_host, write_app) -> None:
    host = running_host(write_app(SOURCE))
    host.wait_for_log("process.started process=worker")
    children = psutil.Process(host.process.pid).children(recursive=True)
    os.kill(host.process.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(children, timeout=20)
    assert not alive


def test_a_port_that_is_taken_is_one_clear_line(start_and_end, write_app) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        app = str(write_app(SOURCE))
        ended = start_and_end("--app", app, "--port", port, REDDIT_BASE_URL=NOBODY)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "--port" in ended.stderr


def test_a_port_that_cannot_be_is_refused(start_and_end) -> None:
    ended = start_and_end("--port", "70000")
    assert ended.returncode == 2
    assert "65535" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("content", "mode", "reason"),
    [
        ("[]", 0o600, "_master is no string"),
        ("", 0o600, "holds no keys"),
        ('{"_master": "", "_function": ""}', 0o600, "16 characters"),
        ('{"_master": null, "_function": null}', 0o600, "no string"),
        ('{"_master": "0123456789abcdef", "_function": "abc"}', 0o600, "_function takes 16"),
        ('{"_master": "0123456789abcdef", "_function": "                "}', 0o600, "blanks"),
        ('{"_master": "0123456789abcdef"}', 0o600, "_function is no string"),
        ('{"_master": "0123456789abcdef", "_function": 1234567890123456}', 0o600, "no string"),
        (GOOD_KEYS, 0o644, "read by others"),
        (GOOD_KEYS, 0o640, "read by others"),
    ],
)
def test_keys_that_let_anybody_in_are_one_clear_line(
    start_and_end, write_app, tmp_path, content, mode, reason
) -> None:
    keys = tmp_path / "keys.json"
    keys.write_text(content)
    keys.chmod(mode)
    ended = start_and_end("--keys", "--app", str(write_app(SOURCE)), REDDIT_BASE_URL=NOBODY)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "keys.json" in ended.stderr
    assert reason in ended.stderr
    assert "0123456789abcdef" not in ended.stderr


def test_a_bad_setting_is_one_clear_line_before_anything_starts(start_and_end) -> None:
    ended = start_and_end(RETENTION_DAYS="many")
    assert ended.returncode == 2
    assert ended.stderr.startswith("RETENTION_DAYS: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_a_folder_that_takes_no_files_is_one_clear_line(start_and_end, tmp_path) -> None:
    (tmp_path / "file").touch()
    ended = start_and_end(SQLITE_PATH=str(tmp_path / "file" / "undertone.db"))
    assert ended.returncode == 2
    assert ended.stderr.startswith("SQLITE_PATH: ")
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_credentials_come_in_pairs_and_are_never_shown(start_and_end) -> None:
    ended = start_and_end(REDDIT_CLIENT_SECRET="hunter2")
    assert ended.returncode == 2
    assert "REDDIT_CLIENT_ID" in ended.stderr
    assert "hunter2" not in ended.stderr + ended.stdout


@pytest.mark.parametrize(
    ("file", "content", "complaint"),
    [
        ("host.json", "{", "host.json is no JSON"),
        ("host.json", "[]", "host.json takes a JSON object"),
        ("local.settings.json", '{"Values": {"A": 1}}', "Values takes an object of strings"),
        ("host.json", '{"version": "1.0"}', 'host.json takes "version": "2.0"'),
        ("host.json", '{"version": "2.0", "extensions": []}', "extensions takes an object"),
        (
            "host.json",
            '{"version": "2.0", "extensions": {"queues": {"maxDequeueCount": "many"}}}',
            "maxDequeueCount takes a number from 1 to 100",
        ),
        (
            "host.json",
            '{"version": "2.0", "extensions": {"queues": {"visibilityTimeout": "soon"}}}',
            "of the form hh:mm:ss",
        ),
        ("host.json", '{"version": "2.0", "functionTimeout": "long"}', "of the form hh:mm:ss"),
        ("function_app.py", "x = 1", "one FunctionApp"),
        ("function_app.py", "import nothing_there", "ModuleNotFoundError: No module named"),
        ("function_app.py", "x = (1", "can't be imported: SyntaxError"),
        ("function_app.py", "import sys\nsys.exit(0)", "can't be imported: SystemExit"),
        (
            "function_app.py",
            "import asyncio\nasyncio.run(None)",
            "asyncio.run() cannot be called from a running event loop",
        ),
    ],
)
def test_a_bad_file_is_one_clear_line(start_and_end, write_app, file, content, complaint) -> None:
    app = write_app(SOURCE)
    (app / file).write_text(content)
    ended = start_and_end("--app", str(app), REDDIT_BASE_URL=NOBODY)
    assert ended.returncode in {1, 2}
    assert complaint in ended.stderr
    assert ended.stderr.count("\n") == 1
    assert ended.stdout == ""


def test_a_function_that_the_real_host_refuses_is_refused_here(start_and_end, write_app) -> None:
    bad = SOURCE.replace('arg_name="timer"', 'arg_name="my_timer"').replace(
        "slow(timer", "slow(my_timer"
    )
    ended = start_and_end("--app", str(write_app(bad)), REDDIT_BASE_URL=NOBODY)
    assert ended.returncode == 1
    assert "function slow: the binding name 'my_timer'" in ended.stderr


def test_a_missing_setting_of_a_schedule_is_named(start_and_end, write_app) -> None:
    bad = SOURCE.replace("0 0 0 1 1 *", "%WHENEVER%")
    ended = start_and_end("--app", str(write_app(bad)), REDDIT_BASE_URL=NOBODY)
    assert ended.returncode == 1
    assert "the setting WHENEVER is not set" in ended.stderr


def test_a_database_of_another_origin_is_refused_before_anything_starts(
    start_and_end, tmp_path
) -> None:
    path = tmp_path / "real.db"

    async def make() -> None:
        store = await open_store(load_settings({"SQLITE_PATH": str(path)}), retry_seconds=5)
        state = CollectionState(
            id="collection",
            kind="collection",
            ttl=-1,
            schema=SCHEMA,
            origin="live",
            last_cycle=None,
            last_started_at=None,
            last_collection_at=None,
            collections_succeeded=0,
            collections_failed=0,
        )
        await store.upsert(COLLECTION, [state])
        await store.close()

    asyncio.run(make())
    ended = start_and_end(SQLITE_PATH=str(path), ORIGIN="sample")
    assert ended.returncode == 2
    assert "holds live data" in ended.stderr
