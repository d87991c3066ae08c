"""Hosts with several databases in one folder: each has its own queue and timers."""

import pytest

from local.commands.up import host_files
from shared.settings import load_settings
from tests.fixtures.host import hosts_in

SOURCE = """
import os


@app.route(route="ask", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
@app.queue_output(arg_name="message", queue_name="asked", connection="AzureWebJobsStorage")
async def ask(req: func.HttpRequest, message: func.Out[str]) -> str:
    message.set("do it")
    return "taken"


@app.queue_trigger(arg_name="msg", queue_name="asked", connection="AzureWebJobsStorage")
def work(msg: func.QueueMessage) -> None:
    # In one piece: other threads write too.
    os.write(1, f"worked on {os.environ['SQLITE_PATH']}\\n".encode())
"""


def test_what_is_asked_for_at_one_host_never_runs_at_another_of_its_folder(tmp_path, write_app):
    app = write_app(SOURCE)
    with hosts_in(tmp_path) as start:
        first, second = (
            start(app, settings={"SQLITE_PATH": str(tmp_path / "data" / name)})
            for name in ("undertone.db", "reddit.db")
        )
        for _ in range(5):
            first.http.post("/api/ask")
            second.http.post("/api/ask")
        first.wait_for_log("worked on .*undertone.db", 5)
        second.wait_for_log("worked on .*reddit.db", 5)
        assert first.log.count("worked on") == second.log.count("worked on") == 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"SQLITE_PATH": "d/undertone.db"}, {"SQLITE_PATH": "d/reddit.db"}),
        ({"SQLITE_PATH": "d/a.db"}, {"SQLITE_PATH": "d/a.sqlite"}),
        ({"SQLITE_PATH": "d/undertone.db"}, {"COSMOS_ENDPOINT": "https://a.example"}),
        ({"COSMOS_ENDPOINT": "https://a.example"}, {"COSMOS_ENDPOINT": "https://b.example"}),
        (
            {"COSMOS_ENDPOINT": "https://a.example"},
            {"COSMOS_ENDPOINT": "https://a.example", "COSMOS_DATABASE": "other"},
        ),
    ],
)
def test_each_database_has_queues_and_timers_of_its_own(one, other) -> None:
    first, second = (
        host_files(load_settings({"SQLITE_PATH": "d/u.db", **each})) for each in (one, other)
    )
    assert first.folder == second.folder
    assert first.queues != second.queues
    assert first.timers != second.timers


def test_the_same_database_has_the_same_files() -> None:
    given = {"COSMOS_ENDPOINT": "https://A.example/"}
    assert host_files(load_settings(given)) == host_files(
        load_settings({"COSMOS_ENDPOINT": "https://a.example"})
    )
