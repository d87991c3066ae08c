"""The proxy that makes faults in front of Cosmos DB, over real connections."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import httpx
import pytest

from bench.faulty_cosmos import COSMOS, FaultyCosmos, route_of
from local.reddit.faults import BadFaults, FaultPlan
from shared.errors import DocumentExists
from shared.store import LEASES, POSTS, Query, open_store

MakeProxy = Callable[..., FaultyCosmos]


@pytest.fixture
def faulty(cosmos_server) -> Iterator[MakeProxy]:
    with ExitStack() as stack:
        yield lambda faults="": stack.enter_context(FaultyCosmos(cosmos_server.endpoint, faults))


@pytest.fixture
async def behind(faulty, cosmos_settings_factory):
    """Return a proxy and a store that was opened through it."""
    proxy = faulty()
    settings = cosmos_settings_factory().model_copy(update={"cosmos_endpoint": proxy.base_url})
    store = await open_store(settings, retry_seconds=20)
    yield proxy, store
    await store.close()


@pytest.mark.parametrize(
    ("status", "code", "sub_status"),
    [
        (429, "429", "3200"),
        (408, "RequestTimeout", "0"),
        (410, "Gone", "1008"),
        (449, "449", "0"),
        (503, "ServiceUnavailable", "0"),
    ],
)
def test_a_refusal_is_answered_as_the_service_does(faulty, status, code, sub_status) -> None:
    proxy = faulty(f"{status},first=1")
    refused = httpx.get(f"{proxy.base_url}/dbs/a/colls/posts/docs/1")
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/json"
    assert refused.headers["x-ms-substatus"] == sub_status
    assert refused.json()["code"] == code
    assert refused.json()["message"].startswith('Message: {"Errors": ["')
    assert refused.headers["x-ms-activity-id"] in refused.json()["message"]
    assert ("x-ms-retry-after-ms" in refused.headers) is (status == 429)
    passed_on = httpx.get(f"{proxy.base_url}/dbs/a/colls/posts/docs/1")
    assert passed_on.status_code in {400, 401, 404}, "once only, then the server itself answers"
    assert (proxy.made, proxy.requests) == ({str(status): 1}, {"read": 2})


def test_throttling_says_for_how_long(faulty) -> None:
    proxy = faulty("429,retry_after=0.02")
    assert httpx.get(proxy.base_url).headers["x-ms-retry-after-ms"] == "20"


def test_a_dropped_connection_has_no_answer(faulty) -> None:
    proxy = faulty("drop")
    with pytest.raises(httpx.RemoteProtocolError):
        httpx.get(proxy.base_url)


async def test_what_is_dropped_was_not_done_and_what_is_lost_was(behind) -> None:
    proxy, store = behind
    proxy.set_faults("drop,route=write,first=1")
    document = {"id": "a", "community": "aws", "order_key": "k1"}
    await store.upsert(POSTS, [document])
    assert proxy.requests["write"] == 2
    # The retry finds the document of the first attempt, and recognises it as its own.
    proxy.set_faults("lost,route=write,first=1")
    lease = {"id": "lease", "kind": "lease", "holder": "us"}
    etag = await store.create(LEASES, lease)
    found = await store.read(LEASES, "lease", "lease")
    assert (found["_etag"], found["holder"]) == (etag, "us")
    with pytest.raises(DocumentExists):
        await store.create(LEASES, {**lease, "holder": "them"})
    assert proxy.made == {"drop": 1, "lost": 1}


async def test_a_slow_answer_is_the_right_one(behind) -> None:
    proxy, store = behind
    await store.upsert(POSTS, [{"id": "a", "community": "aws", "order_key": "k1"}])
    proxy.set_faults("slow,seconds=0.05")
    assert len(await store.query(Query(POSTS, "aws", 10))) == 1
    assert set(proxy.made) == {"slow"}


async def test_at_a_third_of_faults_of_every_kind_a_patient_store_loses_nothing(behind) -> None:
    proxy, store = behind
    kinds = [kind for kind in COSMOS.kinds if kind != "slow"]
    proxy.set_faults(";".join(f"{kind},rate=0.05" for kind in kinds) + ";slow,seconds=0.01;seed=3")
    posts = [{"id": f"p{n}", "community": "aws", "order_key": f"k{n:03}"} for n in range(100)]
    await store.upsert(POSTS, posts)
    await store.delete(POSTS, [("aws", f"p{n}") for n in range(50)])
    found = await store.query(Query(POSTS, "aws", 200))
    assert [post["id"] for post in found] == [f"p{n}" for n in range(50, 100)]
    assert {"429", "503", "drop"} < set(proxy.made)


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", "/", ("other", None)),
        ("GET", "/dbs/a/colls/posts", ("other", "posts")),
        ("GET", "/dbs/a/colls/posts/pkranges", ("other", "posts")),
        ("GET", "/dbs/a/colls/posts/docs/1/", ("read", "posts")),
        ("POST", "/dbs/a/colls/posts/docs", ("write", "posts")),
        ("PUT", "/dbs/a/colls/stats/docs/1", ("write", "stats")),
        ("DELETE", "/dbs/a/colls/stats/docs/1", ("delete", "stats")),
    ],
)
def test_requests_are_told_apart(method, path, route) -> None:
    assert route_of(method, path, is_query=False) == route


def test_its_words_are_not_those_of_reddit() -> None:
    plan = FaultPlan.parse("503,container=posts,rate=0.5;seed=4", COSMOS)
    assert (plan.rules[0].within, plan.seed) == ("posts", 4)
    for spec in ("private", "503,subreddit=aws", "503,route=new"):
        with pytest.raises(BadFaults, match="container=PATTERN"):
            FaultPlan.parse(spec, COSMOS)
