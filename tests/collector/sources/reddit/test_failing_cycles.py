"""A cycle while Reddit fails: what it stores, reports, and makes up for."""

import logging
import time

import pytest

from collector.sources.waiting import Backoff
from local.reddit.limits import RateLimit
from shared.store import COMMUNITIES
from shared.store.community_states import community_key
from tests.collector.harness import (
    FAST,
    check_statistics,
    run_cycle,
    settings_for,
    stored_items,
    things,
)

FOURTEEN = tuple(f"sub{number:02}" for number in range(14))


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
    state = await store.read(COMMUNITIES, *community_key("sub07"))
    assert state["last_error"]["kind"] == "private"
    assert state["last_collected_at"] is None

    reddit.control.clear_faults()
    second = await run_cycle(store, settings)
    assert second["errors"] == []
    assert second["new"] == 30
    assert len(await stored_items(store, FOURTEEN)) == 140
    await check_statistics(store, FOURTEEN)
    assert (await store.read(COMMUNITIES, *community_key("sub07")))["last_error"] is None


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
