import base64
import json
import ssl
from collections.abc import Iterator

import httpx
import pytest

from local.reddit.limits import RateLimit
from local.reddit.objects import submission
from local.reddit.server import StandIn

# Loading the CA certificates takes longer than a request.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
NOW = 1_790_000_000
POSTS = [submission(f"{n:03d}", "Cursor", NOW + n, title=f"Post <{n}> & more") for n in range(130)]


def basic(client: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{client}:{secret}".encode()).decode()


def token(started: StandIn, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{started.base_url}/api/v1/access_token",
        data={"grant_type": "client_credentials"},
        headers={"authorization": basic("an-id", "a-secret"), "user-agent": "a test", **headers},
        verify=NO_TLS,
    )


def client_of(started: StandIn) -> httpx.Client:
    bearer = token(started).json()["access_token"]
    return httpx.Client(
        base_url=started.base_url,
        headers={"authorization": f"bearer {bearer}", "user-agent": "a test"},
        verify=NO_TLS,
    )


@pytest.fixture
def started(stand_in) -> StandIn:
    return stand_in(POSTS)


@pytest.fixture
def client(started: StandIn) -> Iterator[httpx.Client]:
    with client_of(started) as made:
        yield made


def ids(response: httpx.Response) -> list[str]:
    return [child["data"]["id"] for child in response.json()["data"]["children"]]


def test_a_token_is_given_as_reddit_gives_it(started: StandIn) -> None:
    answer = token(started)

    assert answer.status_code == 200
    body = answer.json()
    assert body["access_token"]
    assert (body["token_type"], body["expires_in"], body["scope"]) == ("bearer", 86400, "*")


def test_a_grant_that_reddit_does_not_know_gives_no_token(started: StandIn) -> None:
    answer = httpx.post(
        f"{started.base_url}/api/v1/access_token",
        data={"grant_type": "wishful"},
        headers={"authorization": basic("an-id", "a-secret"), "user-agent": "a test"},
    )
    assert (answer.status_code, answer.json()) == (400, {"error": "unsupported_grant_type"})


@pytest.mark.parametrize("authorization", ["", "bearer unknown", basic("an-id", "a-secret")])
def test_a_request_without_a_token_is_refused(started: StandIn, authorization: str) -> None:
    answer = httpx.get(
        f"{started.base_url}/r/Cursor/new",
        headers={"authorization": authorization, "user-agent": "a test"},
    )
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthorized", "error": 401})


def test_a_request_without_a_user_agent_is_refused(started: StandIn) -> None:
    assert token(started, **{"user-agent": ""}).status_code == 429


@pytest.mark.parametrize(
    ("asked", "given"),
    [("", 25), ("limit=1", 1), ("limit=500", 100), ("limit=0", 1), ("limit=x", 25)],
)
def test_a_limit_is_clamped_as_reddit_does(client: httpx.Client, asked: str, given: int) -> None:
    assert len(ids(client.get(f"/r/Cursor/new?{asked}"))) == given


def test_a_name_is_known_whatever_its_case(client: httpx.Client) -> None:
    assert ids(client.get("/r/cUrSoR/new/.json?limit=2")) == ["129", "128"]


def test_before_gives_what_is_newer(client: httpx.Client) -> None:
    page = client.get("/r/Cursor/new?limit=2&before=t3_120")
    assert ids(page) == ["122", "121"]


def test_after_a_post_that_is_gone_from_the_listing_nothing_comes(
    client: httpx.Client, started: StandIn
) -> None:
    started.control.delete("t3_100")

    assert ids(client.get("/r/Cursor/new?after=t3_100")) == []


def test_only_raw_json_is_free_of_entities(client: httpx.Client) -> None:
    cooked = client.get("/r/Cursor/new?limit=1").json()["data"]["children"][0]["data"]
    raw = client.get("/r/Cursor/new?limit=1&raw_json=1").json()["data"]["children"][0]["data"]

    assert cooked["title"] == "Post &lt;129&gt; &amp; more"
    assert raw["title"] == "Post <129> & more"


def test_info_gives_at_most_a_hundred_and_leaves_out_the_unknown(client: httpx.Client) -> None:
    names = ",".join(["t3_nowhere", *(f"t3_{n:03d}" for n in range(110))])
    assert ids(client.get(f"/api/info?id={names}")) == [f"{n:03d}" for n in range(99)]


def test_an_unknown_post_is_not_found(client: httpx.Client) -> None:
    answer = client.get("/comments/nowhere")
    assert (answer.status_code, answer.json()["message"]) == (404, "Not Found")


def test_a_used_up_limit_is_answered_with_429_until_the_window_ends(stand_in) -> None:
    ticks = [0.0]
    limit = RateLimit(requests=2, seconds=600, elapsed=0)
    limited = stand_in(POSTS, rate_limit=limit, seconds=lambda: ticks[0])
    with client_of(limited) as client:
        answers = [client.get("/r/Cursor/new") for _ in range(3)]
        ticks[0] = 599.5
        late = client.get("/r/Cursor/new")
        ticks[0] = 600.0
        next_window = client.get("/r/Cursor/new")

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["1.0", "0.0", "0.0"]
    assert [answer.headers["x-ratelimit-used"] for answer in answers] == ["1", "2", "2"]
    assert (late.status_code, late.headers["x-ratelimit-reset"]) == (429, "1")
    assert (next_window.status_code, next_window.headers["x-ratelimit-used"]) == (200, "1")


def test_a_token_ends_after_its_time(stand_in) -> None:
    ticks = [0.0]
    started = stand_in(POSTS, token_seconds=60, seconds=lambda: ticks[0])
    with client_of(started) as client:
        assert client.get("/r/Cursor/new").status_code == 200
        ticks[0] = 61.0
        assert client.get("/r/Cursor/new").status_code == 401


def test_every_answer_says_which_feed_it_is(stand_in, client: httpx.Client) -> None:
    assert client.get("/r/Cursor/new").headers["x-undertone-feed"] == "recorded"
    assert token(stand_in()).headers["x-undertone-feed"] == "sample"


def test_an_object_comes_through_with_any_text(stand_in) -> None:
    odd = 'Zürich "🦊" \\ \ud83d </script> \x00'
    started = stand_in([submission("1", "Cursor", NOW, title=odd)])
    with client_of(started) as client:
        page = client.get("/r/Cursor/new?raw_json=1")
    assert json.loads(page.content)["data"]["children"][0]["data"]["title"] == odd
