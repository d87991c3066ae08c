"""The report of health's latency beside sync functions."""

from bench.threads import compared, report


def test_busy_is_compared_with_idle() -> None:
    found = compared([10.0] * 40, [20.0] * 30 + [90.0] * 10)
    assert (found["idle_p50"], found["p50"], found["ratio_p50"]) == (10.0, 20.0, 2.0)
    assert (found["idle_p95"], found["p95"], found["ratio_p95"]) == (10.0, 90.0, 9.0)


def test_each_size_of_the_pool_has_a_row() -> None:
    figures = compared([10.0] * 40, [20.0] * 40)
    row = {"size": 8, "threads": 19, "idle_mb": 88, "mb": 207, "health": figures, "stats": figures}
    head, rule, *rows = report([row, {**row, "size": 1000}]).splitlines()
    assert head.count("|") == rule.count("|") == rows[0].count("|")
    assert [each.split(" | ")[0] for each in rows] == ["| 8", "| 1000"]
