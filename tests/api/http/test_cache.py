"""The cache computes an answer once, keeps no failure, and has a limit."""

import asyncio

import pytest

from api.http.cache import Cache


class Counted:
    def __init__(self, *, fails: int = 0) -> None:
        self.calls, self.fails = 0, fails

    async def __call__(self) -> int:
        self.calls += 1
        call = self.calls
        await asyncio.sleep(0.01)
        if call <= self.fails:
            raise ValueError(call)
        return call


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_many_that_miss_at_once_share_one_filling() -> None:
    cache, make = Cache[int](seconds=60), Counted()
    assert set(await asyncio.gather(*(cache.get("key", make) for _ in range(50)))) == {1}
    assert await cache.get("key", make) == 1
    assert await cache.get("other", make) == 2


async def test_what_is_too_old_is_made_again() -> None:
    clock = Clock()
    cache, make = Cache[int](seconds=30, clock=clock), Counted()
    assert await cache.get("key", make) == 1
    clock.now = 29
    assert await cache.get("key", make) == 1
    clock.now = 30
    assert await cache.get("key", make) == 2


async def test_a_failure_is_shared_and_not_kept() -> None:
    cache, make = Cache[int](seconds=60), Counted(fails=1)
    results = await asyncio.gather(
        *(cache.get("key", make) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(result, ValueError) for result in results)
    assert await cache.get("key", make) == 2


async def test_a_client_that_goes_away_ends_it_for_nobody_else() -> None:
    cache, make = Cache[int](seconds=60), Counted()
    first = asyncio.create_task(cache.get("key", make))
    await asyncio.sleep(0)
    second = asyncio.create_task(cache.get("key", make))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1
    with pytest.raises(asyncio.CancelledError):
        await first
    assert make.calls == 1


async def test_it_never_keeps_more_than_allowed() -> None:
    cache, make = Cache[int](seconds=60, most=3), Counted()
    for key in range(10):
        await cache.get(key, make)
    assert await cache.get(9, make) == 10
    assert await cache.get(0, make) == 11, "the oldest was let go"


def test_another_event_loop_makes_its_own() -> None:
    cache, make = Cache[int](seconds=60), Counted()
    assert asyncio.run(cache.get("key", make)) == 1
    assert asyncio.run(cache.get("key", make)) == 2


async def test_who_wants_it_anew_gets_it_anew_and_shares_what_is_new() -> None:
    clock = Clock()
    cache, make = Cache[int](seconds=60, min_age=1, clock=clock), Counted()
    assert await cache.get("key", make) == 1
    clock.now = 1
    assert await cache.get("key", make, fresh=True) == 1, "it is new"
    clock.now = 2
    several = (cache.get("key", make, fresh=True) for _ in range(20))
    assert set(await asyncio.gather(*several)) == {2}
    assert await cache.get("key", make) == 2, "and the others have it too"


async def test_what_was_asked_for_again_stays_for_a_time_and_makes_room_last() -> None:
    clock = Clock()
    cache = Cache[int](seconds=2, most=5, stale_seconds=3600, clock=clock)
    for _ in range(2):
        await cache.get("asked again", Counted())
    await cache.get("asked once", Counted())
    clock.now = 10.0
    assert not cache.has("asked again")
    for number in range(50):
        await cache.get(number, Counted())
    assert cache.stale("asked again") == (1, 10.0)
    assert cache.stale("asked once") is None
    assert cache.has(49)
    assert len(cache._entries) <= 5
    for key in range(60, 70):
        for _ in range(2):
            await cache.get(key, Counted())
    assert cache.stale("asked again") is None, "others were asked for again since"
    clock.now = 3600.0 + 11.0
    assert cache.stale(69) is None


async def test_a_failure_is_no_old_value() -> None:
    cache = Cache[int](seconds=0, stale_seconds=3600)
    for _ in range(2):
        with pytest.raises(ValueError):  # noqa: PT011 - it has no message
            await cache.get("key", Counted(fails=1))
    assert cache.stale("key") is None
