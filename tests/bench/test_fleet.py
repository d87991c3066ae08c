"""A fleet of communities is collected as promised, within its sources' pace."""

import json
from collections import Counter
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bench.fleet import BEGIN, Report, Sample, measured, report_of, run_model, run_whole
from bench.fleet_activity import COMMENTS_A_MONTH, HOURS_A_MONTH, fleet, grown, moment_at
from bench.fleet_model import Prices, Shares, prices_of
from bench.fleet_report import table
from bench.fleet_simulation import INTERVAL, Event, freshness
from tests.api.world import NOW

PRICES = Prices(
    units=Shares(60, 180, 40, 100),
    seconds=Shares(0.1, 0.02, 0.005, 0.01),
    hours_of_all=2.0,
    end_units=300,
    end_seconds=0.3,
    plan_seconds=0.1,
)
MAX_BYTES = 2_000_000
WINDOW_REQUESTS = 1_000


def check_promises(report: Report) -> None:
    """Check what somebody who watches these communities would notice."""
    assert report.doubled == 0
    assert report.unfinished_shards == 0
    assert report.freshness["busy"].held == 1.0
    assert report.freshness["busy"].worst_minutes <= 32
    assert report.freshness["quiet"].worst_minutes <= 24 * 60 + 2
    assert not any(each.unread for each in report.freshness.values())
    assert report.most_requests_in_ten_minutes <= WINDOW_REQUESTS * report.clients
    assert report.longest_turn_seconds <= 120
    assert max(report.largest_bytes.values()) < MAX_BYTES


async def test_a_day_of_hundreds_of_communities_keeps_the_promises(tmp_path: Path) -> None:
    simulation = await run_model(tmp_path, 500, 25, 1, PRICES)
    report = report_of(simulation, 25, is_real=False)
    check_promises(report)
    assert set(simulation.servers.polls) == set(simulation.servers.members)
    assert report.freshness["between"].held > 0.999
    assert report.freshness["between"].communities > report.freshness["busy"].communities > 5


async def test_shards_that_take_too_long_are_late_and_the_report_says_so(tmp_path: Path) -> None:
    slow = replace(PRICES, seconds=Shares(300, 0, 0, 0))
    report = report_of(await run_model(tmp_path, 500, 3, 1, slow), 3, is_real=False)
    assert report.doubled == 0
    assert report.unfinished_shards > 0
    assert report.freshness["busy"].held < 1
    assert report.longest_turn_seconds > 300


async def test_real_turns_find_every_new_item_and_price_the_model(tmp_path: Path) -> None:
    simulation = await run_whole(tmp_path, 10, 2, 1)
    report = report_of(simulation, 2, is_real=True)
    assert report.doubled == 0
    assert report.freshness["between"].held == 1.0
    members = simulation.servers.members.values()
    polled = simulation.servers.polls
    found = Counter(dict.fromkeys((each.name for each in members), 0))
    for member in members:
        moments = [simulation.last[member.name], *polled.get(member.name, ())]
        found[member.name] = member.count_until(moments[-1].timestamp()) - member.count_until(
            moments[0].timestamp()
        )
    assert sum(event.new for event in simulation.events) == found.total() > 0
    prices = prices_of(simulation.events)
    assert prices.units.of(1, 1, 0) > 0
    assert "| run | all |" in table([report])


def test_activity_follows_the_law_and_the_days_rhythm() -> None:
    members = fleet(1000)
    whole = fleet(50_000)
    a_month = sum(each.hourly for each in whole) * HOURS_A_MONTH * 0.9
    assert a_month == pytest.approx(COMMENTS_A_MONTH, rel=0.06)
    assert members[0].hourly > 100 * members[500].hourly
    assert {each.source for each in members} == {"reddit", "discourse", "hackernews"}
    day = BEGIN.timestamp()
    busy = grown(day + 19 * 3600) - grown(day + 17 * 3600)
    calm = grown(day + 7 * 3600) - grown(day + 5 * 3600)
    assert busy == pytest.approx(3 * calm, rel=0.05)
    assert moment_at(grown(day + 12_345)) == pytest.approx(day + 12_345, abs=0.01)


def test_a_pause_that_goes_on_counts_once_it_is_too_long() -> None:
    (member,) = fleet(50_000)[:1]
    last = {member.name: NOW - 3 * INTERVAL}
    polls = {member.name: [NOW - 2 * INTERVAL, NOW - INTERVAL]}
    assert freshness([member], polls, last, NOW).held == 1.0
    late = freshness([member], polls, last, NOW + timedelta(hours=1))
    assert (late.held, late.worst_minutes) == (pytest.approx(2 / 3), 90)
    unread = freshness([member], {}, last, NOW)
    assert (unread.held, unread.unread) == (0, 1)


def test_prices_are_the_shares_that_turns_were_made_of() -> None:
    def turn(polls: int, new: int, swept: int) -> Event:
        units = 7.0 + 3 * polls + 2 * new + swept
        priced = {"posts": units, "cycle": 1000.0}
        requests = 2 * polls + swept
        return Event("reddit", NOW, 9.0, units / 10, priced, polls, requests, new, 2)

    turns = [turn(1, 2, 3), turn(4, 1, 0), turn(2, 9, 5), turn(7, 7, 1), turn(3, 0, 8)]
    prices = prices_of(turns)
    assert [prices.units.turn, prices.units.poll, prices.units.item, prices.units.swept] == (
        pytest.approx([7, 3, 2, 1])
    )
    assert prices.seconds.of(1, 1, 1) == pytest.approx(1.3)
    assert prices.hours_of_all == 2


async def test_prices_of_a_sample_are_kept_in_a_file(tmp_path: Path) -> None:
    kept = tmp_path / "prices.json"
    sample = Sample(100, 1, kept)
    kept.write_text(json.dumps(asdict(PRICES)))
    assert await sample.prices() == PRICES
    report = await measured(400, 1, 1, sample)
    assert (report.communities, report.is_real, report.shards) == (400, False, 10)
