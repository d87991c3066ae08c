"""Reads without a key that aren't from the cache of answers: what they cost, and who counts it."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import azure.functions as func
import pytest

from api.endpoints import ROUTES
from api.process import close, process_caches
from shared.feed_addresses import ID_BYTES
from shared.settings import Settings, settings
from shared.store import open_store
from shared.times import utc_now
from tests.api.access_world import CREDENTIALS, MODES
from tests.api.addresses import ADDRESSES
from tests.api.world import NAMES, a_post, ask, get, keep

HEALTH = "/api/v1/health"
FORGED_FEED = f"/feeds/{'0' * 2 * ID_BYTES}.{'A' * 43}"
FORGED_LINK = f"/alerts/links/acknowledge.1.9999999999.{'A' * 43}"


@pytest.fixture
async def spent(
    monkeypatch: pytest.MonkeyPatch, cosmos_settings_factory: Callable[[], Settings]
) -> AsyncIterator[list[float]]:
    """Set up a process whose reads cost units; yield what is charged to its budget."""
    given = cosmos_settings_factory()
    assert given.cosmos_key is not None
    own = {
        "COSMOS_ENDPOINT": str(given.cosmos_endpoint),
        "COSMOS_KEY": given.cosmos_key.get_secret_value(),
        "COSMOS_DATABASE": given.cosmos_database,
        "SUBREDDITS": ",".join(NAMES),
        "DAILY_READ_UNITS": "1000000",
        "CACHE_SECONDS": "2",
        **MODES["public"],
    }
    for name, value in own.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    store = await open_store(given, retry_seconds=60)
    await keep(store, [a_post(1, utc_now())])
    await store.close()
    charged: list[float] = []
    budget: Any = process_caches().limits.budget
    monkeypatch.setattr(budget, "spend", lambda _, units: charged.append(units))
    yield charged
    await close()


def units_of(answer: func.HttpResponse) -> float:
    """Return the request units of an answer, as its Server-Timing says."""
    timing = answer.headers["Server-Timing"]
    return float(timing.rpartition(" RU")[0].rpartition(" ")[2])


READS = [
    ADDRESSES[operation]
    for operation, route in ROUTES.items()
    if "GET" in route.methods and operation not in {"signed_feed", "alert_link"}
]


@pytest.mark.parametrize("forged", [FORGED_FEED, FORGED_LINK])
async def test_forged_tokens_share_a_look_at_the_database(spent: list[float], forged: str) -> None:
    del spent
    statuses = {(await get(forged)).status_code}
    costs = []
    for _ in range(5):
        answer = await get(forged)
        statuses.add(answer.status_code)
        costs.append(units_of(answer))
    assert statuses <= {403, 404}
    assert costs == [0.0] * 5


@pytest.mark.parametrize("text", ["x", "forged", "0" * 5000, f"{'0' * 16}.short"])
async def test_what_is_no_token_asks_the_database_nothing(spent: list[float], text: str) -> None:
    del spent
    await get("/api/v1/subreddits")
    answer = await get(f"/feeds/{text}")
    assert (answer.status_code, units_of(answer)) == (404, 0.0)


async def test_health_looks_at_the_database_once_a_second(spent: list[float]) -> None:
    del spent
    first = await get(HEALTH)
    assert first.status_code == 200
    assert units_of(first) > 0
    answers = [await get(HEALTH) for _ in range(3)]
    assert [units_of(each) for each in answers] == [0.0] * 3


async def test_an_address_that_is_revoked_opens_nothing_from_the_next_request_on(
    spent: list[float],
) -> None:
    del spent
    body = json.dumps({"name": "a reader", "feed": "trending"}).encode()
    admin = CREDENTIALS["admin"]
    first = json.loads((await ask("POST", "/api/v1/feeds", admin, body=body)).get_body())
    assert (await get(first["address"])).status_code == 200
    second = json.loads((await ask("POST", "/api/v1/feeds", admin, body=body)).get_body())
    assert (await get(second["address"])).status_code == 200
    await ask("DELETE", f"/api/v1/feeds/{first['id']}", admin)
    assert (await get(first["address"])).status_code == 404
    assert (await get(second["address"])).status_code == 200


async def test_each_unit_of_a_read_without_a_key_is_charged(spent: list[float]) -> None:
    """A new address that reads without a check is found here."""
    total = 0.0
    for address in (*READS, FORGED_FEED, FORGED_LINK):
        before = sum(spent)
        answer = await get(address)
        assert sum(spent) - before == pytest.approx(units_of(answer), abs=0.01), address
        total += units_of(answer)
    assert total > 10


async def test_what_a_key_reads_is_not_charged(spent: list[float]) -> None:
    answer = await ask("GET", "/api/v1/feeds", CREDENTIALS["admin"])
    assert units_of(answer) > 0
    assert sum(spent) == 0
