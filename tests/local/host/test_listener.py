"""Listening to a queue as the real host's queue extension does, with a clock of the tests."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from local.host.config import QueueConfig
from local.host.functions import Function
from local.host.listener import Backoff, Listener
from local.host.queues import Message, Queues

FUNCTION = Function("work", "queue", {"name": "message", "queueName": "requests"}, print)
ONE_BY_ONE = QueueConfig(batch_size=1, new_batch_threshold=0, retry_seconds=30.0)


class Time:
    """A clock in seconds that moves to the next time at which a sleeper wakes."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.began = self.now
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking = (self.now + seconds, asyncio.get_running_loop().create_future())
        self._sleepers.append(waking)
        try:
            await waking[1]
        finally:
            if waking in self._sleepers:
                self._sleepers.remove(waking)

    def advance(self, end: float) -> bool:
        """Wake the next sleeper at its time, if its time is before the end."""
        wakes_at, waking = min(self._sleepers, key=lambda each: each[0])
        if wakes_at > end:
            self.now = end
            return False
        self._sleepers.remove((wakes_at, waking))
        self.now = wakes_at
        waking.set_result(None)
        return True


class Inline(ThreadPoolExecutor):
    """Runs calls inline and not in a thread, so that only the clock decides their order."""

    def submit(self, call: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(call(*given, **named))
        except Exception as error:  # noqa: BLE001 - as a thread does
            done.set_exception(error)
        return done


class Work:
    """A function whose runs take time, and fail if the message says so."""

    def __init__(self, time: Time) -> None:
        self._time = time
        self.seconds: dict[bytes, float] = {}
        self.runs: list[tuple[bytes, int, int]] = []
        self.at_work = 0
        self.most_at_work = 0

    async def run(self, function: Function, message: Message) -> bool:
        assert function.queue.startswith("requests")
        after = round(self._time.now - self._time.began)
        self.runs.append((message.body, message.dequeue_count, after))
        self.at_work += 1
        self.most_at_work = max(self.most_at_work, self.at_work)
        if seconds := self.seconds.get(message.body):
            await self._time.sleep(seconds)
        self.at_work -= 1
        return not message.body.startswith(b"bad")


class Bench:
    """A queue, a listener and a clock."""

    def __init__(self, path: Path, holder: str = "") -> None:
        self.time = Time()
        self.queues = Queues(path, clock=self.time, holder=holder)
        self.work = Work(self.time)

    @classmethod
    def beside(cls, other: "Bench", holder: str = "") -> "Bench":
        """Make another listener over the same file, whose clock continues from the first."""
        made = cls(other.queues._path, holder)
        made.time.now, made.time.began = other.time.now, other.time.began
        return made

    async def listen(
        self,
        config: QueueConfig = ONE_BY_ONE,
        *,
        seconds: float,
        function: Function = FUNCTION,
    ) -> None:
        """Listen for a time on the clock; then kill what runs."""
        loop = asyncio.get_running_loop()
        loop.set_default_executor(Inline(1))
        listener = Listener(function, self.queues, config, self.work.run, sleep=self.time.sleep)
        mine = asyncio.all_tasks()
        listening = asyncio.create_task(listener.listen())
        end = self.time.now + seconds
        while await self._settled() and self.time.advance(end):
            pass
        left = asyncio.all_tasks() - mine
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        assert listening.cancelled()

    async def _settled(self) -> bool:
        for _ in range(100):
            await asyncio.sleep(0)
        return True


@pytest.fixture
def bench(tmp_path) -> Bench:
    return Bench(tmp_path / "queues.db")


def test_an_idle_queue_is_looked_at_less_and_less_up_to_the_maximum() -> None:
    backoff = Backoff(60.0, uniform=lambda low, high: (low + high) / 2)
    waits = [backoff.next(found=False) for _ in range(13)]
    assert waits == pytest.approx(
        [0.1, 0.2, 0.3, 0.5, 0.9, 1.7, 3.3, 6.5, 12.9, 25.7, 51.3, 60.0, 60.0]
    )
    assert backoff.next(found=True) == pytest.approx(0.1)
    assert [backoff.next(found=False) for _ in range(3)] == pytest.approx([0.2, 0.3, 0.5])


def test_the_waits_differ_by_a_fifth_and_never_pass_the_maximum() -> None:
    least = Backoff(2.0, uniform=lambda low, _: low)
    most = Backoff(2.0, uniform=lambda _, high: high)
    assert [least.next(found=False) for _ in range(4)] == pytest.approx([0.1, 0.18, 0.26, 0.42])
    assert [most.next(found=False) for _ in range(4)] == pytest.approx([0.1, 0.22, 0.34, 0.58])
    assert max(most.next(found=False) for _ in range(20)) == 2.0
    shortest = Backoff(0.1)
    assert {shortest.next(found=found) for found in (False, True, False)} == {0.1}


async def test_a_message_at_an_idle_queue_is_found_within_the_longest_wait(bench) -> None:
    config = QueueConfig(max_polling_seconds=2.0)
    await bench.listen(config, seconds=600)
    bench.queues.put("requests", b"late")
    await bench.listen(config, seconds=2)
    assert [body for body, _, _ in bench.work.runs] == [b"late"]
    assert bench.queues.count("requests") == 0


async def test_a_failing_function_is_tried_so_often_apart_and_then_put_aside_at_once(bench) -> None:
    bench.queues.put("requests", b"bad")
    await bench.listen(seconds=300)
    tries = [(attempt, after) for _, attempt, after in bench.work.runs]
    assert [attempt for attempt, _ in tries] == [1, 2, 3, 4, 5]
    gaps = [later - before for (_, before), (_, later) in pairwise(tries)]
    assert all(30 <= gap <= 90 for gap in gaps), gaps
    assert bench.queues.texts("requests") == []
    poisoned = bench.queues.take("requests-poison")
    assert poisoned.body == b"bad"
    last = tries[-1][1]
    assert round(poisoned.inserted.timestamp() - bench.time.began) == last, "right after it"


async def test_work_longer_than_ten_minutes_is_not_delivered_twice(bench) -> None:
    bench.queues.put("requests", b"long")
    bench.work.seconds[b"long"] = 45 * 60
    looks: list[Message | None] = []

    async def look_for_it_each_minute() -> None:
        while True:
            await bench.time.sleep(60)
            looks.append(bench.queues.take("requests"))

    looking = asyncio.create_task(look_for_it_each_minute())
    await bench.listen(seconds=50 * 60)
    looking.cancel()
    assert bench.work.runs == [(b"long", 1, 0)]
    assert len(looks) == 50
    assert not any(looks)
    assert bench.queues.count("requests") == 0


async def test_a_message_whose_host_was_killed_is_seen_again_after_ten_minutes(bench) -> None:
    bench.queues.put("requests", b"cut short")
    bench.work.seconds[b"cut short"] = 20 * 60
    await bench.listen(seconds=6 * 60)
    assert len(bench.work.runs) == 1
    bench.work.seconds.clear()
    another = Bench.beside(bench)
    await another.listen(QueueConfig(), seconds=15 * 60)
    ((_, attempt, after),) = another.work.runs
    assert attempt == 2
    # It is renewed after five minutes, then hidden for ten more, and polled once a minute.
    assert 15 * 60 <= after <= 16 * 60


async def test_a_message_whose_worker_alone_was_killed_has_failed(tmp_path) -> None:
    first = Bench(tmp_path / "queues.db", holder="host")
    first.queues.put("requests", b"cut short")
    first.work.seconds[b"cut short"] = 600
    await first.listen(seconds=10)
    again = Bench.beside(first, holder="host")
    await again.listen(seconds=100)
    ((_, attempt, after),) = again.work.runs
    assert attempt == 2
    assert 10 + 30 <= after <= 10 + 30 + 60


async def test_a_message_that_kills_its_worker_each_time_is_put_aside(tmp_path) -> None:
    bench = Bench(tmp_path / "queues.db", holder="host")
    bench.queues.put("requests", b"deadly")
    runs = []
    for _ in range(5):
        bench.work.seconds[b"deadly"] = 1000
        await bench.listen(seconds=100)
        runs += bench.work.runs
        bench = Bench.beside(bench, holder="host")
    await bench.listen(seconds=1)
    assert [attempt for _, attempt, _ in runs] == [1, 2, 3, 4, 5]
    assert bench.queues.count("requests") == 0
    assert bench.queues.count("requests-poison") == 1


async def test_a_message_that_killed_every_host_is_not_tried_again(bench) -> None:
    bench.queues.put("requests", b"deadly")
    for _ in range(5):
        assert bench.queues.take("requests", hidden=0) is not None
    await bench.listen(seconds=5)
    assert bench.work.runs == []
    assert bench.queues.count("requests-poison") == 1


async def test_text_that_is_not_base64_is_never_run_and_blocks_nothing(bench) -> None:
    bench.queues.put_text("requests", "hello, world")
    bench.queues.put("requests", b"good")
    await bench.listen(seconds=5)
    assert bench.work.runs == [(b"good", 1, 0)]
    assert bench.queues.texts("requests-poison") == ["hello, world"]


async def test_what_fails_in_a_poison_queue_stays_hidden_for_its_time(tmp_path) -> None:
    bench = Bench(tmp_path / "queues.db")
    poison = Function("work", "queue", {"name": "message", "queueName": "requests-poison"}, print)
    bench.queues.put("requests-poison", b"bad")
    await bench.listen(seconds=25 * 60, function=poison)
    assert [attempt for _, attempt, _ in bench.work.runs] == [1, 2, 3]
    assert bench.queues.count("requests-poison") == 1


async def test_messages_are_worked_on_a_batch_at_a_time(bench) -> None:
    for number in range(10):
        body = b"%d" % number
        bench.queues.put("requests", body)
        bench.work.seconds[body] = 10 + number
    await bench.listen(QueueConfig(batch_size=4, new_batch_threshold=0), seconds=100)
    assert bench.work.most_at_work == 4
    starts = [after for _, _, after in bench.work.runs]
    assert starts == [0] * 4 + [13] * 4 + [30] * 2, "the next one once the last is done"


async def test_the_next_batch_is_taken_when_few_enough_are_worked_on(bench) -> None:
    for number in range(6):
        body = b"%d" % number
        bench.queues.put("requests", body)
        bench.work.seconds[body] = 10 * (number + 1)
    await bench.listen(QueueConfig(batch_size=2, new_batch_threshold=1), seconds=100)
    assert [after for _, _, after in bench.work.runs] == [0, 0, 10, 10, 40, 40]


async def test_one_message_at_a_time_where_host_json_says_so(bench) -> None:
    for number in range(3):
        bench.queues.put("requests", b"%d" % number)
        bench.work.seconds[b"%d" % number] = 10
    await bench.listen(seconds=100)
    assert [after for _, _, after in bench.work.runs] == [0, 10, 20]
    assert bench.work.most_at_work == 1


async def test_a_batch_that_comes_as_the_listener_ends_is_given_back(tmp_path) -> None:
    queues = Queues(tmp_path / "queues.db")
    queues.put("requests", b"x")
    taken, go_on = threading.Event(), threading.Event()

    class Slow(Queues):
        def take(self, queue: str, **more: float) -> Message | None:
            message = super().take(queue, **more)
            taken.set()
            go_on.wait(60)
            return message

    slow = Slow(tmp_path / "queues.db")
    listening = asyncio.create_task(Listener(FUNCTION, slow, ONE_BY_ONE, Work(Time()).run).listen())
    await asyncio.to_thread(taken.wait, 60)
    listening.cancel()
    go_on.set()
    await asyncio.gather(listening, return_exceptions=True)
    assert queues.take("requests") is not None
