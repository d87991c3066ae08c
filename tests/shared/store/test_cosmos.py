"""Promises of the Cosmos DB store beyond the contract: throttling, outages, lost answers."""

import json
import time
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from bench.faulty_cosmos import FaultyCosmos
from shared.costs import track
from shared.errors import (
    DocumentChanged,
    DocumentExists,
    StoreError,
    StoreNotProvisioned,
    StoreUnavailable,
)
from shared.settings import Settings
from shared.store import LEASES, POSTS, Query, open_store
from tests.shared.store.cosmos import Fault, opened, post


def throttle(count: int, milliseconds: int) -> Fault:
    left = count

    def fault(_request: Request) -> Response | None:
        nonlocal left
        if left <= 0:
            return None
        left -= 1
        headers = {"x-ms-retry-after-ms": str(milliseconds)}
        return Response('{"message": "throttled"}', 429, headers)

    return fault


async def test_throttled_writes_are_tried_again_and_none_is_lost(proxy, behind) -> None:
    async with opened(behind) as store:
        proxy.fault = throttle(60, 5)
        await store.upsert(POSTS, [post(n) for n in range(100)])
        assert len(await store.query(Query(POSTS, "aws", 200))) == 100


@pytest.mark.parametrize("status", [408, 449, 503])
async def test_passing_faults_are_tried_again(proxy, behind, status: int) -> None:
    async with opened(behind) as store:
        await store.upsert(POSTS, [post(1)])
        failures = 3

        def fault(_request: Request) -> Response | None:
            nonlocal failures
            failures -= 1
            return Response('{"message": "no"}', status) if failures >= 0 else None

        proxy.fault = fault
        assert await store.read(POSTS, "aws", "p1") is not None


async def test_throttling_for_longer_than_patience_is_unavailability(proxy, behind) -> None:
    async with opened(behind, retry_seconds=1.0) as store:
        proxy.fault = throttle(10_000, 100)
        with pytest.raises(StoreUnavailable, match="throttles"):
            await store.read(POSTS, "aws", "p1")


async def test_silence_after_throttling_is_told_as_throttling(proxy, behind) -> None:
    async with opened(behind, retry_seconds=1.0) as store:
        # The client itself retries once before it raises.
        answers = [throttle(2, 100)] * 2

        def fault(request: Request) -> Response | None:
            answer = answers.pop()(request)
            if not answers:
                proxy.stalled.clear()
            return answer

        proxy.fault = fault
        try:
            with pytest.raises(StoreUnavailable, match="throttles"):
                await store.read(POSTS, "aws", "p1")
        finally:
            proxy.stalled.set()
            proxy.fault = lambda _request: None


async def test_a_create_whose_answer_was_lost_is_not_taken_for_anothers(proxy, behind) -> None:
    async with opened(behind) as store:
        proxy.lose_answers = 1
        etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "us"})  # type: ignore[typeddict-item]
        found = await store.read(LEASES, "lease", "lease")
        assert found is not None
        assert found["_etag"] == etag
        proxy.lose_answers = 1
        mine = {**found, "holder": "still us"}
        etag = await store.replace(LEASES, mine, etag)  # type: ignore[type-var]
        with pytest.raises(DocumentExists):
            await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "them"})  # type: ignore[typeddict-item]


async def test_a_write_that_is_sent_again_beneath_us_is_not_taken_for_anothers(
    cosmos_server, cosmos_settings_factory
) -> None:
    settings: Settings = cosmos_settings_factory()
    with FaultyCosmos(cosmos_server.endpoint) as faulty:
        through = settings.model_copy(update={"cosmos_endpoint": faulty.base_url})
        async with opened(through) as store:
            etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "0"})  # type: ignore[typeddict-item]
            # aiohttp repeats a PUT by itself when a connection that it used before is closed.
            for number in range(1, 6):
                faulty.set_faults("lost,route=write,first=1")
                mine: Any = {"id": "lease", "kind": "lease", "holder": str(number)}
                before, etag = etag, await store.replace(LEASES, mine, etag)
            with pytest.raises(DocumentChanged):
                await store.replace(LEASES, mine, before)
            assert faulty.made == {"lost": 5}
            found = await store.read(LEASES, "lease", "lease")
            assert found == {**mine, "_etag": etag}


async def test_of_two_that_write_the_same_at_once_one_is_refused(cosmos_store) -> None:
    mine: Any = {"id": "lease", "kind": "lease", "holder": "us"}
    etag = await cosmos_store.create(LEASES, mine)
    with pytest.raises(DocumentExists):
        await cosmos_store.create(LEASES, mine)
    await cosmos_store.replace(LEASES, mine, etag)
    with pytest.raises(DocumentChanged):
        await cosmos_store.replace(LEASES, mine, etag)


async def test_a_server_that_is_gone_is_unavailability_within_patience(
    cosmos_settings_factory,
) -> None:
    settings = cosmos_settings_factory()
    async with opened(settings):
        pass
    gone = settings.model_copy(update={"cosmos_endpoint": "http://127.0.0.1:9"})
    began = time.monotonic()
    with pytest.raises(StoreUnavailable) as caught:
        await open_store(gone, retry_seconds=2)
    # Not a measurement: without `retry_seconds` the SDK would try for minutes.
    assert time.monotonic() - began < 30
    assert "dGVzdA" not in str(caught.value)


async def test_a_server_that_hangs_is_unavailability_within_patience(proxy, behind) -> None:
    async with opened(behind, retry_seconds=1.0) as store:
        proxy.stalled.clear()
        with pytest.raises(StoreUnavailable, match="no answer"):
            await store.read(POSTS, "aws", "p1")
        proxy.stalled.set()


@pytest.mark.parametrize("status", [401, 403])
async def test_a_refused_key_is_one_clear_error_without_the_key(proxy, behind, status) -> None:
    async with opened(behind) as store:
        proxy.fault = lambda _request: Response('{"message": "dGVzdA== is wrong"}', status)
        with pytest.raises(StoreUnavailable, match="COSMOS_KEY") as caught:
            await store.read(POSTS, "aws", "p1")
        assert "dGVzdA" not in str(caught.value)


def missing(sub_status: int, *, first: int | None = None, method: str | None = None) -> Fault:
    """Answer 404 with this sub-status, the first times or always, to one method or to all."""
    left = first

    def fault(request: Request) -> Response | None:
        nonlocal left
        if left == 0 or method not in (None, request.method) or "/docs" not in request.url.path:
            return None
        left = None if left is None else left - 1
        headers = {"x-ms-substatus": str(sub_status)}
        return Response('{"code": "NotFound", "message": "not now"}', 404, headers)

    return fault


@pytest.mark.parametrize("sub_status", [1002, 1013, 1022])
async def test_a_404_that_knows_nothing_is_no_absence(proxy, behind, sub_status) -> None:
    async with opened(behind) as store:
        etag = await store.create(LEASES, {"id": "lease", "kind": "lease", "holder": "us"})
        await store.upsert(POSTS, [post(1), post(2)])
        proxy.fault = missing(sub_status, first=3)
        assert await store.read(POSTS, "aws", "p1") is not None
        proxy.fault = missing(sub_status, first=3)
        assert len(await store.read_many(POSTS, [("aws", "p1"), ("aws", "p2")])) == 2
        proxy.fault = missing(sub_status, first=3)
        assert len(await store.query(Query(POSTS, "aws", 9))) == 2
        proxy.fault = missing(sub_status, first=3)
        await store.upsert(POSTS, [post(3)])
        proxy.fault = missing(sub_status, first=3)
        await store.replace(LEASES, {"id": "lease", "kind": "lease", "holder": "them"}, etag)
        proxy.fault = missing(sub_status, first=3)
        await store.create(POSTS, post(4))
        proxy.fault = missing(sub_status, first=3, method="DELETE")
        await store.delete(POSTS, [("aws", "p1")])
        assert [each["id"] for each in await store.query(Query(POSTS, "aws", 9))] == [
            "p2", "p3", "p4",
        ]  # fmt: skip


@pytest.mark.parametrize("sub_status", [1002, 1013])
async def test_a_404_that_lasts_and_knows_nothing_is_unavailability(
    proxy, behind, sub_status
) -> None:
    async with opened(behind, retry_seconds=0.5) as store:
        await store.upsert(POSTS, [post(1)])
        proxy.fault = missing(sub_status)
        for ask in (
            lambda: store.read(POSTS, "aws", "p1"),
            lambda: store.read_many(POSTS, [("aws", "p1"), ("aws", "p2")]),
            lambda: store.query(Query(POSTS, "aws", 9)),
            lambda: store.replace(POSTS, post(1), '"an-etag"'),
            lambda: store.create(POSTS, post(2)),
            lambda: store.upsert(POSTS, [post(1)]),
            lambda: store.delete(POSTS, [("aws", "p1")]),
        ):
            with pytest.raises(StoreUnavailable):
                await ask()


async def test_a_missing_container_is_no_missing_document(proxy, behind) -> None:
    async with opened(behind) as store:
        proxy.fault = missing(1003)
        for ask in (
            lambda: store.read(POSTS, "aws", "p1"),
            lambda: store.replace(POSTS, post(1), '"an-etag"'),
            lambda: store.create(POSTS, post(2)),
            lambda: store.delete(POSTS, [("aws", "p1")]),
        ):
            with pytest.raises(StoreNotProvisioned):
                await ask()


@pytest.mark.parametrize(
    ("status", "sub_status", "said", "told"),
    [
        (
            403,
            5300,
            (
                "Request blocked by Auth: principal [x] does not have required RBAC permissions to"
                " perform action [Microsoft.DocumentDB/databaseAccounts/readMetadata]"
            ),
            ("readMetadata", "Built-in Data Contributor"),
        ),
        (
            403,
            0,
            (
                "Request originated from IP 192.0.2.7 through public internet. This is blocked by"
                " your Cosmos DB account firewall settings."
            ),
            ("firewall settings", "networking"),
        ),
        (401, 0, "The wrong key is being used", ("wrong key", "COSMOS_KEY")),
        (401, 0, "Authorization token is not valid at the current time.", ("clock",)),
    ],
)
async def test_the_services_own_reason_is_told(
    proxy, behind, status, sub_status, said, told
) -> None:
    async with opened(behind) as store:
        body = json.dumps({"message": f"{said}\r\nActivityId: 1-2-3, Key sig=c2VjcmV0"})
        headers = {"x-ms-substatus": str(sub_status)} if sub_status else {}
        proxy.fault = lambda _request: Response(body, status, headers)
        with pytest.raises(StoreUnavailable) as caught:
            await store.read(POSTS, "aws", "p1")
        for words in told:
            assert words in str(caught.value)
        assert "c2VjcmV0" not in str(caught.value)
        assert "ActivityId" not in str(caught.value)


@pytest.mark.parametrize("status", [400, 409, 412])
async def test_what_is_refused_for_what_it_is_is_no_unavailability(proxy, behind, status) -> None:
    async with opened(behind) as store:
        proxy.fault = lambda _request: Response('{"message": "One of the inputs"}', status)
        with pytest.raises(StoreError, match="One of the inputs") as caught:
            await store.upsert(POSTS, [post(1)])
        assert not isinstance(caught.value, StoreUnavailable)


async def test_a_document_that_is_too_large_says_so(proxy, behind) -> None:
    async with opened(behind) as store:
        proxy.fault = lambda _request: Response('{"message": "too large"}', 413)
        with pytest.raises(StoreError, match="2 MB"):
            await store.upsert(POSTS, [post(1)])


async def test_what_an_operation_costs_is_counted(cosmos_store) -> None:
    with track() as costs:
        await cosmos_store.read(LEASES, "lease", "lease")
        await cosmos_store.query(Query(POSTS, "aws", 10))
    assert costs.operations == 2
    # The server of the tests charges 1 for everything.
    assert costs.request_units == 2.0


async def test_a_proxy_of_the_environment_is_used(cosmos_server, monkeypatch) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    # Nothing listens there.
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with pytest.raises(StoreUnavailable):
        await open_store(cosmos_server.settings(), retry_seconds=0.5)
