"""The data that the running product sends to Application Insights through the real exporter."""

import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local.reddit.limits import RateLimit
from shared.settings import Settings
from shared.store.traced import TracedStore
from shared.telemetry import METRICS
from tests.fixtures.host import ROOT, RunningHost, hosts_in
from tests.fixtures.reddit import make_stand_in
from tests.telemetry.receiver import SPAN, Envelope, Receiver, Traced, receiving

NAMES = ("aws", "claude")
TRACE, HOSTS_SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PARENT = {"traceparent": f"00-{TRACE}-{HOSTS_SPAN}-01"}
ID, SECRET, SOUGHT = "an-id-of-reddits", "a-secret-of-reddits", "wordsoughtfor"
CYCLE = r"collect_now\.ended"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as started:
        yield started


class Run:
    """One requested cycle and a few requests, with everything sent about them."""

    def __init__(self, host: RunningHost, receiver: Receiver) -> None:
        self.host, self.receiver = host, receiver
        asked = host.http.post("/api/v1/admin/collect").json()
        host.wait_for_log(CYCLE)
        self.cycle: dict[str, Any] = host.http.get(f"/api/v1/cycles/{asked['cycle']}").json()
        self.stats = host.http.get("/api/v1/sentiment/stats?hours=48", headers=PARENT)
        self.posts: list[dict[str, Any]] = host.http.get(
            "/api/v1/posts/recent", params={"limit": 100, "q": SOUGHT}
        ).json()
        self.posts += host.http.get("/api/v1/posts/recent", params={"limit": 100}).json()
        self.missing = host.http.get(f"/{SOUGHT}")
        for name in ("collect_now", "api_sentiment_stats", "api_posts_recent", "site"):
            receiver.wait_for(lambda name=name: self.named(name))
        receiver.wait_for(lambda: receiver.metric("undertone.cycle.duration"))

    def named(self, name: str) -> list[Traced]:
        return [span for span in self.receiver.spans() if span.name == name]

    def children(self, parent: Traced) -> list[Traced]:
        return [span for span in self.receiver.spans() if span.parent == parent.id]

    def trace(self, operation: str) -> list[Traced]:
        return [span for span in self.receiver.spans() if span.operation == operation]

    def total(self, metric: str) -> dict[str, float]:
        found: dict[str, float] = defaultdict(float)
        for labels, value in self.receiver.metric(metric):
            found[",".join(labels.values())] += value
        return dict(found)


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Iterator[Run]:
    reddit = make_stand_in(
        client_id=ID,
        client_secret=SECRET,
        faults="503,route=new,first=1",
        rate_limit=RateLimit(requests=500),
    )
    with reddit, receiving() as elsewhere, receiving() as receiver:
        with hosts_in(tmp_path_factory.mktemp("traced")) as start:
            host = start(
                arguments=["--no-collect"],
                settings={
                    **receiver.settings,
                    "REDDIT_BASE_URL": reddit.base_url,
                    "REDDIT_CLIENT_ID": ID,
                    "REDDIT_CLIENT_SECRET": SECRET,
                    "ORIGIN": "sample",
                    "SUBREDDITS": ",".join(NAMES),
                    # Data for another machine would arrive elsewhere.
                    "HTTP_PROXY": f"http://127.0.0.1:{elsewhere.port}",
                    "HTTPS_PROXY": f"http://127.0.0.1:{elsewhere.port}",
                    "NO_PROXY": "127.0.0.1",
                },
            )
            yield Run(host, receiver)
        assert elsewhere.requests == []


def test_a_request_is_one_trace_from_the_host_to_the_store(run) -> None:
    (request,) = run.named("api_sentiment_stats")
    assert run.stats.status_code == 200
    assert (request.operation, request.parent) == (TRACE, HOSTS_SPAN)
    assert request.success
    assert request.attributes["undertone.request_id"] == run.stats.headers["x-request-id"]
    reads = run.children(request)
    assert reads
    assert {span.operation for span in reads} == {TRACE}
    assert {span.name for span in reads} <= {
        "read stats",
        "read_many stats",
        "read cycles",
        "read_many cycles",
        "read_many communities",
    }
    # Azure's name for SQLite.
    assert {span.type for span in reads} == {"SQL"}
    assert {span.attributes["undertone.container"] for span in reads} <= {
        "stats",
        "cycles",
        "communities",
    }


def test_a_cycle_is_one_trace_down_to_each_request_to_reddit(run) -> None:
    (function,) = run.named("collect_now")
    (cycle,) = [span for span in run.children(function) if span.name == "cycle"]
    assert cycle.attributes["undertone.cycle"] == run.cycle["id"]
    assert cycle.attributes["undertone.outcome"] == "completed"
    read = [span for span in run.children(cycle) if span.name == "read community"]
    assert {span.attributes["undertone.community"] for span in read} == set(NAMES)
    for subreddit in read:
        name = subreddit.attributes["undertone.community"]
        listings = {span.name for span in run.children(subreddit) if span.type == "HTTP"}
        assert {f"GET /r/{name}/new", f"GET /r/{name}/comments"} <= listings
    trace = run.trace(function.operation)
    asked = [s for s in trace if s.type == "HTTP" and not s.name.endswith("access_token")]
    assert len(asked) == run.cycle["reddit_requests"]
    writes = {span.name for span in trace if span.parent == cycle.id}
    assert {"upsert posts", "upsert comments", "replace cycles"} <= writes


def test_a_request_that_reddit_failed_is_seen_with_its_repetition(run) -> None:
    (function,) = run.named("collect_now")
    listings = [s for s in run.trace(function.operation) if s.name.endswith("/new")]
    (failed,) = [span for span in listings if not span.success]
    assert (failed.status, failed.attributes["undertone.error"]) == ("503", "503")
    again = [span for span in listings if "undertone.resend_count" in span.attributes]
    assert [(span.name, span.attributes["undertone.resend_count"]) for span in again] == [
        (failed.name, "1")
    ]
    assert again[0].success


def test_the_metrics_of_a_cycle_are_its_documents_counts(run) -> None:
    cycle = run.cycle
    assert run.total("undertone.cycle.items") == {
        "seen": cycle["posts_seen"] + cycle["comments_seen"],
        "new": cycle["new"],
        "edited": cycle["edited"],
        "moved": cycle["moved"],
        "removed": cycle["removed"],
    }
    assert cycle["new"] > 100
    assert run.total("undertone.source.requests") == {"reddit": cycle["reddit_requests"]}
    left = [value for _, value in run.receiver.metric("undertone.source.requests_left")]
    assert left[-1] == cycle["reddit_requests_left"]
    ((labels, seconds),) = run.receiver.metric("undertone.cycle.duration")
    assert labels == {"outcome": "completed"}
    told = re.search(r"seconds=([\d.]+)", run.host.wait_for_log(CYCLE))
    assert told is not None
    assert seconds == pytest.approx(float(told[1]), abs=0.001)


def test_what_people_wrote_and_what_is_secret_stays_here(run) -> None:
    sent = json.dumps(run.receiver.envelopes, ensure_ascii=False)
    assert run.missing.status_code == 404
    assert ID not in sent
    assert SECRET not in sent
    assert SOUGHT not in sent
    assert "Bearer" not in sent
    assert len(run.posts) > 10
    for post in run.posts:
        for text in (post["id"], post["author"], post["title"], post["content"] or post["title"]):
            assert text not in sent


def test_everything_goes_to_the_one_address_of_the_connection_string(run) -> None:
    # The end of the fixture checks that nothing went elsewhere.
    assert set(run.receiver.paths) == {"/v2.1/track"}
    kinds = {each["data"]["baseType"] for each in run.receiver.envelopes}
    assert kinds == {SPAN, "MetricData"}, "requests and logs are the host's"
    sent = [_base(envelope).get("metrics", []) for envelope in run.receiver.envelopes]
    names = {metric["name"] for metrics in sent for metric in metrics}
    # With SQLite nothing is charged. The other one describes the process.
    ours = {metric.name for metric in METRICS} - {"undertone.store.request_units"}
    assert names == ours | {"_OTELRESOURCE_"}


def test_the_page_names_what_is_sent_and_nothing_else(run) -> None:
    page = (ROOT / "docs" / "telemetry.md").read_text()
    tables = page.partition("## Spans")[2].partition("## Privacy")[0]
    rows = re.findall(r"^\| (`.+?) \|", tables, re.MULTILINE)
    documented = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    documented -= {"api_sentiment_stats", "collect"}
    operations = {name for name in vars(TracedStore) if not name.startswith("_")}
    of_stores = {f"{name} {{container}}" for name in operations - {"kind", "close"}}
    sent = {_general(span) for span in run.receiver.spans()}
    known = {*sent, *of_stores, *(metric.name for metric in METRICS)}
    # Only a later cycle has older items to sweep, only a change of the watchlist is rematched, and
    # only what another method scored is scored again.
    assert documented == known | {"GET /api/info", "rematch", "rescore"}

    own = {name for span in run.receiver.spans() for name in span.attributes}
    assert own <= set(re.findall(r"`([^`]+)`", page))


def _base(envelope: Envelope) -> dict[str, Any]:
    found: dict[str, Any] = envelope["data"]["baseData"]
    return found


def _general(span: Traced) -> str:
    """Return a span's name in the form of docs/telemetry.md."""
    if span.type == "HTTP":
        return re.sub(r"/r/\w+", "/r/{subreddit}", span.name)
    if container := span.attributes.get("undertone.container"):
        return span.name.replace(container, "{container}")
    return "{function}" if "faas.trigger" in span.attributes else span.name


def test_request_units_are_measured_by_operation_and_container(
    running_host, receiver, cosmos_settings_factory: Callable[[], Settings]
) -> None:
    cosmos = cosmos_settings_factory()
    assert cosmos.cosmos_key is not None
    key = cosmos.cosmos_key.get_secret_value()
    host = running_host(
        arguments=["--no-collect"],
        settings={
            **receiver.settings,
            "COSMOS_ENDPOINT": str(cosmos.cosmos_endpoint),
            "COSMOS_KEY": key,
            "COSMOS_DATABASE": cosmos.cosmos_database,
        },
    )
    # The first request opens the database, which isn't an operation of the store.
    host.http.get("/api/v1/health")
    answer = host.http.get("/api/v1/cycles", headers=PARENT)
    told = re.search(r"([\d.]+) RU", answer.headers["server-timing"])
    assert told is not None
    (request,) = receiver.wait_for(lambda: [s for s in receiver.spans() if s.name == "api_cycles"])
    reads = [span for span in receiver.spans() if span.parent == request.id]
    assert {span.type for span in reads} == {"azure.cosmosdb"}
    charges = {
        s.name: float(s.attributes["azure.cosmosdb.operation.request_charge"]) for s in reads
    }
    assert sum(charges.values()) == pytest.approx(float(told[1]), abs=0.01)
    assert charges["query cycles"] > 0
    wanted = {"operation": "query", "container": "cycles"}
    assert receiver.wait_for(
        lambda: [
            value
            for labels, value in receiver.metric("undertone.store.request_units")
            if labels == wanted and value >= charges["query cycles"]
        ]
    )
    assert key not in json.dumps(receiver.envelopes)


def test_a_request_that_failed_is_seen_as_failed(running_host, receiver) -> None:
    host = running_host(
        arguments=["--no-collect"],
        settings={
            **receiver.settings,
            "COSMOS_ENDPOINT": "http://127.0.0.1:9",
            "COSMOS_KEY": "dGVzdA==",
        },
    )
    assert host.http.get("/api/v1/subreddits").status_code == 503
    (request,) = receiver.wait_for(
        lambda: [s for s in receiver.spans() if s.name == "api_subreddits"]
    )
    assert not request.success
    assert request.attributes["undertone.error"] == "503"
    (opening,) = [span for span in receiver.spans() if span.name == "open store"]
    assert opening.attributes["undertone.error"] == "StoreUnavailable"
    # An exception's message may contain anything, so only its type is sent.
    assert {each["data"]["baseType"] for each in receiver.envelopes} <= {SPAN, "MetricData"}


def test_a_timers_telemetry_has_left_when_it_ends(running_host, receiver) -> None:
    host = running_host(
        arguments=["--startup-seconds", "0.2"],
        settings={
            **receiver.settings,
            "SUBREDDITS": ",".join(NAMES),
            # Longer than the test, so only data sent at the function's end arrives.
            "OTEL_BSP_SCHEDULE_DELAY": "3600000",
            "OTEL_METRIC_EXPORT_INTERVAL": "3600000",
        },
    )
    host.wait_for_log("function.succeeded function=collect")
    host.process.kill()
    assert [span for span in receiver.spans() if span.name == "collect"]
    assert receiver.metric("undertone.cycle.duration")


def test_a_tick_that_finds_fresh_data_is_traced_but_no_cycle_is_measured(
    running_host, receiver
) -> None:
    settings = {**receiver.settings, "SUBREDDITS": ",".join(NAMES)}
    for outcome in ("completed", "skipped"):
        host = running_host(arguments=["--startup-seconds", "0.2"], settings=settings)
        host.wait_for_log(rf"collect\.ended .*outcome={outcome}")
        host.wait_for_log(r"function\.succeeded function=collect")
        host.stop()
    assert len([span for span in receiver.spans() if span.name == "collect"]) == 2
    assert [labels for labels, _ in receiver.metric("undertone.cycle.duration")] == [
        {"outcome": "completed"}
    ]
