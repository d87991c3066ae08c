"""Failures of Reddit, made by the stand-in over real connections, and how each ends."""

import json
import time

import pytest
import requests

from collector.sources.reddit.causes import token_cause
from collector.sources.reddit.client import RedditSource
from collector.sources.waiting import wait_until
from shared.errors import CommunityUnavailable, SourceRefused, SourceUnavailable
from shared.settings import Settings, load_settings
from tests.collector.harness import FAST, things
from tests.collector.sources.reddit.clients import source_for


@pytest.mark.parametrize(
    "fault", ["429", "429,retry_after=0", "500", "503", "cut", "drop", "html", "truncated"]
)
@pytest.mark.parametrize("route", ["new", "token"])
def test_a_passing_fault_is_tried_again(reddit, source, fault: str, route: str) -> None:
    kind, _, option = fault.partition(",")
    reddit.control.set_faults(",".join(filter(None, [kind, f"route={route}", "first=2", option])))
    (page,) = source.new_posts("aws")
    assert len(page) == 10
    assert source.requests_used == (3 if route == "new" else 1)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", "rate_limited"),
        ("500", "server_error"),
        ("503", "server_error"),
        ("cut", "connection"),
        ("drop", "connection"),
        ("html", "unreadable"),
        ("truncated", "unreadable"),
    ],
)
def test_a_lasting_fault_is_given_up_after_a_bounded_number_of_tries(
    reddit, source, fault: str, kind: str
) -> None:
    reddit.control.set_faults(f"{fault},route=new")
    with pytest.raises(SourceUnavailable) as caught:
        list(source.new_posts("aws"))
    assert caught.value.kind == kind
    assert source.requests_used == FAST.attempts
    assert reddit.control.counts()["new"] == FAST.attempts


def test_no_answer_in_time_is_tried_again_then_given_up(reddit) -> None:
    source = source_for(reddit.base_url)
    source.requestor.timeout = 0.2
    reddit.control.set_faults("stall,route=new,first=1,seconds=5")
    assert len(next(source.new_posts("aws"))) == 10
    reddit.control.set_faults("stall,route=new,seconds=5")
    with pytest.raises(SourceUnavailable) as caught:
        list(source.new_posts("aws"))
    assert caught.value.kind == "timeout"
    source.close()


def test_a_server_that_is_gone_is_a_failed_connection(reddit) -> None:
    source = source_for(reddit.base_url)
    reddit.close()
    with pytest.raises(SourceUnavailable) as caught:
        list(source.new_posts("aws"))
    assert caught.value.kind == "connection"
    source.close()


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("private", "private"),
        ("banned", "banned"),
        ("quarantined", "quarantined"),
        ("gated", "gated"),
        ("age_gated", "age_gated"),
        ("451", "legal"),
        ("403", "forbidden"),
        ("missing", "missing"),
        ("renamed,to=aws_new", "renamed"),
    ],
)
def test_what_a_subreddit_is_isnt_tried_again(reddit, source, fault: str, kind: str) -> None:
    reddit.control.set_faults(f"{fault},route=new")
    with pytest.raises(CommunityUnavailable) as caught:
        list(source.new_posts("aws"))
    assert caught.value.kind == kind
    assert source.requests_used == 1


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        ("login", "login", "login"),
        ("blocked", "blocked", "REDDIT_USER_AGENT"),
        ("400", "refused", "400"),
    ],
)
def test_what_is_no_matter_of_a_subreddit_is_told_as_that(
    reddit, source, fault: str, kind: str, words: str
) -> None:
    reddit.control.set_faults(f"{fault},route=new")
    with pytest.raises(SourceUnavailable, match=words) as caught:
        list(source.new_posts("aws"))
    assert caught.value.kind == kind


@pytest.mark.parametrize("fault", ["400", "403", "451", "blocked"])
def test_a_token_that_is_not_given_is_a_matter_of_the_credentials(
    reddit, source, fault: str
) -> None:
    reddit.control.set_faults(f"{fault},route=token")
    with pytest.raises(SourceRefused, match="REDDIT_") as caught:
        list(source.new_posts("aws"))
    assert caught.value.kind == ("blocked" if fault == "blocked" else "credentials")
    assert reddit.control.counts()["token"] == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": "invalid_grant"}, "invalid_grant"),
        ({"error": 401, "message": "Unauthorized"}, "401"),
        ({"access_token": "x"}, "has none"),
        ({"access_token": "x", "expires_in": "soon"}, "has none"),
        ([], "has none"),
    ],
)
def test_an_odd_answer_to_a_request_for_a_token_says_so(body: object, words: str) -> None:
    response = requests.Response()
    response.status_code = 200
    response._content = json.dumps(body).encode()
    assert words in str(token_cause(response))


def test_a_renamed_subreddits_error_says_the_new_name(reddit, source) -> None:
    reddit.control.set_faults("renamed,route=new,to=aws_new")
    with pytest.raises(CommunityUnavailable, match="aws_new"):
        list(source.new_posts("aws"))


def test_a_subreddit_that_does_not_exist_is_missing(source) -> None:
    with pytest.raises(CommunityUnavailable) as caught:
        list(source.new_posts("nowhere_at_all"))
    assert caught.value.kind == "missing"


def test_an_expired_token_is_renewed(reddit, source) -> None:
    assert len(next(source.new_posts("aws"))) == 10
    reddit.control.expire_tokens()
    assert len(next(source.new_posts("aws"))) == 10
    assert reddit.control.counts()["token"] == 2


def test_wrong_credentials_are_one_clear_error_without_the_secret(stand_in) -> None:
    reddit = stand_in(
        things(("aws",), 3, newest=time.time()), client_id="id", client_secret="right"
    )
    settings = load_settings(
        {
            "REDDIT_BASE_URL": reddit.base_url,
            "REDDIT_CLIENT_ID": "id",
            "REDDIT_CLIENT_SECRET": "wrong-secret",
        }
    )
    source = RedditSource(settings, wait=wait_until(time.monotonic() + 60), backoff=FAST)
    with pytest.raises(SourceRefused, match="REDDIT_CLIENT_SECRET") as caught:
        list(source.new_posts("aws"))
    assert "wrong-secret" not in str(caught.value)
    source.close()


def test_a_token_that_is_always_refused_ends_in_one_clear_error(reddit, source) -> None:
    reddit.control.set_faults("401,route=new")
    with pytest.raises(SourceRefused, match="REDDIT_CLIENT_ID"):
        list(source.new_posts("aws"))


def test_without_credentials_and_without_a_stand_in_the_error_says_what_to_set() -> None:
    with pytest.raises(SourceRefused, match="REDDIT_CLIENT_ID"):
        RedditSource(Settings(), wait=wait_until(time.monotonic() + 1))
