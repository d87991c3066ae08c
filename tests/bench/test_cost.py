"""Costs follow the published prices, and a steady cycle stays cheap."""

import json
from functools import partial
from typing import Any

import pytest

from api.endpoints import ENDPOINTS
from bench import bill, request_units
from bench.cost import INTERVAL, UNCHANGED, charges_of, measured, verdict
from bench.cost_report import tables
from bench.endpoints import asked, first_view
from bench.priced_store import PricedStore, size_of
from bench.spent import RUS
from shared.costs import track
from shared.store import POSTS, Query
from tests.api.world import NAMES, NOW, a_post, deps_of, keep, posts_back
from tests.bench.reports import report_of
from tests.fixtures.host import ROOT

KB = 1024


@pytest.mark.parametrize(
    ("size", "read", "write"),
    [(1, 1.0, 4.95), (4, 1.14, 6.67), (128, 9.95, 48.19), (2048, 291.8, 1250)],
)
def test_sizes_have_their_published_prices(size: int, read: float, write: float) -> None:
    assert request_units.point_read(size * KB) == read
    assert request_units.create(size * KB, terms=0) == write


def test_a_size_between_two_published_ones_costs_what_lies_between() -> None:
    assert request_units.point_read(3 * KB) == pytest.approx((1.04 + 1.14) / 2)
    assert request_units.point_read(10) == 1.0


def test_the_published_examples_come_out() -> None:
    # Microsoft rounds 4.95 up to 5 in them.
    assert request_units.create(KB, terms=10) == pytest.approx(7.0, abs=0.06)
    assert request_units.replace(KB, KB, changed_terms=2) == pytest.approx(10.8, abs=0.11)
    assert request_units.delete(KB, terms=10) == pytest.approx(7.0, abs=0.06)
    assert request_units.query([KB]) == pytest.approx(2.98)
    assert request_units.query([KB] * 1000) == pytest.approx(1000, rel=0.01)
    assert request_units.query([9_963]) == pytest.approx(3.19, rel=0.1)


def test_the_published_bills_come_out() -> None:
    month = bill.Month(request_units=500_000, gigabytes=0, executions=0, seconds=0, timer_runs=0)
    bills = bill.cosmos_bills(month)
    assert bills["serverless"] == pytest.approx(0.125)
    assert bills["manual, 1,000 RU/s"] == pytest.approx(0.08 * 730)
    assert bills["free tier, 1,000 RU/s"] == 0


def test_polling_the_queue_is_priced_as_host_json_polls_it() -> None:
    assert bill.queue_polls(2, hours=1) == 1800
    queues = json.loads((ROOT / "host.json").read_text())["extensions"]["queues"]
    longest = queues.get("maxPollingInterval", "00:00:02")
    assert longest == f"00:00:{bill.QUEUE_POLL_SECONDS:02.0f}"


def test_the_bill_of_the_docs_is_the_one_that_is_computed(capsys) -> None:
    bill.main()
    azure = (ROOT / "docs" / "azure.md").read_text()
    for row in capsys.readouterr().out.splitlines():
        assert row in azure
    operations = bill.storage_bill(bill.Month(0, 0, 0, 0, timer_runs=73 * bill.DAYS_A_MONTH))
    assert (
        f"| storage operations | {operations:.2f} |"
        in (ROOT / "docs" / "performance.md").read_text()
    )


async def test_writing_over_a_document_costs_twice_as_much_as_writing_it(sqlite_store) -> None:
    store = PricedStore(sqlite_store)
    post = a_post(1, NOW)
    with store.counting() as spent:
        await store.upsert(POSTS, [post])
        await store.upsert(POSTS, [{**post, "upvotes": 9}])
        await store.delete(POSTS, [("aws", "p1"), ("aws", "p2")])
    created, replaced, deleted, missing = spent.operations
    assert [o.kind for o in spent.operations] == ["create", "replace", "delete", "refused write"]
    # subreddit, order_key, the label, id and _ts; over it only _ts changes.
    assert created.request_units == pytest.approx(4.95 + 5 * 0.2)
    assert replaced.request_units == pytest.approx(2 * 4.95 + 2 * 0.2)
    assert deleted.request_units == created.request_units
    assert missing.request_units == request_units.NOTHING_THERE_RU
    assert created.size == size_of(post) < KB


async def test_it_counts_the_requests_that_the_cosmos_store_sends(cosmos_store) -> None:
    store = PricedStore(cosmos_store)
    await keep(store, posts_back(12, NOW - NOW.replace(minute=0), newest=NOW))
    deps = deps_of(store)
    questions = asked(NAMES, ["cursor"], post=("aws", "p0"), cycle="cycle_20261123_130000")
    reads = [
        *first_view(NAMES, 24),
        *questions["posts_recent"].values(),
        *questions["post"].values(),
    ]

    async def ask_all() -> None:
        for read in reads:
            await read(deps)
        await store.query(Query(POSTS, "aws", 5, descending=True))

    # The first request of the client also reads the containers' properties.
    await ask_all()
    with store.counting() as spent, track() as sent:
        await ask_all()
    assert sent.operations == len(spent.operations)


async def test_the_server_of_the_tests_charges_nothing_real(cosmos_settings_factory) -> None:
    charges = await charges_of(cosmos_settings_factory())
    assert verdict(charges) == "constant"
    assert verdict([1.0, 9.95]) == "real"


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> dict[str, Any]:
    # Two weeks of history, where the bench itself has half a year: each read still finds some.
    return report_of(tmp_path_factory, "cost", partial(measured, cycles=2, weeks=2))


def test_a_steady_cycle_in_which_nothing_changed_writes_no_item_and_fits(report) -> None:
    for name in UNCHANGED:
        cost = report["work"][name]
        assert cost["items_written"] == 0
        assert cost["request_units"] < RUS * INTERVAL.total_seconds() / 60


def test_a_first_collection_and_a_poll_of_health_stay_within_their_bounds(report) -> None:
    assert report["work"]["first collection"]["request_units"] < 72_000
    first, again = report["endpoints"]["health"].values()
    assert again["request_units"] <= 5 < first["request_units"]


def test_every_endpoint_that_reads_the_store_has_a_price(report) -> None:
    assert set(report["endpoints"]) == {endpoint.operation for endpoint in ENDPOINTS}
    for costs in report["endpoints"].values():
        assert all(cost["request_units"] > 0 for cost in costs.values())


def test_every_price_names_its_source_and_its_standing(report) -> None:
    for price in report["prices"].values():
        assert price["source"].startswith("https://")
        assert price["standing"] in {"published", "quoted", "assumed"}
    text = tables({**report, "check": {"charges": [1.0], "verdict": "constant"}})
    assert "can't be checked" in text
