"""The runbook's commands do what the runbook says."""

import math
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from bench.fill import Size, fill
from shared.settings import Settings, load_settings
from shared.store import open_store
from tests.collector.harness import check_statistics, stored_items
from tests.fixtures.host import ROOT
from tests.fixtures.stores import drop
from tests.infra.bicep import load, text
from tests.infra.conftest import MAIN, Deployed, allowed

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text()
COMMANDS = re.findall(r"^\.venv/bin/python -c '(.+)'$", RUNBOOK, re.MULTILINE)

ACCOUNTS = "Microsoft.DocumentDB/databaseAccounts"

RESTORING = RUNBOOK.partition("### Restoring from an export")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```sh\n(.+?)^```", RESTORING, re.MULTILINE | re.DOTALL)


def run(command: str, folder: Path) -> None:
    subprocess.run([sys.executable, "-c", command], cwd=folder, check=True)


def run_shell(commands: str, folder: Path, environ: Mapping[str, str]) -> None:
    ended = subprocess.run(
        ["bash", "-euc", commands],
        cwd=folder,
        env=dict(environ),
        check=False,
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / ".data").mkdir()
    return tmp_path


def test_compacting_gives_the_room_back(folder: Path) -> None:
    (compact,) = (command for command in COMMANDS if command.endswith('("VACUUM")'))
    database = folder / ".data" / "undertone.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE items (body)")
        connection.executemany("INSERT INTO items VALUES (?)", [("x" * 1000,)] * 1000)
        connection.execute("DELETE FROM items")
    connection.close()
    before = database.stat().st_size
    run(compact, folder)
    assert database.stat().st_size < before / 10


STUBS = {
    "az": 'echo "$@" >> az.log',
    "azd": """case "$*" in
        "env get-value COSMOS_ENDPOINT") echo "$TEST_ENDPOINT" ;;
        "env get-value COSMOS_DATABASE") cat database ;;
        "env set COSMOS_DATABASE "*) echo "$4" > database ;;
        provision) ;;
        *) exit 2 ;;
    esac""",
}


async def test_an_export_is_restored_into_a_new_database_on_azure_and_on_one_machine(
    cosmos_settings_factory: Callable[[], Settings], folder: Path
) -> None:
    size = Size(items=30, subreddits=2, subjects=1)
    settings = cosmos_settings_factory()
    store = await open_store(settings, retry_seconds=20)
    await fill(store, size, size.settings(folder / "unused.db"))
    before = await stored_items(store, size.names())
    await store.close()
    # Azure's command lines are the only ones that aren't the real ones.
    (folder / "stubs").mkdir()
    for name, script in STUBS.items():
        stub = folder / "stubs" / name
        stub.write_text(f"#!/bin/sh\n{script}\n")
        stub.chmod(0o700)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (folder / ".venv" / "bin" / "python").chmod(0o700)
    assert settings.cosmos_key is not None
    on_azure = {
        "TEST_ENDPOINT": str(settings.cosmos_endpoint),
        "COSMOS_ENDPOINT": str(settings.cosmos_endpoint),
        "COSMOS_KEY": settings.cosmos_key.get_secret_value(),
    }
    (folder / "database").write_text(settings.cosmos_database)
    common = {
        "PATH": f"{folder / 'stubs'}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "ORIGIN": "recorded",
    }
    for block, environ in zip(BLOCKS, (on_azure, on_azure, {}), strict=True):
        run_shell(block, folder, {**common, **environ})
    assert [line.split()[1] for line in (folder / "az.log").read_text().splitlines()] == [
        "stop",
        "start",
    ]
    named = settings.model_copy(update={"cosmos_database": "restored"})
    on_one_machine = load_settings({"SQLITE_PATH": str(folder / ".data" / "restored.db")})
    for restored in (named, on_one_machine):
        store = await open_store(restored, retry_seconds=20)
        assert (await stored_items(store, size.names())).keys() == before.keys()
        await check_statistics(store, size.names())
        await store.close()
    await drop(named)


@pytest.mark.parametrize("mode", allowed("cosmosMode"))
def test_the_old_database_goes_first_where_the_account_has_no_room_for_another(mode: str) -> None:
    found = Deployed(cosmosMode=mode)
    options = found.one(f"{ACCOUNTS}/sqlDatabases").properties["options"]
    autoscale = options.get("autoscaleSettings", {}).get("maxThroughput", 0)
    limits = found.one(ACCOUNTS).properties["capacity"] or {}
    has_room = 2 * options.get("throughput", autoscale) <= limits.get(
        "totalThroughputLimit", math.inf
    )
    before = RESTORING.partition("To restore it on Azure")[0]
    steps = before.partition(f"With `COSMOS_MODE={mode}`")[2]
    assert ("`az cosmosdb sql database delete " in steps) is not has_room


def test_the_lock_that_keeps_the_old_database_is_named() -> None:
    locks = Deployed(lockData=True).all("Microsoft.Authorization/locks")
    (lock,) = (each for each in locks if each.body["scope"].target.startswith(f"{ACCOUNTS}@"))
    assert f"the lock `{lock.name}`" in RESTORING


def test_the_limit_of_the_free_tier_is_raised_where_provisioning_keeps_it() -> None:
    template = load(MAIN.parent / "app" / "db.bicep")
    (name,) = re.findall(r"totalThroughputLimit: (\w+)", text(template.root))
    assert name in template.of("variable")
    throttled = RUNBOOK.partition("\n## A throttled database")[2].partition("\n## ")[0]
    assert f"`{name}` in `infra/app/db.bicep`" in " ".join(throttled.split())
