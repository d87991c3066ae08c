"""Streams side by side: none is lost, and however it ends, each of them is ended."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest

from collector.collection.side_by_side import Idle, side_by_side


class Streams:
    """Makes streams of numbers, and notes which have ended."""

    def __init__(self) -> None:
        self.ended: list[str] = []

    async def of(
        self, name: str, count: int, *, breaks_at: int = -1, never: bool = False
    ) -> AsyncGenerator[str]:
        try:
            for number in range(count):
                if never:
                    await asyncio.Event().wait()
                await asyncio.sleep(0)
                if number == breaks_at:
                    raise ValueError(name)
                yield f"{name}{number}"
        finally:
            # A stream may have something to wait for at its end, too.
            await asyncio.sleep(0)
            self.ended.append(name)


@pytest.fixture
def streams() -> Streams:
    return Streams()


async def test_everything_comes_and_each_stream_in_its_order(streams: Streams) -> None:
    found = [each async for each in side_by_side([streams.of("a", 3), streams.of("b", 1)])]
    assert sorted(found) == ["a0", "a1", "a2", "b0"]
    assert [each for each in found if each.startswith("a")] == ["a0", "a1", "a2"]
    assert [each async for each in side_by_side([])] == []


async def test_who_waits_for_streams_is_told_so_and_goes_on(streams: Streams) -> None:
    goes_on = asyncio.Event()

    async def slow() -> AsyncGenerator[str]:
        yield "first"
        await goes_on.wait()
        yield "last"

    found: list[str | None] = []
    several: list[AsyncGenerator[str | None]] = [slow(), streams.of("a", 1)]
    async for each in side_by_side(several, idle=Idle(0.0, None)):
        found.append(each)
        if each is None and {"first", "a0"} <= set(found):
            goes_on.set()
    assert [each for each in found if each and each[0] != "a"] == ["first", "last"]
    assert None in found
    assert streams.ended == ["a"]


@pytest.mark.parametrize("breaks_at", [0, 1])
async def test_an_error_of_one_ends_all_also_those_that_wait(
    streams: Streams, breaks_at: int
) -> None:
    several = [
        streams.of("a", 5, breaks_at=breaks_at),
        streams.of("b", 5, breaks_at=breaks_at),
        streams.of("c", 1, never=True),
    ]
    with pytest.raises(ValueError, match=r"[ab]"):
        async with aclosing(side_by_side(several)) as both:
            _ = [each async for each in both]
    assert sorted(streams.ended) == ["a", "b", "c"]


async def test_who_stops_using_them_ends_them(streams: Streams) -> None:
    async with aclosing(side_by_side([streams.of("a", 5), streams.of("c", 1, never=True)])) as both:
        assert await anext(both) == "a0"
    assert sorted(streams.ended) == ["a", "c"]


async def test_who_is_cancelled_ends_them(streams: Streams) -> None:
    begun = asyncio.Event()

    async def use() -> None:
        several = [streams.of("a", 2), streams.of("c", 1, never=True)]
        async with aclosing(side_by_side(several)) as both:
            async for _ in both:
                begun.set()

    task = asyncio.create_task(use())
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(streams.ended) == ["a", "c"]
    assert asyncio.all_tasks() == {asyncio.current_task()}
