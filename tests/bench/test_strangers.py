"""The month of strangers: what the limits leave of its bill, and of the time without a database."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.http.daily_budget import RELEASES
from bench.strangers import (
    CAPACITIES,
    DAY_SECONDS,
    Clock,
    Day,
    Kind,
    cosmos_dollars,
    limits_of,
    month_of,
    simulate,
)
from shared.settings import load_settings

MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
KINDS = (
    Kind("a search", 600.0, 0.05, is_heavy=True),
    Kind("a page", 100.0, 0.01, is_heavy=False),
)
UNITS = 1_000_000


async def a_day(folder: Path, addresses: int, kinds: Sequence[Kind] = KINDS) -> Day:
    settings = load_settings({"DAILY_READ_UNITS": str(UNITS)})
    clock = Clock(MIDNIGHT)
    async with limits_of(settings, folder, 3, clock) as limits:
        return await simulate(
            kinds,
            CAPACITIES["serverless"],
            addresses=addresses,
            instances=3,
            limits=limits,
            clock=clock,
        )


async def test_a_day_of_many_strangers_costs_its_units_and_no_more(tmp_path: Path) -> None:
    day = await a_day(tmp_path, 100_000)
    assert UNITS * 0.95 < day.request_units < UNITS * 1.02
    assert day.closed_seconds > DAY_SECONDS * 0.99
    assert day.outage_seconds < DAY_SECONDS * 0.01
    # A flood of light reads gets what is released each minute, and so may anybody.
    assert day.light_closed_seconds <= day.closed_seconds
    assert day.light_answered > RELEASES * 0.5
    assert cosmos_dollars("serverless", month_of(day)) == pytest.approx(7.5, abs=0.4)


async def test_searches_close_no_light_read(tmp_path: Path) -> None:
    day = await a_day(tmp_path, 100_000, KINDS[:1])
    assert day.closed_seconds > DAY_SECONDS * 0.99
    assert day.light_closed_seconds == 0
    assert day.request_units < UNITS * 0.92


async def test_one_stranger_closes_nothing_for_others(tmp_path: Path) -> None:
    day = await a_day(tmp_path, 1)
    assert UNITS * 0.29 < day.request_units < UNITS * 0.32
    assert day.closed_seconds == 0
    assert day.answered + day.refused + day.throttled == 100 * DAY_SECONDS


@pytest.mark.parametrize(
    ("mode", "dollars"), [("free", 0), ("autoscale", 88), ("serverless", 6570)]
)
async def test_without_limits_the_database_has_nothing_left(mode: str, dollars: float) -> None:
    found = await simulate(
        KINDS,
        CAPACITIES[mode],
        addresses=1,
        instances=40,
        clock=Clock(MIDNIGHT),
        seconds=10,
    )
    assert found.outage_seconds == 10
    month = month_of(Day().plus(found, DAY_SECONDS // 10))
    assert cosmos_dollars(mode, month) == pytest.approx(dollars, rel=0.01, abs=0.1)
