"""The source waits as Reddit asks: Retry-After, rate limits, and growing pauses."""

import math
import random
import time

import pytest

from collector.sources.waiting import Backoff
from local.reddit.limits import RateLimit
from shared.errors import DeadlineReached
from shared.retry_after import retry_after
from tests.collector.harness import things
from tests.collector.sources.reddit.clients import source_for


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e400", "many", ""])
def test_an_odd_rate_limit_is_as_good_as_none(reddit, source, value: str) -> None:
    reddit.control.set_faults(f"limits,to={value or '?'}")
    assert len(next(source.new_posts("aws"))) == 10
    assert len(next(source.new_posts("aws"))) == 10
    assert source.requests_left is None


@pytest.mark.parametrize("value", ["nan", "inf", "1e400", "Fri, 31 Dec 9999 23:59:59 -1200", "x"])
def test_an_odd_retry_after_is_as_good_as_none(value: str) -> None:
    asked = retry_after(value)
    assert asked is None or math.isfinite(asked)


def test_retry_after_is_waited_for(reddit) -> None:
    waits: list[float] = []
    source = source_for(reddit.base_url, waits.append)
    reddit.control.set_faults("429,route=new,first=2,retry_after=17")
    assert len(next(source.new_posts("aws"))) == 10
    assert waits.count(17.0) == 2
    source.close()


def test_a_wait_longer_than_the_cycle_may_take_ends_it_at_once(reddit) -> None:
    source = source_for(reddit.base_url)
    reddit.control.set_faults("429,route=new,retry_after=3600")
    with pytest.raises(DeadlineReached):
        list(source.new_posts("aws"))
    source.close()


def test_a_used_up_window_is_waited_out(stand_in) -> None:
    reddit = stand_in(
        things(("aws",), 250, newest=time.time()),
        rate_limit=RateLimit(requests=1, seconds=600),
    )
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if seconds > 1:
            raise DeadlineReached("the cycle's time is used up")

    source = source_for(reddit.base_url, wait)
    pages = source.new_comments("aws")
    next(pages)
    with pytest.raises(DeadlineReached):
        next(pages)
    assert 1 < waits[-1] <= 600
    assert reddit.control.counts()["comments"] == 1
    source.close()


def test_pauses_grow_and_are_never_the_same() -> None:
    rng = random.Random(1)
    backoff = Backoff()
    for attempt, longest in ((1, 1), (2, 2), (3, 4), (9, 30)):
        pauses = {backoff.pause(attempt, rng) for _ in range(50)}
        assert len(pauses) > 40
        assert longest / 2 <= min(pauses) <= max(pauses) <= longest
