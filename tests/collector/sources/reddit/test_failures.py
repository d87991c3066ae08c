"""Failures of Reddit, made by the stand-in over real connections, and how each ends."""

import json
import logging
import math
import random
import time

import pytest
import requests

from collector.sources.reddit.causes import token_cause
from collector.sources.reddit.client import RedditSource
from collector.sources.reddit.requestor import _retry_after
from collector.sources.waiting import Backoff, wait_until
from local.reddit.limits import RateLimit
from shared.errors import CommunityUnavailable, DeadlineReached, SourceRefused, SourceUnavailable
from shared.settings import Settings, load_settings
from shared.store import COMMUNITIES
from tests.collector.harness import (
    FAST,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
    things,
)

FOURTEEN = tuple(f"sub{number:02}" for number in range(14))


@pytest.fixture
def reddit(stand_in):
    return stand_in(things(("aws",), 30, newest=time.time()))


def source_for(base_url: str, wait=None, **options) -> RedditSource:
    settings = load_settings({"REDDIT_BASE_URL": base_url, "SUBREDDITS": "aws"})
    return RedditSource(
        settings,
        wait=wait or wait_until(time.monotonic() + 60),
        **{"backoff": FAST, **options},
    )


@pytest.fixture
def source(reddit):
    opened = source_for(reddit.base_url)
    yield opened
    opened.close()


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
        ({"access_token": "x"}, "holds none"),
        ({"access_token": "x", "expires_in": "soon"}, "holds none"),
        ([], "holds none"),
    ],
)
def test_an_odd_answer_to_a_request_for_a_token_says_so(body: object, words: str) -> None:
    response = requests.Response()
    response.status_code = 200
    response._content = json.dumps(body).encode()
    assert words in str(token_cause(response))


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("blocked", "blocked"),
        ("login,route=new", "login"),
        ("login,route=token", "credentials"),
        ("503", "server_error"),
        ("drop", "connection"),
        ("400,route=token", "credentials"),
    ],
)
async def test_a_cause_that_is_everybodys_is_told_once(
    sqlite_store, sqlite_settings, stand_in, fault: str, kind: str
) -> None:
    reddit = stand_in(things(FOURTEEN, 28, newest=time.time()), faults=fault)
    settings = settings_for(sqlite_settings, reddit.base_url, FOURTEEN)
    cycle = await run_cycle(sqlite_store, settings)
    assert cycle["status"] == "failed"
    assert [(error["community"], error["kind"]) for error in cycle["errors"]] == [(None, kind)]
    assert reddit.control.counts().get("new", 0) <= 3 * FAST.attempts
    reddit.control.clear_faults()
    second = await run_cycle(sqlite_store, settings)
    assert (second["errors"], second["new"]) == ([], 28)


async def test_a_few_that_always_fail_keep_off_no_others(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(FOURTEEN, 28, newest=time.time()))
    settings = settings_for(sqlite_settings, reddit.base_url, FOURTEEN, sweep_requests=0)
    reddit.control.set_faults(
        "503,subreddit=sub00;503,subreddit=sub01;503,subreddit=sub02;login,subreddit=sub05"
    )
    await run_cycle(sqlite_store, settings)
    second = await run_cycle(sqlite_store, settings)
    assert second["new"] == 20
    assert {(error["community"], error["kind"]) for error in second["errors"]} == {
        ("sub05", "login"),
        (None, "server_error"),
    }


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


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e400", "many", ""])
def test_an_odd_rate_limit_is_as_good_as_none(reddit, source, value: str) -> None:
    reddit.control.set_faults(f"limits,to={value or '?'}")
    assert len(next(source.new_posts("aws"))) == 10
    assert len(next(source.new_posts("aws"))) == 10
    assert source.requests_left is None


@pytest.mark.parametrize("value", ["nan", "inf", "1e400", "Fri, 31 Dec 9999 23:59:59 -1200", "x"])
def test_an_odd_retry_after_is_as_good_as_none(value: str) -> None:
    response = requests.Response()
    response.headers["retry-after"] = value
    asked = _retry_after(response)
    assert asked is None or math.isfinite(asked)


def test_retry_after_is_waited_for(reddit) -> None:
    waits: list[float] = []
    source = source_for(reddit.base_url, waits.append)
    reddit.control.set_faults("429,route=new,first=2,retry_after=17")
    assert len(next(source.new_posts("aws"))) == 10
    assert waits.count(17.0) == 2
    source.close()


def test_a_wait_longer_than_the_cycle_may_take_ends_it_at_once(reddit) -> None:
    source = source_for(reddit.base_url)
    reddit.control.set_faults("429,route=new,retry_after=3600")
    with pytest.raises(DeadlineReached):
        list(source.new_posts("aws"))
    source.close()


def test_a_used_up_window_is_waited_out(stand_in) -> None:
    reddit = stand_in(
        things(("aws",), 250, newest=time.time()),
        rate_limit=RateLimit(requests=1, seconds=600),
    )
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if seconds > 1:
            raise DeadlineReached("the cycle's time is used up")

    source = source_for(reddit.base_url, wait)
    pages = source.new_comments("aws")
    next(pages)
    with pytest.raises(DeadlineReached):
        next(pages)
    assert 1 < waits[-1] <= 600
    assert reddit.control.counts()["comments"] == 1
    source.close()


def test_pauses_grow_and_are_never_the_same() -> None:
    rng = random.Random(1)
    backoff = Backoff()
    for attempt, longest in ((1, 1), (2, 2), (3, 4), (9, 30)):
        pauses = {backoff.pause(attempt, rng) for _ in range(50)}
        assert len(pauses) > 40
        assert longest / 2 <= min(pauses) <= max(pauses) <= longest


async def test_a_deleted_anchor_does_not_end_a_listing(sqlite_store, sqlite_settings, stand_in):
    reddit = stand_in(things(("aws",), 400, newest=time.time()))
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws"], sweep_requests=0)
    deleted: list[str] = []

    def wait(_seconds: float) -> None:
        # Between two pages of comments, the last comment of the first page is deleted.
        asked = reddit.control.requests("comments")
        if len(asked) == 1 and not deleted:
            newest = reddit.control.comments("aws")[::-1]
            deleted.append(newest[99]["data"]["name"])
            reddit.control.delete(deleted[0])

    await run_cycle(sqlite_store, settings, wait=wait)
    assert len(deleted) == 1
    assert len(await stored_items(sqlite_store, ["aws"])) == 400


async def test_three_of_fourteen_fail_eleven_are_stored_and_the_next_cycle_picks_them_up(
    store, any_store_settings, stand_in
) -> None:
    reddit = stand_in(things(FOURTEEN, 140, newest=time.time()))
    settings = settings_for(any_store_settings, reddit.base_url, FOURTEEN)
    reddit.control.set_faults(
        "503,subreddit=sub03;private,subreddit=sub07;cut,subreddit=sub11,route=comments"
    )
    first = await run_cycle(store, settings)
    assert first["status"] == "completed"
    assert {(error["community"], error["kind"]) for error in first["errors"]} == {
        ("sub03", "server_error"),
        ("sub07", "private"),
        ("sub11", "connection"),
    }
    failed = {"sub03", "sub07", "sub11"}
    items = await stored_items(store, FOURTEEN)
    assert {item["community"] for item in items.values()} == set(FOURTEEN) - failed
    assert len(items) == 110
    await check_statistics(store, FOURTEEN)
    state = await store.read(COMMUNITIES, "community", "sub07")
    assert state["last_error"]["kind"] == "private"
    assert state["last_collected_at"] is None

    reddit.control.clear_faults()
    second = await run_cycle(store, settings)
    assert second["errors"] == []
    assert second["new"] == 30
    assert len(await stored_items(store, FOURTEEN)) == 140
    await check_statistics(store, FOURTEEN)
    assert (await store.read(COMMUNITIES, "community", "sub07"))["last_error"] is None


async def test_a_cycle_in_which_no_subreddit_could_be_read_has_failed(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(("aws", "claude"), 10, newest=time.time()), faults="500")
    settings = settings_for(sqlite_settings, reddit.base_url, ["aws", "claude"])
    cycle = await run_cycle(sqlite_store, settings)
    assert cycle["status"] == "failed"
    assert {error["community"] for error in cycle["errors"]} >= {"aws", "claude"}


async def test_refused_credentials_end_the_cycle_at_once(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    reddit = stand_in(things(FOURTEEN, 28, newest=time.time()), client_id="a", client_secret="b")
    settings = settings_for(sqlite_settings, reddit.base_url, FOURTEEN)
    cycle = await run_cycle(sqlite_store, settings)
    assert cycle["status"] == "failed"
    assert [error["kind"] for error in cycle["errors"]] == ["credentials"]
    assert reddit.control.counts().get("token") == 1


async def test_under_random_faults_cycles_lose_nothing_and_nothing_drifts(
    sqlite_store, sqlite_settings, stand_in
) -> None:
    names = FOURTEEN[:5]
    listed = things(names, 600, newest=time.time())
    reddit = stand_in(listed, rate_limit=RateLimit(requests=1_000_000))
    settings = settings_for(sqlite_settings, reddit.base_url, names)
    kinds = ("429", "500", "cut", "drop", "html", "truncated")
    reddit.control.set_faults(";".join(["seed=5", *(f"{kind},rate=0.1" for kind in kinds)]))
    patient = Backoff(attempts=3, first_seconds=0.001, most_seconds=0.001)
    for _ in range(12):
        await run_cycle(sqlite_store, settings, backoff=patient)
        await check_statistics(sqlite_store, names)
    reddit.control.clear_faults()
    await run_cycle(sqlite_store, settings)
    expected = {f"{thing['kind']}_{thing['data']['id']}" for thing in listed}
    assert set(await stored_items(sqlite_store, names)) == expected
    await check_statistics(sqlite_store, names)


async def test_odd_objects_never_end_a_subreddit(
    store, any_store_settings, stand_in, caplog
) -> None:
    good = things(("aws",), 12, newest=time.time())
    now = time.time()
    base = {"subreddit": "aws", "created_utc": now - 5, "score": 1}
    odd = [
        {"kind": "t3", "data": {**base, "id": "noauthor", "author": None, "title": None}},
        {"kind": "t3", "data": {**base, "id": "surrogate", "title": "half \ud83d pair \x00"}},
        {"kind": "t3", "data": {**base, "id": "removed1", "title": "t", "selftext": "[removed]"}},
        {"kind": "t1", "data": {**base, "id": "orphan", "link_id": "t3_unknown", "body": "Hi"}},
        {"kind": "t1", "data": {**base, "id": "long1", "link_id": "t3_x", "body": "é" * 900_000}},
        {"kind": "t1", "data": {**base, "id": "deleted1", "link_id": "t3_x", "body": "[deleted]"}},
        {"kind": "t1", "data": {**base, "id": "nopost", "body": "left out"}},
        {"kind": "t1", "data": {**base, "id": "bad/id", "link_id": "t3_x", "body": "left out"}},
    ]
    reddit = stand_in([*good, *odd])
    settings = settings_for(any_store_settings, reddit.base_url, ["aws"])
    with caplog.at_level(logging.WARNING):
        cycle = await run_cycle(store, settings)
    assert cycle["errors"] == []
    items = await stored_items(store, ["aws"])
    stored = {name[3:] for name in items} - {thing["data"]["id"] for thing in good}
    assert stored == {"noauthor", "surrogate", "removed1", "orphan", "long1", "deleted1"}
    assert items["t3_surrogate"]["title"] == "half � pair "
    assert caplog.text.count("reddit.object_left_out") >= 2
    await check_statistics(store, ["aws"])
    again = await run_cycle(store, settings)
    assert (again["new"], again["edited"], again["moved"], again["removed"]) == (0, 0, 0, 0)
