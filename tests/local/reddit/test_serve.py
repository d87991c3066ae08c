import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from local.reddit.faults import BadFaults
from local.reddit.recorded import BadRecording
from local.reddit.serve import serve_reddit

# SIGINT is ignored at first, as in a shell script's background job.
SERVE = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
from local.reddit.serve import serve_reddit
serve_reddit(None, faults='503')
"""


def test_it_says_where_it_listens_answers_there_and_ends_quietly() -> None:
    root = Path(__file__).parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", SERVE],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline().strip()
            said, _, url = line.partition(" on ")
            assert said == "Reddit stand-in (sample data)"
            assert httpx.get(f"{url}/r/Cursor/new").status_code == 503
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            assert process.stderr.read() == ""
            assert process.wait() == 0
        finally:
            process.kill()


def test_a_folder_without_recorded_objects_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadRecording):
        serve_reddit(tmp_path)


def test_bad_faults_are_refused_before_anything_listens() -> None:
    with pytest.raises(BadFaults):
        serve_reddit(None, faults="boom")
