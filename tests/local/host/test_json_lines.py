"""With LOG_FORMAT=json each line that the host and its processes print is a JSON object."""

import json
import subprocess
from pathlib import Path

from tests.fixtures.host import NOBODY, ROOT, app_in, environ_with, up_command

# Its import fails in a process of the host, after the host itself has imported it.
SOURCE = """
import logging
import sys

if "local.host.process" in sys.orig_argv and "worker" in sys.orig_argv:
    logging.getLogger("x").warning("two\\nlines")
    sys.exit(3)
"""


def printed(folder: Path, source: str, **settings: str) -> list[dict[str, object]]:
    given = {"SQLITE_PATH": str(folder / "d" / "u.db"), "REDDIT_BASE_URL": NOBODY, **settings}
    ended = subprocess.run(
        up_command("--app", str(app_in(folder / "app", source))),
        check=False,
        cwd=ROOT,
        env=environ_with(LOG_FORMAT="json", **given),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ended.stderr == ""
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_a_start_that_fails_is_logged_in_objects(tmp_path: Path) -> None:
    lines = printed(tmp_path, SOURCE)
    assert {"host.listening", "process.started", "host.not_started"} <= {
        each["event"] for each in lines
    }
    assert {"process": "worker", "fields": {"message": "two\nlines"}} in [
        {name: each[name] for name in ("process", "fields")} for each in lines
    ]


def test_a_bad_setting_is_one_object(tmp_path: Path) -> None:
    (line,) = printed(tmp_path, SOURCE, RETENTION_DAYS="ninety")
    assert (line["event"], line["level"]) == ("host.not_started", "CRITICAL")
    assert "RETENTION_DAYS" in str(line["fields"])
