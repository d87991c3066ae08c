"""Thousands of requests, generated from the OpenAPI document, against the local host."""

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.collecting import NAMES
from tests.fixtures.host import ROOT

MIN_CASES = 3000


def test_no_generated_request_gets_an_answer_that_the_document_does_not_allow(
    running_host, tmp_path
) -> None:
    # Three communities have all kinds of answers, and short ones.
    host = running_host(
        arguments=["--startup-seconds", "0.2", "--keys"], settings={"SUBREDDITS": NAMES}
    )
    host.wait_for_log("collect.ended")
    keys = json.loads((tmp_path / "data" / "keys.json").read_text())
    ended = subprocess.run(
        [
            Path(sys.executable).with_name("st"),
            f"--config-file={ROOT / 'tests' / 'schemathesis.toml'}",
            "run",
            f"{host.http.base_url}/api/v1/openapi.json".replace("//api", "/api"),
            "--header",
            f"x-functions-key: {keys['_function']}",
            "--checks=all",
            # Of an operation, in each phase that draws at random. Most cases cover the schemas.
            "--max-examples=10",
            # In two threads, `ast.parse` of Python 3.11 fails at times (pytest issue 10763).
            "--workers=1",
            "--seed=20261123",
            "--generation-database=none",
            "--no-color",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
    operations = re.search(r"Selected: (\d+)/(\d+)\s+Tested: (\d+)", ended.stdout)
    assert operations is not None
    assert len(set(operations.groups())) == 1, "every operation is tested"
    cases = re.search(r"(\d+) generated", ended.stdout)
    assert cases is not None
    assert int(cases[1]) >= MIN_CASES
    assert not re.search(r"request .* status=5\d\d", host.log)
