"""A short form of `make soak`: a few cycles under faults and kills lose nothing."""

import pytest

from bench.soak import Options, soak
from bench.soaking.faults import COSMOS_KINDS, REDDIT_KINDS, spread
from bench.soaking.truth import compare
from local.reddit.objects import fullname
from shared.store import POSTS
from tests.collector.harness import run_cycle, settings_for, things


@pytest.mark.parametrize("store", ["sqlite", "cosmos"])
def test_under_faults_and_kills_nothing_is_lost_and_reads_go_on(store) -> None:
    two = ("aws", "claude")
    found = soak(store, Options(cycles=2, faults=0.3, seed=1, subreddits=two, kill_rate=1))
    assert found["violations"] == []
    assert found["kills"]["worker"] == 1
    assert found["reddit"]["faults"]
    assert found["reads"]["statuses"]["200"] > 50


@pytest.mark.parametrize("kinds", [REDDIT_KINDS, COSMOS_KINDS])
def test_faults_are_spread_evenly_and_make_up_the_share(kinds) -> None:
    left, met = 1.0, []
    for rule in spread(kinds, 0.3, 5).split(";")[:-1]:
        rate = float(rule.rpartition("=")[2])
        met.append(left * rate)
        left *= 1 - rate
    assert met == pytest.approx([0.3 / len(kinds)] * len(kinds), abs=1e-4)


async def test_the_comparison_finds_what_is_lost_kept_stale_and_miscounted(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws",), 12, newest=1_790_000_000))
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws"], retention_days=3650)
    assert (await run_cycle(sqlite_store, settings))["status"] == "completed"

    async def differences() -> list[str]:
        shown = {fullname(thing): thing for thing in reddit.control.objects()}
        return await compare(settings, {k: v for k, v in shown.items() if k != "t3_p3"})

    assert await differences() == ["1 deleted but stored: t3_p3"]
    await sqlite_store.delete(POSTS, [("aws", "p3"), ("aws", "p0")])
    reddit.control.edit("t1_c1", "Other words")
    lost, stale, miscounted = await differences()
    assert lost == "1 lost: t3_p0"
    assert stale.startswith("1 not current: t1_c1: content is ")
    assert miscounted.startswith("statistics differ from a recount")
