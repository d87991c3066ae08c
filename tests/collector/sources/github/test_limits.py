"""GitHub's limits are kept by us: counted at the stand-in, over cycles and processes."""

from contextlib import closing, suppress
from datetime import timedelta
from itertools import islice

import pytest

from shared.errors import SourceRefused, SourceUnavailable
from shared.store import COMMUNITIES, SOURCE_STATES
from shared.store.community_states import community_key
from shared.times import iso
from tests.collector.harness import stored_items
from tests.collector.sources.github.cycles import CLI, TOOL, Place

TOKEN = {"GITHUB_TOKEN": "good-token"}
FORBIDDEN = 403


async def backfill(place: Place, store, more: dict[str, str]) -> None:
    """Read some of the past, as the queue function does between cycles."""
    with closing(place.source(**more)) as source:
        state = await store.read(SOURCE_STATES, "source", "github")
        source.kept.update(state["kept"] if state else {})
        end = iso(place.clock.now)
        with suppress(SourceUnavailable):
            list(islice(source.backfill(TOOL, place.clock.ago(days=80), end, None), 10))
        await store.upsert(
            SOURCE_STATES,
            [{"id": "github", "kind": "source", "ttl": -1, "kept": dict(source.kept)}],
        )


@pytest.mark.parametrize(("more", "limit"), [({}, 60), (TOKEN, 90)])
async def test_cycles_in_a_row_never_pass_the_limit(sqlite_store, place, more, limit) -> None:
    place.limits.account = 90
    place.fill("acme/tool", 2000, hours=70 * 24)
    place.fill("acme/cli", 200, hours=30)
    # Over an hour and a half, so that an hour ends in the middle of them.
    for number in range(22):
        place.fill("acme/tool", 40, first=10_000 + 100 * number, hours=0.04)
        await place.cycle(sqlite_store, **more)
        if number % 4 == 0:
            await backfill(place, sqlite_store, more)
        place.clock.now += timedelta(minutes=4, seconds=7)
    assert limit * 0.6 <= place.limits.most_in_an_hour() <= limit
    assert FORBIDDEN not in {each.status for each in place.limits.log}
    assert place.limits.most_in_an_hour("graphql") <= limit


async def test_what_is_used_up_ends_quietly_and_says_until_when(sqlite_store, place) -> None:
    place.fill("acme/tool", 5)
    place.limits.address = 1
    cycle = await place.cycle(sqlite_store)
    assert cycle["status"] == "completed"
    place.clock.now += timedelta(minutes=5)
    waiting = await place.cycle(sqlite_store)
    (error,) = waiting["errors"]
    assert (error["community"], error["kind"]) == (None, "rate_limited")
    assert "until 11:0" in error["message"]
    assert "set GITHUB_TOKEN" in error["message"]


async def test_the_communities_that_waited_come_first(sqlite_store, place) -> None:
    names = [f"github.acme.r{number:02}" for number in range(15)]
    for name in names:
        place.fill(name.removeprefix("github.").replace(".", "/"), 2)
    more = {"COMMUNITIES": ",".join(names), "SWEEP_REQUESTS": "0"}
    first = await place.cycle(sqlite_store, **more)
    assert len(await stored_items(sqlite_store, names)) == 40
    assert "come first in the next" in first["errors"][0]["message"]
    states = await sqlite_store.read_many(COMMUNITIES, [community_key(name) for name in names])
    assert all(state["last_error"] is None for state in states.values())
    place.clock.now += timedelta(minutes=30)
    await place.cycle(sqlite_store, **more)
    assert len(await stored_items(sqlite_store, names)) == 60


async def test_of_an_address_that_others_use_too_what_is_left_is_used(sqlite_store, place) -> None:
    place.fill("acme/tool", 500)
    for _ in range(55):
        place.limits.count("", "core")
    place.clock.now += timedelta(minutes=1)
    await place.cycle(sqlite_store)
    place.clock.now += timedelta(minutes=1)
    await place.cycle(sqlite_store)
    assert len(place.limits.log) == 5
    assert FORBIDDEN not in {each.status for each in place.limits.log}


def test_with_a_token_a_list_that_is_unchanged_is_free(place) -> None:
    place.fill("acme/tool", 5)
    with closing(place.source(**TOKEN)) as source:
        *_, last = source.poll(TOOL, None, oldest="2000-01-01T00:00:00Z", now=place.clock.now)
        left = source.requests_left
        for _ in range(3):
            pages = list(
                source.poll(
                    TOOL, last.watermark, oldest="2000-01-01T00:00:00Z", now=place.clock.now
                )
            )
            assert not any(page.items for page in pages)
            assert pages[-1].watermark == last.watermark
        assert source.requests_left == left
    assert [each.status for each in place.limits.log if each.resource == "core"][-6:] == [304] * 6


@pytest.mark.parametrize("fault", ["secondary,retry_after=900", "429,retry_after=900", "primary"])
def test_nothing_is_sent_before_the_time_that_github_says(place, fault) -> None:
    place.fill("acme/tool", 5)
    place.stand_in.set_faults(fault)
    with closing(place.source()) as source:
        kept = source.kept
        with pytest.raises(SourceUnavailable) as caught:
            list(source.poll(TOOL, None, oldest="", now=place.clock.now))
        assert caught.value.kind == "rate_limited"
    place.stand_in.set_faults("")
    asked = len(place.limits.log)
    assert asked == 1
    for minutes, is_open in ((14, False), (17, True)):
        place.clock.now += timedelta(minutes=minutes)
        with closing(place.source()) as source:
            source.kept.update(kept)
            if not is_open:
                with pytest.raises(SourceRefused, match="until 10:"):
                    list(source.poll(CLI, None, oldest="", now=place.clock.now))
                assert len(place.limits.log) == asked
            else:
                assert list(source.poll(TOOL, None, oldest="", now=place.clock.now))


def test_a_refusal_without_a_time_is_waited_for_a_minute_then_longer(place) -> None:
    waits: list[float] = []
    place.stand_in.set_faults("secondary")
    with closing(place.source(wait=waits.append)) as source, pytest.raises(SourceUnavailable):
        list(source.poll(TOOL, None, oldest="", now=place.clock.now))
    assert [each for each in waits if each] == [60.0, 120.0]


def test_what_is_kept_in_another_shape_is_ignored(place) -> None:
    place.fill("acme/tool", 5)
    with closing(place.source()) as source:
        source.kept.update({"core.address": "rubbish"})
        assert source.requests_left == 60
        assert list(source.poll(TOOL, None, oldest="", now=place.clock.now))
        assert source.requests_left == 58


def test_the_sweep_leaves_polling_what_it_needs(place) -> None:
    with closing(place.source()) as source:
        source.kept["core.address"] = (
            '{"minutes": {"%d": 27}}' % (place.clock.now.timestamp() // 60)  # noqa: UP031
        )
        assert source.requests_left == 33
        assert source.sweep_factor == 0
    with closing(place.source(**TOKEN)) as source:
        assert source.sweep_factor == 0.6
