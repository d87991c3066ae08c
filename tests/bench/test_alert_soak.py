"""The short form of the soak of alerts: faults, kills and failing web hooks."""

from bench.alert_kills import soak_killed
from bench.alert_soak import soak
from shared.settings import Settings


async def test_sixty_cycles_of_faults_lose_no_incident_and_repeat_none(
    sqlite_settings: Settings,
) -> None:
    problems, counts = await soak(60, 7, sqlite_settings)
    assert problems == []
    # It would say nothing if nothing had gone wrong.
    assert counts["Killed"] > 20
    assert counts["StoreUnavailable"] > 50
    assert counts["repeats"] > 0
    assert counts["opened sent"] > 50
    assert counts["opened failed"] > 0


async def test_processes_that_are_killed_between_their_writes_lose_no_incident_and_repeat_none(
    sqlite_settings: Settings,
) -> None:
    problems, counts = await soak_killed(10, 3, sqlite_settings)
    assert problems == []
    assert counts["kills"] > 8
    assert counts["repeats"] > 0
    assert counts["opened sent"] > 8
