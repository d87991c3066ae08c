"""Each fault as a client sees it, over a real connection."""

import json
import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest

from local.reddit.objects import submission
from local.reddit.server import StandIn
from tests.fixtures.reddit import make_stand_in
from tests.local.reddit.test_api import client_of

POSTS = [submission(f"{n:03d}", "Cursor", 1_790_000_000 + n) for n in range(60)]
PATH = "/r/Cursor/new?limit=50"


@pytest.fixture(scope="module")
def module_stand_in() -> Iterator[StandIn]:
    with make_stand_in(POSTS) as started:
        yield started


@pytest.fixture
def started(module_stand_in: StandIn) -> Iterator[StandIn]:
    yield module_stand_in
    module_stand_in.control.clear_faults()
    module_stand_in.control.forget_requests()


@pytest.fixture
def client(started: StandIn) -> Iterator[httpx.Client]:
    with client_of(started) as made:
        yield made


@pytest.mark.parametrize(
    ("kind", "status", "body"),
    [
        ("429", 429, {"message": "Too Many Requests", "error": 429}),
        ("401", 401, {"message": "Unauthorized", "error": 401}),
        ("private", 403, {"message": "Forbidden", "error": 403, "reason": "private"}),
        ("quarantined", 403, {"message": "Forbidden", "error": 403, "reason": "quarantined"}),
        ("banned", 404, {"message": "Not Found", "error": 404, "reason": "banned"}),
        ("gated", 403, {"message": "Forbidden", "error": 403, "reason": "gated"}),
        ("400", 400, {"message": "Bad Request", "error": 400}),
        ("403", 403, {"message": "Forbidden", "error": 403}),
        ("451", 451, {"message": "Unavailable For Legal Reasons", "error": 451}),
    ],
)
def test_a_refusal_has_reddits_body(
    started: StandIn, client: httpx.Client, kind: str, status: int, body: dict
) -> None:
    started.control.set_faults(f"{kind},subreddit=cursor")
    answer = client.get(PATH)
    assert (answer.status_code, answer.json()) == (status, body)
    assert client.get("/api/info?id=t3_001").status_code == 200


@pytest.mark.parametrize("kind", ["500", "503"])
def test_an_error_page_is_html(started: StandIn, client: httpx.Client, kind: str) -> None:
    started.control.set_faults(kind)
    answer = client.get(PATH)
    assert answer.status_code == int(kind)
    assert answer.headers["content-type"].startswith("text/html")


def test_retry_after_is_there_when_asked_for(started: StandIn, client: httpx.Client) -> None:
    started.control.set_faults("429,retry_after=7,first=1;429,first=1")
    assert [client.get(PATH).headers.get("retry-after") for _ in range(3)] == ["7", None, None]


@pytest.mark.parametrize(
    ("spec", "location"),
    [
        ("renamed,to=Other", "/r/Other/new"),
        ("missing", "/subreddits/search?q=Cursor"),
        ("login", "/login/?dest=%2Fr%2FCursor%2Fnew"),
        ("age_gated", "/over18?dest=%2Fr%2FCursor%2Fnew"),
    ],
)
def test_a_redirect_names_its_target(
    started: StandIn, client: httpx.Client, spec: str, location: str
) -> None:
    started.control.set_faults(spec)
    answer = client.get(PATH)
    assert (answer.status_code, answer.headers["location"]) == (302, location)


def test_a_blocked_client_gets_the_page_that_says_so(
    started: StandIn, client: httpx.Client
) -> None:
    started.control.set_faults("blocked")
    answer = client.get(PATH)
    assert answer.status_code == 403
    assert "whoa there" in answer.text


def test_rate_limit_headers_say_what_is_asked_for(started: StandIn, client: httpx.Client) -> None:
    started.control.set_faults("limits,to=nan")
    answer = client.get(PATH)
    assert answer.json()["data"]["children"]
    assert answer.headers["x-ratelimit-remaining"] == "nan"


def test_a_web_page_comes_with_status_200(started: StandIn, client: httpx.Client) -> None:
    started.control.set_faults("html")
    answer = client.get(PATH)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()


def test_a_truncated_answer_is_whole_http_and_half_json(
    started: StandIn, client: httpx.Client
) -> None:
    whole = client.get(PATH)
    started.control.set_faults("truncated")
    answer = client.get(PATH)
    assert (answer.status_code, answer.content) == (200, whole.content[: len(whole.content) // 2])


def test_a_cut_answer_ends_before_its_length(started: StandIn, client: httpx.Client) -> None:
    started.control.set_faults("cut")
    with pytest.raises(httpx.RemoteProtocolError, match="complete message body"):
        client.get(PATH)


@pytest.mark.parametrize("spec", ["drop", "stall,seconds=0"])
def test_a_dropped_connection_gives_no_answer(
    started: StandIn, client: httpx.Client, spec: str
) -> None:
    started.control.set_faults(spec)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        client.get(PATH)
    started.control.clear_faults()
    assert client.get(PATH).status_code == 200
    assert [(r.fault, r.status) for r in started.control.requests("new")] == [
        (spec.partition(",")[0], None),
        (None, 200),
    ]


def test_a_stalled_answer_runs_into_the_clients_timeout(
    started: StandIn, client: httpx.Client
) -> None:
    started.control.set_faults("stall")
    with pytest.raises(httpx.ReadTimeout):
        client.get(PATH, timeout=0.05)


def test_a_slow_answer_is_the_right_one(started: StandIn, client: httpx.Client) -> None:
    whole = client.get(PATH)
    started.control.set_faults("slow,seconds=0.01")
    assert client.get(PATH).content == whole.content
    assert [r.fault for r in started.control.requests("new")] == [None, "slow"]


def test_a_token_can_be_refused_too(started: StandIn) -> None:
    started.control.set_faults("503,route=token,first=1")
    answer = httpx.post(f"{started.base_url}/api/v1/access_token", headers={"user-agent": "a"})
    assert answer.status_code == 503


def test_a_token_can_come_slowly(started: StandIn) -> None:
    started.control.set_faults("slow,route=token,seconds=0.01")
    answer = httpx.post(
        f"{started.base_url}/api/v1/access_token",
        headers={"user-agent": "a"},
        auth=("an-id", "a-secret"),
        data={"grant_type": "client_credentials"},
        timeout=5,
    )
    assert answer.json()["access_token"]


def test_closing_does_not_wait_for_stalled_requests(stand_in) -> None:
    stalling = stand_in(POSTS, faults="stall,seconds=3600")
    with socket.create_connection(("127.0.0.1", stalling.port)) as connection:
        connection.sendall(b"GET /r/Cursor/new HTTP/1.1\r\nhost: x\r\nuser-agent: x\r\n\r\n")
        while not stalling.control.requests():
            pass
        stalling.close()
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
