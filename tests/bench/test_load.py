"""A short load test: nothing fails. bench/load.py measures the speed."""

import json
from pathlib import Path

from bench.load import main


def test_under_load_nothing_fails_while_it_collects(tmp_path: Path, capsys) -> None:
    main(["--quick", "--out", str(tmp_path)])
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert set(summary["server_errors"].values()) == {0}
    assert summary["cycles_failed"] == 0
    assert summary["cycles_completed"] > 1
    for phase in ("idle-50", "collecting-50"):
        everything = summary["phases"][phase]["Aggregated"]
        assert everything["requests"] > 0
        assert everything["failures"] == 0
        assert (tmp_path / f"{phase}_stats.csv").is_file()
    assert "| Aggregated |" in capsys.readouterr().out
