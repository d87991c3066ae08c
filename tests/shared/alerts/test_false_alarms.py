"""Rules are silent without a change, and find what is planted. Seeds are fixed.

`python -m bench.alerts` has the long form, whose tables stand in docs/alert_conditions.md. Here are
fewer histories, with bounds that these bear.
"""

from math import inf

import numpy as np
import pytest

from tests.shared.alerts.histories import HOURS, Scope
from tests.shared.alerts.simulated import (
    DAY,
    ONSET,
    World,
    copies,
    drift,
    halved,
    opened,
    outage,
    price,
    release,
    spreading,
    viral,
)

BUSY = Scope(600, tail=2.2)
AROUND = HOURS[ONSET - DAY : ONSET + 4 * DAY]
TAILS = (1.3, 1.6, 2.2)


def test_ten_rules_have_one_false_alert_at_most_in_thirty_days_without_a_change() -> None:
    totals = [
        sum(World.of(np.random.default_rng([1, 0]), tail).false_alerts().values()) for tail in TAILS
    ]
    assert max(totals) <= 1


def test_weekends_and_a_change_of_the_clock_raise_no_mood_alert() -> None:
    world = World.of(np.random.default_rng(2), 1.6, shift=1)
    # The clock changes in the middle, and its hours count as a baseline for four weeks.
    for evidence in (world.small, world.middle, world.large):
        assert not opened("mood", evidence, HOURS[37 * DAY : 67 * DAY], direction="any")


@pytest.mark.parametrize("change", [outage, release])
def test_more_items_are_found_soon_after_an_honest_test_can_tell(change) -> None:
    found = [change(np.random.default_rng([3, n]), BUSY) for n in range(4)]
    assert all(each.honest < inf for each in found)
    assert sum(each.behind <= 3 for each in found) >= 3


def test_anger_about_a_price_is_found_within_a_day_of_an_honest_test() -> None:
    for scope in (Scope(200, tail=2.2), BUSY):
        found = [price(np.random.default_rng([4, n]), scope) for n in range(2)]
        assert all(each.behind <= DAY for each in found)


def test_a_drift_over_two_weeks_is_found_within_two_days_of_its_end() -> None:
    scope = Scope(200 / 7, tail=0.0, largest=5)
    found = [drift(np.random.default_rng([5, n]), scope) for n in range(3)]
    assert all(each.alert <= 2 * DAY for each in found)


def test_a_drift_that_an_honest_test_tells_is_found_where_threads_are_large() -> None:
    scope = Scope(200 / 7, tail=1.6)
    found = [drift(np.random.default_rng([5, n]), scope, fall=0.4) for n in range(6)]
    detected = [each for each in found if each.honest <= 2 * DAY]
    assert len(detected) >= 4
    assert all(each.alert <= 2 * DAY for each in detected)


def test_few_mentions_of_a_month_spread_whatever_the_number_of_items() -> None:
    found = {
        daily: [spreading(np.random.default_rng([7, n]), Scope(daily, tail=1.6)) for n in range(3)]
        for daily in (30, 200, 600)
    }
    for daily, counts in found.items():
        # A hundredth of all items are above the 99th percentile: up to 180 here.
        assert 0 < sum(counts) / len(counts) <= 8, (daily, counts)


@pytest.mark.parametrize("change", [viral, copies, halved])
def test_what_is_no_mood_raises_no_mood_alert(change) -> None:
    for scope in (Scope(200), BUSY):
        evidence = change(np.random.default_rng(6), scope)
        assert not opened("mood", evidence, AROUND, direction="any")
        assert not opened("negative_share", evidence, AROUND, above=0.5)
