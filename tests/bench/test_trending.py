"""The figures of a round of topics come from the real round over a small fleet."""

from bench.trending import measured, table
from collector.rounds.trending import FOLLOWING


async def test_a_small_fleet_has_figures_of_each_step_and_small_documents(tmp_path) -> None:
    report = await measured(tmp_path, 60)
    assert report.posts > 7 * report.recent / 2 > 0
    assert report.seconds.keys() - {"comments"} == FOLLOWING.keys() - {"comments"}
    assert 0 < report.largest < 500_000
    printed = table([report])
    assert "| communities | 60 |" in printed
    assert "| posts: seconds, longest turn, RU |" in printed
