"""The choice between Reddit and its stand-in, and where the stand-in listens."""

import asyncio
import errno
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from local.first_run import answers
from local.reddit.feed import feed_of
from local.reddit.server import StandIn, create_app
from local.standin import StandInChoice, chosen_source
from shared.default_communities import DEFAULT_COMMUNITIES, DEFAULT_SUBREDDITS
from shared.settings import load_settings
from shared.store import COLLECTION, open_store
from shared.store.schema import SCHEMA


def port_in(environ: dict[str, str]) -> int:
    port = urlsplit(environ["REDDIT_BASE_URL"]).port
    assert port is not None
    return port


def test_nobody_takes_the_stand_ins_port_before_it_has_started() -> None:
    with chosen_source({"ORIGIN": "sample"}, None) as choice:
        port = port_in(choice.environ)
        with socket.socket() as other, pytest.raises(OSError, match="in use") as refused:
            other.bind(("127.0.0.1", port))
        assert refused.value.errno == errno.EADDRINUSE
        with StandIn(create_app(feed_of([])), listener=choice.listener) as started:
            assert started.port == port
            assert started.control.objects() == []


def test_where_a_source_is_named_no_port_is_held() -> None:
    with chosen_source({"REDDIT_CLIENT_ID": "an-id"}, None) as choice:
        assert choice.listener is None
        assert "REDDIT_BASE_URL" not in choice.environ


@pytest.mark.parametrize("none", ["none", " NONE", "none,", " , none"])
def test_where_no_subreddit_is_watched_there_is_no_stand_in_and_the_data_is_live(
    none: str, tmp_path
) -> None:
    environ = {"SUBREDDITS": none, "COMMUNITIES": "push.desk", "PUSH_FOLDER": str(tmp_path)}
    assert load_settings(environ).watched == ("push.desk",)
    with chosen_source(environ, None) as choice:
        assert choice.listener is None
        assert "ORIGIN" not in choice.environ


def choice_of(environ: dict[str, str], *, reaches: bool, database: Path) -> StandInChoice:
    given = {"SQLITE_PATH": str(database), **environ}
    with chosen_source(given, None, lambda _: reaches) as choice:
        return choice


@pytest.mark.parametrize(
    ("environ", "reaches", "is_sample"),
    [
        ({}, True, False),
        ({}, False, True),
        ({"ORIGIN": "live"}, False, False),
        ({"ORIGIN": "sample"}, True, True),
        ({"COMMUNITIES": "hn.front"}, False, False),
        ({"SUBREDDITS": "aws"}, True, True),
        ({"ARCTIC_SHIFT": "poll", "SUBREDDITS": "aws"}, False, False),
    ],
)
def test_a_first_run_is_live_where_the_network_answers_and_says_how_to_choose(
    environ, reaches: bool, is_sample: bool, tmp_path
) -> None:
    choice = choice_of(environ, reaches=reaches, database=tmp_path / "new.db")
    assert (choice.listener is not None) == is_sample
    settings = load_settings(choice.environ)
    assert (settings.origin == "sample") == is_sample
    assert bool(choice.note) == (environ == {})
    assert not environ or not choice.note
    if not environ:
        assert "ORIGIN=" in choice.note
        expected = DEFAULT_SUBREDDITS if is_sample else DEFAULT_COMMUNITIES
        assert settings.watched == expected


@pytest.mark.parametrize("origin", ["live", "sample"])
@pytest.mark.parametrize("reaches", [True, False])
def test_a_database_stays_what_it_is_whether_the_network_answers_or_not(
    origin: str, reaches: bool, tmp_path
) -> None:
    database = tmp_path / "kept.db"
    asyncio.run(begin_database(database, origin))
    choice = choice_of({}, reaches=reaches, database=database)
    assert load_settings(choice.environ).origin == origin
    assert origin in choice.note
    assert "SQLITE_PATH" in choice.note


async def begin_database(path: Path, origin: str) -> None:
    store = await open_store(load_settings({"SQLITE_PATH": str(path)}), retry_seconds=1.0)
    state: Any = {
        "id": "collection",
        "kind": "collection",
        "ttl": -1,
        "schema": SCHEMA,
        "origin": origin,
        "last_cycle": None,
        "last_started_at": None,
        "last_collection_at": None,
        "collections_succeeded": 0,
        "collections_failed": 0,
    }
    await store.upsert(COLLECTION, [state])
    await store.close()


def test_a_server_that_never_answers_holds_no_start_up() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        assert not answers(f"http://127.0.0.1:{silent.getsockname()[1]}", seconds=0.2)
    assert not answers("http://127.0.0.1:9", seconds=10.0)
    with StandIn(create_app(feed_of([]))) as started:
        assert answers(started.base_url, seconds=60.0)
