"""Which source a community's past is read from, and what reading other sources never loads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from collector.sources.registry import past_source_of
from local.reddit.objects import RedditObject
from shared.settings import load_settings
from shared.times import iso, utc_now
from tests.collector.sources.arctic_shift.archives import serve
from tests.fixtures.host import ROOT

COLLECT = """
import asyncio, json, os, sys
from collector.jobs import collect
from shared.settings import settings
cycle = asyncio.run(collect(settings(), "cli"))
print(json.dumps([cycle["status"], cycle["new"], sorted(sys.modules)]))
"""


@pytest.mark.parametrize(
    ("community", "of_archive", "expected"),
    [
        ("aws", "off", None),
        ("aws", "backfill", "arctic_shift"),
        ("aws", "poll", "arctic_shift"),
        ("push.desk", "poll", None),
        ("hn.front", "off", "hackernews"),
        ("forum.cursor", "poll", "discourse"),
        ("github.openai.codex", "off", "github"),
    ],
)
def test_the_past_of_a_subreddit_is_the_archives_where_it_is_wanted(
    community, of_archive, expected
) -> None:
    settings = load_settings({"ARCTIC_SHIFT": of_archive})
    assert past_source_of(settings, community) == expected


def test_reading_other_sources_never_loads_praw(tmp_path: Path) -> None:
    moment = utc_now()
    line = {"id": "1", "kind": "post", "created": iso(moment), "title": "I love it"}
    (tmp_path / "desk.ndjson").write_text(json.dumps(line) + "\n")
    data = {"id": "p", "subreddit": "aws", "created_utc": moment.timestamp() - 60, "title": "Yes"}
    things: list[RedditObject] = [{"kind": "t3", "data": data}]
    with serve(things, clock=utc_now) as stand_in:
        environment = {
            "SUBREDDITS": "aws",
            "ARCTIC_SHIFT": "poll",
            "ARCTIC_SHIFT_BASE_URL": stand_in.base_url,
            "COMMUNITIES": "push.desk",
            "PUSH_FOLDER": str(tmp_path),
            "SQLITE_PATH": str(tmp_path / "undertone.db"),
        }
        done = subprocess.run(
            [sys.executable, "-c", COLLECT],
            cwd=ROOT,
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    status, new, modules = json.loads(done.stdout.splitlines()[-1])
    assert (status, new) == ("completed", 2), done.stderr
    assert "requests" in modules
    assert not {"praw", "prawcore"} & set(modules)
