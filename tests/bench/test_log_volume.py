"""The log volume on Azure, as in docs/azure.md."""

import json
import logging

from bench.log_volume import Volume, counted_log, daily_cap, report, request_line, timers_day
from shared.settings import settings
from tests.collector.harness import settings_for, things
from tests.fixtures.host import ROOT


def test_host_json_leaves_what_the_queries_read_and_no_more_of_azures_libraries() -> None:
    levels = json.loads((ROOT / "host.json").read_text())["logging"]["logLevel"]
    # The app's lines have the category Function.NAME.User.
    assert levels == {"default": "Information", "Azure.Core": "Warning"}


def test_only_what_the_block_logs_is_counted() -> None:
    log = logging.getLogger("collector")
    log.info("before")
    with counted_log() as counter:
        log.warning("späte %s", "Zeile")
    log.info("after")
    assert counter.volume == Volume(1, len("späte Zeile".encode()))


def test_a_request_logs_one_line(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SQLITE_PATH", str(tmp_path / "log.db"))
    settings.cache_clear()
    line = request_line(["/api/v1/health", "/api/v1/trending"])
    assert line.entries == 1
    assert 100 < line.text < 300


def test_a_day_of_the_timers_is_little_beside_the_daily_limit(sqlite_settings, stand_in) -> None:
    reddit = stand_in(things(("aws",), 9, newest=1_790_000_000.0))
    day = timers_day(settings_for(sqlite_settings, reddit.base_url, ["aws"]))
    assert day.entries >= 73 * 4
    assert day.gigabytes < 0.01 * daily_cap()
    assert "1 GB a day: " in report(Volume(1, 160), day)
