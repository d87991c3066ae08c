"""Prometheus reads /metrics, and only who may see it gets it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import cast

import azure.functions as func
import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.endpoints import ROUTES
from api.export.metrics import read_metrics
from api.export.prometheus import MEDIA_TYPE, Family, Sample, gauge, text_of
from api.monitoring import api_metrics
from api.reads.health import check_health
from api.request_metrics import RequestMetrics, process_request_metrics
from shared.costs import Costs
from shared.disk import DiskSpace
from shared.errors import SettingsError
from shared.models import CollectionState, Cycle
from shared.settings import PEER_NAMED, load_settings, settings
from shared.store import COLLECTION, CYCLES
from shared.store.schema import SCHEMA
from shared.times import iso
from shared.worker_status import WorkerStatus
from tests.api.world import NOW, deps_of, get

KEY = "0123456789abcdef"
CYCLE = "cycle_20261123_130000"
REQUEST = "undertone_http_request_duration_seconds"


def parsed(text: str) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Return what the official client reads: the value of each label set, by the sample's name."""
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation.endswith("."), family.name
        for sample in family.samples:
            values = found.setdefault(sample.name, {})
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in values, f"{sample.name} {labels} stands twice"
            values[labels] = sample.value
    return found


@pytest.fixture
async def known(sqlite_store) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Return the metrics of a service with a collection, a poison message and some requests."""
    state = CollectionState(
        id="collection", kind="collection", ttl=-1, schema=SCHEMA, origin="live", last_cycle=CYCLE,
        last_started_at=iso(NOW), last_collection_at="2026-11-23T12:53:07Z",
        collections_succeeded=3, collections_failed=1,
    )  # fmt: skip
    cycle = {
        "id": CYCLE, "kind": "cycle", "status": "completed", "errors": [{}, {}], "new": 40,
        "start_time": "2026-11-23T12:53:00Z", "end_time": "2026-11-23T12:53:07Z", "edited": 2,
        "removed": 1, "requests": {"reddit": {"used": 28, "left": None}},
    }  # fmt: skip
    await sqlite_store.upsert(COLLECTION, [state])
    await sqlite_store.upsert(CYCLES, [cast("Cycle", cycle)])
    requests = RequestMetrics()
    for function, method, status, seconds in (
        ("api_items", "GET", 200, 0.005),
        ("api_items", "GET", 200, 0.3),
        ("api_items", "BREW", 404, 60.0),
        # Both are /api/v1/subjects/{id}.
        ("item_put_subject", "PUT", 200, 0.1),
        ("item_delete_subject", "DELETE", 200, 0.1),
        ("site", "GET", 404, 0.001),
    ):
        requests.record(function, method, status, seconds, Costs(2, 1.25))
    worker = WorkerStatus(iso(NOW), queues={"collect-requests": 3, "ingest-batches-poison": 2})
    disk = DiskSpace(free=10**8, size=10**11, database=10**6)
    deps = replace(deps_of(sqlite_store), worker=lambda: worker, disk=lambda _: disk)
    return parsed(text_of(await read_metrics(deps, await check_health(deps), requests)))


async def test_what_an_operator_needs_is_there(known) -> None:
    single = {name: values[()] for name, values in known.items() if list(values) == [()]}
    assert (
        single.items()
        >= {
            "undertone_last_collection_age_seconds": 720.0,
            "undertone_last_collection_timestamp_seconds": NOW.timestamp() - 720,
            "undertone_collection_running": 0.0,
            "undertone_last_cycle_seconds": 7.0,
            "undertone_last_cycle_errors": 2.0,
            "undertone_disk_free_bytes": 10**8,
            "undertone_database_bytes": 10**6,
            "undertone_worker_heartbeat_timestamp_seconds": NOW.timestamp(),
        }.items()
    )
    labelled = {
        "undertone_collections_total": {"outcome": {"succeeded": 3, "failed": 1}},
        "undertone_last_cycle_items": {"change": {"new": 40, "edited": 2, "removed": 1}},
        "undertone_last_cycle_requests": {"source": {"reddit": 28}},
        "undertone_queue_messages": {"queue": {"collect-requests": 3, "ingest-batches": 0}},
        "undertone_queue_poison_messages": {"queue": {"collect-requests": 0, "ingest-batches": 2}},
        "undertone_health_status": {
            "status": {"starting": 0, "healthy": 1, "degraded": 0, "unhealthy": 0}
        },
    }
    for name, by_label in labelled.items():
        ((label, values),) = by_label.items()
        assert known[name] == {((label, each),): value for each, value in values.items()}
    wrong = {labels[0][1] for labels, value in known["undertone_fault"].items() if value}
    assert wrong == {"poison", "disk"}


async def test_requests_are_counted_by_route_and_their_durations_in_buckets(known) -> None:
    items = ("route", "/api/v1/items")
    counts = known["undertone_http_requests_total"]
    assert counts[("method", "GET"), items, ("status", "200")] == 2
    assert counts[("method", "other"), items, ("status", "404")] == 1
    assert counts[("method", "GET"), ("route", "/{*path}"), ("status", "404")] == 1
    buckets = {dict(labels)["le"]: value for labels, value in known[f"{REQUEST}_bucket"].items()
               if items in labels}  # fmt: skip
    assert (buckets["0.005"], buckets["0.25"], buckets["0.5"], buckets["+Inf"]) == (1, 1, 2, 3)
    assert known[f"{REQUEST}_count"][(items,)] == 3
    assert known[f"{REQUEST}_sum"][(items,)] == pytest.approx(60.305)
    assert known["undertone_http_request_units_total"][(items,)] == 3.75
    subject = next(each.address for each in ROUTES.values() if each.operation == "put_subject")
    assert known[f"{REQUEST}_count"][(("route", subject),)] == 2


async def test_what_is_not_known_is_left_out_and_never_zero(sqlite_store) -> None:
    deps = deps_of(sqlite_store)
    fresh = parsed(text_of(await read_metrics(deps, await check_health(deps), RequestMetrics())))
    for name in ("last_collection_age_seconds", "last_cycle_items", "scoring_waiting_items"):
        assert f"undertone_{name}" not in fresh


def test_labels_and_help_are_escaped() -> None:
    hostile = 'a"b\\c\nd'
    family = Family("x_total", "counter", "One\nline.", (Sample(1e21, {"of": hostile}),))
    text = text_of([family, gauge("y", "None.", None)])
    assert parsed(text) == {"x_total": {(("of", hostile),): 1e21}}
    assert len(text.splitlines()) == 3


@pytest.fixture
def given(process, monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    del process
    monkeypatch.setenv(PEER_NAMED, "true")
    yield monkeypatch
    settings.cache_clear()


@pytest.mark.parametrize(
    ("access", "headers", "status"),
    [
        ("off", {"x-forwarded-for": "127.0.0.1"}, 404),
        ("loopback", {"x-forwarded-for": "127.0.0.1"}, 200),
        ("loopback", {"x-forwarded-for": "192.0.2.1"}, 404),
        ("loopback", {"x-forwarded-for": "127.0.0.1, 127.0.0.1"}, 404),
        ("loopback", {"x-forwarded-for": "127.0.0.1", "via": "1.1 x"}, 404),
        ("loopback", {"authorization": f"Bearer {KEY}"}, 404),
        ("key", {"authorization": f"Bearer {KEY}"}, 200),
        ("key", {"authorization": f"bearer {KEY}"}, 200),
        ("key", {"authorization": f"Basic {KEY}"}, 401),
        ("key", {"authorization": f"Bearer {KEY}x"}, 401),
        ("key", {"authorization": "Bearer é"}, 401),
        ("key", {"x-forwarded-for": "127.0.0.1"}, 401),
    ],
)
async def test_only_who_may_see_it_gets_it(given, access, headers, status) -> None:
    given.setenv("METRICS_ACCESS", access)
    given.setenv("METRICS_KEY", KEY)
    settings.cache_clear()
    request = func.HttpRequest("GET", "http://127.0.0.1/metrics", headers=headers, body=b"")
    answer = await api_metrics.build().get_user_function()(request)
    assert answer.status_code == status
    if status == 200:
        assert answer.headers["content-type"] == MEDIA_TYPE
        assert parsed(answer.get_body().decode())["undertone_info"]
    else:
        assert b"undertone_" not in answer.get_body()
    assert ("WWW-Authenticate" in answer.headers) is (status == 401)


async def test_each_answer_of_the_process_is_counted_under_few_labels(given) -> None:
    given.setenv("METRICS_ACCESS", "off")
    counts = process_request_metrics()
    before, known = sum(counts.answered.values()), set(counts.durations)
    for number in range(300):
        await get(f"/api/v1/nowhere-{number}")
    assert sum(counts.answered.values()) == before + 300
    assert counts.answered["site", "GET", 404] >= 300
    assert set(counts.durations) == known | {"site"}


def test_a_key_is_asked_for_with_its_length() -> None:
    for wrong in ({"METRICS_ACCESS": "key"}, {"METRICS_ACCESS": "key", "METRICS_KEY": "short"}):
        with pytest.raises(SettingsError, match="METRICS_KEY") as caught:
            load_settings(wrong)
        assert "short" not in str(caught.value)
