"""The quota of a client: how many heavy reads a minute, and what the header fields say."""

import math
import tracemalloc

import pytest

from api.http.quotas import ClientQuotas, ClientTable, Policy

SALT = b"a salt of a test"
POLICY = Policy("heavy-reads", 60, 60)


def quotas(policy: Policy = POLICY) -> ClientQuotas:
    return ClientQuotas(policy, ClientTable(salt=SALT))


def test_a_client_has_its_quota_and_then_as_many_as_time_gives_back() -> None:
    made = quotas()
    taken = [made.take("one", 1000.0) for _ in range(60)]
    assert [each.requests for each in taken] == list(range(59, -1, -1))
    refused = made.take("one", 1000.0)
    assert (refused.requests, refused.retry_seconds, refused.reset_seconds) == (0, 1, 60)
    assert made.take("other", 1000.0).requests == 59
    assert made.take("one", 1000.5).retry_seconds == 1
    assert made.take("one", 1001.0).retry_seconds is None
    assert made.take("one", 1001.0).retry_seconds == 1
    assert made.take("one", 1100.0).requests == 59


def test_nobody_gets_more_than_the_quota_and_its_rate() -> None:
    made = quotas(Policy("heavy-reads", 7, 60))
    allowed = [n for n in range(6000) if made.take("one", n / 10).retry_seconds is None]
    assert 7 + 600 * 7 / 60 - 1 <= len(allowed) <= 7 + 600 * 7 / 60


def test_a_clock_that_goes_back_gives_and_takes_nothing() -> None:
    made = quotas()
    for _ in range(60):
        made.take("one", 1000.0)
    refused = made.take("one", 900.0)
    assert refused.retry_seconds == 101
    assert made.take("one", 1060.0).requests == 59


def test_the_fields_are_those_of_the_draft() -> None:
    fields = quotas().take("one", 0.0).fields
    assert fields == {
        "RateLimit-Policy": '"heavy-reads";q=60;w=60',
        "RateLimit": '"heavy-reads";r=59;t=1',
    }


def test_a_hundred_thousand_clients_take_no_more_memory_than_one() -> None:
    made = quotas()
    made.take("203.0.113.1", 0.0)
    tracemalloc.start()
    refused = 0
    for n in range(100_000):
        found = made.take(f"198.{n >> 16}.{n >> 8 & 255}.{n & 255}", n / 1000)
        refused += found.retry_seconds is not None
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 10_000
    assert refused == 0


@pytest.mark.parametrize("others", [1_000, 20_000])
def test_few_clients_share_a_place_with_others(others: int) -> None:
    made, shared = quotas(), 0
    for n in range(others):
        made.take(f"other {n}", 0.0)
    for n in range(1000):
        shared += made.take(f"own {n}", 0.0).requests < 59
    expected = 1000 * -math.expm1(-others / 65_536)
    assert shared < 2 * expected + 20
